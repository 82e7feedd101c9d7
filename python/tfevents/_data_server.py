"""Lets a TensorBoard that is installed beside this package read logdirs through `tfevents-data-server`.

TensorBoard loads what entry points name, and asks each to look at the flags before it decides how to read the logdir. Whatever
goes wrong in here, TensorBoard starts, and reads as it would without this package.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Protocol

_BINARY = "TENSORBOARD_DATA_SERVER_BINARY"
_SWITCH = "TFEVENTS_DATA_SERVER"
_OFF = {"off", "0", "false", "no"}


class Flags(Protocol):
    """What is read of TensorBoard's flags."""

    logdir: str
    logdir_spec: str
    load_fast: str
    grpc_data_provider: str
    inspect: bool


class Hook:
    """Half of a plugin: the other is the base class of the TensorBoard that loads it."""

    def fix_flags(self, flags: Flags) -> None:
        """Names the data server to TensorBoard, where it may choose one."""
        try:
            problem = _use(flags)
        except Exception as e:
            problem = f"{type(e).__name__}: {e}"
        if problem is not None:
            _say(f"TensorBoard reads the logdir itself: {problem}")

    def load(self, context: object) -> None:
        """There is no tab."""


def _use(flags: Flags) -> str | None:
    """Does so, or says why it cannot."""
    logdir = flags.logdir or flags.logdir_spec
    if os.environ.get(_SWITCH, "").lower() in _OFF or os.environ.get(_BINARY):
        return None
    # Nothing will be served, or it is not for us to read.
    if not logdir or flags.load_fast == "false" or flags.grpc_data_provider or flags.inspect:
        return None
    # Addresses of buckets, which TensorBoard's own server may read.
    if "://" in logdir:
        return None
    program = _program()
    if program is None:
        return "tfevents-data-server is missing; install the package tfevents again"
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError) as e:
        return f"tfevents-data-server does not start: {e}"
    os.environ[_BINARY] = program
    if not flags.logdir:
        # TensorBoard passes only this to data servers. Ours reads the names in it.
        flags.logdir, flags.logdir_spec = flags.logdir_spec, ""
    _say(f"{done.stdout.strip()} reads the logdir ({_SWITCH}=off turns this off)")
    return None


def _program() -> str | None:
    """The data server of this package, wherever it was installed to."""
    from importlib.metadata import files

    names = {"tfevents-data-server", "tfevents-data-server.exe"}
    paths = (file.locate() for file in files("tfevents") or [] if file.name in names)
    return next((os.path.realpath(str(path)) for path in paths if os.path.isfile(str(path))), None)


def _say(what: str) -> None:
    print(f"tfevents: {what}", file=sys.stderr, flush=True)
