"""What is measured: a function a topic, each of which yields tables."""

import os
import resource
import shutil

from processes import (
    HERE,
    NOTHING,
    TARGET,
    TENSORFLOW,
    TFEVENTS,
    data_server,
    in_turns,
    median,
    peak,
    peers,
    python,
    run,
    tensorflow,
)
from report import Row, Table, Target

TBOARD = shutil.which("protoc") is not None
NO_TBOARD = "building tboard takes a `protoc`"
NO_TENSORFLOW = "only with --tensorflow, which installs it"

MIB = 2**20


def ratio(over, under):
    return median(over) / median(under)


def writing(scale):
    def rust(subject, count):
        return lambda: written(peers, "write", subject, scale.of(count))

    def written(measure, *command):
        *command, events = command
        with scale.fresh() as path:
            return measure(*command, path, events)["seconds"] / events * 1e9

    contenders = {
        "ours": rust("tfevents", 5_000_000),
        "handle": rust("tfevents-handle", 5_000_000),
        "threads": lambda: written(peers, "write-threads", 4, scale.of(5_000_000)),
        "tensorboard-rs": rust("tensorboard-rs", 2_000_000),
        "tfrecord": rust("tfrecord", 1_000_000),
        "tfrecord-buffered": rust("tfrecord-buffered", 1_000_000),
        "tensorboardX": lambda: written(python, "write", scale.of(20_000)),
    }
    if TBOARD:
        contenders["tboard"] = rust("tboard", 300_000)
    if TENSORFLOW.exists():
        for writer, events in (("EventsWriter", 200_000), ("tf.summary", 5_000)):
            contenders[writer] = lambda writer=writer, events=events: written(
                tensorflow, "write-tensorflow", writer, scale.of(events)
            )
    found = in_turns(scale.rounds, contenders)
    ours = found["ours"]

    def peer(what, name, target=None, note=""):
        values = found.get(name, [])
        return Row(what, values, ratio(values, ours) if values else None, target, note)

    yield Table(
        "Logging scalars to a file",
        "ns an event",
        "From opening the writer until the file is complete, 50 series in turns, the wall time of each event "
        "read. The ratio of a peer says how many times as long as `add_scalar` it takes; that of the handle, "
        "how many times faster than `add_scalar` it is; that of the threads, how much longer than one thread "
        "they take for as many events in all.",
        [
            Row("tfevents, `add_scalar`", ours),
            Row(
                "tfevents, a handle of each tag",
                found["handle"],
                ratio(ours, found["handle"]),
                Target(least=1.5),
            ),
            Row(
                "tfevents, `add_scalar` from 4 threads",
                found["threads"],
                ratio(found["threads"], ours),
                Target(most=2),
            ),
            peer("tensorboard-rs", "tensorboard-rs", Target(least=6)),
            peer("tfrecord, as it comes (it flushes each event)", "tfrecord", Target(least=12)),
            peer("tfrecord, `auto_flush: false`", "tfrecord-buffered"),
            peer("tboard", "tboard", note=NO_TBOARD),
            peer("tensorboardX", "tensorboardX", Target(least=500)),
            peer("TensorFlow's EventsWriter, from Python", "EventsWriter", note=NO_TENSORFLOW),
            peer("tf.summary", "tf.summary", note=NO_TENSORFLOW),
        ],
    )


def stalls(scale):
    def stall(subject, count, pace):
        def measure():
            with scale.fresh() as path:
                return peers("stall", subject, path, scale.of(count), pace)

        return measure

    def worst_of_python():
        with scale.fresh() as path:
            return python("stall", path, scale.of(20_000))

    found = in_turns(
        3,
        {
            "ours": stall("tfevents", 10_000_000, 0),
            "ours, paced": stall("tfevents", 1_000_000, 200_000),
            "tensorboard-rs": stall("tensorboard-rs", 1_000_000, 0),
            "tfrecord": stall("tfrecord", 1_000_000, 0),
            "tensorboardX": worst_of_python,
        },
    )

    def ms(name, figure):
        return [values[figure] * 1e3 for values in found[name]]

    yield Table(
        "The worst single call, while the disk is busy",
        "ms",
        "Another thread (none for tensorboardX) writes 16 MiB to the disk and waits for it, over and over. On "
        "few cores, most of the worst calls are those in which the scheduler ran something else.",
        [
            Row(
                f"tfevents, {scale.of(10_000_000):,} events without pause, worst",
                ms("ours", "worst"),
            ),
            Row("the same, 1 call in 10,000 is slower than", ms("ours", "p99.99")),
            Row(
                f"tfevents, {scale.of(1_000_000):,} events, 200,000 a second, worst",
                ms("ours, paced", "worst"),
            ),
            Row("the same, 1 call in 10,000 is slower than", ms("ours, paced", "p99.99")),
            Row(
                f"tensorboard-rs, {scale.of(1_000_000):,} events, worst",
                ms("tensorboard-rs", "worst"),
            ),
            Row(f"tfrecord, {scale.of(1_000_000):,} events, worst", ms("tfrecord", "worst")),
            Row(f"tensorboardX, {scale.of(20_000):,} events, worst", ms("tensorboardX", "worst")),
        ],
    )


