"""Reads one table in several formats, and prints what each of them holds as JSON.

The argument is the path of the table without its ending. The answer is an object: for each format a list of
rows, each a list of cells, ordered; empty cells, empty text and NaN are null, numbers Python's `repr` of a float.
"""

import csv
import json
import sys

import numpy
import pyarrow.feather
import pyarrow.parquet


def main():
    path = sys.argv[1]
    parquet = pyarrow.parquet.read_table(f"{path}.parquet")
    arrow = pyarrow.feather.read_table(f"{path}.arrow")
    assert parquet.column_names == arrow.column_names
    tables = {
        "csv": list(of_csv(f"{path}.csv", parquet.schema)),
        "parquet": of_arrow(parquet),
        "arrow": of_arrow(arrow),
        "npz": list(of_npz(f"{path}.npz", parquet.schema)),
    }
    answer = {name: sorted(map(row, table), key=repr) for name, table in tables.items()}
    json.dump(answer, sys.stdout)


def row(cells):
    """As all formats have it: arrays know no empty cells, but NaN and empty text, and floats for integers then."""
    return [None if cell in ("", None) or cell != cell else plain(cell) for cell in cells]


def plain(cell):
    # NumPy takes zeros at the end of text for padding.
    return cell.rstrip("\0") if isinstance(cell, str) else repr(float(cell))


def of_arrow(table):
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def of_csv(path, schema):
    types = {"int64": int, "double": float, "string": str}
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        head = next(rows)
        assert head == schema.names, head
        for cells in rows:
            pairs = zip(cells, schema, strict=True)
            yield [types[str(field.type)](cell) if cell else None for cell, field in pairs]


def of_npz(path, schema):
    arrays = numpy.load(path)
    for run, tag, key in zip(arrays["runs"], arrays["tags"], arrays["keys"], strict=True):
        columns = [arrays[f"{key}/{name}"].tolist() for name in schema.names[2:]]
        for cells in zip(*columns, strict=True):
            yield [str(run), str(tag), *cells]


if __name__ == "__main__":
    main()
