"""Known limits under `lojacert train`: a pair of students on the two sides of one unit teacher has t^3 L -> a constant.

With masses m_1 + m_2 = 1 and moments y = m_1 theta_1 = m_2 theta_2, L ~ (4/(3 pi)) y^3/(m_1 m_2) for abs and a quarter of it for relu,
so gradient flow (t = step * iterations) has y' = -c y^2 and L ~ (limit) t^-3. For equal masses these are pi^2/96 (abs, unit),
pi^2/12 (abs, norm), pi^2/6 (relu, unit) and 4 pi^2/3 (relu, norm); relu with a free linear term goes like relu.
Both t^3 L itself, at the end, and its extrapolation from two times are compared: L^(-1/3) is a line in t up to logarithms, and its slope
between t/2 and t knows nothing of when the run began. Descent has the limit of the flow, for every step: a step adds c step (1 + O(y))
to 1/y, so that the steps from N/2 to N change the slope by a part of about 2 log(2)/N.
"""
from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from programs import Programs, Report, folder_of_programs, long_run, workspace, write_json
from specification import parse_number

LIMITS = {("abs", "unit"): math.pi**2 / 96, ("abs", "norm"): math.pi**2 / 12,
          ("relu", "unit"): math.pi**2 / 6, ("relu", "norm"): 4 * math.pi**2 / 3,
          ("relu+linear", "unit"): math.pi**2 / 6, ("relu+linear", "norm"): 4 * math.pi**2 / 3}
TOLERANCE = 0.02
TOLERANCE_EXTRAPOLATED = 0.0002


@dataclass(frozen=True)
class Pair:
    """A start: effective vectors (m_1, y) and (m_2, -y), written as rows of the neuron form."""

    activation: str
    neuron: str
    masses: tuple[float, float] = (0.5, 0.5)
    moment: float = 0.1
    step: str = "1/10"
    iterations: int = 100000

    def rows(self) -> list[list[float]]:
        rows = []
        for mass, y in zip(self.masses, (self.moment, -self.moment)):
            divisor = math.sqrt(math.hypot(mass, y)) if self.neuron == "norm" else 1
            rows.append([mass / divisor, y / divisor])
        return rows


@dataclass(frozen=True)
class Outcome:
    """What a run says about the limit of t^3 L."""

    plain: float
    extrapolated: float
    masses: tuple[float, float]


def near(value: float, limit: float, tolerance: float) -> bool:
    return abs(value / limit - 1) <= tolerance


def train(programs: Programs, report: Report, folder: Path, pair: Pair) -> Outcome:
    half = pair.iterations // 2
    spec = write_json(folder / "spec.json", {"format": "lojacert-training/1", "activation": pair.activation, "neuron": pair.neuron, "teacher": [["1", "0"]],
                                             "student": pair.rows(), "step": pair.step, "iterations": pair.iterations, "record_every": half})
    run = programs.cert("train", spec, "-o", folder / "trained.json", "--trajectory", folder / "trained.jsonl")
    report.check_run(run)
    lines = [json.loads(line) for line in (folder / "trained.jsonl").read_text(encoding="utf-8").splitlines()]
    iterates = {line["iteration"]: line for line in lines[1:]}
    report.check(sorted(iterates) == [0, half, pair.iterations], "trajectories of three iterates", run.describe)
    loss, end = {n: float(line["loss"]) for n, line in iterates.items()}, iterates[pair.iterations]
    step = float(Fraction(pair.step))
    slope = (loss[pair.iterations] ** (-1 / 3) - loss[half] ** (-1 / 3)) / (step * (pair.iterations - half))
    rows = [[float(parse_number(entry)) for entry in row] for row in end["student"]]
    masses = [math.hypot(*row) ** (2 if pair.neuron == "norm" else 1) for row in rows]
    return Outcome((step * pair.iterations) ** 3 * loss[pair.iterations], slope**-3, (masses[0], masses[1]))


def check_limit(report: Report, pair: Pair, outcome: Outcome, limit: float) -> None:
    print(f"limits_test: {pair.activation}, {pair.neuron}, masses {pair.masses}, step {pair.step}: "
          f"t^3 L off by {outcome.plain / limit - 1:+.1e}, extrapolated {outcome.extrapolated / limit - 1:+.1e}")
    for value, tolerance, what in ((outcome.plain, TOLERANCE, "limits of t^3 L"), (outcome.extrapolated, TOLERANCE_EXTRAPOLATED, "extrapolated limits")):
        report.check(near(value, limit, tolerance), what, f"{pair}: {value}, not {limit}")
        for factor in (0.95, 1.05):
            report.check(not near(value, factor * limit, tolerance), "limits off by 5% that are refused", f"{pair}: {value} {factor} {limit}")


def unequal(programs: Programs, report: Report, folder: Path) -> None:
    """Masses 2 : 3 have a limit of their own, 16 (m_1 m_2)^2 times that of halves in unit form, which is 8% away from it."""
    for activation in ("abs", "relu"):
        pair = Pair(activation, "unit", (0.4, 0.6))
        outcome = train(programs, report, folder, pair)
        limit = LIMITS[activation, "unit"]
        report.check(not near(outcome.plain, limit, TOLERANCE), "unequal pairs that miss the limit of equal ones", f"{pair}: {outcome}")
        check_limit(report, pair, outcome, 16 * (outcome.masses[0] * outcome.masses[1]) ** 2 * limit)


def main() -> int:
    report = Report("limits_test")
    programs = Programs(folder_of_programs())
    iterations = 1000000 if long_run() else 100000
    with workspace() as name:
        for (activation, neuron), limit in LIMITS.items():
            for step, moment in (("1/10", 0.1), ("1/4", 0.03)):
                pair = Pair(activation, neuron, moment=moment, step=step, iterations=iterations)
                check_limit(report, pair, train(programs, report, Path(name), pair), limit)
        unequal(programs, report, Path(name))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
