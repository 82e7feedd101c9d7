"""Reads TensorBoard event files, fast and without TensorFlow.

``read`` returns everything as a table for pandas, polars, DuckDB or anything else that takes Arrow; ``scan`` does so batch
after batch. To write event files from Python, use ``torch.utils.tensorboard`` or ``tensorboardX``: this package only reads.
"""

from ._errors import DamageWarning, Error, LossWarning, TfeventsWarning, UnmatchedWarning, UnreadableWarning
from ._listing import Inspection, Tail, check, hparams, inspect, runs, tags, tail
from ._native import __version__
from ._read import Scan, read, scan
from ._table import Table

__all__ = [
    "DamageWarning",
    "Error",
    "Inspection",
    "LossWarning",
    "Scan",
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
    "tags",
    "tail",
]
