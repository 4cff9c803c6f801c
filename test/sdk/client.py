"""What a script with the vendor's client does, told as one JSON document: URL and search come from the environment."""
import json
import os
import sys
import time

from splunklib import client, results
from splunklib.binding import AuthenticationError, HTTPError

url = os.environ["HB_URL"]
scheme, rest = url.split("://")
host, port = rest.split(":")
place = {"scheme": scheme, "host": host, "port": int(port)}
user = {"username": os.environ["HB_USER"], "password": os.environ["HB_PASSWORD"]}
search = os.environ["HB_SEARCH"]
told = {}


def read(stream):
    reader = results.JSONResultsReader(stream)
    return [row for row in reader if isinstance(row, dict)]


def text(stream):
    return stream.read().decode("utf-8")


def everything(job, size):
    """Pages through a job's results as scripts do."""
    rows = []
    while True:
        page = read(job.results(output_mode="json", count=size, offset=len(rows)))
        rows.extend(page)
        if len(page) == 0:
            return rows


service = client.connect(**place, **user)
told["version"] = service.info["version"]
told["apps"] = [app.name for app in service.apps]
told["indexes"] = {index.name: index["totalEventCount"] for index in service.indexes}
told["v2"] = not service.disable_v2_api

job = service.jobs.create(search, exec_mode="blocking")
told["blocking"] = {
    "done": job.is_done(),
    "count": int(job["resultCount"]),
    "usual": len(read(job.results(output_mode="json"))),
    "rows": everything(job, 70),
    "xml": [dict(row) for row in results.ResultsReader(job.results(count=0))],
    "csv": text(job.results(output_mode="csv", count=0)),
    "log": "DONE" in text(job.searchlog()),
}
job.cancel()
job.cancel()

job = service.jobs.create(search, exec_mode="normal", earliest_time="0", latest_time="now")
states = []
while not job.is_done():
    if job.state.content is not None and "dispatchState" in job.content:
        states.append(job["dispatchState"])
    time.sleep(0.02)
told["normal"] = {"states": states, "progress": float(job["doneProgress"]), "rows": everything(job, 1000)}
told["listed"] = job.sid in [one.sid for one in service.jobs]

told["oneshot"] = {
    "json": read(service.jobs.oneshot(search, output_mode="json", count=0)),
    "xml": [dict(row) for row in results.ResultsReader(service.jobs.oneshot(search, count=0))],
    "csv": text(service.jobs.oneshot(search, output_mode="csv", count=0)),
}
told["export"] = read(service.jobs.export(search, output_mode="json", preview=False))
told["export_xml"] = len([row for row in results.ResultsReader(service.jobs.export(search, preview=False))])

job = service.jobs.create(search)
job.cancel()
try:
    job.refresh()
    told["cancelled"] = 200
except HTTPError as error:
    told["cancelled"] = error.status

try:
    service.jobs.create("search x | frobnicate")
except HTTPError as error:
    told["refused"] = [error.status, str(error)]
try:
    service.parse("| frobnicate")
except HTTPError as error:
    told["parse"] = error.status
try:
    client.connect(**place, username=user["username"], password="wrong")
except AuthenticationError:
    told["wrong"] = True

named = client.connect(**place, **user, owner="admin", app="search")
told["namespace"] = len(read(named.jobs.oneshot(search, output_mode="json", count=0)))
bearer = client.connect(**place, splunkToken=os.environ["HB_TOKEN"])
told["token"] = len(read(bearer.jobs.oneshot(search, output_mode="json", count=0)))
basic = client.connect(**place, **user, basic=True)
told["basic"] = basic.info["version"]

json.dump(told, sys.stdout)
