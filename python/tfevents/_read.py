"""Reading: all at once, or batch after batch."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

from . import _errors, _native
from ._table import Table

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    Path: TypeAlias = str | os.PathLike[str]
    Paths: TypeAlias = Path | Iterable[Path]
    Patterns: TypeAlias = str | re.Pattern[str] | Iterable[str | re.Pattern[str]] | Callable[[str], object] | None
    Test: TypeAlias = Callable[[str], object] | None
    Steps: TypeAlias = range | slice | tuple[int | None, int | None] | None
    Policy: TypeAlias = Literal["raw", "fast", "slow", "last-wins"]
    SampleBy: TypeAlias = Literal["reservoir", "lttb", "envelope"]


@overload
def read(
    paths: Paths,
    *,
    runs: Patterns = ...,
    tags: Patterns = ...,
    kinds: str = ...,
    policy: Policy = ...,
    smooth: float | None = ...,
    sample: int | None = ...,
    sample_by: SampleBy = ...,
    steps: Steps = ...,
) -> Table: ...


@overload
def read(
    paths: Paths,
    *,
    runs: Patterns = ...,
    tags: Patterns = ...,
    kinds: list[str] | tuple[str, ...],
    policy: Policy = ...,
    smooth: float | None = ...,
    sample: int | None = ...,
    sample_by: SampleBy = ...,
    steps: Steps = ...,
) -> dict[str, Table]: ...


def read(
    paths: Paths,
    *,
    runs: Patterns = None,
    tags: Patterns = None,
    kinds: str | list[str] | tuple[str, ...] = "scalar",
    policy: Policy = "raw",
    smooth: float | None = None,
    sample: int | None = None,
    sample_by: SampleBy = "reservoir",
    steps: Steps = None,
) -> Table | dict[str, Table]:
    """Reads event files into a table with a row per value; of values of many parts, a row per part.

    Rows are ordered by run and tag, and within these as in the files. Of a damaged file only what is damaged is missing,
    and a ``DamageWarning`` says where.

    Args:
        paths: A logdir, a run's directory, an event file, or a glob pattern such as ``"logs/*/train"``; or several.
        runs: Glob patterns of names of runs, of which one has to match; or regular expressions (``re.compile("...")``)
            to be found anywhere in a name, in the syntax of Rust's crate ``regex``; or a function that is asked about each
            name.
        tags: The same for tags.
        kinds: ``scalar``, ``histogram``, ``text``, ``hparams``, ``pr_curve`` or ``mesh``. Given a list of them, the
            result is a dictionary with a table for each.
        policy: Which points to keep where steps repeat or go back: ``raw`` all of them, ``fast`` those that TensorBoard
            shows, ``slow`` those that it shows with ``--load_fast=false``, ``last-wins`` the last one of each step.
        smooth: Smooth scalars like TensorBoard's slider, with a weight from 0 to below 1.
        sample: Keep at most about so many points of each series.
        sample_by: How to choose these: ``reservoir`` as TensorBoard does, ``lttb`` so that the shape of a curve stays, or
            ``envelope`` with the extremes of each interval.
        steps: Only these: ``range(100, 200)``, ``slice(100, None)`` or ``(100, None)``, without the end.

    Examples:
        >>> table = tfevents.read(logdir, tags="*/loss")
        >>> table.columns
        ['run', 'tag', 'step', 'wall_time', 'timestamp', 'value']
        >>> sorted(set(table.column("tag")))
        ['train/loss', 'val/loss']
    """
    of = [kinds] if isinstance(kinds, str) else list(kinds)
    raw, problems = _native.read(request(paths, runs, tags, of, policy, smooth, sample, sample_by, steps))
    _errors.warn(problems)
    if isinstance(kinds, str):
        return Table(raw[0], _kind(kinds))
    return {kind: Table(table, _kind(kind)) for kind, table in zip(of, raw, strict=True)}


class Scan:
    """Tables on their way, as an iterator. Only a few are in memory at a time."""

    def __init__(self, raw: _native.Scan, kind: str) -> None:
        self._raw = raw
        self._kind = kind

    def __iter__(self) -> Iterator[Table]:
        return self

    def __next__(self) -> Table:
        raw = next(self._raw, None)
        if raw is None:
            _errors.warn(self._raw.problems())
            raise StopIteration
        return Table(raw, self._kind)

    def __arrow_c_schema__(self) -> object:
        return self._raw.empty().__arrow_c_schema__()


def scan(
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
    batch_size: int = 65_536,
) -> Scan:
    """Reads event files in constant memory: an iterator of tables of at most ``batch_size`` rows.

    The arguments are those of ``read``. Rows come in the order of the files; with a policy, smoothing or a sample they come
    series by series, and one run per processor is in memory. What is damaged is warned of at the end.

    Examples:
        >>> sum(len(table) for table in tfevents.scan(logdir))
        72
    """
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    asked = request(paths, runs, tags, [kind], policy, smooth, sample, sample_by, steps)
    return Scan(_native.scan(asked, batch_size), _kind(kind))


def request(
    paths: Paths,
    runs: Patterns,
    tags: Patterns,
    kinds: Sequence[str] = ("scalar",),
    policy: str = "raw",
    smooth: float | None = None,
    sample: int | None = None,
    sample_by: str = "reservoir",
    steps: Steps = None,
    tests: tuple[Test, Test] = (None, None),
) -> _native.Request:
    """What is wanted, checked. The tests are of runs and of tags that match."""
    return _native.Request(
        _paths(paths),
        runs=_both(_patterns("runs", runs), tests[0]),
        tags=_both(_patterns("tags", tags), tests[1]),
        kinds=list(kinds),
        policy=policy,
        smooth=smooth,
        sample=sample,
        sample_by=sample_by,
        steps=_steps(steps),
    )


def _paths(paths: Paths) -> list[str]:
    several = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    return [os.path.expanduser(os.fspath(path)) for path in several]


def _patterns(argument: str, patterns: Patterns) -> _native.Names:
    """The patterns, whether they are regular expressions, and the function that is asked otherwise."""
    if patterns is None:
        return [], False, None
    if callable(patterns):
        return [], False, patterns
    several = [patterns] if isinstance(patterns, (str, re.Pattern)) else list(patterns)
    if not several:
        raise ValueError(f"{argument} is empty, so nothing would match; leave it out for all")
    globs = [pattern for pattern in several if isinstance(pattern, str)]
    expressions = [_expression(argument, pattern) for pattern in several if isinstance(pattern, re.Pattern)]
    if len(globs) + len(expressions) < len(several):
        raise TypeError(f"{argument} takes strings and compiled regular expressions")
    if globs and expressions:
        raise TypeError(f"{argument} takes glob patterns or regular expressions, but not both at once")
    return globs or expressions, bool(expressions), None


def _both(names: _native.Names, test: Test) -> _native.Names:
    """Names that also pass a test."""
    patterns, regex, first = names
    if first is None or test is None:
        return patterns, regex, first or test
    return patterns, regex, lambda name: first(name) and test(name)


def _expression(argument: str, pattern: re.Pattern[str]) -> str:
    """A regular expression with its flags in it."""
    if not isinstance(pattern.pattern, str):
        raise TypeError(f"{argument} takes regular expressions of text, not of bytes")
    known = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s", re.VERBOSE: "x"}
    flags = "".join(letter for flag, letter in known.items() if pattern.flags & flag)
    return f"(?{flags}){pattern.pattern}" if flags else pattern.pattern


def _steps(steps: Steps) -> tuple[int | None, int | None]:
    if steps is None:
        return None, None
    if isinstance(steps, (range, slice)):
        if steps.step not in (None, 1):
            raise ValueError("steps must follow one another: every n-th is what sample is for")
        return steps.start, steps.stop
    start, stop = steps
    return start, stop


def _kind(name: str) -> str:
    """The name of a kind, without the plural that is accepted, too."""
    return name if name in _native.kinds() else name.removesuffix("s")
