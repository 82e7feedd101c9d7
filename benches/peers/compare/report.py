"""Tables of what was measured."""

import dataclasses
import datetime
import os
import statistics

import machine

HEAD = """\
# Measured against its peers

Written by `benches/peers/run.sh`; do not edit. Every figure is the median of several runs, each in a fresh
process, with everything in a table run in turns; the range is that of the runs. *Load* is the load average
while a table was measured, of which the measurements themselves are about one (or as many as there are cores
where all are used). Files come from and go to the page cache: no table measures the disk, unless it says so.
[SERVER.md](SERVER.md) has the data server.
"""

SERVERS_HEAD = """\
# The data server beside TensorBoard's own

Written by `benches/peers/run.sh --servers`; do not edit. `tfevents-data-server` and `tensorboard-data-server` were
measured in turns, each time in a fresh process. Every figure is the median; the range is that of the runs. The ratio says
how many times as much the stock one takes. CPU time is that of the server until it says that everything was read. Times
of answers are the best of five each time, and those of the client: most of a large answer's is the client's own decoding,
the same for both. So the CPU time of the server is measured, too, and how much it takes when the question is new. *Load* is the load average, of which the measurements themselves are about two; where it is more,
compare CPU times and ratios. Files come from the page cache. [TENSORBOARD.md](TENSORBOARD.md) has TensorBoard itself with
either server.

This server keeps every point and verifies the checksums of all headers and scalars; those of large images when one is
asked for, or while loading with `--checksum`. The stock one keeps 1,000 points of a series, and verifies the checksums of
headers only, or all with `--checksum`.
"""


@dataclasses.dataclass
class Target:
    """What a row's ratio shall be, or its figure where there is none: at least `least` or at most `most`."""

    least: float | None = None
    most: float | None = None

    def __str__(self):
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"

    def verdict(self, found):
        if self.least is not None:
            return "yes" if found >= self.least else f"**no**, {self.least / found:.2f}× short"
        return "yes" if found <= self.most else f"**no**, {found / self.most:.2f}× over"


@dataclasses.dataclass
class Row:
    what: str
    values: list
    """In the table's unit."""
    ratio: float | None = None
    target: Target | None = None
    note: str = ""


@dataclasses.dataclass
class Table:
    title: str
    unit: str
    about: str
    """What the ratio is, and what the reader should know."""
    rows: list


def markdown(table, load):
    lines = [
        f"## {table.title}",
        "",
        f"{table.about} Load {load[0]:.1f} before, {load[1]:.1f} after.",
        "",
        f"| | {table.unit} | range | ratio | target | reached |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for row in table.rows:
        if not row.values:
            lines.append(f"| {row.what} | not measured: {row.note} | | | | |")
            continue
        figure = statistics.median(row.values)
        spread = (
            f"{_number(min(row.values))} – {_number(max(row.values))}"
            if len(row.values) > 1
            else ""
        )
        ratio = "" if row.ratio is None else _number(row.ratio)
        target = reached = ""
        if row.target is not None:
            target = str(row.target)
            reached = row.target.verdict(figure if row.ratio is None else row.ratio)
        lines.append(
            f"| {row.what} | {_number(figure)} | {spread} | {ratio} | {target} | {reached} |"
        )
    return "\n".join(lines) + "\n"


def _number(value):
    """Three digits."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


class Report:
    """Prints each table as soon as it is there, and writes all of them to a file if it has one."""

    def __init__(self, path, head):
        self.path = path
        self.head = head
        self.date = datetime.date.today().isoformat()
        self.measured = []
        self.tables = []

    def measure(self, section, *arguments):
        before = os.getloadavg()[0]
        for table in section(*arguments):
            self.measured.append(table)
            self.tables.append(markdown(table, (before, os.getloadavg()[0])))
            print(self.tables[-1], flush=True)
            before = os.getloadavg()[0]
            if self.path:
                self.path.write_text(self.text())

    def text(self):
        head = [self.head, f"- measured on {self.date}", *machine.describe(), ""]
        return "\n".join(head) + "\n" + "\n".join(self.tables)
