"""The data server of this project beside TensorBoard's own: `run.sh --servers`."""

import contextlib
import functools
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import grpc
import tensorboard_data_server
from processes import RELEASE, in_turns
from report import Row, Table, Target
from sections import ratio
from tensorboard.data.proto import data_provider_pb2 as messages
from tensorboard.data.proto import data_provider_pb2_grpc

SERVERS = {
    "here": str(RELEASE / "tfevents-data-server"),
    "stock": tensorboard_data_server.server_binary(),
}
# Of this answer the client's time is mostly its own.
CHARTS = "`ReadScalars` of all, 1,000 points, ms"
CHARTS_CPU = "… CPU of the server, ms"
FIRST_CHARTS_CPU = "… the same when it is asked for the first time"
LARGE = [("grpc.max_receive_message_length", 1 << 30), ("grpc.enable_http_proxy", 0)]


class Server:
    """A data server on its way to have read a logdir."""

    def __init__(self, binary, logdir, directory, *options):
        port_file = Path(directory) / "port"
        self.start = time.perf_counter()
        command = [binary, f"--logdir={logdir}", "--port=0", f"--port-file={port_file}"]
        self.process = subprocess.Popen(
            [*command, "--samples-per-plugin=", "--verbose", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._has_read = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        while not (port_file.exists() and port_file.read_text().endswith("\n")):
            time.sleep(0.002)
        channel = grpc.insecure_channel(f"localhost:{int(port_file.read_text())}", options=LARGE)
        grpc.channel_ready_future(channel).result(60)
        self.ask = data_provider_pb2_grpc.TensorBoardDataProviderStub(channel)

    def _listen(self):
        for line in self.process.stderr:
            if "Finished load cycle" in line:
                self.load = {"load, wall s": time.perf_counter() - self.start, **self.cpu()}
                self.load["memory when loaded, MB"] = self.memory("VmRSS")
                self._has_read.set()

    def wait(self):
        self._has_read.wait()

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return {"load, CPU s": (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")}

    def answering(self):
        """Milliseconds of CPU time that its threads took, to a fraction of one."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        took = 0
        for task in tasks:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                took += int((task / "schedstat").read_text().split()[0])
        return took / 1e6

    def memory(self, field):
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        line = next(line for line in lines if line.startswith(field))
        return int(line.split()[1]) / 1e3


@contextlib.contextmanager
def serving(binary, logdir, *options):
    with tempfile.TemporaryDirectory() as directory:
        server = Server(binary, logdir, directory, *options)
        try:
            yield server
        finally:
            server.process.kill()
            server.process.wait()


def listing(plugin):
    return messages.PluginFilter(plugin_name=plugin)


def reading(plugin, points, runs=None, tags=None):
    request = {"plugin_filter": listing(plugin), "downsample": messages.Downsample(num_points=points)}
    chosen = messages.RunTagFilter()
    if runs:
        chosen.runs.names.extend(runs)
    if tags:
        chosen.tags.names.extend(tags)
    return {**request, "run_tag_filter": chosen}


def questions(ask, plugin):
    """What dashboards ask, and what each question is called here."""
    yield "`ListPlugins`, ms", lambda: ask.ListPlugins(messages.ListPluginsRequest())
    if plugin == "images":
        listed = messages.ListBlobSequencesRequest(plugin_filter=listing(plugin))
        yield "list all series, ms", lambda: ask.ListBlobSequences(listed)
        some = messages.ReadBlobSequencesRequest(**reading(plugin, 10))
        yield "`ReadBlobSequences` of all, ms", lambda: ask.ReadBlobSequences(some)
        point = ask.ReadBlobSequences(some).runs[0].tags[0].data.values[-1]
        # The first two are the width and the height.
        blob = messages.ReadBlobRequest(blob_key=point.blob_refs[2].blob_key)
        yield "`ReadBlob` of an image, ms", lambda: list(ask.ReadBlob(blob))
        return
    listed = messages.ListScalarsRequest(plugin_filter=listing(plugin))
    yield "list all series, ms", lambda: ask.ListScalars(listed)
    first = ask.ListScalars(listed).runs[0]
    run, tag = [first.run_name], [first.tags[0].tag_name]
    for what, request in {
        CHARTS: reading(plugin, 1000),
        "… of all, the last point, ms": reading(plugin, 1),
        "… of one tag in all runs, ms": reading(plugin, 1000, tags=tag),
        "… of one series, ms": reading(plugin, 1000, run, tag),
    }.items():
        request = messages.ReadScalarsRequest(**request)
        yield what, functools.partial(ask.ReadScalars, request)


def load_and_ask(binary, logdir, plugin, *options):
    with serving(binary, logdir, "--reload=once", *options) as server:
        server.wait()
        found = dict(server.load)
        for what, question in questions(server.ask, plugin):
            took, cpu = [], []
            for _ in range(5):
                before, start = server.answering(), time.perf_counter()
                question()
                took.append((time.perf_counter() - start) * 1e3)
                # It may be about to let go of the answer.
                time.sleep(0.02)
                cpu.append(server.answering() - before)
            found[what] = min(took)
            if what == CHARTS:
                found[CHARTS_CPU] = min(cpu)
                found[FIRST_CHARTS_CPU] = cpu[0]
        found["most memory, MB"] = server.memory("VmHWM")
        return found


def first_paint(binary, logdir, runs, steps):
    """Seconds until all runs are listed, and until the last point of a tag of every run is there."""
    found = {}
    with serving(binary, logdir, "--reload=1") as server:
        while len(found) < 2:
            listed = server.ask.ListRuns(messages.ListRunsRequest()).runs
            if len(listed) == runs:
                found.setdefault("all runs are listed, s", time.perf_counter() - server.start)
            request = messages.ReadScalarsRequest(**reading("scalars", 1, tags=["train/metric_99"]))
            last = [run.tags[0].data.step[-1] for run in server.ask.ReadScalars(request).runs]
            if last == [steps - 1] * runs:
                what = "the last point of a tag of every run, s"
                found.setdefault(what, time.perf_counter() - server.start)
            time.sleep(0.01)
    return found


def table(title, about, scale, measure, targets):
    """Measures both servers in turns; the ratios are those of the stock one to ours."""
    contenders = {name: functools.partial(measure, binary) for name, binary in SERVERS.items()}
    found = in_turns(scale.rounds, contenders)
    rows = []
    for what in found["here"][0]:
        here, stock = ([one[what] for one in found[name]] for name in SERVERS)
        rows.append(Row(f"{what}: here", here))
        rows.append(Row("… stock", stock, ratio(stock, here), targets.get(what)))
    return Table(title, "as stated", about, rows)


def servers(scale):
    questions_of_scalars = {
        "`ListPlugins`, ms": Target(least=10),
        "list all series, ms": Target(least=10),
        CHARTS: Target(least=3),
        CHARTS_CPU: Target(least=3),
        "… of all, the last point, ms": Target(least=10),
    }
    runs, steps = scale.of(2_000), scale.of(5_000)
    few = scale.data("many", "runs", 50, 20, steps)
    yield table(
        f"50 runs of 20 series of {steps:,} scalars",
        "Loading, and what pages ask for afterwards.",
        scale,
        lambda binary: load_and_ask(binary, few, "scalars"),
        {"load, CPU s": Target(least=6), CHARTS_CPU: Target(least=3)},
    )
    many = scale.data("wide", "runs", runs, 100, 50)
    yield table(
        f"{runs:,} runs of 100 series of 50 scalars",
        "The same.",
        scale,
        lambda binary: load_and_ask(binary, many, "scalars"),
        {
            "load, CPU s": Target(least=5),
            "memory when loaded, MB": Target(least=2.5),
            **questions_of_scalars,
        },
    )
    yield table(
        f"First paint of {runs:,} runs of 100 series of 50 scalars",
        "From the start of the server, asked every 10 ms.",
        scale,
        lambda binary: first_paint(binary, many, runs, 50),
        dict.fromkeys(
            ("all runs are listed, s", "the last point of a tag of every run, s"), Target(least=10)
        ),
    )
    together = scale.data("together", "steps", runs, 100, 50)
    yield table(
        f"{runs:,} runs of 100 series of 50 scalars that share their wall times",
        "In all tables above every point has a wall time of its own. Most training loops take one per step.",
        scale,
        lambda binary: load_and_ask(binary, together, "scalars"),
        {
            "load, CPU s": Target(least=5),
            "memory when loaded, MB": Target(least=2.5),
            **questions_of_scalars,
        },
    )
    images = scale.data("images", "images", scale.mixed_bytes)
    for options, targets in (
        ([], {"load, CPU s": Target(least=1)}),
        (["--checksum"], {"load, CPU s": Target(least=3)}),
    ):
        yield table(
            f"{scale.mixed_bytes / 1e6:,.0f} MB of images in 4 runs of 5 series{', `--checksum`' * len(options)}",
            "Checksums of large images are verified when one is read, or with `--checksum` while loading.",
            scale,
            lambda binary, options=options: load_and_ask(binary, images, "images", *options),
            targets,
        )
