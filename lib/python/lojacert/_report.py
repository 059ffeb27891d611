"""One page that shows what was proved, audited and tested, for readers who have nothing but a browser."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Callable, List, Optional, Union

from ._audit import Audit
from ._core import InputError
from ._instance import Instance
from ._instance import Path as PathLike
from ._programs import run
from ._prove import Proof
from ._stress import Stress
from ._trajectory import Trajectory

Shown = Union[Proof, Audit, Stress, Trajectory, Instance, PathLike]


def report(*shown: Shown, path: PathLike, title: Optional[str] = None) -> None:
    """Writes one HTML page, whole or not at all, as `lojacert report` does. `shown` are proofs, audits, stress tests and
    trajectories, or files of theirs; an Instance (or its file) is shown with the certificates that are about it, where they are
    files and it is not inside them. Every certificate is verified by lojaverify on the way, and the page says what it answered.

    >>> instance = Instance.from_arrays([[1, 0], [0, 1]], [["0.9", "0.1"], [0, 1]], activation="abs", neuron="norm")
    >>> from lojacert import prove
    >>> report(prove("lojasiewicz", instance, best=True), path="report.html")

    Raises UndecidedError for a proof that decided nothing, InputError for what cannot be shown.
    """
    if not shown:
        raise InputError("there is nothing to show: give a proof, an audit, a stress test or a trajectory")
    with tempfile.TemporaryDirectory(prefix="lojacert-") as name:
        folder = Folder(Path(name))
        for one in shown:
            folder.add(one)
        titles = [] if title is None else [f"--title={title}"]
        run("lojacert", ["report", *folder.names, f"--output={os.path.abspath(path)}", *titles], folder=folder.path)


class Folder:
    """Files for the program, by the names that the page shows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names: List[str] = []

    def add(self, shown: Shown) -> None:
        """Writes what is shown into the folder."""
        if isinstance(shown, Proof):
            self._add(f"{shown.claim['kind']}.cert.json", shown.save)
            self.add(shown.instance)
        elif isinstance(shown, (Audit, Stress)):
            text = json.dumps(shown.document, default=float)
            self._add(f"{type(shown).__name__.lower()}.json", lambda file: file.write_text(text, encoding="utf-8"))
        elif isinstance(shown, Trajectory):
            self._add("trajectory.jsonl", shown.save)
        elif isinstance(shown, Instance):
            self._add("instance.json", shown.save)
        else:
            source = os.fspath(shown)
            self._add(os.path.basename(source), lambda file: self._copy(source, file))

    def _add(self, name: str, write: Callable[[Path], object]) -> None:
        stem, dot, ending = name.partition(".")
        used, number = set(self.names), 1
        while name in used:
            number += 1
            name = f"{stem}-{number}{dot}{ending}"
        write(self.path / name)
        self.names.append(name)

    @staticmethod
    def _copy(source: str, file: Path) -> None:
        try:
            shutil.copyfile(source, file)
        except OSError as error:
            raise InputError(f"{source}: {error.strerror}") from error
