"""Prints what TensorBoard's data providers hand out of every run of a logdir, as JSON.

No dashboard is involved: this asks the interface between them and the loaders. The fast one is the data
server over gRPC; the slow one is the Python multiplexer, one for each run, so that a run at which it fails
does not spoil the others.
"""

import argparse
import base64
import json
import math
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from tensorboard import context
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.data import grpc_provider, provider

import grpc

# All that is asked for. The data server keeps everything of the plugins that it is told to.
PLUGINS = (
    "scalars",
    "histograms",
    "images",
    "audio",
    "text",
    "graphs",
    "graph_run_metadata",
    "graph_run_metadata_graph",
    "graph_keras_model",
    "graph_tagged_run_metadata",
    "pr_curves",
    "mesh",
    "hparams",
    "custom_scalars",
    "foreign",
    "thermometer",
)
EVERYTHING = 1_000_000
TIMEOUT = 300
CONTEXT = context.RequestContext()


class Source:
    """A data provider, asked about one plugin at a time."""

    def __init__(self, data):
        self._data = data

    def _ask(self, method, plugin, **options):
        return getattr(self._data, method)(
            CONTEXT, experiment_id="", plugin_name=plugin, **options
        )

    def listing(self, kind, plugin):
        return self._ask(f"list_{kind}", plugin)

    def read(self, kind, plugin, run=None, tag=None):
        only = None
        if run is not None:
            only = provider.RunTagFilter(runs=[run], tags=[tag])
        return self._ask(f"read_{kind}", plugin, downsample=EVERYTHING, run_tag_filter=only)

    def blob(self, key):
        return self._data.read_blob(CONTEXT, blob_key=key)


def scalar(source, datum):
    return number(datum.value)


def tensor(source, datum):
    array = datum.numpy
    return {"shape": array.shape, "values": [number(v) for v in array.flatten().tolist()]}


def blobs(source, datum):
    return [blob(source, reference.blob_key) for reference in datum.values]


def blob(source, key):
    try:
        return number(source.blob(key))
    except Exception as failure:
        return {"error": describe(failure)}


# How the providers call the three classes of data, and how a value is printed.
KINDS = {"scalars": scalar, "tensors": tensor, "blob_sequences": blobs}


def number(value):
    """A value as JSON has it: numbers by themselves, bytes and anything else by a name and text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, np.ndarray):
        return {"array": repr(value)}
    return {type(value).__name__: repr(value)}


def describe(failure):
    if isinstance(failure, grpc.RpcError):
        return f"{failure.code().name}: {failure.details()}"
    return f"{type(failure).__name__}: {failure}"


def series(source, kind, plugin, run, tag, data):
    """The points of one series, read by itself where reading all at once failed."""
    try:
        if data is None:
            data = source.read(kind, plugin, run, tag).get(run, {}).get(tag, [])
        return [[d.step, number(d.wall_time), KINDS[kind](source, d)] for d in data]
    except Exception as failure:
        return {"error": describe(failure)}


def provided(source):
    """{run: {kind: {plugin: {tag: points}}}} with errors where data would be."""
    runs = {}
    for kind in KINDS:
        for plugin in PLUGINS:
            try:
                listing = source.listing(kind, plugin)
            except Exception as failure:
                runs.setdefault("", {}).setdefault(kind, {})[plugin] = {"error": describe(failure)}
                continue
            if not listing:
                continue
            try:
                everything = source.read(kind, plugin)
            except Exception:
                everything = {}
            for run, tags in listing.items():
                answers = runs.setdefault(run, {}).setdefault(kind, {}).setdefault(plugin, {})
                for tag, info in tags.items():
                    data = everything.get(run, {}).get(tag)
                    answers[tag] = {
                        "content": number(info.plugin_content),
                        "points": series(source, kind, plugin, run, tag, data),
                    }
    return runs


def slow(logdir):
    runs = {}
    directories = [path for path, _, files in os.walk(logdir) if any("tfevents" in name for name in files)]
    for run in sorted(os.path.relpath(path, logdir) for path in directories):
        # Zero keeps everything.
        multiplexer = plugin_event_multiplexer.EventMultiplexer(
            size_guidance={"tensors": 0},
            tensor_size_guidance=dict.fromkeys(PLUGINS, 0),
        )
        multiplexer.AddRun(os.path.join(logdir, run), run)
        try:
            multiplexer.Reload()
        except Exception as failure:
            runs[run] = {"failed": describe(failure)}
            continue
        source = Source(data_provider.MultiplexerDataProvider(multiplexer, logdir))
        answers = provided(source)
        # What fails as a whole fails for this run.
        failures = answers.pop("", {})
        runs[run] = answers.get(run, {})
        for kind, plugins in failures.items():
            runs[run].setdefault(kind, {}).update(plugins)
    return runs


def fast(logdir, binary=None, flags=()):
    import tensorboard_data_server

    with tempfile.TemporaryDirectory() as directory:
        port_file = os.path.join(directory, "port")
        server = subprocess.Popen(
            [
                binary or tensorboard_data_server.server_binary(),
                *flags,
                f"--logdir={os.path.abspath(logdir)}",
                "--reload=once",
                f"--samples-per-plugin={','.join(f'{name}=all' for name in PLUGINS)}",
                "--port=0",
                f"--port-file={port_file}",
                "--die-after-stdin",
                "--verbose",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        try:
            for line in server.stderr:
                if "Finished load cycle" in line:
                    break
            else:
                raise SystemExit("the data server ended before it had read the logdir")
            deadline = time.monotonic() + TIMEOUT
            while not (port := read_port(port_file)):
                if time.monotonic() > deadline:
                    raise SystemExit("the data server states no port")
                time.sleep(0.01)
            address = f"localhost:{port}"
            options = [
                ("grpc.max_receive_message_length", 256 << 20),
                ("grpc.enable_http_proxy", 0),
            ]
            with grpc.insecure_channel(address, options=options) as channel:
                stub = grpc_provider.make_stub(channel)
                return provided(Source(grpc_provider.GrpcDataProvider(address, stub)))
        finally:
            server.kill()
            server.wait()


def read_port(path):
    try:
        with open(path, encoding="ascii") as file:
            text = file.read()
    except FileNotFoundError:
        return None
    return int(text) if text.endswith("\n") else None


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("logdir", metavar="LOGDIR")
    parser.add_argument("--mode", choices=("fast", "slow"), required=True)
    parser.add_argument("--server", metavar="BINARY", help="another data server for the fast mode")
    parser.add_argument("--policy", help="a flag for that server")
    arguments = parser.parse_args()
    if not os.path.isdir(arguments.logdir):
        parser.error(f"not a directory: {arguments.logdir}")
    flags = [f"--policy={arguments.policy}"] if arguments.policy else []
    if arguments.mode == "slow":
        runs = slow(arguments.logdir)
    else:
        runs = fast(arguments.logdir, arguments.server, flags)
    json.dump(runs, sys.stdout, sort_keys=True, allow_nan=False)


if __name__ == "__main__":
    main()
