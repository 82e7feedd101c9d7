"""What is in a logdir, what is wrong with it, and what is new in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _errors, _native
from ._read import request
from ._table import Table

if TYPE_CHECKING:
    from ._read import Paths, Patterns, Steps


class Inspection(NamedTuple):
    """What is in a logdir."""

    runs: Table
    """One row per run: its directory, and how many files, bytes, tags and points it has, of which steps and times."""
    tags: Table
    """One row per series: its kind, the plugin that shows it, how many points and bytes it has, of which steps and times, and
    for scalars the first, last, minimum, maximum and mean value, and how many are NaN."""
    files: Table
    """One row per event file: who wrote it, how many records are damaged, and how it ends."""


def inspect(paths: Paths, *, runs: Patterns = None, tags: Patterns = None) -> Inspection:
    """Reads event files, and returns what is in them: a table of runs, one of tags and one of files.

    Examples:
        >>> tfevents.inspect(logdir).tags.column("max")
        [8.5, 8.5, 8.5, 8.5]
    """
    raw, problems = _native.inspect(request(paths, runs, tags))
    _errors.warn(problems)
    return Inspection(*(Table(table, kind) for table, kind in zip(raw, Inspection._fields, strict=True)))


def runs(paths: Paths, *, runs: Patterns = None) -> Table:
    """The runs of a logdir: see ``Inspection.runs``."""
    return inspect(paths, runs=runs).runs


def tags(paths: Paths, *, runs: Patterns = None, tags: Patterns = None) -> Table:
    """The series of a logdir: see ``Inspection.tags``."""
    return inspect(paths, runs=runs, tags=tags).tags


def check(paths: Paths, *, runs: Patterns = None, tags: Patterns = None) -> Table:
    """Finds what is damaged, and what TensorBoard does not show, and why: a row for each finding.

    ``severity`` is ``damage``, ``not_shown``, ``warning`` or ``note``; ``problem`` names the finding, ``message`` says what it
    is, and ``cure`` what to do about it.

    Examples:
        >>> len(tfevents.check(logdir))
        0
    """
    raw, problems = _native.check(request(paths, runs, tags))
    # Damage is what was asked for.
    _errors.warn(problem for problem in problems if problem["category"] != "damage")
    return Table(raw, "findings")


def hparams(paths: Paths, *, runs: Patterns = None) -> dict[str, dict[str, Any]]:
    """The hyperparameters of each run, by run and name.

    They are found wherever frameworks put them: in event files, in files such as ``hparams.yaml`` and in names of runs.
    ``pandas.DataFrame.from_dict(hparams, orient="index")`` makes a data frame of them.
    """
    found, problems = _native.hparams(request(paths, runs, None))
    _errors.warn(problems)
    return found


class Tail:
    """New values as they are written: an iterator of tables."""

    def __init__(self, raw: _native.Tail, kind: str, interval: float, follow: bool) -> None:
        self._raw = raw
        self._kind = kind
        self._interval = interval
        self._follow = follow

    @property
    def position(self) -> str:
        """How far each file was read, as text. ``tail(paths, position=...)`` goes on from there, also in another process."""
        return self._raw.position()

    def poll(self) -> Table:
        """What is new since the last look, without waiting."""
        raw, problems = self._raw.poll()
        _errors.warn(problems)
        return Table(raw, self._kind)

    def __iter__(self) -> Iterator[Table]:
        return self

    def __next__(self) -> Table:
        while not len(table := self.poll()):
            if not self._follow:
                raise StopIteration
            time.sleep(self._interval)
        return table


def tail(
    paths: Paths,
    *,
    runs: Patterns = None,
    tags: Patterns = None,
    kind: str = "scalar",
    steps: Steps = None,
    position: str = "",
    interval: float = 1.0,
    follow: bool = True,
) -> Tail:
    """Follows a logdir that is being written, which need not exist yet: an iterator of tables of what is new.

    Args:
        paths: As for ``read``; likewise ``runs``, ``tags``, ``kind`` and ``steps``.
        position: Begin where an earlier ``Tail`` was, by its ``position``, instead of at the beginning.
        interval: Look for new values this often, in seconds.
        follow: Whether to wait for more; otherwise the iterator ends where nothing is new.

    Examples:
        >>> tail = tfevents.tail(logdir, follow=False)
        >>> sum(len(table) for table in tail)
        72
        >>> len(tfevents.tail(logdir, position=tail.position).poll())
        0
    """
    raw = _native.Tail(request(paths, runs, tags, kinds=[kind], steps=steps), position)
    return Tail(raw, kind, interval, follow)
