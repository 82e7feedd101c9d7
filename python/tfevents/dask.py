"""Event files as a data frame of Dask. Needs ``pip install 'tfevents[dask]'``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

try:
    import dask.dataframe
    import pandas
    import pyarrow
except ImportError as e:
    raise ImportError("tfevents.dask needs Dask: pip install 'tfevents[dask]'") from e

from ._parts import Part, Parts

if TYPE_CHECKING:
    from ._read import Paths, Patterns, Policy, SampleBy, Steps

__all__ = ["read"]


def read(
    paths: Paths,
    *,
    runs: Patterns = None,
    tags: Patterns = None,
    kind: str = "scalar",
    policy: Policy = "raw",
    smooth: float | None = None,
    sample: int | None = None,
    sample_by: SampleBy = "reservoir",
    steps: Steps = None,
    partitions: int = 64,
) -> dask.dataframe.DataFrame:
    """A data frame of Dask, whose partitions each hold a group of runs. ``run`` and ``tag`` are text,
    and integers that can be missing are ``Int64``.

    The arguments are those of ``scan``, and paths must be readable where the workers run.

    Args:
        partitions: The number of partitions, if there are as many runs. Each is in memory as a whole while it is computed.

    Examples:
        >>> import tfevents.dask
        >>> frame = tfevents.dask.read(logdir)
        >>> frame.groupby("run").value.max().compute().to_dict()
        {'adam': 8.5, 'sgd': 8.5}
    """
    parts = Parts(paths, runs, tags, kind, policy, smooth, sample, sample_by, steps)
    meta = _frame(parts.schema().empty_table())
    return dask.dataframe.from_map(partial(_partition, parts), parts.split(partitions), meta=meta, label="tfevents")


def _partition(parts: Parts, part: Part) -> pandas.DataFrame:
    return _frame(parts.table(part))


def _frame(table: pyarrow.Table) -> pandas.DataFrame:
    """The table in types that do not depend on whether a cell is missing."""
    types = {pyarrow.int64(): pandas.Int64Dtype()}
    return table.to_pandas(types_mapper=types.get).astype({"step": "int64"})
