"""`EventAccumulator` and `EventMultiplexer`: scripts that were written for TensorBoard's find the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import write_run
from tensorboard.backend.event_processing import event_accumulator, event_multiplexer

import tfevents
from tfevents import compat

FIXTURES = Path(__file__).parents[2] / "fixtures"
RUNS = sorted({file.parent for file in FIXTURES.glob("*/**/*tfevents*") if "imports" not in file.parts})


def plain(events: list[Any]) -> list[tuple[Any, ...]]:
    """Events as tuples, in which NaN equals itself."""

    def value(field: Any) -> Any:
        if isinstance(field, (compat.HistogramValue, event_accumulator.HistogramValue)):
            return [value(getattr(field, name)) for name in compat.HistogramValue._fields]
        if isinstance(field, float) and math.isnan(field):
            return "NaN"
        return list(field) if not isinstance(field, (float, int, str, bytes)) and hasattr(field, "__iter__") else field

    def fields(event: Any) -> list[str]:
        return list(getattr(event, "_fields", None) or event.__dataclass_fields__)

    return [tuple(value(getattr(event, name)) for name in fields(event)) for event in events]


@pytest.mark.filterwarnings("ignore::tfevents.TfeventsWarning")
@pytest.mark.parametrize("run", RUNS, ids=lambda run: str(run.relative_to(FIXTURES)))
def test_an_accumulator_has_the_events_of_tensorboards(run: Path) -> None:
    theirs = event_accumulator.EventAccumulator(str(run), event_accumulator.STORE_EVERYTHING_SIZE_GUIDANCE).Reload()
    ours = compat.EventAccumulator(run).Reload()
    expected, found = theirs.Tags(), ours.Tags()
    for kind in ["histograms", "images", "audio"]:
        assert sorted(found[kind]) == sorted(expected[kind])
    # Scalars that are stored as tensors are scalars here.
    assert set(expected["scalars"]) <= set(found["scalars"])
    assert set(found["scalars"]) | set(found["tensors"]) == set(expected["scalars"]) | set(expected["tensors"])
    assert (found["graph"], sorted(found["run_metadata"])) == (expected["graph"], sorted(expected["run_metadata"]))
    for kind in ["Scalars", "Histograms", "Images", "Audio"]:
        for tag in expected[kind.lower()]:
            if run.name == "restart":
                # The first start of a run, which discards nothing on TensorBoard's pages.
                table = tfevents.read(run, policy="slow", tags=tag)
                assert [event.value for event in ours.Scalars(tag)] == table.column("value")
                assert set(plain(theirs.Scalars(tag))) <= set(plain(ours.Scalars(tag)))
                continue
            assert plain(getattr(ours, kind)(tag)) == plain(getattr(theirs, kind)(tag)), tag
    for tag in found["tensors"]:
        assert [tuple(event) for event in ours.Tensors(tag)] == [
            (event.wall_time, event.step, event.tensor_proto) for event in theirs.Tensors(tag)
        ]
    if expected["graph"]:
        assert ours.Graph() == theirs.Graph()


def test_nothing_is_sampled_unless_that_is_asked_for(write: Callable[..., Path]) -> None:
    run = write("run", [("loss", step, 0.5) for step in range(20_000)]).parent
    assert len(event_accumulator.EventAccumulator(str(run)).Reload().Scalars("loss")) == 10_000
    assert len(compat.EventAccumulator(run).Reload().Scalars("loss")) == 20_000
    sampled = compat.EventAccumulator(run, {"scalars": 100}).Reload().Scalars("loss")
    assert len(sampled) == 100
    assert sampled[-1] == (1.7e9 + 19_999, 19_999, 0.5)


def test_a_run_is_read_on_as_it_grows(tmp_path: Path) -> None:
    run = tmp_path / "run"
    accumulator = compat.EventAccumulator(str(run))
    with pytest.raises(FileNotFoundError):
        accumulator.Reload()
    write_run(run, [("loss", 1, 0.5)])
    assert accumulator.Reload().Scalars("loss") == [(1.7e9, 1, 0.5)]
    assert accumulator.FirstEventTimestamp() == 1.7e9
    write_run(run, [("loss", 2, 0.25)], suffix=".later")
    assert [event.value for event in accumulator.Reload().Scalars("loss")] == [0.5, 0.25]
    with pytest.raises(KeyError):
        accumulator.Scalars("nothing")
    with pytest.raises(KeyError):
        accumulator.Histograms("loss")


def test_a_multiplexer_has_the_runs_of_tensorboards(logdir: Path) -> None:
    theirs = event_multiplexer.EventMultiplexer().AddRunsFromDirectory(str(logdir)).Reload()
    ours = compat.EventMultiplexer().AddRunsFromDirectory(logdir).Reload()
    assert ours.Runs().keys() == theirs.Runs().keys()
    assert plain(ours.Scalars("adam", "train/loss")) == plain(theirs.Scalars("adam", "train/loss"))
    assert ours.GetAccumulator("sgd").Tags()["scalars"] == ["train/loss", "val/loss"]
    named = compat.EventMultiplexer({"a": str(logdir / "adam")}).Reload()
    assert list(named.Runs()) == ["a"]


def test_damage_costs_what_is_damaged(write: Callable[..., Path]) -> None:
    file = write("run", [("loss", step, 0.5) for step in range(100)])
    content = bytearray(file.read_bytes())
    content[2000] ^= 1
    file.write_bytes(content)
    with pytest.warns(tfevents.DamageWarning):
        accumulator = compat.EventAccumulator(file).Reload()
    assert len(accumulator.Scalars("loss")) == 99
