"""Compares tfevents with its peers; started by `run.sh`."""

import argparse
import resource
import tempfile

import chart
import report
import sections
import servers
from processes import HERE, TARGET
from scale import Scale

parser = argparse.ArgumentParser(prog="run.sh", description="Measures tfevents against its peers.")
parser.add_argument(
    "--quick", action="store_true", help="a tenth of the data; RESULTS.md is left alone"
)
parser.add_argument(
    "--tensorflow", action="store_true", help="TensorFlow, too, which run.sh installs for it"
)
parser.add_argument(
    "--servers",
    action="store_true",
    help="the data server beside TensorBoard's, and nothing else; writes SERVER.md",
)
parser.add_argument(
    "--only",
    choices=[section.__name__ for section in sections.ALL],
    help="one part; RESULTS.md is left alone",
)
arguments = parser.parse_args()

# The data server wants one for each file.
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

chosen = [section for section in sections.ALL if arguments.only in (None, section.__name__)]
path, head = HERE.parent / "RESULTS.md", report.HEAD
if arguments.servers:
    chosen, path, head = [servers.servers], HERE.parent / "SERVER.md", report.SERVERS_HEAD
partial = arguments.quick or arguments.only
tables = report.Report(None if partial else path, head)
with tempfile.TemporaryDirectory(prefix="data-", dir=TARGET) as folder:
    scale = Scale.quick(folder) if arguments.quick else Scale.full(folder)
    for section in chosen:
        tables.measure(section, scale)
if arguments.servers and not partial:
    picture = HERE.parent.parent / "docs" / "server.svg"
    picture.write_text(chart.draw(tables.measured))
