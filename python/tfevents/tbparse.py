"""tbparse's ``SummaryReader``, for scripts that use it: change the import. Needs pandas.

    from tfevents.tbparse import SummaryReader  # tbparse

What differs, on purpose:

* Scalars that are stored as tensors, as TensorFlow 2 and Keras do, are among the scalars and among the tensors. tbparse has them
  among the tensors only.
* ``images`` and ``audio`` need no TensorFlow: their values are files as bytes, PNG or WAV as a rule, and not arrays.
* Text that is a list or a table is a list of its cells, which tbparse refuses.
* Damage costs what is damaged, and is warned of; tbparse stops reading the file there, or altogether.
* Values are read when they are first asked for.
* Raw events are those of ``tfevents.compat.EventAccumulator``. Of the static methods, which convert, there is none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import _errors, _native

if TYPE_CHECKING:
    import pandas

_TYPES = ["images", "audio", "histograms", "scalars", "tensors", "hparams", "text"]
_EXTRA = {"dir_name", "file_name", "wall_time", "min", "max", "num", "sum", "sum_squares", "width", "height"} | {
    *("content_type", "length_frames", "sample_rate"),
}
_SESSION = "_hparams_/session_start_info"
_TEXT = "/text_summary"

Frame = dict[str, list[Any]]


class SummaryReader:
    """Reads an event file, or all event files in and below a directory, into data frames of pandas.

    Args:
        log_path: The directory or file.
        pivot: Whether frames have a column per tag, and several values of one step are a list.
        extra_columns: Further columns: ``dir_name`` and ``file_name`` relative to the directory, ``wall_time``; of histograms
            ``min``, ``max``, ``num``, ``sum`` and ``sum_squares``; of images ``width`` and ``height``; of sounds
            ``content_type``, ``length_frames`` and ``sample_rate``.
        event_types: What may be asked for; everything by default.
    """

    def __init__(
        self,
        log_path: str | os.PathLike[str],
        *,
        pivot: bool = False,
        extra_columns: set[str] | None = None,
        event_types: set[str] | None = None,
    ) -> None:
        self._log_path = os.fspath(log_path)
        self._pivot = pivot
        self._extra = _checked("extra_columns", extra_columns, _EXTRA) if extra_columns else set()
        self._types = _checked("event_types", event_types, set(_TYPES)) if event_types else set(_TYPES)
        if not os.path.exists(self._log_path):
            raise ValueError(f"File or directory not found: {self._log_path}")
        self._children: dict[str, SummaryReader] = {}
        self._file: _File | None = None
        if os.path.isfile(self._log_path):
            self._file = _File(self._log_path)
            return
        for name in sorted(os.listdir(self._log_path)):
            path = os.path.join(self._log_path, name)
            self._children[name] = SummaryReader(path, pivot=pivot, extra_columns=self._extra, event_types=self._types)

    @property
    def log_path(self) -> str:
        """The directory or file."""
        return self._log_path

    @property
    def children(self) -> dict[str, SummaryReader]:
        """A reader for each entry of the directory."""
        return dict(self._children)

    def __getitem__(self, name: str) -> SummaryReader:
        return self._children[name]

    def __repr__(self) -> str:
        return f"SummaryReader(log_path={self._log_path!r})"

    @property
    def tags(self) -> dict[str, list[str]]:
        """The tags of each type."""
        return {kind: self.get_tags(kind) for kind in _TYPES}

    def get_tags(self, event_type: str | None = None) -> Any:
        """The tags of a type; of all of them, as ``tags``, without one."""
        if event_type is None:
            return self.tags
        _check_type(event_type)
        if event_type not in self._types:
            return []
        files = (file.tags(event_type) for _, file in self._files())
        return list(dict.fromkeys(tag for tags in files for tag in tags))

    @property
    def scalars(self) -> pandas.DataFrame:
        """The columns ``step``, ``tag`` and ``value``, and those asked for."""
        return self.get_events("scalars")

    @property
    def tensors(self) -> pandas.DataFrame:
        """Values are arrays of NumPy; of a single element, the element."""
        return self.get_events("tensors")

    @property
    def histograms(self) -> pandas.DataFrame:
        """The columns ``limits`` and ``counts``, with the right edge of each bucket and how many values it has."""
        return self.get_events("histograms")

    @property
    def images(self) -> pandas.DataFrame:
        """Values are files as bytes."""
        return self.get_events("images")

    @property
    def audio(self) -> pandas.DataFrame:
        """Values are files as bytes."""
        return self.get_events("audio")

    @property
    def hparams(self) -> pandas.DataFrame:
        """The columns ``tag`` and ``value``, of the session that TensorBoard shows."""
        return self.get_events("hparams")

    @property
    def text(self) -> pandas.DataFrame:
        """Values are text."""
        return self.get_events("text")

    def get_events(self, event_type: str) -> pandas.DataFrame:
        """All events of a type.

        Raises:
            ValueError: An unknown type, or one that is not among ``event_types``.
        """
        import pandas

        _check_type(event_type)
        if event_type not in self._types:
            raise ValueError(f"event_type is ignored by user: {event_type}")
        frames = [self._frame(file, event_type, directory) for directory, file in self._files()]
        frames = [frame for frame in frames if not frame.empty]
        if not frames:
            return pandas.DataFrame()
        stacked = pandas.concat(frames, ignore_index=True)
        keys = [key for key in ["dir_name", "file_name"] if key in stacked.columns]
        keys += [key for key in ["tag", "step"] if key in stacked.columns and not (key == "tag" and self._pivot)]
        stacked = stacked.sort_values(keys, ignore_index=True) if keys else stacked
        return _merged(stacked, keys) if self._pivot else stacked

    def _files(self, directory: str = "") -> Iterator[tuple[str, _File]]:
        """All files, with the directories that they are in."""
        if self._file is not None:
            yield directory, self._file
        for name, child in self._children.items():
            below = directory if child._file is not None else "/".join(filter(None, [directory, name]))
            yield from child._files(below)

    def _frame(self, file: _File, event_type: str, directory: str) -> pandas.DataFrame:
        import pandas

        parts = []
        for tag in file.tags(event_type):
            columns, count = file.events(event_type, tag)
            shown = tag.removesuffix(_TEXT) if event_type == "text" else tag
            part: dict[str, Any] = {}
            if event_type != "hparams":
                part["step"] = columns["step"]
            if not self._pivot:
                part["tag"] = [shown] * count
            for name, cells in columns.items():
                if name in {"step", "wall_time"} or (name in _EXTRA and name not in self._extra):
                    continue
                part[name if not self._pivot else shown if name == "value" else f"{shown}/{name}"] = cells
            for name, value in [
                ("wall_time", columns.get("wall_time")),
                ("dir_name", [directory] * count),
                ("file_name", [os.path.basename(file.path)] * count),
            ]:
                if name in self._extra and value is not None:
                    part[name] = value
            parts.append(pandas.DataFrame(part))
        if not parts:
            return pandas.DataFrame()
        frame = pandas.concat(parts, ignore_index=True)
        last = [name for name in ["wall_time", "dir_name", "file_name"] if name in frame.columns]
        return frame[[name for name in frame.columns if name not in last] + last]


class _File:
    """One event file; any other file has no events."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._run: _native.Run | None = None
        self._series: list[_native.Series] = []

    def _load(self) -> _native.Run:
        if self._run is None:
            self._run = _native.Run(self.path)
            if "tfevents" in os.path.basename(self.path):
                _errors.warn(self._run.reload())
                self._series = self._run.series()
        return self._run

    def tags(self, event_type: str) -> list[str]:
        run = self._load()
        if event_type == "hparams":
            return list(run.hparams())
        return [series["tag"] for series in self._series if event_type in _types(series)]

    def events(self, event_type: str, tag: str) -> tuple[dict[str, Any], int]:
        """The columns of a tag, and how many rows these have."""
        import numpy

        run = self._load()
        if event_type == "hparams":
            return {"value": [run.hparams()[tag]]}, 1
        if event_type == "scalars" or (event_type == "tensors" and self._is_scalar(tag)):
            columns = run.columns(tag, "slow") or run.columns(tag, "raw")
            if columns is None:
                return {"step": [], "value": []}, 0
            times, steps, values = columns
            found = {"step": numpy.frombuffer(steps, "i8"), "value": numpy.frombuffer(values, "f8")}
            return {**found, "wall_time": numpy.frombuffer(times, "f8")}, len(found["step"])
        values_of = run.values(tag, "raw", 0) or []
        columns_of: dict[str, Any] = {
            "step": [step for _, step, _ in values_of],
            **_columns(event_type, [value for _, _, value in values_of]),
            "wall_time": [time for time, _, _ in values_of],
        }
        return columns_of, len(values_of)

    def _is_scalar(self, tag: str) -> bool:
        return any(series["tag"] == tag and series["form"] == "scalar" for series in self._series)


