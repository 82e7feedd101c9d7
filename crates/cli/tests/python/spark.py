"""Reads an exported table with PySpark in local mode, and holds it against pyarrow's reading.

The argument is the program. Not part of the tests, because Spark takes Java and is large: install the package
pyspark beside those of `requirements.txt`.
"""

import pathlib
import subprocess
import sys
import tempfile

import pyarrow.dataset
from pyspark.sql import SparkSession
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter

RUNS = ["001", "1e5", "a/b", "lr=0.1", "with space", "100%25", "größe 損失 🎉", "quote\"'s"]
COLUMNS = ["run_name", "tag", "step", "wall_time", "value"]
VALUES = [0.1, float("nan"), float("inf"), -0.0, 1e-42]


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as directory:
        for run in RUNS:
            log(f"{directory}/logdir/{run}")
        export = [program, "export", "logdir", "--partition", "run", "--output", "lake"]
        subprocess.run(export, cwd=directory, check=True)
        theirs = spark(f"{directory}/lake")
        ours = arrow(f"{directory}/lake")
    for a, b in zip(theirs, ours, strict=True):
        assert a == b, f"Spark reads {a}, pyarrow {b}"
    assert {row[0] for row in ours} == set(RUNS), "not all runs are there"
    print(f"{len(ours)} rows of {len(RUNS)} runs are the same")


def log(directory):
    writer = EventFileWriter(directory)
    for step, number in enumerate(VALUES):
        value = summary_pb2.Summary.Value(tag="loss", simple_value=number)
        summary = summary_pb2.Summary(value=[value])
        writer.add_event(event_pb2.Event(wall_time=1.7e9 + step / 7, step=step, summary=summary))
    writer.close()


def spark(lake):
    session = SparkSession.builder.master("local[1]").appName("tfevents").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    table = session.read.parquet(lake)
    table.printSchema()
    found = {row.run for row in table.select("run").distinct().collect()}
    # It takes each byte of a path for a character.
    expected = {run.encode().decode("latin-1") for run in RUNS}
    assert found == expected, f"the path's runs are {found}"
    read = rows(tuple(row) for row in table.select(COLUMNS).collect())
    session.stop()
    return read


def arrow(lake):
    table = pyarrow.dataset.dataset(lake, partitioning="hive").to_table(COLUMNS)
    return rows(zip(*(table[column].to_pylist() for column in COLUMNS), strict=True))


def rows(table):
    """In one order, with floats as text, so that NaN is NaN."""
    return sorted((*row[:3], repr(row[3]), repr(row[4])) for row in table)


if __name__ == "__main__":
    main()
