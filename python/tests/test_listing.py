"""What is in a logdir, what is wrong with it, how it was configured, and what is new in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_run

import tfevents


def rows(table: tfevents.Table, *columns: str) -> list[tuple[object, ...]]:
    return list(zip(*(table.column(column) for column in columns), strict=True))


def test_runs_tags_and_files_are_counted(logdir: Path) -> None:
    found = tfevents.inspect(logdir)
    assert rows(found.runs, "run", "files", "tags", "points", "min_step", "max_step") == [
        ("adam", 1, 2, 36, 0, 17),
        ("sgd", 1, 2, 36, 0, 17),
    ]
    assert rows(found.tags, "run", "tag", "kind", "points", "first", "last", "min", "max", "mean", "nan")[0] == (
        *("adam", "train/loss", "scalar", 18),
        *(0.0, 8.5, 0.0, 8.5, 4.25, 0),
    )
    assert rows(found.files, "run", "damaged", "end") == [("adam", 0, "clean"), ("sgd", 0, "clean")]
    assert tfevents.runs(logdir, runs="s*").column("run") == ["sgd"]
    assert tfevents.tags(logdir, tags="val/*").column("tag") == ["val/loss"] * 2
    assert found.tags.to_pandas().shape == found.tags.shape
    assert found.tags.to_polars().shape == found.tags.shape


def test_a_check_finds_what_the_program_finds(write: Callable[..., Path]) -> None:
    file = write("run", [("loss", step, 0.5) for step in [1, 2, 3, 2, 3]])
    with file.open("r+b") as end:
        end.truncate(file.stat().st_size - 3)
    findings = tfevents.check(file.parents[1])
    program = Path(sys.executable).with_name("tfevents")
    done = subprocess.run([program, "check", "--json", file.parents[1]], capture_output=True, text=True, check=False)
    (run,) = json.loads(done.stdout)["runs"]
    columns = findings.columns[1:]
    assert rows(findings, *columns) == [tuple(finding[column] for column in columns) for finding in run["findings"]]
    assert "damage" in findings.column("severity")
    assert "not_shown" in findings.column("severity")


def test_hyperparameters_are_found_wherever_they_are(tmp_path: Path, fixtures: Path) -> None:
    write_run(tmp_path / "lr=0.1,seed=0", [("loss", 0, 1.0)])
    run = tmp_path / "yaml"
    write_run(run, [("loss", 0, 1.0)])
    (run / "hparams.yaml").write_text("lr: 0.5\nname: adam\nnesterov: true\nlayers: [1, 2]\nnone: null\n")
    assert tfevents.hparams(tmp_path) == {
        "lr=0.1,seed=0": {"lr": 0.1, "seed": 0.0},
        "yaml": {"lr": 0.5, "name": "adam", "nesterov": True, "layers": "[1, 2]", "none": None},
    }
    assert any(tfevents.hparams(fixtures / "tensorboardx").values())


def test_a_tail_goes_on_in_another_process(tmp_path: Path) -> None:
    tail = tfevents.tail(tmp_path, tags="loss", follow=False)
    assert list(tail) == []
    write_run(tmp_path / "run", [("loss", step, 0.5) for step in range(3)])
    assert [table.column("step") for table in tail] == [[0, 1, 2]]
    write_run(tmp_path / "run", [("loss", step, 0.5) for step in range(3, 5)], suffix=".later")
    code = "import sys, tfevents; print(tfevents.tail(sys.argv[1], position=sys.argv[2]).poll().column('step'))"
    done = subprocess.run([sys.executable, "-c", code, tmp_path, tail.position], capture_output=True, text=True, check=True)
    assert done.stdout == "[3, 4]\n"
    assert [table.column("step") for table in tail] == [[3, 4]]
    with pytest.raises(ValueError, match="position"):
        tfevents.tail(tmp_path, position="nonsense")


def test_a_tail_waits_for_what_is_written(tmp_path: Path) -> None:
    import threading

    later = threading.Timer(0.3, write_run, (tmp_path / "run", [("loss", 7, 0.5)]))
    later.start()
    assert next(tfevents.tail(tmp_path, interval=0.05)).column("step") == [7]
    later.join()
