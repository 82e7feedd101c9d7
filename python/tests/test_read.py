"""`read` and `scan`: what they return is what TensorBoard reads, and what they do not read they say."""

from __future__ import annotations

import math
import pickle
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.context import RequestContext

import tfevents

Series = dict[tuple[str, str], list[tuple[int, float, float]]]


def series(table: tfevents.Table) -> Series:
    """Steps, times and values by run and tag; what is not a number compares equal."""
    columns = [table.column(name) for name in ["run", "tag", "step", "wall_time", "value"]]
    found: Series = {}
    for run, tag, step, time, value in zip(*columns, strict=True):
        found.setdefault((run, tag), []).append((step, time, comparable(value)))
    return found


def comparable(value: float) -> float:
    return -12345.678 if math.isnan(value) else value


def tensorboard_reads(logdir: Path) -> Series:
    """The scalars of a logdir that TensorBoard shows with `--load_fast=false`."""
    multiplexer = EventMultiplexer(size_guidance={"scalars": 0, "tensors": 0}, tensor_size_guidance={"scalars": 0})
    multiplexer.AddRunsFromDirectory(str(logdir))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(logdir))
    read = provider.read_scalars(RequestContext(), experiment_id="", plugin_name="scalars", downsample=10**9)
    return {
        (run, tag): [(point.step, point.wall_time, comparable(point.value)) for point in points]
        for run, tags in read.items()
        for tag, points in tags.items()
    }


@pytest.mark.parametrize("writer", ["tensorboardx", "tf1", "tf2", "torch", "keras"])
def test_scalars_are_those_that_tensorboard_reads(fixtures: Path, writer: str) -> None:
    expected = tensorboard_reads(fixtures / writer)
    assert expected
    assert series(tfevents.read(fixtures / writer, policy="slow")) == expected


def test_a_table_has_names_times_and_values_in_types_of_their_own(logdir: Path) -> None:
    import pyarrow

    table = tfevents.read(logdir)
    names = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    assert pyarrow.table(table).schema.types == [
        names,
        names,
        pyarrow.int64(),
        pyarrow.float64(),
        pyarrow.timestamp("us", tz="UTC"),
        pyarrow.float64(),
    ]
    assert table.shape == (72, 6)
    assert table.column("timestamp")[:2] == [1_700_000_000_000_000, 1_700_000_002_000_000]
    assert table.column("wall_time")[:2] == [1.7e9, 1.7e9 + 2]


def test_pandas_polars_and_duckdb_read_the_same(logdir: Path) -> None:
    import duckdb

    scalars = tfevents.read(logdir)
    frame = scalars.to_pandas()
    assert frame.groupby(["run", "tag"], observed=True).value.sum().tolist() == [76.5] * 4
    assert str(frame.dtypes["run"]) == "category"
    assert str(frame.dtypes["timestamp"]) == "datetime64[us, UTC]"
    assert scalars.to_polars()["value"].sum() == 4 * 76.5
    found = duckdb.sql("select run, tag, sum(value), count(*) from scalars group by all order by all")
    assert found.fetchall() == [(run, tag, 76.5, 18) for run in ["adam", "sgd"] for tag in ["train/loss", "val/loss"]]


def test_polars_and_pyarrow_share_the_memory(logdir: Path) -> None:
    table = tfevents.read(logdir)
    first, second = (table.to_arrow()["value"].chunk(0).buffers()[1].address for _ in range(2))
    assert first == second


def test_filters_leave_the_rest_unread(logdir: Path) -> None:
    assert set(tfevents.read(logdir, runs="a*").column("run")) == {"adam"}
    assert set(tfevents.read(logdir, tags=["train/*", "val/*"]).column("tag")) == {"train/loss", "val/loss"}
    assert set(tfevents.read(logdir, tags=re.compile("^VAL", re.IGNORECASE)).column("tag")) == {"val/loss"}
    asked: list[str] = []
    assert set(tfevents.read(logdir, tags=lambda tag: asked.append(tag) or tag[0] == "v").column("tag")) == {"val/loss"}
    assert set(asked) == {"train/loss", "val/loss"}
    assert set(tfevents.read(logdir, runs=str.isalpha, tags=str.isalpha).column("run")) == set()
    with pytest.raises(ZeroDivisionError):
        tfevents.read(logdir, tags=lambda tag: 1 / 0)
    for steps in [range(3, 5), slice(3, 5), (3, 5)]:
        assert set(tfevents.read(logdir, steps=steps).column("step")) == {3, 4}
    assert set(tfevents.read(logdir, steps=slice(15, None)).column("step")) == {15, 16, 17}
    assert len(tfevents.read([logdir / "adam", logdir / "sgd"])) == 72
    assert set(tfevents.read(logdir / "s*").column("run")) == {"sgd"}
    assert set(tfevents.read([logdir / "adam", logdir / "sgd"]).column("run")) == {f"{logdir}/adam", f"{logdir}/sgd"}


def test_a_filter_that_matches_nothing_is_warned_of(logdir: Path) -> None:
    with pytest.warns(tfevents.UnmatchedWarning, match="no tag matches `nothing`") as warned:
        assert len(tfevents.read(logdir, tags="nothing")) == 0
    # At the line that asked.
    assert warned[0].filename == __file__


def test_views_are_those_of_the_program(write: Callable[..., Path]) -> None:
    points = [("loss", step, value) for step, value in [(0, 1.0), (1, 2.0), (2, 3.0), (1, 9.0)]]
    logdir = write("run", points).parent
    values = lambda **view: tfevents.read(logdir, **view).column("value")  # noqa: E731
    assert values() == [1.0, 2.0, 3.0, 9.0]
    assert values(policy="fast") == [1.0, 9.0]
    assert values(policy="last-wins") == [1.0, 9.0, 3.0]
    assert values(smooth=0.5)[1] == pytest.approx(5 / 3)
    with pytest.warns(tfevents.LossWarning, match="1 values"):
        wide = tfevents.read(logdir).pivot()
    assert (wide.columns, wide.column("loss")) == (["run", "step", "wall_time", "loss"], [1.0, 9.0, 3.0])


