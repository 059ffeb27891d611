"""How many digits each precision and each formula leaves, and how many bits decide each claim."""

from __future__ import annotations

import os
import tempfile
import textwrap
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from importlib import import_module
from math import log10
from pathlib import Path
from typing import Any, Dict, Iterable, List, Literal, Optional, Sequence, Tuple, Union

from ._arrays import Entry
from ._enclosure import Enclosure
from ._instance import Instance
from ._instance import Path as PathLike
from ._programs import run_json
from ._prove import option
from ._records import records, table, value_of
from ._trajectory import Trajectory

Quantity = Literal["loss", "gradient", "ratio"]

# Colours that are told apart with any kind of colour vision (Okabe and Ito), each with its own marker.
STYLES = (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#E69F00", "v"), ("#56B4E9", "P"), ("#000000", "X"))


@dataclass(frozen=True)
class StressDigits:
    """The correct digits of one quantity by one formula in one precision: certain bounds of -log10 of the error, relative unless
    the true value is 0. None where there is no bound: the state says why, or the error is too small to be seen."""

    quantity: Quantity
    formula: str
    precision: str
    bits: int
    measure: str  #: relative or absolute
    state: str  #: finite, exact, nan, infinite or undefined
    digits_lo: Optional[Decimal]
    digits_hi: Optional[Decimal]
    value: Optional[str]  #: what the formula returned, as an exact number; None of a ratio, and beyond double-double


@dataclass(frozen=True)
class StressIterate(StressDigits):
    """The same at one iterate of a trajectory."""

    iteration: int
    loss: Enclosure


@dataclass(frozen=True)
class StressFrontier:
    """The fewest bits that decide a claim; None where the highest precision tried does not."""

    claim: str
    constants: Dict[str, str]
    margin: str  #: how near to equality the claim is
    least_bits: Optional[int]
    predicted_bits: Optional[int]


@dataclass(frozen=True)
class StressStage:
    """The digits of the loss and of the gradient that are left if only this stage of the formula is rounded."""

    precision: str
    bits: int
    stage: str
    condition_log10: Optional[Decimal]  #: of the loss's condition number, approximate
    loss_state: str
    loss_digits_lo: Optional[Decimal]
    loss_digits_hi: Optional[Decimal]
    gradient_state: str
    gradient_digits_lo: Optional[Decimal]
    gradient_digits_hi: Optional[Decimal]


@dataclass(frozen=True)
class Stress:
    """What `stress` returns. Its text is a table."""

    verdict: str  #: safe in double, use the cluster form, needs bits, ...
    bits: Optional[int]  #: how many, where bits are needed
    advice: str  #: the verdict as a sentence
    loss: Enclosure
    gradient_norm: Optional[Enclosure]
    ratio: Optional[Enclosure]
    formulas: Dict[str, str]  #: name and title of each
    digits: Tuple[StressDigits, ...]
    frontier: Tuple[StressFrontier, ...]
    breakdown: Tuple[StressStage, ...]
    trajectory: Tuple[StressIterate, ...]  #: empty for an instance
    document: Dict[str, Any] = field(repr=False)  #: the object that `lojacert stress --json` printed

    def plot(self, where: Any = None, *, quantity: Quantity = "loss") -> Any:
        """Draws the correct digits of one quantity by every formula: against the precision's bits, or for a trajectory against
        the loss of its iterates, in double. `where` is a file (.svg, .png, .pdf), axes of matplotlib, or None for new axes.
        Returns the axes. Raises ImportError without matplotlib (Debian: python3-matplotlib)."""
        axes, figure = _axes(where)
        if self.trajectory:
            at: List[Tuple[StressDigits, float]] = [(found, found.loss.mid) for found in self.trajectory if found.precision == "double"]
            axes.set(xscale="log", xlabel="loss of the iterate")
            axes.invert_xaxis()
        else:
            limit = 2 * (self.bits or 64)  # beyond it the lines only go on
            at = [(found, float(found.bits)) for found in self.digits if found.bits <= limit]
            axes.set_xlabel("bits of the precision")
            axes.plot([0, limit], [0, limit * log10(2)], color="#767676", linestyle=":", label="all digits of the precision")
        _draw(axes, self.formulas, [(found, x) for found, x in at if found.quantity == quantity])
        axes.set(ylabel=f"correct digits of the {quantity}", title=textwrap.fill(self.advice, 60))
        axes.grid(alpha=0.3)
        axes.legend()
        if figure is not None:
            figure.savefig(os.fspath(where), bbox_inches="tight")
        return axes

    def __repr__(self) -> str:
        precisions = [name for name in dict.fromkeys(entry.precision for entry in self.digits) if not name.endswith(" bits")]
        found = {(entry.formula, entry.precision): _shown(entry) for entry in self.digits if entry.quantity == "loss"}
        used = [formula for formula in self.formulas if any((formula, precision) in found for precision in precisions)]
        lines = [(formula, *(found.get((formula, precision), "") for precision in precisions)) for formula in used]
        claims = [(entry.claim, "none that were tried" if entry.least_bits is None else str(entry.least_bits)) for entry in self.frontier]
        return "\n".join([f"verdict: {self.advice}", "correct digits of the loss, at least:", table(("formula", *precisions), lines),
                          "fewest bits that decide:", table(("claim", "bits"), claims)])


def stress(
    what: Union[Instance, Trajectory],
    *,
    digits: Optional[int] = None,
    beta: Optional[Entry] = None,
    max_bits: Optional[int] = None,
    iterates: Optional[int] = None,
) -> Stress:
    """Says how many digits each precision and each formula leaves, and which precision these weights need, as `lojacert stress`
    does. `digits` is how many are wanted (6), `iterates` how many of a trajectory's are tested (40).

    >>> instance = Instance.from_arrays([[1, 0], [0, 1]], [["0.9", "0.1"], [0, 1]], activation="abs", neuron="norm")
    >>> found = stress(instance, max_bits=64)
    >>> found.verdict
    'safe in double'
    >>> [entry.digits_lo > 10 for entry in found.digits if (entry.quantity, entry.formula, entry.precision) == ("loss", "cluster", "double")]
    [True]

    Raises InputError for boxes. An interrupt (Ctrl-C) ends the program.
    """
    with tempfile.TemporaryDirectory(prefix="lojacert-") as name:
        folder = Path(name)
        file, label = (folder / "trajectory.jsonl", "the trajectory") if isinstance(what, Trajectory) else (folder / "instance.json", "the instance")
        what.save(file)
        options: Dict[str, Any] = {"digits": digits, "beta": beta, "max_bits": max_bits, "iterates": iterates}
        words = ["stress", str(file), *(word for key, value in options.items() for word in option(key, value, folder))]
        found = run_json(words, [(str(file), label)], Decimal)
    return _stress(found)


def _stress(found: Dict[str, Any]) -> Stress:
    advice = found["advice"]
    return Stress(
        advice["verdict"], advice["bits"], advice["text"], value_of(found["loss"]), value_of(found["gradient_norm"]),
        value_of(found["ratio"]), {entry["name"]: entry["title"] for entry in found["formulas"]},
        records(StressDigits, found["digits"]), tuple(_frontier(entry) for entry in found["frontier"]),
        records(StressStage, found["breakdown"]), records(StressIterate, found.get("trajectory", ())), found)


def _frontier(entry: Dict[str, Any]) -> StressFrontier:
    own = ("claim", "margin", "least_bits", "predicted_bits")
    constants = {key: value for key, value in entry.items() if key not in own}
    return StressFrontier(entry["claim"], constants, entry["margin"], entry["least_bits"], entry["predicted_bits"])


def _shown(found: StressDigits) -> str:
    if found.digits_lo is None:
        return found.state
    return str(found.digits_lo.quantize(Decimal("0.1"), ROUND_FLOOR) + 0)


def _axes(where: Any) -> Tuple[Any, Any]:
    """(axes, the figure to save, if any)."""
    if hasattr(where, "plot"):
        return where, None
    try:
        pyplot = import_module("matplotlib.pyplot")
    except ImportError:
        raise ImportError("plots need matplotlib (Debian: python3-matplotlib); every number is in .digits and in the table") from None
    if where is None:
        return pyplot.subplots()[1], None
    figure = import_module("matplotlib.figure").Figure()  # not pyplot's, which would keep it
    return figure.subplots(), figure


def _draw(axes: Any, formulas: Iterable[str], points: Sequence[Tuple[StressDigits, float]]) -> None:
    """A line for each formula: the lower bounds, and the upper ones where they differ."""
    for (colour, marker), formula in zip(STYLES, formulas):
        mine: List[Tuple[float, float, float]] = sorted(
            (x, float(found.digits_lo), float(found.digits_lo if found.digits_hi is None else found.digits_hi))
            for found, x in points if found.formula == formula and found.digits_lo is not None)
        if not mine:
            continue
        xs, lows, highs = zip(*mine)
        axes.plot(xs, lows, color=colour, marker=marker, markersize=4, linewidth=1, label=formula)
        axes.fill_between(xs, lows, highs, color=colour, alpha=0.2)
