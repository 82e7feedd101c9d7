"""What a server holds, read through MLflow's own client, as JSON.

    python readback.py EXPERIMENT

The server is that of `MLFLOW_TRACKING_URI`. Prints a list of the experiment's runs that were not deleted, oldest first. Of
each: `info` (`run_id`, `name`, `status`, `start`, `end`, `artifact_uri`), `params`, `tags`, `metrics` (by key the points,
as `[step, time in ms, value]`, in order of step, time and value; what JSON has no numbers for is a string) and `artifacts`
(by path the `size` and `sha256` of what is downloaded).
"""

import hashlib
import json
import math
import sys
import tempfile
from pathlib import Path

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts


def runs_of(client, experiment):
    found, token = [], None
    while True:
        page = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"], page_token=token)
        found += page
        token = page.token
        if not token:
            return found


def number(value):
    return value if math.isfinite(value) else str(value)


def points(client, run_id, key):
    history = [(m.step, m.timestamp, m.value) for m in client.get_metric_history(run_id, key)]
    history.sort(key=lambda point: (point[0], point[1], math.isnan(point[2]), point[2]))
    return [[step, time, number(value)] for step, time, value in history]


def artifacts(client, run):
    if not client.list_artifacts(run.info.run_id):
        return {}
    with tempfile.TemporaryDirectory() as directory:
        root = Path(download_artifacts(run_id=run.info.run_id, dst_path=directory, tracking_uri=client.tracking_uri))
        return {
            file.relative_to(root).as_posix(): {
                "size": file.stat().st_size,
                "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            }
            for file in sorted(root.rglob("*"))
            if file.is_file()
        }


def main():
    client = MlflowClient()
    experiment = client.get_experiment_by_name(sys.argv[1])
    found = [] if experiment is None else runs_of(client, experiment)
    answer = [
        {
            "info": {
                "run_id": run.info.run_id,
                "name": run.info.run_name,
                "status": run.info.status,
                "start": run.info.start_time,
                "end": run.info.end_time,
                "artifact_uri": run.info.artifact_uri,
            },
            "params": run.data.params,
            "tags": run.data.tags,
            "metrics": {key: points(client, run.info.run_id, key) for key in run.data.metrics},
            "artifacts": artifacts(client, run),
        }
        for run in found
    ]
    json.dump(answer, sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