@pytest.mark.parametrize("method", ["reservoir", "lttb", "envelope"])
def test_a_sample_keeps_about_as_many_points_as_that(logdir: Path, method: Literal["reservoir", "lttb", "envelope"]) -> None:
    sampled = tfevents.read(logdir, sample=6, sample_by=method)
    assert {len(points) for points in series(sampled).values()} <= {6, 7}


def test_every_kind_that_export_makes_a_table_of_is_read(fixtures: Path) -> None:
    kinds = ["scalar", "histogram", "text", "hparams", "pr_curve", "mesh"]
    tables = tfevents.read(fixtures / "tensorboardx", kinds=kinds)
    assert list(tables) == kinds
    assert all(len(table) > 0 for table in tables.values())
    for kind, table in tables.items():
        alone = tfevents.read(fixtures / "tensorboardx", kinds=kind)
        # Also where NaN equals nothing.
        assert pickle.dumps(alone) == pickle.dumps(table)
        assert table.to_pandas().shape == table.shape
        assert table.to_polars().shape == table.shape
        scanned = list(tfevents.scan(fixtures / "tensorboardx", kind=kind, batch_size=10))
        assert sum(map(len, scanned)) == len(table)
    assert tfevents.read(fixtures / "tensorboardx", kinds="histograms").kind == "histogram"


def test_a_scan_has_the_rows_of_the_files(logdir: Path) -> None:
    batches = list(tfevents.scan(logdir, batch_size=20))
    assert [len(batch) for batch in batches] == [20, 20, 20, 12]
    assert [step for batch in batches for step in batch.column("step")][:4] == [0, 0, 1, 1]
    assert sum(len(batch) for batch in tfevents.scan(logdir, sample=5)) == 20
    assert {tag for batch in tfevents.scan(logdir, tags="val/*", steps=range(3)) for tag in batch.column("tag")} == {"val/loss"}
    # One that is dropped ends its thread.
    next(tfevents.scan(logdir, batch_size=1))


def test_damage_costs_what_is_damaged_and_is_warned_of(write: Callable[..., Path]) -> None:
    file = write("run", [("loss", step, 0.5) for step in range(100)])
    content = bytearray(file.read_bytes())
    content[2000] ^= 1
    file.write_bytes(content)
    with pytest.warns(tfevents.DamageWarning) as warned:
        assert len(tfevents.read(file.parent)) == 99
    (warning,) = warned
    damage = warning.message
    assert isinstance(damage, tfevents.DamageWarning)
    assert damage.path == str(file)
    assert damage.offset is not None
    assert 1950 < damage.offset <= 2000
    assert str(damage).startswith(f"{file}: record ")
    with pytest.warns(tfevents.DamageWarning):
        assert sum(len(batch) for batch in tfevents.scan(file.parent)) == 99


def test_errors_are_exceptions_of_python(tmp_path: Path, logdir: Path) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        tfevents.read(tmp_path / "missing")
    assert missing.value.filename == tmp_path / "missing"
    (tmp_path / "empty").mkdir()
    with pytest.raises(tfevents.Error, match="no event files found"):
        tfevents.read(tmp_path / "empty")
    for wrong, problem in [
        ({"kinds": "image"}, "there is no table of kind image"),
        ({"kinds": "nonsense"}, "unknown kind"),
        ({"tags": "["}, "invalid tag pattern"),
        ({"tags": []}, "tags is empty"),
        ({"policy": "first"}, "unknown policy"),
        ({"sample": 0}, "sample must be at least 1"),
        ({"sample_by": "luck"}, "unknown way to sample"),
        ({"smooth": 1.0}, "smooth must be"),
        ({"steps": range(0, 10, 2)}, "steps must follow one another"),
    ]:
        with pytest.raises(ValueError, match=problem):
            tfevents.read(logdir, **wrong)
    with pytest.raises(ValueError, match="is a URL"):
        tfevents.read("s3://bucket/logs")
    with pytest.raises(FileNotFoundError):
        next(tfevents.scan(tmp_path / "missing"))


def test_a_table_of_nothing_has_its_columns(logdir: Path) -> None:
    table = tfevents.read(logdir, kinds="mesh")
    assert (len(table), table.columns[-3:]) == (0, ["x", "y", "z"])
    assert table.to_pandas().empty
    assert "0 rows" in repr(table)


def test_integers_that_no_float_holds_are_a_loss(fixtures: Path, tmp_path: Path) -> None:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    writer = EventFileWriter(str(tmp_path))
    tensor = TensorProto(dtype=9, int64_val=[2**53 + 1])
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"))
    value = Summary.Value(tag="count", tensor=tensor, metadata=metadata)
    writer.add_event(Event(step=1, summary=Summary(value=[value])))
    writer.close()
    with pytest.warns(tfevents.LossWarning, match="integers beyond 2\\^53"):
        assert tfevents.read(tmp_path).column("value") == [2.0**53]


def test_home_and_compressed_files(logdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    monkeypatch.setenv("HOME", str(logdir))
    assert len(tfevents.read("~")) == 72
    (file,) = (logdir / "sgd").iterdir()
    with gzip.open(f"{file}.gz", "wb") as packed, open(file, "rb") as plain:
        shutil.copyfileobj(plain, packed)
    file.unlink()
    assert len(tfevents.read("~")) == 72
