"""The examples in the documents run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import write_run

ROOT = Path(__file__).parents[2]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "document", ["README.md", "docs/python.md", "python/README.md", pytest.param("docs/clusters.md", marks=pytest.mark.full)]
)
def test_the_examples_run(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for run in ["adam", "sgd"]:
        write_run(tmp_path / "runs" / run, [(tag, step, 1 / (step + 1)) for step in range(20) for tag in ["loss", "val/acc"]])
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / document).read_text(), re.DOTALL | re.MULTILINE)
    assert blocks
    code = "\n".join(blocks)
    exec(compile(code, document, "exec"), {})
