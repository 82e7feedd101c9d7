"""Reads exported tables with the programs that people read them with, and prints what they found as JSON.

The first argument is the logdir, the second one a directory with `scalars.csv`, `scalars.parquet`,
`scalars.arrow`, `scalars.npz` and `hive/`, a partitioned table. The answer is an object: for each reader a
list of rows `[run, tag, step, wall_time, value]`, ordered by run, tag and step, floats as Python's `repr` in
strings. `tensorboard` stands for what TensorBoard's own API gives. Beside them, `integers` has for each reader
what it finds in the column of that name of `scalars.parquet`.
"""

import json
import pathlib
import sys

import duckdb
import numpy
import pandas
import polars
import pyarrow.dataset
import pyarrow.feather
import pyarrow.parquet
from tensorboard import context
from tensorboard.backend.event_processing import (
    data_provider,
    plugin_event_multiplexer,
    tag_types,
)

COLUMNS = ["run", "tag", "step", "wall_time", "value"]
HIVE = ["run_name", *COLUMNS[1:]]


def main():
    logdir, tables = sys.argv[1], pathlib.Path(sys.argv[2])
    readers = {"tensorboard": tensorboard(logdir)}
    readers |= csv(tables / "scalars.csv")
    readers |= parquet(str(tables / "scalars.parquet"))
    readers |= arrow(tables / "scalars.arrow")
    readers |= {"numpy": npz(tables / "scalars.npz")}
    readers |= hive(tables / "hive")
    answer = {name: rows(table) for name, table in readers.items()}
    answer["integers"] = integers(str(tables / "scalars.parquet"))
    json.dump(answer, sys.stdout)


def rows(table):
    """The rows of a list of tuples, with NaN and the infinities in a form that JSON has."""
    found = [
        [str(run), str(tag), int(step), repr(float(wall_time)), repr(float(value))]
        for run, tag, step, wall_time, value in table
    ]
    # Stable, so that points of one step stay in their order.
    return sorted(found, key=lambda row: row[:3])


def tensorboard(logdir):
    multiplexer = plugin_event_multiplexer.EventMultiplexer(
        size_guidance={tag_types.TENSORS: 0}, tensor_size_guidance={"scalars": 0}
    )
    multiplexer.AddRunsFromDirectory(logdir)
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, logdir)
    series = provider.read_scalars(
        context.RequestContext(),
        experiment_id="",
        plugin_name="scalars",
        downsample=10**9,
    )
    for run, tags in series.items():
        for tag, points in tags.items():
            for point in points:
                yield run, tag, point.step, point.wall_time, point.value


def tuples(frame):
    return frame[COLUMNS].itertuples(index=False, name=None)


def csv(path):
    text = {"run": str, "tag": str}
    return {
        # What looks like a missing value to pandas is the name of a run to us.
        "pandas, csv": tuples(
            pandas.read_csv(path, dtype=text, keep_default_na=False).astype({"value": float})
        ),
        "polars, csv": polars.read_csv(
            path, schema_overrides={"run": polars.String, "tag": polars.String, "value": polars.Float64}
        ).rows(),
        "duckdb, csv": duckdb.sql(
            f"from read_csv('{path}', types={{'run': 'varchar', 'tag': 'varchar', 'value': 'double'}})"
        ).fetchall(),
    }


def parquet(path):
    columns = ", ".join(COLUMNS)
    return {
        "pandas, parquet": tuples(pandas.read_parquet(path)),
        "pyarrow, parquet": of_arrow(pyarrow.parquet.read_table(path), COLUMNS),
        "polars, parquet": polars.read_parquet(path).select(COLUMNS).rows(),
        "duckdb, parquet": duckdb.sql(f"select {columns} from '{path}'").fetchall(),
    }


def integers(path):
    columns = {
        "pandas": pandas.read_parquet(path)["integer"].dropna(),
        "pyarrow": pyarrow.parquet.read_table(path)["integer"].drop_null().to_pylist(),
        "polars": polars.read_parquet(path)["integer"].drop_nulls().to_list(),
        "duckdb": [
            integer
            for (integer,) in duckdb.sql(
                f"select integer from '{path}' where integer is not null"
            ).fetchall()
        ],
    }
    return {name: sorted(str(integer) for integer in column) for name, column in columns.items()}


def of_arrow(table, columns):
    return zip(*(table[column].to_pylist() for column in columns), strict=True)


def arrow(path):
    return {
        "pyarrow, arrow": of_arrow(pyarrow.feather.read_table(path), COLUMNS),
        "polars, arrow": polars.read_ipc(path).select(COLUMNS).rows(),
        "pandas, arrow": tuples(pandas.read_feather(path)),
    }


def npz(path):
    arrays = numpy.load(path)
    for run, tag, key in zip(arrays["runs"], arrays["tags"], arrays["keys"], strict=True):
        columns = (arrays[f"{key}/{column}"] for column in COLUMNS[2:])
        for step, wall_time, value in zip(*columns, strict=True):
            yield run, tag, step, wall_time, value


def hive(directory):
    columns = ", ".join(HIVE)
    dataset = pyarrow.dataset.dataset(directory, partitioning="hive")
    frame = pandas.read_parquet(directory)
    lazy = polars.scan_parquet(f"{directory}/**/*.parquet", hive_partitioning=True)
    relation = f"read_parquet('{directory}/*/*.parquet', hive_partitioning = true)"
    # Where all names of runs are numbers, engines make numbers of those in the path.
    text = polars.scan_parquet(
        f"{directory}/**/*.parquet", hive_schema={"run": polars.String}
    )
    schema = pyarrow.dataset.partitioning(
        pyarrow.schema([("run", pyarrow.string())]), flavor="hive"
    )
    typed = pyarrow.dataset.dataset(directory, partitioning=schema)
    return {
        "pyarrow, hive": of_arrow(dataset.to_table(), HIVE),
        "pandas, hive": frame[HIVE].itertuples(index=False, name=None),
        "polars, hive": lazy.select(HIVE).collect().rows(),
        "duckdb, hive": duckdb.sql(f"select {columns} from {relation}").fetchall(),
        "pyarrow, path": of_arrow(typed.to_table(), COLUMNS),
        "polars, path": text.select(COLUMNS).collect().rows(),
        "duckdb, path": duckdb.sql(
            f"select run, tag, step, wall_time, value from "
            f"read_parquet('{directory}/*/*.parquet', hive_types = {{'run': varchar}})"
        ).fetchall(),
    }


if __name__ == "__main__":
    main()
