"""Asks xprof, inside stock TensorBoard, for the profiles of a logdir, and prints them as one JSON document."""

import argparse
import gzip
import json
import os
import sys

import dashboards
import server

TRACE_VIEWER = "trace_viewer"


class Client(dashboards.Client):
    """xprof compresses its answers, whatever it is asked for."""

    def text(self, path, query=None):
        body, _ = self.get(path, query)
        return gzip.decompress(body).decode("utf-8") if body[:2] == b"\x1f\x8b" else body.decode("utf-8")


def session(client, run):
    hosts = client.json("plugin/profile/hosts", {"run": run, "tag": TRACE_VIEWER})
    names = [host["hostname"] for host in hosts]

    def trace(host):
        query = {"run": run, "tag": TRACE_VIEWER, "host": host}
        return client.json("plugin/profile/data", query)["traceEvents"]

    return {
        "tools": client.json("plugin/profile/run_tools", {"run": run}),
        "traces": {host: trace(host) for host in names},
    }


def ask(logdir):
    # Which loader reads the event files makes no difference to xprof, which reads none.
    with server.TensorBoard(logdir, "slow") as tensorboard:
        client = Client(tensorboard.url)
        return {
            "enabled": client.json("plugins_listing")["profile"]["enabled"],
            "sessions": {run: session(client, run) for run in client.json("plugin/profile/runs")},
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logdir", metavar="LOGDIR")
    arguments = parser.parse_args()
    if not os.path.isdir(arguments.logdir):
        parser.error(f"not a directory: {arguments.logdir}")
    try:
        answers = ask(arguments.logdir)
    except server.Failure as failure:
        sys.exit("\n".join([str(failure), *failure.__notes__]))
    json.dump(answers, sys.stdout, indent=1, sort_keys=True, allow_nan=False)
    print()


if __name__ == "__main__":
    main()
