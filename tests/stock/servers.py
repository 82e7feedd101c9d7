"""Asks two data servers everything about a logdir, and prints where their answers differ, as JSON.

The one is TensorBoard's own, the other is ours. All ten calls of the protocol are made through the stubs of the
`tensorboard` package, for every plugin, with filters and without. The answer is a list of

    {"at": [call, plugin, run, tag, …], "theirs": value, "ours": value}

where null stands for what is not there.
"""

import argparse
import hashlib
import json
import math
import os
import subprocess
import sys
import tempfile
import time

import grpc
import tensorboard_data_server
from tensorboard.data.proto import data_provider_pb2 as messages
from tensorboard.data.proto import data_provider_pb2_grpc

TIMEOUT = 120
EVERYTHING = 1_000_000
FEW = 5
CLASSES = ("Scalars", "Tensors", "BlobSequences")
PLUGINS = (
    "scalars", "histograms", "images", "audio", "text", "graphs", "graph_run_metadata",
    "graph_run_metadata_graph", "graph_keras_model", "graph_tagged_run_metadata", "pr_curves", "mesh",
    "hparams", "custom_scalars", "foreign", "thermometer",
)  # fmt: skip


class Server:
    """A data server that has read its logdir."""

    def __init__(self, binary, logdir, directory):
        port_file = os.path.join(directory, "port")
        self._process = subprocess.Popen(
            [
                binary,
                f"--logdir={os.path.abspath(logdir)}",
                "--reload=once",
                f"--samples-per-plugin={','.join(f'{name}=all' for name in PLUGINS)}",
                "--port=0",
                f"--port-file={port_file}",
                "--die-after-stdin",
                "--verbose",
            ],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        for line in self._process.stderr:
            if "Finished load cycle" in line:
                break
        else:
            raise SystemExit(f"{binary} ended before it had read the logdir")
        address = f"localhost:{wait_for_port(port_file)}"
        options = [("grpc.max_receive_message_length", 256 << 20), ("grpc.enable_http_proxy", 0)]
        self._channel = grpc.insecure_channel(address, options=options)
        self._stub = data_provider_pb2_grpc.TensorBoardDataProviderStub(self._channel)

    def close(self):
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def call(self, name, **fields):
        request = getattr(messages, f"{name}Request")(**fields)
        try:
            return getattr(self._stub, name)(request, timeout=TIMEOUT)
        except grpc.RpcError as error:
            return error.code().name

    def blob(self, key):
        try:
            pieces = self._stub.ReadBlob(messages.ReadBlobRequest(blob_key=key), timeout=TIMEOUT)
            data = b"".join(piece.data for piece in pieces)
        except grpc.RpcError as error:
            return error.code().name
        return [len(data), hashlib.sha256(data).hexdigest()[:16]]


def wait_for_port(path):
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        try:
            with open(path, encoding="ascii") as file:
                text = file.read()
        except FileNotFoundError:
            text = ""
        if text.endswith("\n"):
            return int(text)
        time.sleep(0.01)
    raise SystemExit("the data server states no port")


def answers(server, chosen):
    """Everything that a server says, in nested dictionaries. Both are asked for the single series in `chosen`."""
    everything = {
        "ListPlugins": {plugin.name: True for plugin in server.call("ListPlugins").plugins},
        "ListRuns": {run.name: run.start_time for run in server.call("ListRuns").runs},
    }
    for kind in CLASSES:
        for plugin in PLUGINS:
            everything |= of_plugin(server, kind, plugin, chosen)
    everything["errors"] = errors(server)
    return everything


def of_plugin(server, kind, plugin, chosen):
    owner = messages.PluginFilter(plugin_name=plugin)
    listing = server.call(f"List{kind}", plugin_filter=owner)
    found = {f"List{kind} {plugin}": tags(listing, lambda tag: metadata(tag.metadata))}
    for n in (EVERYTHING, FEW, 1, 0):
        read = server.call(
            f"Read{kind}", plugin_filter=owner, downsample=messages.Downsample(num_points=n)
        )
        found[f"Read{kind} {plugin} {n}"] = tags(read, lambda tag: points(server, tag.data))
    # One series by itself, and nothing.
    for run in listing.runs[:1]:
        chosen.setdefault((kind, plugin), (run.run_name, run.tags[0].tag_name))
    if (kind, plugin) in chosen:
        run, tag = chosen[kind, plugin]
        only = messages.RunTagFilter()
        only.runs.names.append(run)
        only.tags.names.append(tag)
        one = server.call(f"List{kind}", plugin_filter=owner, run_tag_filter=only)
        found[f"List{kind} {plugin} one"] = tags(one, lambda _: True)
        nothing = messages.RunTagFilter(runs=messages.RunFilter())
        none = server.call(f"List{kind}", plugin_filter=owner, run_tag_filter=nothing)
        found[f"List{kind} {plugin} none"] = tags(none, lambda _: True)
    return found


def tags(answer, value):
    if isinstance(answer, str):
        return answer
    return {run.run_name: {tag.tag_name: value(tag) for tag in run.tags} for run in answer.runs}


def metadata(about):
    summary = about.summary_metadata
    return {
        "max_step": about.max_step,
        "max_wall_time": number(about.max_wall_time),
        "max_length": getattr(about, "max_length", None),
        "plugin": summary.plugin_data.plugin_name,
        "content": summary.plugin_data.content.hex(),
        "display_name": summary.display_name,
        "description": summary.summary_description,
        "class": summary.data_class,
    }


def points(server, data):
    if isinstance(data, messages.BlobSequenceData):
        values = [[server.blob(ref.blob_key) for ref in value.blob_refs] for value in data.values]
    elif isinstance(data, messages.TensorData):
        values = [hashlib.sha256(v.SerializeToString(deterministic=True)).hexdigest()[:16] for v in data.value]
    else:
        values = [number(value) for value in data.value]
    times = [number(time) for time in data.wall_time]
    return [list(point) for point in zip(data.step, times, values, strict=True)]


def number(value):
    return value if math.isfinite(value) else repr(value)


def errors(server):
    """What requests come to that make no sense."""
    owner = messages.PluginFilter(plugin_name="scalars")
    found = {}
    for kind in CLASSES:
        found[f"List{kind} of no plugin"] = server.call(f"List{kind}")
        found[f"Read{kind} without a number"] = server.call(f"Read{kind}", plugin_filter=owner)
        found[f"Read{kind} of -1"] = server.call(
            f"Read{kind}", plugin_filter=owner, downsample=messages.Downsample(num_points=-1)
        )
        of_nobody = messages.PluginFilter(plugin_name="nobody")
        empty = server.call(f"List{kind}", plugin_filter=of_nobody)
        found[f"List{kind} of nobody"] = tags(empty, lambda _: True)
    found["ReadBlob of no key"] = server.blob("")
    found["ReadBlob of a wrong key"] = server.blob("####")
    return found


def differences(at, theirs, ours):
    # A run that one of them does not have is one without series.
    if len(at) < 3 and None in (theirs, ours) and isinstance(theirs or ours, dict):
        theirs, ours = theirs or {}, ours or {}
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted(theirs.keys() | ours.keys()):
            yield from differences([*at, key], theirs.get(key), ours.get(key))
    elif theirs != ours:
        yield {"at": at, "theirs": theirs, "ours": ours}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logdir", metavar="LOGDIR")
    parser.add_argument("--ours", required=True, help="the binary of our data server")
    arguments = parser.parse_args()
    binaries = {"theirs": tensorboard_data_server.server_binary(), "ours": arguments.ours}
    found, chosen = {}, {}
    for name, binary in binaries.items():
        with tempfile.TemporaryDirectory() as directory:
            server = Server(binary, arguments.logdir, directory)
            try:
                found[name] = answers(server, chosen)
            finally:
                server.close()
    json.dump(list(differences([], found["theirs"], found["ours"])), sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
