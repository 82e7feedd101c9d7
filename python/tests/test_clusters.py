"""Spark, Ray and Dask read what `tfevents.read` reads. Each runs here on this computer."""

from __future__ import annotations

import doctest
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow
import pytest

import tfevents
from tfevents._parts import Parts, plain

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

KINDS = ["scalar", "histogram", "text", "hparams", "pr_curve", "mesh"]
Rows = list[tuple[str, ...]]


def rows(table: pyarrow.Table, nan: float | None = float("nan")) -> Rows:
    """The rows in one order. Cells are text, so that NaN is NaN."""
    timestamps = table["timestamp"].cast(pyarrow.int64())
    table = table.set_column(table.column_names.index("timestamp"), "timestamp", timestamps)
    return sorted(tuple(repr(nan if cell != cell else cell) for cell in row.values()) for row in table.to_pylist())


def read(*arguments: Any, **options: Any) -> pyarrow.Table:
    return tfevents.read(*arguments, **options).to_arrow()


def by_run(table: pyarrow.Table, function: str) -> dict[str, float]:
    """The values of each run, aggregated."""
    found = table.group_by("run").aggregate([("value", function)])
    return dict(zip(found["run"].to_pylist(), found[f"value_{function}"].to_pylist(), strict=True))


def run_examples(module: Any, **names: Any) -> None:
    failed, tried = doctest.testmod(module, globs={"tfevents": tfevents, **names})
    assert tried
    assert not failed


