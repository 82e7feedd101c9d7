"""`scan_polars`: filters choose what is read, and change nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import tfevents

RUN, TAG, STEP = pl.col("run"), pl.col("tag"), pl.col("step")


@pytest.mark.parametrize(
    "predicate",
    [
        RUN == "adam",
        (RUN == "adam") & (TAG == "val/loss") & (STEP >= 3),
        RUN.is_in(["adam", "none"]) & ~(TAG == "val/loss"),
        TAG.cast(pl.String).str.starts_with("val"),
        (RUN == "adam") | (TAG == "val/loss"),
        (RUN.cast(pl.String) + TAG.cast(pl.String)).str.contains("adamval"),
        pl.col("value") > 4,
        TAG.is_null(),
    ],
)
def test_filters_keep_what_they_say(logdir: Path, predicate: pl.Expr) -> None:
    expected = tfevents.read(logdir).to_polars().filter(predicate).sort("run", "tag", "step")
    found = tfevents.scan_polars(logdir).filter(predicate).collect().sort("run", "tag", "step")
    assert found.equals(expected)


def test_a_run_that_is_filtered_out_is_not_opened(logdir: Path, write: Callable[..., Path]) -> None:
    broken = write("broken", [("train/loss", 0, 1.0)])
    broken.write_bytes(b"\xff" * 100)
    lazy = tfevents.scan_polars(logdir)
    with pytest.warns(tfevents.DamageWarning):
        lazy.collect()
    # Nothing is wrong where nothing is read; warnings are errors here.
    assert len(lazy.filter(RUN == "adam").collect()) == 36


def test_columns_and_limits(logdir: Path) -> None:
    lazy = tfevents.scan_polars(logdir, tags="val/*")
    assert lazy.select("step").collect().shape == (36, 1)
    assert lazy.head(5).collect().shape == (5, 6)
    assert lazy.group_by("run").agg(pl.col("value").max()).sort("run").collect()["value"].to_list() == [8.5, 8.5]
    assert tfevents.scan_polars(logdir, kind="text").collect().is_empty()
