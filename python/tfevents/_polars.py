"""Event files as a source of lazy frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import _native
from ._read import Scan, request

if TYPE_CHECKING:
    import polars

    from ._read import Paths, Patterns, Policy, SampleBy, Steps


def scan_polars(
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
) -> polars.LazyFrame:
    """A lazy frame of polars, which reads event files when it is collected, in constant memory.

    The arguments are those of ``scan``.

    Filters on ``run`` and on ``tag`` are asked about each name, before files are read: runs that none of them lets through
    are not opened. polars marks its interface for such sources as unstable.

    Examples:
        >>> lazy = tfevents.scan_polars(logdir)
        >>> lazy.filter(polars.col("run") == "adam").select(polars.col("value").max()).collect().item()
        8.5
    """
    import polars
    from polars.io.plugins import register_io_source

    def source(
        columns: list[str] | None, predicate: polars.Expr | None, limit: int | None, batch_size: int | None
    ) -> Iterator[polars.DataFrame]:
        conjuncts = _conjuncts(predicate)
        tests = _test(conjuncts, "run"), _test(conjuncts, "tag")
        asked = request(paths, runs, tags, [kind], policy, smooth, sample, sample_by, steps, tests)
        for table in Scan(_native.scan(asked, batch_size or 65_536), kind):
            frame = table.to_polars()
            if predicate is not None:
                frame = frame.filter(predicate)
            if columns is not None:
                frame = frame.select(columns)
            if limit is not None:
                frame = frame.head(limit)
                limit -= len(frame)
            yield frame
            if limit == 0:
                return

    schema = polars.DataFrame(_native.empty(kind)).schema
    return register_io_source(source, schema=schema)


def _conjuncts(predicate: polars.Expr | None) -> list[polars.Expr]:
    """What all has to hold."""
    if predicate is None:
        return []
    if not _is_and(predicate):
        return [predicate]
    return [conjunct for operand in predicate.meta.pop() for conjunct in _conjuncts(operand)]


def _is_and(expression: polars.Expr) -> bool:
    import json

    tree: Any = json.loads(expression.meta.serialize(format="json"))
    root: Any = tree.get("BinaryExpr") if isinstance(tree, dict) else None
    return isinstance(root, dict) and root.get("op") == "And"


def _test(conjuncts: list[polars.Expr], column: str) -> Callable[[str], bool] | None:
    """Whether a name can pass those that are about nothing but that column."""
    import polars

    about = [conjunct for conjunct in conjuncts if set(conjunct.meta.root_names()) == {column}]
    if not about:
        return None

    def test(name: str) -> bool:
        frame = polars.DataFrame({column: [name]}, schema={column: polars.Categorical})
        return len(frame.filter(*about)) > 0

    return test
