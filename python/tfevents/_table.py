"""A table of values, which whatever takes Arrow takes as it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import _errors
from ._native import RawTable

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

# How much of a table is shown.
_ROWS = 10
_COLUMNS = 16
_WIDTH = 40


class Table:
    """A table of values in memory, in Arrow's columns.

    Whatever takes Arrow takes it without copying: ``polars.DataFrame(table)``, ``pyarrow.table(table)``,
    ``duckdb.sql("from table")``. ``len(table)`` is the number of rows.
    """

    __slots__ = ("_kind", "_raw")

    def __init__(self, raw: RawTable, kind: str) -> None:
        self._raw = raw
        self._kind = kind

    @property
    def kind(self) -> str:
        """The kind of the values, such as ``scalar``; ``wide`` after ``pivot``."""
        return self._kind

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._raw.column_names()

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and of columns."""
        return len(self._raw), len(self.columns)

    @property
    def nbytes(self) -> int:
        """How many bytes the columns take in memory."""
        return self._raw.nbytes()

    def column(self, name: str) -> list[Any]:
        """The cells of a column as a list. Timestamps are microseconds since the Unix epoch.

        For a large table, take a library that computes with columns.
        """
        return self._raw.column(name, 0, len(self))

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame of pandas, in which runs and tags are categories. Needs pandas and pyarrow."""
        frame: pandas.DataFrame = self.to_arrow().to_pandas()
        return frame

    def to_polars(self) -> polars.DataFrame:
        """A data frame of polars, which shares the memory of the table. Needs polars."""
        return _import("polars", "polars").DataFrame(self)  # type: ignore[no-any-return]

    def to_arrow(self) -> pyarrow.Table:
        """A table of pyarrow, which shares the memory of this one. Needs pyarrow."""
        return _import("pyarrow", "arrow").table(self)

    def pivot(self) -> Table:
        """Scalars in the wide form: a row per run and step, a column per tag.

        A value that was logged again at the same step takes the place of the earlier one; a ``LossWarning`` tells how many
        did. ``wall_time`` is the latest of the row.
        """
        if self._kind != "scalar":
            raise ValueError(f"only scalars can be pivoted, and this is a table of kind {self._kind}")
        raw, problems = self._raw.pivot()
        _errors.warn(problems)
        return Table(raw, "wide")

    def __arrow_c_schema__(self) -> object:
        return self._raw.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._raw.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return len(self._raw)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (self._raw.to_bytes(), self._kind)

    def __repr__(self) -> str:
        return "\n".join([self._title(), *_aligned(self._shown_columns()), *self._rest()])

    def _repr_html_(self) -> str:
        from html import escape

        def row(cells: Iterable[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        head, *body = zip(*self._shown_columns(), strict=True)
        rows = "".join(row(cells, "td") for cells in body)
        notes = "".join(f"<p>{escape(note)}</p>" for note in [self._title(), *self._rest()])
        return f"<table><thead>{row(head, 'th')}</thead><tbody>{rows}</tbody></table>{notes}"

    def _title(self) -> str:
        return f"tfevents.Table of kind {self._kind}: {_counted(len(self), 'row')}, {_counted(self.shape[1], 'column')}"

    def _shown_columns(self) -> list[list[str]]:
        """The first cells of the first columns, each behind its name."""
        columns = [(name, self._raw.column(name, 0, _ROWS)) for name in self.columns[:_COLUMNS]]
        return [[_printable(name), *(_text(name, cell) for cell in cells)] for name, cells in columns]

    def _rest(self) -> list[str]:
        """What is not shown."""
        more = [
            f"{_counted(total - shown, noun)} more"
            for total, shown, noun in zip(self.shape, (_ROWS, _COLUMNS), ("row", "column"), strict=True)
            if total > shown
        ]
        return [f"and {' and '.join(more)}"] if more else []


def _unpickled(data: bytes, kind: str) -> Table:
    return Table(RawTable.from_bytes(data), kind)


def _aligned(columns: list[list[str]]) -> list[str]:
    """The lines of a table."""
    widths = [max(map(len, column)) for column in columns]
    rows = zip(*columns, strict=True)
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _text(column: str, cell: object) -> str:
    if cell is None:
        return ""
    if column == "timestamp" and isinstance(cell, int):
        return _time(cell)
    return _printable(cell) if isinstance(cell, str) else repr(cell)


def _time(microseconds: int) -> str:
    from datetime import datetime, timedelta, timezone

    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
    try:
        return (epoch + timedelta(microseconds=microseconds)).isoformat(" ")
    except OverflowError:
        return str(microseconds)


def _printable(text: str) -> str:
    """The start of a text. Line breaks and control characters, which would break a table, are escaped."""
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[:_WIDTH])
    return text if len(text) < _WIDTH else text[: _WIDTH - 1] + "…"


def _import(module: str, extra: str) -> Any:
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as e:
        raise ImportError(f"this needs {module}: pip install 'tfevents[{extra}]'") from e
