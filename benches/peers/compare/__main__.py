"""Compares tfevents with its peers; started by `run.sh`."""

import argparse
import resource
import tempfile

import sections
from processes import HERE, TARGET
from report import Report
from scale import Scale

parser = argparse.ArgumentParser(prog="run.sh", description="Measures tfevents against its peers.")
parser.add_argument(
    "--quick", action="store_true", help="a tenth of the data; RESULTS.md is left alone"
)
parser.add_argument(
    "--tensorflow", action="store_true", help="TensorFlow, too, which run.sh installs for it"
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

partial = arguments.quick or arguments.only
report = Report(None if partial else HERE.parent / "RESULTS.md")
with tempfile.TemporaryDirectory(prefix="data-", dir=TARGET) as folder:
    scale = Scale.quick(folder) if arguments.quick else Scale.full(folder)
    for section in sections.ALL:
        if arguments.only in (None, section.__name__):
            report.measure(section, scale)
