"""How much of everything is measured, and where its data is."""

import contextlib
import dataclasses
import itertools
import shutil
from pathlib import Path

from processes import peers


@dataclasses.dataclass
class Scale:
    """How much of everything."""

    folder: Path
    rounds: int
    divisor: int
    mixed_bytes: int
    numbers: object = dataclasses.field(default_factory=itertools.count)

    @classmethod
    def full(cls, folder):
        return cls(Path(folder), rounds=5, divisor=1, mixed_bytes=2_000_000_000)

    @classmethod
    def quick(cls, folder):
        return cls(Path(folder), rounds=3, divisor=10, mixed_bytes=500_000_000)

    def of(self, count):
        return count // self.divisor

    def data(self, name, what, *sizes):
        """Generated data, which stays until all is over."""
        path = self.folder / name
        if not path.exists():
            peers("generate", what, path, *sizes)
        return path

    @contextlib.contextmanager
    def fresh(self):
        """A directory to write to."""
        path = self.folder / f"written-{next(self.numbers)}"
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def big(self):
        return self.data("big", "scalars", self.of(5_000_000))

    def part(self):
        return self.data("part", "scalars", self.of(100_000))

    def mixed(self):
        return self.data("mixed", "mixed", self.mixed_bytes)

    def empty(self):
        path = self.folder / "empty"
        path.mkdir(exist_ok=True)
        return path
