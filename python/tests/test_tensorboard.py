"""A stock TensorBoard that is installed beside this package reads through our data server, unless it is asked not to."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("children are looked up in /proc", allow_module_level=True)

OURS = "tfevents-data-server"
STOCK = "server"


class TensorBoard:
    """A running TensorBoard."""

    def __init__(self, url: str, process: subprocess.Popen[str], said: list[str]) -> None:
        self.url = url
        self.process = process
        self.said = said

    def runs(self) -> list[str]:
        """The runs with scalars, once there are two."""
        for _ in range(100):
            with urllib.request.urlopen(self.url + "data/plugin/scalars/tags") as answer:
                runs = sorted(json.load(answer))
            if len(runs) > 1:
                return runs
            time.sleep(0.1)
        raise AssertionError(runs)

    def data_server(self) -> str | None:
        """The name of the program that it started to read the logdir, if it did."""
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                name, parent = re.match(r"\d+ \((.*)\) \S (\d+)", stat.read_text()).groups()  # type: ignore[union-attr]
                if int(parent) == self.process.pid:
                    return Path(os.readlink(stat.with_name("exe"))).name or name
            except FileNotFoundError:
                continue
        return None

    def line(self) -> list[str]:
        """What this package said."""
        return [line for line in self.said if line.startswith("tfevents: ")]


@contextmanager
def tensorboard(*arguments: str, python: str = sys.executable, **variables: str) -> Iterator[TensorBoard]:
    command = [python, "-m", "tensorboard.main", "--port=0", *arguments]
    environment = {**os.environ, **variables}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment)
    said: list[str] = []
    serving = threading.Event()

    def listen() -> None:
        assert process.stderr
        for line in process.stderr:
            said.append(line.rstrip())
            if " at http" in line:
                serving.set()
        serving.set()

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        assert serving.wait(120)
        url = next((found[0] for line in said if (found := re.search(r"http://\S+", line)) and " at http" in line), None)
        assert url, said
        yield TensorBoard(url, process, said)
    finally:
        process.terminate()
        process.wait(30)
        listener.join()
        assert process.stderr
        process.stderr.close()


def test_it_reads_through_our_server_without_a_flag(logdir: Path) -> None:
    with tensorboard(f"--logdir={logdir}") as board:
        assert board.runs() == ["adam", "sgd"]
        assert board.data_server() == OURS
        (line,) = board.line()
        assert re.fullmatch(
            r"tfevents: tfevents-data-server \S+ reads the logdir \(TFEVENTS_DATA_SERVER=off turns this off\)", line
        )


@pytest.mark.full
@pytest.mark.parametrize(
    ("flag", "variables", "server"),
    [
        ("--load_fast=true", {}, OURS),
        ("--load_fast=auto", {}, OURS),
        ("--load_fast=false", {}, None),
        ("--load_fast=auto", {"TFEVENTS_DATA_SERVER": "off"}, STOCK),
    ],
)
def test_flags_mean_what_they_meant(logdir: Path, flag: str, variables: dict[str, str], server: str | None) -> None:
    with tensorboard(f"--logdir={logdir}", flag, **variables) as board:
        assert board.runs() == ["adam", "sgd"]
        assert board.data_server() == server
        assert bool(board.line()) == (server == OURS)


@pytest.mark.full
def test_a_server_of_the_users_own_wins(logdir: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    own = tmp_path_factory.mktemp("own") / "own-server"
    shutil.copy(Path(sys.executable).with_name(OURS), own)
    with tensorboard(f"--logdir={logdir}", TENSORBOARD_DATA_SERVER_BINARY=str(own)) as board:
        assert board.runs() == ["adam", "sgd"]
        assert board.data_server() == "own-server"
        assert not board.line()


@pytest.mark.full
def test_named_logdirs_are_served_too(logdir: Path) -> None:
    with tensorboard(f"--logdir_spec=a:{logdir}/adam,b:{logdir}/sgd") as board:
        assert board.runs() == ["a/.", "b/."]
        assert board.data_server() == OURS


@pytest.mark.full
def test_a_server_that_does_not_start_is_not_used(logdir: Path) -> None:
    program = Path(sys.executable).with_name(OURS)
    away = program.with_name("away")
    program.rename(away)
    try:
        program.write_text("#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
        with tensorboard(f"--logdir={logdir}") as board:
            assert board.runs() == ["adam", "sgd"]
            assert board.data_server() == STOCK
            (line,) = board.line()
            assert line.startswith("tfevents: TensorBoard reads the logdir itself: tfevents-data-server does not start: ")
    finally:
        away.replace(program)


@pytest.mark.full
def test_tensorboard_is_as_it_was_once_the_package_is_gone(logdir: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = Path(__file__).parents[2]
    (wheel,) = (root / "target/python/wheels").glob("*.whl")
    venv = tmp_path_factory.mktemp("venv")
    python = str(venv / "bin/python")
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "tensorboard==2.21.0", wheel], check=True)
    for server in [OURS, STOCK]:
        with tensorboard(f"--logdir={logdir}", python=python) as board:
            assert board.runs() == ["adam", "sgd"]
            assert board.data_server() == server
        subprocess.run([*pip, "uninstall", "--yes", "tfevents"], check=True)
