"""The loop that people write to follow processes down: the children of what was found, until nothing comes back."""
import json
import os
import sys

from splunklib import client, results

scheme, rest = os.environ["HB_URL"].split("://")
host, port = rest.split(":")
service = client.connect(
    scheme=scheme, host=host, port=int(port), username=os.environ["HB_USER"], password=os.environ["HB_PASSWORD"]
)
tail = "| stats count BY ProcessGuid, ParentProcessGuid | fields - count"


def pairs(search):
    job = service.jobs.create(search, exec_mode="blocking")
    rows = []
    while True:
        page = [
            row
            for row in results.JSONResultsReader(job.results(output_mode="json", count=50, offset=len(rows)))
            if isinstance(row, dict)
        ]
        if not page:
            break
        rows.extend(page)
    job.cancel()
    return {(row["ProcessGuid"], row["ParentProcessGuid"]) for row in rows}


found = pairs(f"search {os.environ['HB_FIRST']} {tail}")
generations = [sorted(found)]
while generations[-1]:
    known = {process for process, _ in found}
    ids = " OR ".join(f'ParentProcessGuid="{process}"' for process, _ in generations[-1])
    new = {pair for pair in pairs(f"search EventCode=1 ({ids}) {tail}") if pair[0] not in known}
    generations.append(sorted(new))
    found |= new
json.dump(generations, sys.stdout)