def _types(series: _native.Series) -> set[str]:
    """The types that a series has."""
    form, plugin = series["form"], series["plugin"]
    if form == "scalar":
        # Plain ones come without a plugin.
        return {"scalars", "tensors"} if plugin == "scalars" else {"scalars"}
    if plugin in {"text", "hparams"}:
        return {"text"} if plugin == "text" else set()
    return {{"image": "images", "histogram": "histograms", "tensor": "tensors"}.get(form, form)}


def _columns(event_type: str, values: list[Any]) -> dict[str, list[Any]]:
    import numpy

    if event_type == "histograms":
        names = ["min", "max", "num", "sum", "sum_squares"]
        columns = {
            "counts": [numpy.array(counts) for _, _, counts in values],
            "limits": [numpy.array(limits) for _, limits, _ in values],
        }
        return {**columns, **{name: [numbers[i] for numbers, _, _ in values] for i, name in enumerate(names)}}
    if event_type == "images":
        return {name: [value[i] for value in values] for name, i in [("value", 2), ("height", 1), ("width", 0)]}
    if event_type == "audio":
        places = [("value", 4), ("content_type", 3), ("length_frames", 2), ("sample_rate", 0)]
        return {name: [value[i] for value in values] for name, i in places}
    if event_type == "text":
        return {"value": [_text(message) for (message,) in values]}
    return {"value": [_array(message) for (message,) in values]}


