"""Event files as a data source of Spark. Needs ``pip install 'tfevents[spark]'``, also where the executors run.

Examples:
    >>> from tfevents.spark import register
    >>> register(spark)
    >>> frame = spark.read.format("tfevents").option("tags", "val/*").load(str(logdir))
    >>> frame.filter("run = 'adam' and step >= 10").count()
    8
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

try:
    from pyspark.sql.datasource import (
        DataSource,
        DataSourceReader,
        EqualTo,
        Filter,
        GreaterThan,
        GreaterThanOrEqual,
        In,
        InputPartition,
        LessThan,
        LessThanOrEqual,
        StringContains,
        StringEndsWith,
        StringStartsWith,
    )
    from pyspark.sql.pandas.types import from_arrow_schema
except ImportError as e:
    raise ImportError("tfevents.spark needs PySpark 4.1 or newer: pip install 'tfevents[spark]'") from e

from ._parts import Part, Parts

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import SparkSession
    from pyspark.sql.types import StructType

__all__ = ["register"]

# At most so many partitions, unless the option says otherwise.
_PARTITIONS = 64

# Beyond it, a range has no end.
_LAST_STEP = 2**63 - 1

# How names are compared.
_NAMES: dict[type, Callable[[str, Any], bool]] = {
    EqualTo: lambda name, value: name == value,
    In: lambda name, values: name in values,
    StringStartsWith: str.startswith,
    StringEndsWith: str.endswith,
    StringContains: lambda name, part: part in name,
}

# The steps that a comparison lets through: the first, and the first no more.
_STEPS: dict[type, Callable[[int], tuple[int | None, int | None]]] = {
    EqualTo: lambda step: (step, step + 1),
    GreaterThan: lambda step: (step + 1, None),
    GreaterThanOrEqual: lambda step: (step, None),
    LessThan: lambda step: (None, step),
    LessThanOrEqual: lambda step: (None, step + 1),
}


def register(spark: SparkSession) -> None:
    """Makes ``spark.read.format("tfevents")`` read event files, one group of runs per partition.

    ``load`` takes what ``tfevents.read`` takes, which the executors must be able to read. The options are ``kind``, ``runs``
    and ``tags`` (a glob pattern each), ``policy``, and ``partitions``: how many there are, if there are as many runs.

    Filters on ``run``, ``tag`` and ``step`` reach the reader: files of other runs are not opened. For this, Spark's option
    ``spark.sql.python.filterPushdown.enabled`` is turned on in the session.
    """
    spark.conf.set("spark.sql.python.filterPushdown.enabled", True)
    spark.dataSource.register(_Source)


class _Source(DataSource):  # type: ignore[misc]
    @classmethod
    def name(cls) -> str:
        return "tfevents"

    def schema(self) -> StructType:
        return from_arrow_schema(self._parts()[0].schema())

    def reader(self, schema: StructType) -> _Reader:
        return _Reader(*self._parts())

    def _parts(self) -> tuple[Parts, int]:
        """What the options ask for, and in how many partitions."""
        options = dict(self.options)
        paths = json.loads(options.pop("paths", "[]"))
        if (path := options.pop("path", None)) is not None:
            paths.append(path)
        partitions = int(options.pop("partitions", _PARTITIONS))
        known: dict[str, Any] = {name: options.pop(name) for name in ["runs", "tags", "kind", "policy"] if name in options}
        if options:
            raise ValueError(f"unknown options of tfevents: {', '.join(sorted(options))}")
        return Parts(paths, **known), partitions


@dataclass
class _Partition(InputPartition):  # type: ignore[misc]
    part: Part


class _Reader(DataSourceReader):  # type: ignore[misc]
    def __init__(self, parts: Parts, partitions: int) -> None:
        self._parts = parts
        self._partitions = partitions

    def pushFilters(self, filters: list[Filter]) -> Iterable[Filter]:
        """Takes those on names and steps, and returns the others, which Spark applies.

        With a policy, steps are among them: which points it keeps can depend on other steps.
        """
        names: dict[str, list[Filter]] = {"run": [], "tag": []}
        steps: list[Filter] = []
        for filter in filters:
            column = filter.attribute[0] if hasattr(filter, "attribute") else None
            if column in names and type(filter) in _NAMES:
                names[column].append(filter)
            elif column == "step" and type(filter) in _STEPS and filter.value < _LAST_STEP and self._parts.policy == "raw":
                steps.append(filter)
            else:
                yield filter
        tests = _Test(names["run"]), _Test(names["tag"])
        self._parts = replace(self._parts, tests=tests, steps=_range(steps))

    def partitions(self) -> list[InputPartition]:
        return [_Partition(part) for part in self._parts.split(self._partitions)]

    def read(self, partition: InputPartition) -> Iterator[pyarrow.RecordBatch]:
        return self._parts.batches(partition.part)


@dataclass(frozen=True)
class _Test:
    """Whether a name passes all filters."""

    filters: list[Filter]

    def __call__(self, name: str) -> bool:
        return all(_NAMES[type(filter)](name, filter.value) for filter in self.filters)


def _range(filters: list[Filter]) -> tuple[int | None, int | None]:
    """The steps that pass all filters."""
    bounds = [_STEPS[type(filter)](filter.value) for filter in filters]
    starts = [start for start, _ in bounds if start is not None]
    stops = [stop for _, stop in bounds if stop is not None]
    return max(starts, default=None), min(stops, default=None)