class TestParts:
    def test_every_run_is_in_one_part(self, logdir: Path) -> None:
        for copy in range(5):
            shutil.copytree(logdir / "adam", logdir / f"copy{copy}")
        parts = Parts(logdir, runs=["copy*", "adam"]).split(4)
        assert sorted(map(len, parts)) == [1, 1, 2, 2]
        assert sorted(run for part in parts for run in part) == ["adam", "copy0", "copy1", "copy2", "copy3", "copy4"]

    def test_a_pattern_that_matches_nothing_is_warned_of_once(self, logdir: Path) -> None:
        with pytest.warns(tfevents.UnmatchedWarning, match="nothing") as warned:
            parts = Parts(logdir, runs="nothing").split(4)
        assert len(warned) == 1
        assert parts == [[]]
        assert Parts(logdir, runs="nothing").table([]).num_rows == 0

    def test_runs_of_other_parts_are_not_opened(self, logdir: Path, write: Callable[..., Path]) -> None:
        write("broken", [("train/loss", 0, 1.0)]).write_bytes(b"\xff" * 100)
        parts = Parts(logdir, tests=(lambda run: run != "sgd", None))
        assert parts.split(9) == [["adam"], ["broken"]]
        # Nothing is wrong where nothing is read; warnings are errors here.
        assert parts.table(["adam"]).num_rows == 36
        with pytest.warns(tfevents.DamageWarning):
            assert parts.table(["broken"]).num_rows == 0

    def test_wrong_arguments_are_refused_before_anything_is_read(self, logdir: Path) -> None:
        with pytest.raises(ValueError, match="policy"):
            Parts(logdir, policy="newest")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="at least 1"):
            Parts(logdir).split(0)
        with pytest.raises(FileNotFoundError):
            Parts(logdir / "none").split(1)

    def test_iterators_are_read_once(self, logdir: Path) -> None:
        parts = Parts(iter([logdir]), tags=iter(["val/*"]))
        assert sum(parts.table(part).num_rows for part in parts.split(2)) == 36


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")
class TestDask:
    @pytest.mark.parametrize("kind", KINDS)
    def test_all_kinds(self, fixtures: Path, kind: str) -> None:
        import tfevents.dask

        frame = tfevents.dask.read(fixtures, kind=kind, partitions=5)
        assert frame.npartitions == 5
        computed = frame.compute()
        assert len(computed)
        assert list(computed.dtypes) == list(frame.dtypes)
        # pandas has one value for both.
        found = pyarrow.Table.from_pandas(computed, preserve_index=False)
        assert rows(found) == rows(read(fixtures, kinds=kind), nan=None)

    def test_groups_and_options(self, logdir: Path) -> None:
        import tfevents.dask

        frame = tfevents.dask.read([logdir], tags="val/*", policy="last-wins", steps=(4, 9))
        expected = read([logdir], tags="val/*", policy="last-wins", steps=(4, 9))
        assert frame.groupby("run").value.mean().compute().to_dict() == by_run(expected, "mean")

    def test_examples(self, logdir: Path) -> None:
        import tfevents.dask

        run_examples(tfevents.dask, logdir=logdir)


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")
class TestRay:
    @pytest.fixture(scope="class", autouse=True)
    def _ray(self) -> Iterator[None]:
        import ray

        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
        yield
        ray.shutdown()

    @pytest.mark.parametrize("kind", KINDS)
    def test_all_kinds(self, fixtures: Path, kind: str) -> None:
        import ray

        import tfevents.ray

        dataset = tfevents.ray.read(fixtures, kind=kind, partitions=5)
        found = pyarrow.concat_tables(ray.get(dataset.to_arrow_refs()))
        assert rows(found) == rows(read(fixtures, kinds=kind))

    def test_groups_and_options(self, logdir: Path) -> None:
        import tfevents.ray

        dataset = tfevents.ray.read(logdir, tags=lambda tag: tag.startswith("val"), steps=range(4, 9))
        means = {row["run"]: row["mean(value)"] for row in dataset.groupby("run").mean("value").take_all()}
        expected = read(logdir, tags="val/*", steps=range(4, 9))
        assert means == by_run(expected, "mean")
        assert dataset.limit(3).count() == 3

    def test_examples(self, logdir: Path) -> None:
        import tfevents.ray

        run_examples(tfevents.ray, logdir=logdir)


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")
class TestSpark:
    @pytest.fixture(scope="class")
    def spark(self) -> Iterator[SparkSession]:
        from pyspark.sql import SparkSession

        from tfevents.spark import register

        session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
        register(session)
        yield session
        session.stop()

    @pytest.mark.parametrize("kind", KINDS)
    def test_all_kinds(self, spark: SparkSession, fixtures: Path, kind: str) -> None:
        frame = spark.read.format("tfevents").options(kind=kind, partitions=5).load(str(fixtures))
        assert frame.rdd.getNumPartitions() == 5
        expected = read(fixtures, kinds=kind)
        assert frame.columns == expected.column_names
        assert frame.schema["timestamp"].dataType.simpleString() == "timestamp"
        assert rows(frame.toArrow()) == rows(expected)

    @pytest.mark.parametrize(
        "condition",
        [
            "run = 'adam'",
            "run in ('adam', 'none') and tag != 'val/loss'",
            "tag like 'val%' and step >= 3 and step < 7",
            "tag like '%in/%' or run = 'sgd'",
            "run like '%d' and 5 > step",
            "step = 4 and tag like '%loss'",
            "step > 9223372036854775806 or step <= 9223372036854775807",
            "step > 9223372036854775806",
            "step > 7 and step < 3",
            "run is null",
            "value > 4 and run <=> 'adam'",
        ],
    )
    @pytest.mark.parametrize("policy", ["raw", "fast"])
    def test_filters_keep_what_they_say(
        self, spark: SparkSession, write: Callable[..., Path], condition: str, policy: str
    ) -> None:
        logdir = write("adam", [(tag, step, step / 2) for step in range(18) for tag in ["train/loss", "val/loss"]]).parents[1]
        # Restarted at a step that was there before.
        write("sgd", [("val/loss", step, step / 3) for step in [*range(12), *range(4, 9)]])
        # What Spark filters itself.
        expected = spark.createDataFrame(plain(read(logdir, policy=policy))).filter(condition)
        frame = spark.read.format("tfevents").option("policy", policy).load(str(logdir)).filter(condition)
        assert rows(frame.toArrow()) == rows(expected.toArrow())

    def test_a_run_that_is_filtered_out_is_not_read(self, spark: SparkSession, logdir: Path) -> None:
        for run in range(6):
            shutil.copytree(logdir / "adam", logdir / f"copy{run}")
        frame = spark.read.format("tfevents").load(str(logdir))
        assert frame.rdd.getNumPartitions() == 8
        assert frame.filter("run = 'adam'").rdd.getNumPartitions() == 1
        assert frame.filter("run like 'copy%'").rdd.getNumPartitions() == 6

    def test_groups_and_several_paths(self, spark: SparkSession, logdir: Path) -> None:
        paths = [str(logdir / "adam"), str(logdir / "sgd")]
        frame = spark.read.format("tfevents").option("tags", "val/*").load(paths)
        maxima = {row[0]: row[1] for row in frame.groupBy("run").agg({"value": "max"}).collect()}
        assert maxima == by_run(read(paths, tags="val/*"), "max")

    def test_options_are_checked(self, spark: SparkSession, logdir: Path) -> None:
        with pytest.raises(Exception, match="unknown options of tfevents: tag"):
            spark.read.format("tfevents").option("tag", "loss").load(str(logdir))

    def test_examples(self, spark: SparkSession, logdir: Path) -> None:
        import tfevents.spark

        run_examples(tfevents.spark, spark=spark, logdir=logdir)