def reading(scale):
    big, part, run_of = scale.big(), scale.part(), lambda path: path / "run_00000"

    def per_point(measure, count, *command):
        def once():
            found = measure(*command)
            assert found["points"] == scale.of(count), f"{command} found {found}"
            return found["seconds"] / found["points"] * 1e9

        return once

    def whole(call):
        return lambda: call() / scale.of(5_000_000) * 1e9

    contenders = {
        "ours": per_point(peers, 5_000_000, "load", big, 1),
        "all cores": per_point(peers, 5_000_000, "load", big, os.cpu_count()),
        "inspect": whole(lambda: run(TFEVENTS, "inspect", big).seconds),
        "export": whole(lambda: run(TFEVENTS, "export", "--format", "csv", big).seconds),
        "idle server": whole(lambda: data_server(scale.empty())),
        "data server": whole(lambda: data_server(big)),
        "checking server": whole(lambda: data_server(big, "--checksum")),
        "tfrecord": per_point(peers, 5_000_000, "read", "tfrecord", run_of(big)),
        "EventAccumulator": per_point(python, 100_000, "read", "EventAccumulator", run_of(part)),
        "tbparse": per_point(python, 100_000, "read", "tbparse", run_of(part)),
    }
    if TBOARD:
        contenders["tboard"] = per_point(peers, 5_000_000, "read", "tboard", run_of(big))
    found = in_turns(scale.rounds, contenders)
    idle = median(found.pop("idle server"))
    for server in ("data server", "checking server"):
        found[server] = [value - idle for value in found[server]]
    ours = found["ours"]

    def peer(what, name, target=None, note=""):
        values = found.get(name, [])
        return Row(what, values, ratio(values, ours) if values else None, target, note)

    yield Table(
        f"Reading a file of {scale.of(5_000_000):,} scalars",
        "ns a scalar",
        "50 series, into columns, one thread where nothing else is said. All check every checksum but the data "
        "server, which by default does not and which keeps a sample of 1,000 points per series; its time is that "
        "until it says it has loaded, less what it takes for an empty logdir. The ratio says how many times as "
        "long as `LogdirState` it takes; that of all cores, how many times faster than one thread it is.",
        [
            Row("tfevents, `LogdirState`", ours),
            Row(
                f"tfevents, `LogdirState`, {os.cpu_count()} threads",
                found["all cores"],
                ratio(ours, found["all cores"]),
                Target(least=1.8),
            ),
            peer("`tfevents inspect`, the whole process", "inspect", Target(most=1.3)),
            peer("`tfevents export --format csv`, the whole process", "export", Target(most=6)),
            peer("TensorBoard's data server", "data server", Target(least=10)),
            peer("TensorBoard's data server, `--checksum`", "checking server"),
            peer("tfrecord", "tfrecord", Target(least=7)),
            peer("tboard, with a buffer of 1 MiB", "tboard", note=NO_TBOARD),
            peer(
                f"TensorBoard's EventAccumulator, a file of {scale.of(100_000):,}",
                "EventAccumulator",
            ),
            peer(f"tbparse, a file of {scale.of(100_000):,}", "tbparse"),
        ],
    )


