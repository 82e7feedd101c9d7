"""TensorBoard's ``EventAccumulator`` and ``EventMultiplexer``, for scripts that use them: change the import.

    from tfevents.compat import EventAccumulator  # tensorboard.backend.event_processing.event_accumulator

What differs, on purpose:

* Nothing is sampled unless ``size_guidance`` says so. TensorBoard keeps 10,000 scalars per tag, 4 images and 1 histogram.
* Scalars that are stored as tensors, as TensorFlow 2 and Keras do, are scalars, and not among the tensors.
* Damage costs what is damaged, and is warned of; TensorBoard stops reading the file there.
* Of points that a restart supersedes, those stay that TensorBoard's pages show with ``--load_fast=false``: the first mark of a
  start in a run discards nothing.
* There are no compressed histograms. Events are named tuples.
* ``Tensors``, ``Graph``, ``MetaGraph``, ``RunMetadata`` and ``SummaryMetadata`` return messages, which need TensorBoard.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from . import _errors, _native

COMPRESSED_HISTOGRAMS = "distributions"
HISTOGRAMS = "histograms"
IMAGES = "images"
AUDIO = "audio"
SCALARS = "scalars"
TENSORS = "tensors"
GRAPH = "graph"
META_GRAPH = "meta_graph"
RUN_METADATA = "run_metadata"

STORE_EVERYTHING_SIZE_GUIDANCE = dict.fromkeys([COMPRESSED_HISTOGRAMS, IMAGES, AUDIO, SCALARS, HISTOGRAMS, TENSORS], 0)

# How values are stored, by what they are called here.
_FORMS = {IMAGES: "image", AUDIO: "audio", HISTOGRAMS: "histogram", SCALARS: "scalar", TENSORS: "tensor"}


class ScalarEvent(NamedTuple):
    """A scalar."""

    wall_time: float
    step: int
    value: float


class HistogramValue(NamedTuple):
    """What a histogram says: for each bucket its right edge, and how many values it has."""

    min: float
    max: float
    num: float
    sum: float
    sum_squares: float
    bucket_limit: list[float]
    bucket: list[float]


class HistogramEvent(NamedTuple):
    """A histogram."""

    wall_time: float
    step: int
    histogram_value: HistogramValue


class ImageEvent(NamedTuple):
    """An image, usually PNG."""

    wall_time: float
    step: int
    encoded_image_string: bytes
    width: int
    height: int


class AudioEvent(NamedTuple):
    """A sound, usually WAV."""

    wall_time: float
    step: int
    encoded_audio_string: bytes
    content_type: str
    sample_rate: float
    length_frames: int


class TensorEvent(NamedTuple):
    """A tensor."""

    wall_time: float
    step: int
    tensor_proto: Any


class EventAccumulator:
    """The events of one run: of a directory's own files, or of one file.

    Args:
        path: The directory or file.
        size_guidance: At most about so many points per tag by kind, such as ``{"scalars": 500}``; 0 is all of them. The points
            that are kept are chosen at random, but the same each time, and the last is among them.
        purge_orphaned_data: Whether to leave out scalars that a restart supersedes, as TensorBoard's pages do.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        size_guidance: Mapping[str, int] | None = None,
        compression_distributions: object = None,
        purge_orphaned_data: bool = True,
    ) -> None:
        self.path = os.fspath(path)
        self._guidance = dict(size_guidance or {})
        self._policy = "slow" if purge_orphaned_data else "raw"
        self._run = _native.Run(os.path.expanduser(self.path))
        self._series: list[_native.Series] = []

    def Reload(self) -> EventAccumulator:
        """Reads what is new."""
        _errors.warn(self._run.reload())
        self._series = self._run.series()
        return self

    def Tags(self) -> dict[str, Any]:
        """The tags of each kind, and whether there are graphs."""
        tags: dict[str, Any] = {kind: self._tags(form) for kind, form in _FORMS.items()}
        tags[COMPRESSED_HISTOGRAMS] = []
        tags[GRAPH] = bool(self._tags("graph") or self._tags("meta_graph"))
        tags[META_GRAPH] = bool(self._tags("meta_graph"))
        tags[RUN_METADATA] = self._tags("run_metadata")
        return tags

    def Scalars(self, tag: str) -> list[ScalarEvent]:
        """The scalars of a tag.

        Raises:
            KeyError: There are none.
        """
        self._check(tag, SCALARS)
        sample = self._guidance.get(SCALARS, 0)
        found = self._run.scalars(tag, self._policy, sample) or self._run.scalars(tag, "raw", sample)
        return list(map(ScalarEvent, *found)) if found else []

    def Histograms(self, tag: str) -> list[HistogramEvent]:
        """The histograms of a tag; see ``Scalars``."""
        return [
            HistogramEvent(wall_time, step, HistogramValue._make([*numbers, limits, counts]))
            for wall_time, step, (numbers, limits, counts) in self._values(tag, HISTOGRAMS)
        ]

    def Images(self, tag: str) -> list[ImageEvent]:
        """The images of a tag, as files; see ``Scalars``."""
        return [
            ImageEvent(wall_time, step, encoded, width, height)
            for wall_time, step, (width, height, encoded) in self._values(tag, IMAGES)
        ]

    def Audio(self, tag: str) -> list[AudioEvent]:
        """The sounds of a tag, as files; see ``Scalars``."""
        return [
            AudioEvent(wall_time, step, encoded, content_type, sample_rate, frames)
            for wall_time, step, (sample_rate, _, frames, content_type, encoded) in self._values(tag, AUDIO)
        ]

    def Tensors(self, tag: str) -> list[TensorEvent]:
        """The tensors of a tag; see ``Scalars``."""
        return [
            TensorEvent(wall_time, step, _message("tensor_pb2", "TensorProto", message))
            for wall_time, step, (message,) in self._values(tag, TENSORS)
        ]

    def Graph(self) -> Any:
        """The last graph.

        Raises:
            ValueError: There is none.
        """
        return self._last("graph", "graph_pb2", "GraphDef")

    def MetaGraph(self) -> Any:
        """The graph inside the last ``MetaGraphDef``; see ``Graph``."""
        return self._last("meta_graph", "graph_pb2", "GraphDef")

    def RunMetadata(self, tag: str) -> Any:
        """What an executed step cost; see ``Graph``."""
        if tag not in self._tags("run_metadata"):
            raise ValueError("There is no run metadata with this tag name")
        values = self._run.values(tag, "raw", 0) or []
        return _message("config_pb2", "RunMetadata", values[-1][2][0])

    def FirstEventTimestamp(self) -> float:
        """The earliest wall time.

        Raises:
            ValueError: No event has one.
        """
        if not self._series:
            self.Reload()
        start = self._run.start_time()
        if start is None:
            raise ValueError("No event timestamp could be found")
        return start

    def GetSourceWriter(self) -> str | None:
        """The program that wrote the events, if they say so."""
        return self._run.writer()

    def PluginTagToContent(self, plugin_name: str) -> dict[str, bytes]:
        """What series of a plugin say about themselves.

        Raises:
            KeyError: There are none.
        """
        found = {series["tag"]: series["content"] for series in self._series if series["plugin"] == plugin_name}
        if not found:
            raise KeyError(f"Plugin {plugin_name!r} could not be found.")
        return found

    def SummaryMetadata(self, tag: str) -> Any:
        """What a series says about itself.

        Raises:
            KeyError: There is no such series.
        """
        series = next((series for series in self._series if series["tag"] == tag), None)
        if series is None:
            raise KeyError(tag)
        metadata = _message("summary_pb2", "SummaryMetadata", b"")
        metadata.plugin_data.plugin_name = series["plugin"]
        metadata.plugin_data.content = series["content"]
        metadata.display_name = series["display_name"]
        metadata.summary_description = series["description"]
        return metadata

    def _tags(self, form: str) -> list[str]:
        return [series["tag"] for series in self._series if series["form"] == form]

    def _check(self, tag: str, kind: str) -> None:
        if tag not in self._tags(_FORMS[kind]):
            raise KeyError(f"Key {tag} was not found in Reservoir")

    def _values(self, tag: str, kind: str) -> list[Any]:
        self._check(tag, kind)
        return self._run.values(tag, "raw", self._guidance.get(kind, 0)) or []

    def _last(self, form: str, module: str, message: str) -> Any:
        for tag in self._tags(form):
            values = self._run.values(tag, "raw", 0) or []
            if values:
                return _message(module, message, values[-1][2][0])
        raise ValueError(f"There is no {form} in this EventAccumulator")


