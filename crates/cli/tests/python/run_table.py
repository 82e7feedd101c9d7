"""What pandas makes of the tables of runs that `tfevents table` prints, and of the points that they are made of.

The first argument is a CSV file of all points, as `tfevents export` writes them, the second one a directory with
`runs.csv` and `groups.csv`. The answer is an object: `runs` has for each run and column what pandas makes of the points,
`groups` for each group and column the mean, the standard deviation and the number of runs, and `read_runs` and
`read_groups` what pandas reads in the two tables. NaN is null.
"""

import json
import pathlib
import sys

import numpy
import pandas

VALUES = ["min:loss", "argmin:loss", "last:acc", "mean:acc", "std:acc", "acc@min:loss"]


def main():
    points = pandas.read_csv(sys.argv[1], dtype={"run": str, "tag": str})
    tables = pathlib.Path(sys.argv[2])
    runs = {run: values(points) for run, points in points.groupby("run")}
    runs = pandas.DataFrame.from_dict(runs, orient="index", columns=VALUES)
    group = runs.index.str.replace(r"-seed\d+$", "", regex=True)
    finite = runs.replace([numpy.inf, -numpy.inf], numpy.nan)
    groups = finite.groupby(group).agg(["mean", "std", "count"])
    groups.columns = [f"{column} {'n' if part == 'count' else part}" for column, part in groups.columns]
    answer = {"runs": runs, "groups": groups}
    for name, index in [("runs", "run"), ("groups", "group")]:
        answer[f"read_{name}"] = pandas.read_csv(tables / f"{name}.csv", index_col=index)
    json.dump({name: rows(frame) for name, frame in answer.items()}, sys.stdout)


def values(points):
    """The columns of one run."""
    loss, acc = (points[points.tag == tag] for tag in ["loss", "acc"])
    best = loss.loc[loss.value.idxmin()]
    until = acc[acc.step <= best.step]
    last = [points.value.iloc[-1] if len(points) else numpy.nan for points in (acc, until)]
    return [best.value, best.step, last[0], acc.value.mean(), acc.value.std(), last[1]]


def rows(frame):
    """Rows and columns by name."""
    frame = frame.astype(float)
    return {
        str(name): {column: None if numpy.isnan(v) else v for column, v in row.items()}
        for name, row in frame.iterrows()
    }


main()
