"""What pandas, pyarrow, polars and DuckDB read in the tables of runs that `tfevents table -o` writes.

The arguments are files. The answer has for each of them its rows, as pandas reads them, and the types of its columns, as
pyarrow reads them; those of text formats are pandas' guess. NaN and nothing are null.
"""

import json
import pathlib
import sys

import duckdb
import pandas
import polars
import pyarrow.feather
import pyarrow.parquet


def main():
    json.dump({pathlib.Path(path).name: read(pathlib.Path(path)) for path in sys.argv[1:]}, sys.stdout)


def read(path):
    frame, types = READERS[path.suffix](path)
    rows = json.loads(frame.to_json(orient="records", double_precision=15))
    return {"types": types, "rows": rows}


def parquet(path):
    table = pyarrow.parquet.read_table(path)
    frame = pandas.read_parquet(path)
    assert polars.read_parquet(path).rows() == polars.from_arrow(table).rows()
    relation = duckdb.read_parquet(str(path))
    assert relation.columns == table.column_names and len(relation.fetchall()) == table.num_rows
    metadata = pyarrow.parquet.ParquetFile(path).metadata
    assert not metadata.row_group(0).sorting_columns, "rows come in any order"
    return frame, arrow_types(table)


def arrow(path):
    table = pyarrow.feather.read_table(path)
    return pandas.read_feather(path), arrow_types(table)


def text(path):
    frame = pandas.read_csv(path, sep="," if path.suffix == ".csv" else "\t", float_precision="round_trip")
    return frame, {name: str(kind) for name, kind in frame.dtypes.items()}


def document(path):
    document = json.loads(path.read_text())
    rows = []
    for row in document["rows"]:
        cells = {key: row[key] for key in ("run", "group") if key in row}
        for name, cell in row["values"].items():
            match cell:
                case {"mean": mean, "std": std, "n": n}:
                    cells |= {f"{name} mean": mean, f"{name} std": std, f"{name} n": n}
                case list():
                    cells[name] = ", ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in cell)
                case _:
                    cells[name] = cell
        rows.append(cells)
    return pandas.DataFrame(rows), {}


def arrow_types(table):
    return {field.name: str(field.type) for field in table.schema}


READERS = {".parquet": parquet, ".arrow": arrow, ".csv": text, ".tsv": text, ".json": document}

main()
