"""Logdirs to read: the fixtures of this project, and some that are written here with TensorBoard's own writer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

Point = tuple[str, int, float]


@pytest.fixture(scope="session")
def fixtures() -> Path:
    return Path(__file__).parents[2] / "fixtures"


def write_run(run: Path, points: Iterable[Point], suffix: str = "") -> Path:
    """Writes scalars into a directory; each is logged a second after the one before. Returns the file."""
    before = set(run.glob("*"))
    writer = EventFileWriter(str(run), filename_suffix=suffix)
    for i, (tag, step, value) in enumerate(points):
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
        writer.add_event(Event(wall_time=1.7e9 + i, step=step, summary=summary))
    writer.close()
    (file,) = set(run.glob("*")) - before
    return file


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a run below `tmp_path`."""
    return lambda run, points, **options: write_run(tmp_path / run, points, **options)


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """Two runs with two tags of 18 points each."""
    for run in ["adam", "sgd"]:
        points = [(tag, step, step / 2) for step in range(18) for tag in ["train/loss", "val/loss"]]
        write_run(tmp_path / run, points)
    return tmp_path