class EventMultiplexer:
    """The events of several runs, each with an ``EventAccumulator``."""

    def __init__(
        self,
        run_path_map: Mapping[str, str] | None = None,
        size_guidance: Mapping[str, int] | None = None,
        purge_orphaned_data: bool = True,
    ) -> None:
        self._guidance = size_guidance
        self._purges = purge_orphaned_data
        self._runs: dict[str, EventAccumulator] = {}
        for name, path in (run_path_map or {}).items():
            self.AddRun(path, name)

    def AddRun(self, path: str | os.PathLike[str], name: str | None = None) -> EventMultiplexer:
        """Adds a run, named by its path unless it has a name."""
        name = name or os.fspath(path)
        if name not in self._runs or self._runs[name].path != os.fspath(path):
            self._runs[name] = EventAccumulator(path, self._guidance, purge_orphaned_data=self._purges)
        return self

    def AddRunsFromDirectory(self, path: str | os.PathLike[str], name: str | None = None) -> EventMultiplexer:
        """Adds the directories in and below a directory that hold event files, named by their relative paths."""
        if not os.path.isdir(os.path.expanduser(path)):
            return self
        for run, directory in _native.directories(os.path.expanduser(path)):
            self.AddRun(directory, os.path.join(name, run) if name else run)
        return self

    def Reload(self) -> EventMultiplexer:
        """Reads what is new."""
        for accumulator in self._runs.values():
            accumulator.Reload()
        return self

    def Runs(self) -> dict[str, dict[str, Any]]:
        """The tags of each run: see ``EventAccumulator.Tags``."""
        return {name: accumulator.Tags() for name, accumulator in self._runs.items()}

    def RunPaths(self) -> dict[str, str]:
        """The directory of each run."""
        return {name: accumulator.path for name, accumulator in self._runs.items()}

    def GetAccumulator(self, run: str) -> EventAccumulator:
        """The events of a run.

        Raises:
            KeyError: There is no such run.
        """
        return self._runs[run]

    def Scalars(self, run: str, tag: str) -> list[ScalarEvent]:
        """As in ``EventAccumulator``; likewise the others."""
        return self._runs[run].Scalars(tag)

    def Histograms(self, run: str, tag: str) -> list[HistogramEvent]:
        return self._runs[run].Histograms(tag)

    def Images(self, run: str, tag: str) -> list[ImageEvent]:
        return self._runs[run].Images(tag)

    def Audio(self, run: str, tag: str) -> list[AudioEvent]:
        return self._runs[run].Audio(tag)

    def Tensors(self, run: str, tag: str) -> list[TensorEvent]:
        return self._runs[run].Tensors(tag)

    def Graph(self, run: str) -> Any:
        return self._runs[run].Graph()

    def MetaGraph(self, run: str) -> Any:
        return self._runs[run].MetaGraph()

    def RunMetadata(self, run: str, tag: str) -> Any:
        return self._runs[run].RunMetadata(tag)

    def FirstEventTimestamp(self, run: str) -> float:
        return self._runs[run].FirstEventTimestamp()

    def GetSourceWriter(self, run: str) -> str | None:
        return self._runs[run].GetSourceWriter()

    def SummaryMetadata(self, run: str, tag: str) -> Any:
        return self._runs[run].SummaryMetadata(tag)

    def PluginRunToTagToContent(self, plugin_name: str) -> dict[str, dict[str, bytes]]:
        """What series of a plugin say about themselves, by run."""
        found: dict[str, dict[str, bytes]] = {}
        for name, accumulator in self._runs.items():
            try:
                found[name] = accumulator.PluginTagToContent(plugin_name)
            except KeyError:
                found[name] = {}
        return found


def _message(module: str, name: str, serialized: bytes) -> Any:
    """A message, as TensorBoard has it."""
    from importlib import import_module

    try:
        messages = import_module(f"tensorboard.compat.proto.{module}")
    except ImportError as e:
        raise ImportError(f"a {name} needs TensorBoard's messages: pip install tensorboard") from e
    return getattr(messages, name).FromString(serialized)
