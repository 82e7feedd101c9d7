"""Reads TensorBoard event files, fast and without TensorFlow.

``read`` returns everything as a table for pandas, polars, DuckDB or anything else that takes Arrow; ``scan`` does so batch
after batch. To write event files from Python, use ``torch.utils.tensorboard`` or ``tensorboardX``: this package only reads.
"""

from ._errors import DamageWarning, Error, LossWarning, TfeventsWarning, UnmatchedWarning, UnreadableWarning
from ._listing import Inspection, Tail, check, hparams, inspect, runs, tags, tail
from ._native import __version__
from ._polars import scan_polars
from ._read import Scan, read, scan
from ._table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .tbparse import SummaryReader

__all__ = [
    "DamageWarning",
    "Error",
    "Inspection",
    "LossWarning",
    "Scan",
    "SummaryReader",
    "Table",
    "Tail",
    "TfeventsWarning",
    "UnmatchedWarning",
    "UnreadableWarning",
    "__version__",
    "check",
    "hparams",
    "inspect",
    "read",
    "runs",
    "scan",
    "scan_polars",
    "tags",
    "tail",
]


def __getattr__(name: str) -> object:
    # What few use is imported when it is used.
    if name == "SummaryReader":
        from .tbparse import SummaryReader

        return SummaryReader
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
