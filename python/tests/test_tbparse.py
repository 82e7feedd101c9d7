"""`SummaryReader`: scripts that were written for tbparse's get the same data frames."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tfevents
from tfevents.tbparse import SummaryReader

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import tbparse

# tbparse calls pandas as it used to be.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

FIXTURES = Path(__file__).parents[2] / "fixtures"
EXTRA = {"dir_name", "file_name", "wall_time", "min", "max", "num", "sum", "sum_squares"}


# What tbparse makes something of.
READ = {
    "torch": ["scalars", "tensors", "histograms", "hparams", "text"],
    "tensorboardx": ["scalars", "tensors", "histograms", "hparams", "text"],
    "keras": ["tensors"],
    "tf1": ["scalars", "tensors", "histograms"],
    "tf2": ["scalars", "tensors", "hparams"],
}


def comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose rows have an order, and whose cells can be compared."""

    def cell(value: object) -> object:
        return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value

    # As text, because pandas infers types otherwise.
    cells = {name: [repr(cell(value)) for value in frame[name]] for name in frame}
    return pd.DataFrame(cells).sort_values(list(cells), ignore_index=True)


def without_scalars_of_tensors(ours: pd.DataFrame, theirs: tbparse.SummaryReader) -> pd.DataFrame:
    return ours[ours["tag"].isin(theirs.get_tags("scalars"))] if "tag" in ours else ours


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("writer", "kind"), [(writer, kind) for writer, kinds in READ.items() for kind in kinds])
def test_frames_are_those_of_tbparse(writer: str, kind: str) -> None:
    compared = 0
    for run in sorted({file.parent for file in (FIXTURES / writer).rglob("*tfevents*")}):
        try:
            theirs = tbparse.SummaryReader(str(run), extra_columns=EXTRA, event_types={kind, "scalars"})
            expected = theirs.get_events(kind)
        except Exception:
            continue
        ours = SummaryReader(str(run), extra_columns=EXTRA, event_types={kind, "scalars"})
        found = without_scalars_of_tensors(ours.get_events(kind), theirs) if kind == "scalars" else ours.get_events(kind)
        if run.name == "restart":
            assert len(found) >= len(expected)
            continue
        assert set(ours.get_tags(kind)) >= set(theirs.get_tags(kind))
        assert found.empty == expected.empty
        if expected.empty:
            continue
        assert sorted(found.columns) == sorted(expected.columns), run
        pd.testing.assert_frame_equal(comparable(found[expected.columns]), comparable(expected))
        compared += 1
    assert compared > 0


@pytest.mark.parametrize("pivot", [False, True])
def test_directories_are_trees(logdir: Path, pivot: bool) -> None:
    theirs = tbparse.SummaryReader(str(logdir), pivot=pivot, extra_columns={"dir_name", "wall_time"})
    ours = SummaryReader(logdir, pivot=pivot, extra_columns={"dir_name", "wall_time"})
    pd.testing.assert_frame_equal(ours.scalars, theirs.scalars)
    assert list(ours.children) == list(theirs.children) == ["adam", "sgd"]
    pd.testing.assert_frame_equal(ours["adam"].scalars, theirs["adam"].scalars)
    assert ours.tags["scalars"] == theirs.tags["scalars"]
    assert repr(ours) == repr(theirs)


def test_values_of_one_step_are_a_list_in_the_wide_form(write: Callable[..., Path]) -> None:
    run = write("run", [("a", 1, 0.5), ("a", 1, 0.25), ("b", 1, 1.0), ("b", 2, 2.0)]).parent
    theirs, ours = (reader(str(run), pivot=True).scalars for reader in (tbparse.SummaryReader, SummaryReader))
    assert ours.to_dict("list").__repr__() == theirs.to_dict("list").__repr__()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"extra_columns": {"color"}}, KeyError),
        ({"event_types": {"colors"}}, KeyError),
        ({"extra_columns": ["wall_time"]}, ValueError),
    ],
)
def test_arguments_are_refused_as_tbparse_refuses_them(logdir: Path, arguments: dict[str, object], error: type) -> None:
    for reader in [tbparse.SummaryReader, SummaryReader]:
        with pytest.raises(error):
            reader(str(logdir), **arguments)
        with pytest.raises(ValueError, match="not found"):
            reader(str(logdir / "missing"))


def test_images_and_audio_need_no_tensorflow() -> None:
    reader = SummaryReader(FIXTURES / "torch", extra_columns={"width", "height", "sample_rate"})
    assert reader.images["value"].iloc[0].startswith(b"\x89PNG")
    assert {"width", "height"} <= set(reader.images.columns)
    assert reader.audio["value"].iloc[0].startswith(b"RIFF")


def test_it_is_there_under_its_own_name() -> None:
    assert tfevents.SummaryReader is SummaryReader
