"""Which claims are in reach of an instance."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import List

from ._instance import Instance
from ._programs import run_json


@dataclass(frozen=True)
class Reach:
    """One claim: in reach with which constants, or blocked by what."""

    claim: str
    in_reach: bool
    detail: str


def explain(instance: Instance) -> List[Reach]:
    """The rows of `lojacert explain`.

    >>> instance = Instance.from_arrays([[1, 0], [0, 1]], [["0.9", "0.1"], [0, 1]], activation="abs", neuron="norm")
    >>> for row in explain(instance)[:2]:
    ...     print(row.claim, row.in_reach)
    loss True
    gradient True
    """
    with tempfile.TemporaryDirectory(prefix="lojacert-") as name:
        file = Path(name) / "instance.json"
        file.write_text(instance.json(), encoding="utf-8")
        found = run_json(["explain", str(file)], [(str(file), "the instance")])
    return [Reach(row["claim"], row["in_reach"], row["detail"]) for row in found["claims"]]
