"""The other side of bench/process-tree.ts: time, memory and right parents of msticpy's process tree.

    python process-tree-msticpy.py FILE.csv

The file has Sysmon's creations of processes; prints one line of JSON.
"""

import json
import resource
import sys
import time

import pandas
from msticpy.transform.proc_tree_builder import build_process_tree
from msticpy.transform.proc_tree_schema import SYSMON_PROCESS_CREATE_EVENT_SCH

events = pandas.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
events["UtcTime"] = pandas.to_datetime(events["UtcTime"], utc=True)
for name in ("EventID", "ProcessId", "ParentProcessId"):
    events[name] = pandas.to_numeric(events[name])
started = time.perf_counter()
cpu = time.process_time()
tree = build_process_tree(events, schema=SYSMON_PROCESS_CREATE_EVENT_SCH)
took = time.perf_counter() - started
guids = tree[~tree.index.duplicated()]["ProcessGuid"]
known = set(events["ProcessGuid"])
asked = tree[tree["ParentProcessGuid"].isin(known) & tree["ProcessGuid"].isin(known)]
right = (guids.reindex(asked["parent_key"]).to_numpy() == asked["ParentProcessGuid"].to_numpy()).sum()
print(
    json.dumps(
        {
            "seconds": took,
            "cpu": time.process_time() - cpu,
            "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "asked": len(asked),
            "right": int(right),
        }
    )
)
