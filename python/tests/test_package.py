"""The package as a whole: how it is installed, imported, shown, pickled, and interrupted."""

from __future__ import annotations

import doctest
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import polars
import pytest

import tfevents


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return done.stdout


def test_the_version_is_that_of_the_workspace() -> None:
    manifest = Path(__file__).parents[2] / "Cargo.toml"
    stated = re.search(r'^\[workspace\.package\]\nversion = "(.+)"$', manifest.read_text(), re.MULTILINE)
    assert stated
    assert tfevents.__version__ == version("tfevents") == stated[1]


def test_importing_is_cheap() -> None:
    code = "import sys, time; t = time.process_time(); import tfevents; print(time.process_time() - t, *sys.modules)"
    times, modules = [], set()
    for _ in range(5):
        seconds, *modules = python(code).split()
        times.append(float(seconds))
    assert not {"pandas", "pyarrow", "polars", "numpy", "tensorboard"} & set(modules)
    assert min(times) < 0.03


@pytest.mark.parametrize("program", ["tfevents", "tfevents-data-server"])
def test_the_programs_are_on_the_path(program: str) -> None:
    path = Path(sys.executable).with_name(program)
    done = subprocess.run([path, "--version"], check=True, capture_output=True, text=True)
    assert tfevents.__version__ in done.stdout
    assert path.read_bytes()[:4] != b"#!/"


def test_a_table_is_shown_without_other_packages(logdir: Path) -> None:
    table = tfevents.read(logdir)
    lines = repr(table).splitlines()
    assert lines[0] == "tfevents.Table of kind scalar: 72 rows, 6 columns"
    assert lines[1].split() == table.columns
    assert lines[2].split() == ["adam", "train/loss", "0", "1700000000.0", "2023-11-14", "22:13:20+00:00", "0.0"]
    assert lines[-1] == "and 62 rows more"
    html = table._repr_html_()
    assert html.count("<tr>") == 11
    assert "<th>wall_time</th>" in html


def test_text_from_files_cannot_break_what_is_shown(tmp_path: Path) -> None:
    from conftest import write_run

    write_run(tmp_path, [("<script>\x1b[31m\nx", 0, 1.0)])
    table = tfevents.read(tmp_path)
    assert "\x1b" not in repr(table)
    assert len(repr(table).splitlines()) == 3
    assert "<script>" not in table._repr_html_()


def test_a_table_survives_pickling(logdir: Path) -> None:
    table = tfevents.read(logdir)
    again = pickle.loads(pickle.dumps(table))
    assert again.to_arrow().equals(table.to_arrow())
    assert again.kind == "scalar"
    error = pickle.loads(pickle.dumps(tfevents.Error("broken", "file", 3, 1)))
    assert (str(error), error.path, error.offset, error.record) == ("broken", "file", 3, 1)


def test_threads_read_side_by_side(logdir: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: len(tfevents.read(logdir)), range(20))) == [72] * 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_reads(logdir: Path) -> None:
    scan = tfevents.scan(logdir, batch_size=10)
    next(scan)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if len(tfevents.read(logdir)) == 72:
                next(scan)
        except RuntimeError as e:
            status = 0 if "forked" in str(e) else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert sum(len(batch) for batch in scan) == 62


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_control_c_ends_a_read_that_waits(logdir: Path) -> None:
    # Many runs, so that there is something to interrupt.
    (file,) = (logdir / "adam").iterdir()
    for i in range(3000):
        (logdir / f"run{i}").mkdir()
        (logdir / f"run{i}" / file.name).hardlink_to(file)
    interrupt = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        interrupt.start()
        while True:
            tfevents.read(logdir)
    assert time.monotonic() - started < 5
    assert len(tfevents.read(logdir / "adam")) == 36


@pytest.mark.parametrize("module", ["_read", "_listing", "_polars"])
def test_the_examples_run(logdir: Path, module: str) -> None:
    found = doctest.testmod(
        import_module(f"tfevents.{module}"), extraglobs={"tfevents": tfevents, "polars": polars, "logdir": logdir}
    )
    assert found.attempted > 1
    assert found.failed == 0