def logdirs(scale):
    many = scale.data("many", "runs", 50, 20, scale.of(5_000))
    # The data server holds a descriptor of every file, and leaves out those for which it gets none.
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    small_runs = min(scale.of(20_000), descriptors - 100)
    small = scale.data("small", "runs", small_runs, 1, 100)
    mixed = scale.mixed()

    def load(path, threads):
        return lambda: peers("load", path, threads)["seconds"]

    cores = os.cpu_count()
    found = in_turns(
        scale.rounds,
        {
            "idle": lambda: data_server(scale.empty()),
            "many, one": load(many, 1),
            "many, all": load(many, cores),
            "many, server": lambda: data_server(many),
            "small": load(small, cores),
            "small, inspect": lambda: run(TFEVENTS, "inspect", small).seconds,
            "small, server": lambda: data_server(small),
            "mixed, checksum": lambda: peers("checksum", mixed)["seconds"],
            "mixed": load(mixed, 1),
            "mixed, inspect": lambda: run(TFEVENTS, "inspect", mixed).seconds,
            "mixed, no-verify": lambda: run(TFEVENTS, "inspect", "--no-verify", mixed).seconds,
            "mixed, server": lambda: data_server(mixed),
        },
    )
    idle = median(found.pop("idle"))
    for name in [name for name in found if name.endswith("server")]:
        found[name] = [value - idle for value in found[name]]
    server = "TensorBoard's data server"

    yield Table(
        f"50 runs of 20 series of {scale.of(5_000):,} scalars",
        "s",
        "The ratio of all cores says how many times faster than one thread they are; that of the data server, "
        "which uses all cores, how many times as long it takes.",
        [
            Row("tfevents, one thread", found["many, one"]),
            Row(
                f"tfevents, {cores} threads",
                found["many, all"],
                ratio(found["many, one"], found["many, all"]),
                Target(least=1.8),
            ),
            Row(server, found["many, server"], ratio(found["many, server"], found["many, all"])),
        ],
    )
    yield Table(
        f"{small_runs:,} runs of 100 scalars",
        "s",
        "All use all cores but `inspect`. The ratio says how many times as long as `LogdirState` it takes.",
        [
            Row("tfevents, `LogdirState`", found["small"]),
            Row(
                "`tfevents inspect`, the whole process",
                found["small, inspect"],
                ratio(found["small, inspect"], found["small"]),
            ),
            Row(
                server,
                found["small, server"],
                ratio(found["small, server"], found["small"]),
                Target(least=5),
            ),
        ],
    )
    yield Table(
        f"A file of {scale.mixed_bytes / 1e6:,.0f} MB, images and histograms",
        "s",
        "One thread each. The ratio says how many times as long as a checksum of its bytes it takes.",
        [
            Row("CRC-32C of the bytes, read 1 MiB at a time", found["mixed, checksum"]),
            Row(
                "`tfevents inspect`",
                found["mixed, inspect"],
                ratio(found["mixed, inspect"], found["mixed, checksum"]),
                Target(most=1.5),
            ),
            Row(
                "`tfevents inspect --no-verify`",
                found["mixed, no-verify"],
                ratio(found["mixed, no-verify"], found["mixed, checksum"]),
            ),
            Row(
                "tfevents, `LogdirState`",
                found["mixed"],
                ratio(found["mixed"], found["mixed, checksum"]),
            ),
            Row(
                server,
                found["mixed, server"],
                ratio(found["mixed, server"], found["mixed, checksum"]),
            ),
        ],
    )


def media(scale):
    samples = scale.data("samples", "samples", 1_000_000)
    pictures = {name: scale.data(name, name) for name in ("noisy", "smooth")}

    def calls(measure, what, source, count):
        def once():
            with scale.fresh() as path:
                return measure(what, path, source, count)

        return once

    contenders = {
        "pass": lambda: peers("pass", samples, 50),
        "histogram": calls(peers, "histogram", samples, 20),
        "histogram, tensorboardX": calls(python, "histogram", samples, 5),
    }
    if TENSORFLOW.exists():
        contenders["histogram, TensorFlow"] = calls(
            tensorflow, "histogram-tensorflow", samples, 5
        )
    for name, pixels in pictures.items():
        contenders[name] = calls(peers, "image", pixels, 20)
        contenders[f"{name}, tensorboardX"] = calls(python, "image", pixels, 10)
    found = in_turns(scale.rounds, contenders)

    def ms(name):
        return [values["seconds"] * 1e3 for values in found.get(name, [])]

    def kb(name):
        return [values["bytes"] / 1e3 for values in found[name]]

    ours, theirs, tf2 = (
        ms(f"histogram{library}") for library in ("", ", tensorboardX", ", TensorFlow")
    )
    yield Table(
        "A histogram of 1,000,000 32-bit floats",
        "ms",
        "A call of `add_histogram`. The ratio says how many times as long as tfevents it takes.",
        [
            Row("tfevents, 30 equal buckets", ours),
            Row("adding up the same numbers, vectorised", ms("pass"), ratio(ms("pass"), ours)),
            Row("tensorboardX", theirs, ratio(theirs, ours), Target(least=100)),
            Row(
                "tf.summary.histogram",
                tf2,
                ratio(tf2, ours) if tf2 else None,
                Target(least=150),
                NO_TENSORFLOW,
            ),
        ],
    )
    for name, like in (
        ("noisy", "3 bits of noise on a gradient, like a photograph"),
        ("smooth", "a gradient, like a plot"),
    ):
        ours, theirs = ms(name), ms(f"{name}, tensorboardX")
        yield Table(
            f"An image of 512×512 RGB pixels: {like}",
            "ms, kB",
            "A call of `add_image` (in ms) and what it leaves in the file (in kB). The ratio of the time says how "
            "many times as long as tfevents tensorboardX takes; that of the size, how large our file is beside "
            "its.",
            [
                Row("tfevents, time", ours),
                Row("tensorboardX, time", theirs, ratio(theirs, ours), Target(least=8)),
                Row(
                    "tfevents, size",
                    kb(name),
                    ratio(kb(name), kb(f"{name}, tensorboardX")),
                    Target(most=1.3),
                ),
                Row("tensorboardX, size", kb(f"{name}, tensorboardX")),
            ],
        )


