"""Every statement of the paper on given weights: both sides, and what its constant hides."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np

from ._arrays import Entry, MatrixLike, exact_rows
from ._core import InputError
from ._enclosure import Enclosure
from ._instance import Instance
from ._instance import Path as PathLike
from ._programs import run_json
from ._prove import Proof, Verdict, option
from ._records import records, short, table, value_of
from ._trajectory import Trajectory

Audited = Union[Instance, Trajectory, Sequence[Instance]]


@dataclass(frozen=True)
class AuditRow:
    """One statement on one instance. Where it hides a constant, `implied_constant` is what the constant would have to be
    (left / right); where it is explicit, `verdict` says whether it holds."""

    instance: int  #: its place in Audit.instances
    row: str  #: a short name, like lemma-8
    source: str  #: where it stands in the paper
    title: str  #: the statement
    left: Optional[Enclosure]
    relation: str  #: <=, >= or =
    right: Optional[Enclosure]
    implied_constant: Optional[Enclosure]
    verdict: Optional[Verdict]
    note: str


@dataclass(frozen=True)
class AuditRange:
    """The implied constants of one statement over all the instances: they lie between `lo` and `hi`."""

    row: str
    constants: Enclosure
    attained_at_lo: int  #: the instance with the least
    attained_at_hi: int  #: the instance with the largest


@dataclass(frozen=True)
class AuditHypothesis:
    """One hypothesis of a theorem at one instance; below 1 the slack says by which factor it fails."""

    instance: int
    theorem: str
    hypothesis: str
    left: Optional[Enclosure]
    relation: str
    right: Optional[Enclosure]
    slack: Optional[Enclosure]
    verdict: Verdict


@dataclass(frozen=True)
class AuditFactor:
    """One inequality in the proof of a theorem at one instance, and the factor between its sides."""

    instance: int
    theorem: str
    step: str
    left: Optional[Enclosure]
    relation: str
    right: Optional[Enclosure]
    ratio: Optional[Enclosure]


@dataclass(frozen=True)
class AuditSamples:
    """Loss and gradient on given inputs. The enclosures of the loss and of the two differences are certain for these
    inputs; the statistical bounds hold with this confidence for inputs that were drawn independently, which nothing here proves."""

    instance: int
    count: int
    loss: Enclosure
    loss_difference: Enclosure
    gradient_difference: Optional[Enclosure]
    confidence: str
    statistical_loss_bound: Enclosure
    statistical_gradient_bound: Enclosure


@dataclass(frozen=True)
class AuditInstance:
    """What was audited."""

    name: str
    digest: str
    network: str
    precision_bits: int


@dataclass(frozen=True)
class Audit:
    """What `audit` returns. Its text is a table."""

    instances: Tuple[AuditInstance, ...]
    rows: Tuple[AuditRow, ...]
    ranges: Tuple[AuditRange, ...]
    hypotheses: Tuple[AuditHypothesis, ...]
    factors: Tuple[AuditFactor, ...]
    samples: Tuple[AuditSamples, ...]
    notes: Tuple[str, ...]
    document: Dict[str, Any] = field(repr=False)  #: the object that `lojacert audit --json` printed

    def row(self, name: str, instance: int = 0) -> AuditRow:
        """The row with this short name, of the instance at this place."""
        for found in self.rows:
            if (found.row, found.instance) == (name, instance):
                return found
        raise KeyError(f"no row {name!r} of instance {instance}; the rows are {', '.join(dict.fromkeys(row.row for row in self.rows))}")

    def __repr__(self) -> str:
        parts = [self._table(index, instance) for index, instance in enumerate(self.instances)]
        if len(self.instances) > 1:
            lines = [(found.row, short(found.constants), str(found.attained_at_lo), str(found.attained_at_hi))
                     for found in self.ranges]
            parts.append(table(("implied constant of", "between", "least at", "largest at"), lines))
        return "\n\n".join(parts)

    def _table(self, index: int, instance: AuditInstance) -> str:
        lines = [(row.source, short(row.left), row.relation, short(row.right), short(row.implied_constant),
                  row.verdict or ("" if row.left else row.note))
                 for row in self.rows if row.instance == index]
        header = ("statement", "left", "", "right", "implied constant", "verdict")
        return "\n".join([f"instance {index}: {instance.name + ': ' if instance.name else ''}{instance.network}", table(header, lines)])


def audit(
    instances: Audited,
    *,
    samples: Union[MatrixLike, PathLike, None] = None,
    count: Optional[int] = None,
    seed: Optional[int] = None,
    confidence: Optional[Entry] = None,
    step: Optional[Entry] = None,
    threshold: Union[Proof, PathLike, None] = None,
    theorem_g: bool = True,
    max_bits: Optional[int] = None,
) -> Audit:
    """Checks every statement of the paper that has a value on given weights, as `lojacert audit` does.

    `instances` is one Instance, several, or a Trajectory. `samples` is a matrix with an input a row, or a .npy file; or
    `count` normal inputs are drawn by `seed`: then the loss on these inputs is put beside the population's. `step` is for
    the rows about one step of descent. `theorem_g=False` leaves out the theorem whose constants take seconds, and
    `threshold` is a certificate to take them from.

    >>> instance = Instance.from_arrays([[1, 0], [0, 1]], [["0.9", "0.1"], [0, 1]], activation="abs", neuron="norm")
    >>> found = audit(instance, theorem_g=False)
    >>> found.row("lemma-8").verdict
    'PROVED'
    >>> found.row("theorem-4-sharp").implied_constant
    Enclosure[7.28..., 7.28...]

    Raises InputError for boxes, for an instance without students and for samples that do not fit, UnsupportedError for samples
    under relu+linear. An interrupt (Ctrl-C) ends the program.
    """
    with tempfile.TemporaryDirectory(prefix="lojacert-") as name:
        folder = Path(name)
        files = _files(instances, folder)
        options: Dict[str, Any] = {"count": count, "seed": seed, "confidence": confidence, "step": step, "threshold": threshold,
                                   "no_theorem_g": not theorem_g, "max_bits": max_bits}
        words = ["audit", *(file for file, _ in files), *(word for key, value in options.items() for word in option(key, value, folder))]
        if samples is not None:
            words.append(f"--samples={_samples_file(samples, folder)}")
        found = run_json(words, [*files, (str(folder / "samples.npy") + ": ", "")])
    for entry, (_, label) in zip(found["instances"], files):
        entry["file"] = label
    return Audit(
        records(AuditInstance, found["instances"]), records(AuditRow, found["rows"]),
        tuple(AuditRange(entry["row"], value_of({end: entry[end] for end in ("lo", "hi")}), entry["attained_at_lo"], entry["attained_at_hi"])
              for entry in found["ranges"]),
        records(AuditHypothesis, found["hypotheses"]), records(AuditFactor, found["factors"]),
        records(AuditSamples, found["samples"]), tuple(entry["note"] for entry in found["notes"]), found)


def _files(instances: Audited, folder: Path) -> List[Tuple[str, str]]:
    """(path, label) of a file for each instance, or of one for a trajectory."""
    if isinstance(instances, Trajectory):
        file = folder / "trajectory.jsonl"
        instances.save(file)
        return [(str(file), "the trajectory")]
    given = [instances] if isinstance(instances, Instance) else list(instances)
    if not given:
        raise InputError("instances: there is none; give one Instance at least")
    files = []
    for index, instance in enumerate(given):
        file = folder / f"instance-{index}.json"
        file.write_text(instance.json(), encoding="utf-8")
        files.append((str(file), f"instance {index}" if len(given) > 1 else "the instance"))
    return files


def _samples_file(samples: Union[MatrixLike, PathLike], folder: Path) -> str:
    if isinstance(samples, (str, os.PathLike)):
        return str(os.fspath(samples))
    rows = exact_rows(samples, "samples")
    if isinstance(rows, list) and any(not isinstance(entry, float) for row in rows for entry in row):
        raise InputError("samples: every entry must be a float; convert with np.asarray(samples, dtype=float)")
    np.save(folder / "samples.npy", np.asarray(rows, dtype=np.float64))
    return str(folder / "samples.npy")
