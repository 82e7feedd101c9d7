"""Where and with what was measured."""

import importlib.metadata
import os
import platform
import re
import subprocess
import tomllib
from pathlib import Path

from processes import HERE, TENSORFLOW


def describe():
    """Lines for the head of the results."""
    memory = int(_field("/proc/meminfo", "MemTotal").split()[0]) / 2**20
    commit = _output("git", "rev-parse", "--short=10", "HEAD")
    return [
        f"- {_field('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores, {memory:.0f} GiB of memory",
        f"- Linux {platform.release()}, {_output('rustc', '--version')}",
        f"- tfevents at commit {commit}, cargo's profile `release`",
        "- peers: " + ", ".join(f"{name} {version}" for name, version in versions().items()),
    ]


def versions():
    lock = tomllib.loads((HERE / "Cargo.lock").read_text())
    found = {
        package["name"]: package["version"]
        for package in lock["package"]
        if package["name"] in ("tensorboard-rs", "tfrecord", "tboard")
    }
    for name in (
        "tensorboardX",
        "tensorboard",
        "tensorboard-data-server",
        "tbparse",
        "numpy",
        "pillow",
    ):
        found[name] = importlib.metadata.version(name)
    if TENSORFLOW.exists():
        wanted = (HERE / "requirements-tensorflow.txt").read_text()
        found["TensorFlow"] = wanted.split("tensorflow_cpu==")[1].split()[0]
    found["Python"] = platform.python_version()
    return found


def _field(path, name):
    match = re.search(rf"^{name}\s*:\s*(.*)$", Path(path).read_text(), re.MULTILINE)
    return match[1] if match else "unknown"


def _output(*command):
    return subprocess.run(
        command, cwd=HERE, check=True, capture_output=True, text=True
    ).stdout.strip()
