"""Runs what is measured, each in a process of its own, in turns."""

import dataclasses
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
TARGET = HERE / "target"
RELEASE = TARGET / "release"
PEERS = RELEASE / "peers"
NOTHING = RELEASE / "nothing"
TFEVENTS = RELEASE / "tfevents"
TENSORFLOW = TARGET / "venv-tensorflow" / "bin" / "python"


@dataclasses.dataclass
class Finished:
    """A process that ended well: what it took, and what it printed if that was kept."""

    seconds: float
    cpu_seconds: float
    output: str


def run(*command, keep_output=False, **options):
    """Runs a command; its output is kept or goes to /dev/null."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if keep_output else subprocess.DEVNULL,
        stderr=subprocess.PIPE if keep_output else subprocess.DEVNULL,
        text=True,
        **options,
    )
    output, errors = process.communicate() if keep_output else ("", "")
    if keep_output:
        status, usage = process.returncode, None
    else:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    seconds = time.perf_counter() - start
    if status != 0:
        raise RuntimeError(f"{command} failed with status {status}: {errors[-2000:]}")
    return Finished(
        seconds,
        usage.ru_utime + usage.ru_stime if usage else 0.0,
        output,
    )


# A process counts what its parent had when it was forked, so that the parent has to be small.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def peak(*command):
    """The most memory, in bytes, that a command has at any time."""
    return numbers(sys.executable, "-S", "-E", "-c", PEAK, *command)["peak"]


def numbers(*command):
    """What a measuring program printed: `{name: value}`."""
    output = run(*command, keep_output=True).output
    return {name: float(value) for name, value in map(str.split, output.splitlines())}


def peers(*arguments):
    return numbers(PEERS, *arguments)


def python(*arguments):
    return numbers(sys.executable, HERE / "python_peers.py", *arguments)


def tensorflow(*arguments):
    return numbers(TENSORFLOW, HERE / "python_peers.py", *arguments)


def in_turns(rounds, contenders):
    """Calls each contender once a round, so that a busy spell of the machine meets all of them.

    `contenders` is `{name: function}`; returns `{name: [what it returned]}`.
    """
    results = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            results[name].append(contender())
    return results


def data_server(logdir, *options):
    """Seconds from starting TensorBoard's data server until it says that it has read everything."""
    import tensorboard_data_server

    start = time.perf_counter()
    server = subprocess.Popen(
        [
            tensorboard_data_server.server_binary(),
            f"--logdir={logdir}",
            "--reload=once",
            "--port=0",
            "--verbose",
            *options,
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for line in server.stderr:
            if "Finished load cycle" in line:
                return time.perf_counter() - start
            if " WARN " in line or " ERROR " in line:
                raise RuntimeError(f"the data server left something out: {line}")
        raise RuntimeError("the data server ended early")
    finally:
        server.terminate()
        server.wait()
        server.stderr.close()


def median(values):
    return statistics.median(values)
