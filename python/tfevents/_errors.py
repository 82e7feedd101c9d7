"""What is raised, and what is warned of."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._native import Problem


class _Placed(Exception):
    """What says where a fault is."""

    def __init__(
        self,
        message: str,
        path: object = None,
        offset: int | None = None,
        record: int | None = None,
    ) -> None:
        super().__init__(message, path, offset, record)
        self.path = None if path is None else str(path)
        self.offset = offset
        self.record = record

    def __str__(self) -> str:
        return str(self.args[0])


class Error(_Placed):
    """Event files cannot be read as such.

    What the system refuses is an ``OSError`` (such as ``FileNotFoundError``), and a wrong argument is a ``ValueError``.
    """

    path: str | None
    """The file, if it is known."""
    offset: int | None
    """The byte at which the record in question starts."""
    record: int | None
    """The number of that record, counted from 0."""


class TfeventsWarning(_Placed, UserWarning):
    """Something went wrong, and the rest was read."""

    path: str | None
    """The file, if it is one."""
    offset: int | None
    """The byte of the first place."""
    record: int | None
    """The number of records before it."""


class DamageWarning(TfeventsWarning):
    """Records of a file are damaged, and only these were skipped."""


class UnreadableWarning(TfeventsWarning):
    """A file or directory could not be read."""


class UnmatchedWarning(TfeventsWarning):
    """A pattern matched no run or no tag."""


class LossWarning(TfeventsWarning):
    """Values did not fit the table as they were."""


_CATEGORIES = {
    "damage": DamageWarning,
    "unreadable": UnreadableWarning,
    "unmatched": UnmatchedWarning,
    "loss": LossWarning,
    "notice": TfeventsWarning,
}


def warn(problems: Iterable[Problem]) -> None:
    """Warns of each, at the line outside of this package that asked."""
    problems = list(problems)
    if not problems:
        return
    level = 2
    while (module := _module(level)) is not None and module.split(".")[0] == __package__:
        level += 1
    for problem in problems:
        category = _CATEGORIES[problem["category"]]
        warning = category(problem["message"], problem["path"], problem["offset"], problem["record"])
        warnings.warn(warning, stacklevel=level)


def _module(level: int) -> str | None:
    """The module of the function so many calls above the one that asks."""
    try:
        name = sys._getframe(level).f_globals.get("__name__")
    except ValueError:
        return None
    return str(name)