def _text(message: bytes) -> Any:
    _, shape, _, strings = _native.decode_tensor(message)
    texts = [text.decode("utf-8", "replace") for text in strings]
    return texts[0] if len(texts) == 1 and not any(size > 1 for size in shape) else texts


_NUMPY = {
    "DT_FLOAT": "f4",
    "DT_DOUBLE": "f8",
    "DT_HALF": "f2",
    "DT_INT8": "i1",
    "DT_INT16": "i2",
    "DT_INT32": "i4",
    "DT_INT64": "i8",
    "DT_UINT8": "u1",
    "DT_UINT16": "u2",
    "DT_UINT32": "u4",
    "DT_UINT64": "u8",
    "DT_BOOL": "?",
    "DT_COMPLEX64": "c8",
    "DT_COMPLEX128": "c16",
}


def _array(message: bytes) -> Any:
    import numpy

    dtype, shape, numbers, strings = _native.decode_tensor(message)
    if numbers is None:
        array = numpy.array(strings, dtype=object).reshape(shape)
    else:
        # Types that NumPy has no name for are left as bytes.
        array = numpy.frombuffer(numbers, _NUMPY.get(dtype, "u1"))
        array = array.reshape(shape) if dtype in _NUMPY else array
    return array.item() if array.shape == () else array


def _merged(stacked: pandas.DataFrame, keys: list[str]) -> pandas.DataFrame:
    """One row for each combination of keys."""
    groups: Any = keys if keys else [True] * len(stacked)
    frame = stacked.groupby(groups, sort=False).aggregate(_merge).reset_index(drop=not keys)
    ends = ["step", "wall_time", "dir_name", "file_name"]
    order = ["step", *sorted(set(stacked.columns) - set(ends)), *ends[1:]]
    return frame[[column for column in order if column in stacked.columns]]


def _merge(values: pandas.Series[Any]) -> Any:
    """The one value that there is, or a list of several."""
    import numpy
    import pandas

    found: list[Any] = []
    for value in values:
        if isinstance(value, list):
            found.extend(value)
        elif not numpy.isscalar(value) or not pandas.isnull(value):
            found.append(value)
    if len(found) > 1:
        return found
    return found[0] if found else numpy.nan


def _checked(argument: str, given: set[str], known: set[str]) -> set[str]:
    if not isinstance(given, set):
        raise ValueError(f"{argument} must be a set, and is {type(given)}")
    if unknown := given - known:
        raise KeyError(f"Invalid {argument}: {unknown}")
    return set(given)


def _check_type(event_type: str) -> None:
    if event_type not in _TYPES:
        raise ValueError(f"Unknown event_type: {event_type}")
