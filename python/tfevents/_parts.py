"""Event files in parts that other processes and machines read: groups of runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _errors, _native
from ._read import request
from ._table import Table

if TYPE_CHECKING:
    import pyarrow

    from ._read import Paths, Patterns, Policy, SampleBy, Steps, Test

# The names of the runs of a part.
Part = list[str]


@dataclass(frozen=True)
class Parts:
    """What to read, which can be pickled. The arguments are those of ``scan``."""

    paths: Paths
    runs: Patterns = None
    tags: Patterns = None
    kind: str = "scalar"
    policy: Policy = "raw"
    smooth: float | None = None
    sample: int | None = None
    sample_by: SampleBy = "reservoir"
    steps: Steps = None
    tests: tuple[Test, Test] = field(default=(None, None))
    """Whether runs and tags that match are wanted, beyond the patterns."""

    def __post_init__(self) -> None:
        # Iterators can neither be pickled nor read twice.
        for name in ["paths", "runs", "tags"]:
            value = getattr(self, name)
            if hasattr(value, "__next__"):
                object.__setattr__(self, name, list(value))
        self._request(self.runs, self.tests[0])

    def split(self, count: int) -> list[Part]:
        """At most so many parts, and at least one, which is empty where no run is wanted. No file is opened."""
        if count < 1:
            raise ValueError("there must be at least 1 partition")
        runs: dict[str, None] = {}
        wanted = self.tests[0]

        def note(run: str) -> bool:
            if wanted is None or wanted(run):
                runs[run] = None
            return False

        _, problems = _native.read(request(self.paths, self.runs, None, tests=(note, None)))
        _errors.warn(problems)
        names = list(runs)
        count = max(1, min(count, len(names)))
        # Neighbours are often alike, so each part gets some from everywhere.
        return [names[first::count] for first in range(count)]

    def batches(self, part: Part, batch_size: int = 65_536) -> Iterator[pyarrow.RecordBatch]:
        """The values of a part."""
        scan = _native.scan(self._request(None, frozenset(part).__contains__), batch_size)
        for raw in scan:
            for batch in Table(raw, self.kind).to_arrow().to_batches():
                yield plain(batch)
        # A pattern may match nothing in this part, and something in another.
        _errors.warn(problem for problem in scan.problems() if problem["category"] != "unmatched")

    def table(self, part: Part) -> pyarrow.Table:
        """The values of a part as one table."""
        import pyarrow

        return pyarrow.Table.from_batches(self.batches(part), schema=self.schema())

    def schema(self) -> pyarrow.Schema:
        """The columns of every part."""
        return plain(Table(_native.empty(self.kind), self.kind).to_arrow()).schema

    def _request(self, runs: Patterns, test: Test) -> _native.Request:
        return request(
            self.paths,
            runs,
            self.tags,
            [self.kind],
            self.policy,
            self.smooth,
            self.sample,
            self.sample_by,
            self.steps,
            (test, self.tests[1]),
        )


def plain(columns: Any) -> Any:
    """A batch or table with text instead of dictionaries, which would differ between parts, and nulls allowed everywhere, as
    Spark has it."""
    import pyarrow

    fields = [pyarrow.field(f.name, f.type.value_type if pyarrow.types.is_dictionary(f.type) else f.type) for f in columns.schema]
    return columns.cast(pyarrow.schema(fields))
