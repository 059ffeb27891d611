"""Deciding a claim: the program lojacert in a process of its own, with the options of its command line."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Dict, List, Literal, Optional, Tuple, cast

from ._arrays import exact_entry, exact_rows
from ._core import InputError, UndecidedError, write_file
from ._instance import Instance
from ._instance import Path as PathLike
from ._programs import run_json
from ._trajectory import Trajectory

Verdict = Literal["PROVED", "DISPROVED", "UNDECIDED"]

KINDS = ("loss", "gradient", "lojasiewicz", "recovery", "recovery-for-all", "not-pl", "not-convex", "teacher", "landscape",
         "threshold", "convergence", "trajectory")
MATRICES = ("direction", "chord")  # options whose value is a file of rows
RESERVED = ("output", "json", "help", "teacher", "student", "activation", "neuron", "teacher_neuron", "embed", "for_all")


@dataclass(frozen=True)
class Proof:
    """A verdict, the claim that it is about, and the certificate."""

    verdict: Verdict
    claim: Dict[str, Any]  #: the object of the certificate; the claim's negation where it is disproved
    margin_bits: Optional[float]  #: bits to spare, or missing where negative; None where exact, or nothing is known
    reason: Optional[str]  #: why it is undecided
    notes: Tuple[str, ...]  #: how the claim was found
    certificate: Optional[Dict[str, Any]]  #: None where undecided
    instance: Instance = field(repr=False)  #: what was proved about
    _text: str = field(default="", repr=False)

    @property
    def statement(self) -> str:
        """The claim as a sentence."""
        return str(self.claim["statement"])

    def save(self, path: PathLike) -> None:
        """Writes the certificate, whole or not at all. Raises UndecidedError where there is none."""
        if self.certificate is None:
            raise UndecidedError(f"there is no certificate to save: {self.reason}")
        write_file(os.fspath(path), self._text)

    def __repr__(self) -> str:
        return f"<lojacert.Proof: {self.verdict}: {self.statement}>"


def prove(kind: str, instance: Instance, *, path: Optional[PathLike] = None, embed: bool = False, **options: Any) -> Proof:
    """Decides a claim about an instance.

    `kind` and the options are those of `lojacert prove`, with _ for - and True for an option without a value. `path` is
    where to write the certificate; with `embed` the instance is inside it.

    >>> instance = Instance.from_arrays([[1, 0], [0, 1]], [["0.9", "0.1"], [0, 1]], activation="abs", neuron="norm")
    >>> proof = prove("lojasiewicz", instance, kappa=2, beta="3/4")
    >>> proof.verdict, proof.claim["kappa"]
    ('PROVED', '2')
    >>> prove("loss", instance, hi="0.001").verdict
    'DISPROVED'

    Numbers are exact: a text "0.1" is 1/10, the float 0.1 is the double nearest to it. An option that names a file takes
    a path; `threshold` also takes a Proof, `trajectory` a Trajectory, `direction` and `chord` a matrix. Nothing is written
    where the verdict is UNDECIDED. Where no claim can even be stated (`best` finds nothing) UndecidedError is raised, for what the
    theory does not cover UnsupportedError. An interrupt (Ctrl-C) ends the program and writes nothing.
    """
    kind = kind.replace("_", "-")
    if kind not in KINDS:
        raise InputError(f"kind: unknown claim {kind!r}; the claims are {', '.join(KINDS)}")
    with tempfile.TemporaryDirectory(prefix="lojacert-") as name:
        folder = Path(name)
        (folder / "instance.json").write_text(instance.json(), encoding="utf-8")
        written = Path(path) if path is not None else folder / "certificate.json"
        words = ["prove", *(["recovery", "--for-all"] if kind == "recovery-for-all" else [kind])]
        words += [str(folder / "instance.json"), f"--output={written}", *(["--embed"] if embed else [])]
        words += [word for key, value in options.items() for word in option(key, value, folder)]
        report = run_json(words, [(str(folder / "instance.json"), "the instance")])
        text = written.read_text(encoding="utf-8") if report["certificate"] else ""
    return Proof(cast(Verdict, report["status"]), report["claim"], report["margin_bits"], report["reason"],
                 tuple(report["notes"]), json.loads(text) if text else None, instance, text)


def option(key: str, value: Any, folder: Path) -> List[str]:
    """The words of a command line for an option; what must be a file is written into the folder."""
    if key in RESERVED:
        raise InputError(f"{key}: not an option here; see lojacert.prove")
    name = "--" + key.replace("_", "-")
    if value is None or value is False:
        return []
    if value is True:
        return [name]
    return [f"{name}={_value(key, value, folder)}"]


def _value(key: str, value: Any, folder: Path) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, os.PathLike):
        return str(os.fspath(value))
    if isinstance(value, (Proof, Trajectory)):
        file = folder / f"{key}.json"
        value.save(file)
        return str(file)
    if key in MATRICES:
        file = folder / f"{key}.json"
        rows = [[_number(entry, key) for entry in row] for row in exact_rows(value, key)]
        file.write_text(json.dumps(rows), encoding="utf-8")
        return str(file)
    return _number(value, key)


def _number(value: Any, key: str) -> str:
    """Text with exactly this value."""
    entry = exact_entry(value, key)
    if isinstance(entry, float):
        return repr(entry) if Fraction(repr(entry)) == Fraction(entry) else entry.hex()
    return str(entry)
