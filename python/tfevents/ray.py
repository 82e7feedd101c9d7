"""Event files as a dataset of Ray. Needs ``pip install 'tfevents[ray]'``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

try:
    import pyarrow
    import ray.data
    from ray.data.block import BlockMetadata
    from ray.data.context import DataContext
    from ray.data.datasource import Datasource, ReadTask
except ImportError as e:
    raise ImportError("tfevents.ray needs Ray: pip install 'tfevents[ray]'") from e

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
    partitions: int | None = None,
) -> ray.data.Dataset:
    """A dataset of Ray, whose tasks each read a group of runs. ``run`` and ``tag`` are text.

    The arguments are those of ``scan``, and paths must be readable where the tasks run.

    Args:
        partitions: The number of tasks, if there are as many runs; otherwise Ray chooses it.

    Examples:
        >>> import tfevents.ray
        >>> tfevents.ray.read(logdir, tags="val/*").count()
        36
    """
    parts = Parts(paths, runs, tags, kind, policy, smooth, sample, sample_by, steps)
    return ray.data.read_datasource(_Source(parts), override_num_blocks=partitions)


class _Source(Datasource):  # type: ignore[misc]
    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._parts = parts

    def get_name(self) -> str:
        return "tfevents"

    def estimate_inmemory_data_size(self) -> int | None:
        return None

    def get_read_tasks(
        self, parallelism: int, per_task_row_limit: int | None = None, data_context: DataContext | None = None
    ) -> list[ReadTask]:
        schema = self._parts.schema()
        unknown = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        return [
            ReadTask(partial(_blocks, self._parts, part), unknown, schema=schema, per_task_row_limit=per_task_row_limit)
            for part in self._parts.split(parallelism)
        ]


def _blocks(parts: Parts, part: Part) -> Iterator[pyarrow.Table]:
    """Tables in constant memory, which Ray joins into blocks of its size."""
    yield parts.schema().empty_table()
    for batch in parts.batches(part):
        yield pyarrow.Table.from_batches([batch])