def memory(scale):
    big, mixed = scale.big(), scale.mixed()

    def mebibytes(*command):
        return lambda: peak(*command) / MIB

    found = in_turns(
        3,
        {
            "a program that does nothing": mebibytes(NOTHING),
            "`tfevents inspect`, the scalars": mebibytes(TFEVENTS, "inspect", big),
            "`tfevents export --format csv`, the scalars": mebibytes(
                TFEVENTS, "export", "--format", "csv", big
            ),
            "`tfevents cat`, the scalars": mebibytes(TFEVENTS, "cat", big),
            "`tfevents inspect`, images and histograms": mebibytes(TFEVENTS, "inspect", mixed),
        },
    )
    nothing, *verbs = found.items()
    yield Table(
        "Memory of the program",
        "MiB at the peak",
        "However large the files are. This way of measuring cannot go below what the measuring program has itself.",
        [Row(*nothing)] + [Row(what, values, target=Target(most=32)) for what, values in verbs],
    )
    loaded = in_turns(3, {"loaded": lambda: peers("load", big, 1)})["loaded"]
    per_point = [values["resident"] / values["points"] for values in loaded]
    yield Table(
        "Memory of what is loaded",
        "bytes a point",
        f"By how much `LogdirState` makes the process grow, for {scale.of(5_000_000):,} scalars.",
        [Row("tfevents, `LogdirState`", per_point, target=Target(most=24))],
    )


def starting(scale):
    tiny = scale.data("tiny", "runs", 1, 2, 10)
    found = in_turns(
        10 * scale.rounds,
        {
            "nothing": lambda: run(NOTHING).seconds * 1e3,
            "version": lambda: run(TFEVENTS, "--version").seconds * 1e3,
            "inspect": lambda: run(TFEVENTS, "inspect", tiny).seconds * 1e3,
        },
    )
    nothing = median(found["nothing"])

    def beyond(name):
        return [value - nothing for value in found[name]]

    yield Table(
        "Starting the program",
        "ms",
        "From starting a process until it has ended.",
        [
            Row("a program that does nothing", found["nothing"]),
            Row("`tfevents --version`, beyond that", beyond("version"), target=Target(most=5)),
            Row(
                "`tfevents inspect` of 2 series, beyond that",
                beyond("inspect"),
                target=Target(most=5),
            ),
        ],
    )


def building(_scale):
    root = HERE.parent.parent
    listing = run(
        *"cargo tree --locked -p tfevents -e normal,build --prefix none".split(),
        keep_output=True,
        cwd=root,
    ).output
    crates = len({line.removesuffix(" (*)") for line in listing.splitlines()})
    target = TARGET / "clean"
    shutil.rmtree(target, ignore_errors=True)
    build = run(*f"cargo build --locked -p tfevents --target-dir {target}".split(), cwd=root)
    shutil.rmtree(target)
    yield Table(
        "Building the library",
        "count, s",
        "`cargo build -p tfevents` from nothing, with its default features, with all sources downloaded.",
        [
            Row("crates, itself and those that only build others included", [crates], target=Target(most=30)),
            Row("CPU seconds", [build.cpu_seconds]),
        ],
    )


ALL = (writing, stalls, reading, logdirs, media, memory, starting, building)
