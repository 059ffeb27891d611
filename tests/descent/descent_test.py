"""Certified claims about descent and flow, beside simulations: makes instances, proves `convergence`, verifies, runs, compares.

    descent_test.py FOLDER_OF_BINARIES [--long] [--seed N] [--count N] [--only WORD] [--csv FILE]

--count is the number of descents; --only keeps the cases whose name contains the word; --csv collects the tables. That the comparison can fail is
shown on the same certificates with a constant replaced by a false one, and with a step that is too large.
"""
from __future__ import annotations

import csv
import json
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Iterator, Optional

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "programs"))

from programs import Programs, Report, Run, folder_of_programs, long_run, option, workspace, write_json  # noqa: E402

Vector = list[float]

SIN60 = "0.8660254037844386467637231707529"
TEACHERS = {
    "one teacher": [["1"]],
    "orthonormal 2": [["1", "0"], ["0", "1"]],
    "orthonormal 3": [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]],
    "60 degrees": [["1", "0"], ["0.5", SIN60]],
    "norms 1 to 10": [["1", "0"], ["0", "10"]],
}
# How a student count depends on r, and how often.
WIDTHS = [1, 2, 4, 8, 16, 64]
WEIGHTS = [20, 28, 26, 17, 8, 1]
# By Theorem I every student that is not zero needs a mass; by Theorem G none does.
FAMILIES_OF_I = ["near", "split", "pairs", "random", "zero"]
FAMILIES_OF_G = [*FAMILIES_OF_I, "tiny", "far"]
FAR = 0.3  # of the students that `make contract` scales away
# Which recovery constants the tables have.
STUDENTS = ["misalignment", "far_mass", "residual", "deficit", "excess", "opposed", "angle", "delta"]
LEVELS = ["0.1", "0.01", "0.0001", "1e-08"]


@dataclass(frozen=True)
class Case:
    """A teacher and what its students compute."""

    teacher: str
    neuron: str = "norm"
    activation: str = "abs"

    @property
    def name(self) -> str:
        return ", ".join([self.teacher, self.neuron, self.activation])

    @property
    def vectors(self) -> list[Vector]:
        return [[float(x) for x in row] for row in TEACHERS[self.teacher]]

    @property
    def total_mass(self) -> float:
        return sum(math.hypot(*row) for row in self.vectors)

    def curvature(self, loss: float) -> float:
        """lbar of docs/theory/convergence.md, Section 2."""
        slope = {"abs": 4 * math.sqrt(math.pi) + 2 * math.sqrt(2), "relu+linear": math.sqrt(4 * math.pi) + math.sqrt(2),
                 "relu": 4 * math.sqrt(math.pi) + 2}[self.activation]
        share = {"abs": 4.0, "relu+linear": 1.0, "relu": 2.0}[self.activation]
        return share * self.total_mass + slope * math.sqrt(loss)


SHORT = [Case("one teacher"), Case("orthonormal 2"), Case("one teacher", "unit")]
LONG = (
    [Case(t) for t in TEACHERS]
    + [Case(t, activation="relu") for t in ("one teacher", "orthonormal 2", "60 degrees")]
    + [Case(t, activation="relu+linear") for t in ("orthonormal 2", "60 degrees")]
    + [Case(t, "unit") for t in ("one teacher", "orthonormal 2", "60 degrees")]
)


@dataclass(frozen=True)
class Plan:
    """One descent or flow."""

    family: str
    route: str  # G, I or hand-over
    width: int
    pace: float  # step * lbar, about; 0: the flow
    extra_dimensions: int
    number: int


class Bench:
    """What belongs to one case: a folder, the teacher's certificates of threshold, and how to run."""

    def __init__(self, case: Case, folder: Path, binaries: str, report: Report, steps: int, extra_dimensions: int) -> None:
        self.case = case
        self.folder = folder
        self.programs = Programs(binaries)
        self.descent = Path(binaries).resolve() / "descent"
        self.report = report
        self.steps = steps
        self.rows: list[dict[str, str]] = []
        self.thresholds: dict[int, Path] = {}
        self.eps0 = float(json.loads(self.threshold(extra_dimensions).read_text())["claim"]["eps0"])

    def padded(self, extra_dimensions: int) -> list[list[str]]:
        return [row + ["0"] * extra_dimensions for row in TEACHERS[self.case.teacher]]

    def threshold(self, extra_dimensions: int) -> Path:
        """The certificate of threshold for the teacher in more dimensions, made once."""
        if extra_dimensions not in self.thresholds:
            path = self.folder / f"threshold-{extra_dimensions}.json"
            teacher = self.write("teacher.json", self.padded(extra_dimensions), None)
            proof = self.programs.cert("prove", "threshold", teacher, "--certificate", "best", "-o", path, timeout=3600)
            self.report.check(proof.status == "PROVED", "thresholds proved", proof.describe)
            self.thresholds[extra_dimensions] = path
        return self.thresholds[extra_dimensions]

    def write(self, name: str, teacher: Any, student: Optional[list[Vector]]) -> Path:
        document: dict[str, Any] = {"format": "lojacert-instance/1", "activation": self.case.activation, "neuron": self.case.neuron,
                                    "teacher_neuron": "unit", "teacher": teacher}
        if student is not None:
            document["student"] = [[repr(x) for x in row] for row in student]
        return write_json(self.folder / name, document)

    def run(self, instance: Path, certificate: Path, *options: Any) -> Run:
        return self.programs.run(self.descent, instance, certificate, *options, timeout=36000)

    def weights(self, effective: list[Vector]) -> list[Vector]:
        if self.case.neuron == "unit":
            return effective
        return [[x / math.sqrt(math.hypot(*p)) if any(p) else 0.0 for x in p] for p in effective]

    def students(self, plan: Plan, dice: Random) -> list[Vector]:
        """Effective vectors, still to be contracted."""
        d = len(self.case.vectors[0]) + plan.extra_dimensions
        teachers = [row + [0.0] * plan.extra_dimensions for row in self.case.vectors]
        m = plan.width * len(teachers)
        spread = 10 ** dice.uniform(-2, -1.3 if plan.family in ("far", "vanishing") else -0.7)

        def normal() -> Vector:
            return [dice.gauss(0, 1) for _ in range(d)]

        def near(n: int, mass: float) -> Vector:
            a = teachers[n % len(teachers)]
            norm = math.hypot(*a)
            return [mass * (x + spread * norm * e) for x, e in zip(a, normal())]

        def mirrored(p: Vector, axis: Vector) -> Vector:
            along = sum(x * y for x, y in zip(p, axis)) / sum(x * x for x in axis)
            return [2 * along * y - x for x, y in zip(p, axis)]

        result: list[Vector] = []
        for n in range(m):
            mass = math.exp(0.5 * dice.gauss(0, 1)) / plan.width
            other = n // len(teachers) % 2 == 1  # not the first of its class
            if plan.family == "pairs" and n >= m // 2:
                result.append(mirrored(result[n - m // 2], teachers[(n - m // 2) % len(teachers)]))
            elif plan.family == "random" and n >= len(teachers):
                result.append([mass * x for x in normal()])
            elif plan.family == "tiny" and other:
                share = 10 ** dice.uniform(-12, -6)
                result.append([share * x for x in near(n, mass)])
            elif plan.family == "vanishing" and other:
                share = 10 ** dice.uniform(-60, -40)
                result.append([share * x for x in normal()])
            elif plan.family == "far" and other:
                share = 10 ** dice.uniform(-4, 0)
                result.append([share * x for x in normal()])
            elif plan.family == "zero" and other:
                result.append([0.0] * d)
            else:
                result.append(near(n, mass))
        if self.case.activation != "relu":
            result = [[-x for x in p] if dice.random() < 0.5 else p for p in result]
        return result

    def instance(self, plan: Plan, dice: Random, loss: float, name: str) -> Path:
        effective = self.students(plan, dice)
        source = self.write(f"{name}-source.json", self.padded(plan.extra_dimensions), self.weights(effective))
        return self.contracted(source, plan, loss, name)

    def contracted(self, source: Path, plan: Plan, loss: float, name: str) -> Path:
        """An instance of this loss; where the source happens to have less, from larger students."""
        path = self.folder / f"{name}.json"
        far = ["--delta1", FAR] if plan.family in ("far", "vanishing") else []
        while True:
            made = self.programs.cert("make", "contract", source, "--loss", repr(loss), *far, "-o", path)
            if "contraction only goes below it" not in made.err:
                self.report.check(made.status == "DONE", "instances made", made.describe)
                return path
            document = json.loads(source.read_text())
            document["student"] = [[repr(1.5 * float(x)) for x in row] for row in document["student"]]
            write_json(source, document)

    def step_of(self, plan: Plan, loss: float) -> str:
        """About pace / lbar, from below, with three digits."""
        step = plan.pace / self.case.curvature(loss * 1.001)
        digits = 2 - math.floor(math.log10(step))
        return f"{math.floor(step * 10 ** digits) / 10 ** digits:.{digits}f}"

    def prove(self, instance: Path, plan: Plan, loss: float, certificate: Path, *options: Any) -> Run:
        how = ["--flow"] if plan.pace == 0 else ["--step", self.step_of(plan, loss)]
        cited = [] if plan.route == "I" else ["--threshold", self.threshold(plan.extra_dimensions)]
        by = "threshold" if plan.route == "G" else "theoremI"
        return self.programs.cert("prove", "convergence", instance, *how, "--by", by, *cited, *options, "-o", certificate, timeout=3600)

    def proved(self, plan: Plan, dice: Random, name: str, with_target: bool) -> Optional[tuple[Path, Path, float]]:
        """Instance, certificate and loss: for Theorem I the first loss on the way down that it covers."""
        certificate = self.folder / f"{name}-certificate.json"
        if plan.route == "G":
            losses = [self.eps0 * (0.5 if dice.random() < 0.6 else 10 ** dice.uniform(-3, -0.3))]
        elif plan.route == "I":
            losses = [10 ** (-4 - n / 2 + dice.uniform(-0.2, 0)) for n in range(20)]
        else:
            losses = [self.eps0 * factor for factor in (30, 10, 3, 1.5)]
        source: Optional[Path] = None
        for loss in losses:
            made = self.instance(plan, dice, loss, name) if source is None else self.contracted(source, plan, loss, name)
            source = self.folder / f"{name}-source.json"
            if not made.exists():
                continue
            run = self.prove(made, plan, loss, certificate)
            if run.status == "PROVED":
                self.report.check(True, "claims proved")
                if with_target:
                    self.with_target(made, plan, loss, certificate)
                return made, certificate, loss
            if plan.route == "G" or run.status != "UNDECIDED":
                self.report.check(False, "claims proved", run.describe)
                return None
        self.report.count("instances that Theorem I does not cover")
        return None

    def with_target(self, instance: Path, plan: Plan, loss: float, certificate: Path) -> None:
        """The same claim with a target that falls into the simulated time."""
        claim = json.loads(certificate.read_text())["claim"]
        time_of_target = 0.5 * self.steps * (self.time_step(plan) if plan.pace == 0 else 1)
        power = 2 if self.case.neuron == "norm" else 3
        bound = min(float(line["a"]) + float(line["c"]) * time_of_target for line in claim["envelope"]) ** -power
        if "linear_rate" in claim:
            bound = min(bound, 1 / (float(claim["linear_rate"]) * time_of_target))
        run = self.prove(instance, plan, loss, certificate, "--to", f"{bound * 1.001:.6e}")
        self.report.check(run.status == "PROVED", "claims with a target", run.describe)

    def time_step(self, plan: Plan) -> float:
        """Of the flow's integration: a tenth of 1 / lbar, or about that in unit form."""
        if self.case.neuron == "norm":
            return 0.1 / self.case.curvature(self.eps0)
        return 0.02 / (plan.width * len(self.case.vectors))

    def follow(self, plan: Plan, seed: int, first: bool) -> None:
        """Proves, runs and compares; the first of a kind is also verified, and made false."""
        name = f"{plan.number}-{plan.family}-{plan.route}"
        dice = Random(f"{seed} {self.case.name} {plan.number}")
        found = self.proved(plan, dice, name, with_target=plan.route == "I" or first)
        if found is None:
            return
        instance, certificate, _ = found
        if first:
            verified = self.programs.verify(instance, certificate, timeout=3600)
            self.report.check(verified.status == "VERIFIED", "claims verified", verified.describe)
        table = self.folder / f"{name}.csv"
        options = ["--steps", self.steps, "--label", f"{self.case.teacher} {plan.family}"]
        if plan.pace == 0:
            options += ["--flow-step", repr(self.time_step(plan))]
        run = self.run(instance, certificate, *options, "--csv", table)
        good = self.report.check(run.code == 0, "claims that stand", lambda: f"{run.describe()}\n    {instance.read_text()}")
        if not table.exists():
            return
        row = read_row(table)
        self.rows.append({"case": self.case.name, "family": plan.family, "route": plan.route, "pace": str(plan.pace), **row})
        if good and first:
            for what, changes in false_claims(json.loads(certificate.read_text())["claim"], row, len(self.case.vectors)):
                false = changed(certificate, self.folder / f"{name}-{what.replace(' ', '-')}.json", changes)
                broken = self.run(instance, false, *options)
                self.report.check(broken.code == 1 and broken.out.endswith("s VIOLATED\n"), f"false claims, {what}, that are broken",
                                  broken.describe)

    def too_large_a_step(self, seed: int, extra_dimensions: int) -> None:
        """Just above 2 / the largest curvature descent leaves the envelope, and nothing is proved."""
        effective = [row + [0.0] * extra_dimensions for row in self.case.vectors]
        minimum = self.write("minimum.json", self.padded(extra_dimensions), self.weights(effective))
        run = self.programs.run(self.descent, minimum, "--curvature")
        if not self.report.check(run.status == "DONE", "curvatures at a minimum", run.describe):
            return
        largest = float(run.out.split("c largest curvature ")[1].split()[0])
        plan = Plan("near", "G", 1, 1.0, extra_dimensions, 9999)
        loss = self.eps0 / 100
        instance = self.instance(plan, Random(seed), loss, "step")
        certificate = self.folder / "step-certificate.json"
        proof = self.prove(instance, plan, loss, certificate)
        if not self.report.check(proof.status == "PROVED", "claims proved", proof.describe):
            return
        ratio = self.case.curvature(loss) / largest
        self.report.check(1 <= ratio <= 1.6, "curvatures that lbar bounds, not far above", lambda: f"lbar / curvature = {ratio}")
        step = f"{1.03 * 2 / largest:.6f}"
        false = changed(certificate, self.folder / "step-false.json", {"step": step})
        broken = self.run(instance, false, "--steps", 5000)
        self.report.check(broken.code == 1, "steps above 2 / curvature that leave the envelope", broken.describe)
        refused = self.programs.cert("prove", "convergence", instance, "--step", step, "--threshold",
                                     self.threshold(extra_dimensions), "-o", self.folder / "step-refused.json")
        self.report.check(refused.status == "UNDECIDED", "steps above 2 / curvature that nothing is proved for", refused.describe)


def read_row(path: Path) -> dict[str, str]:
    with path.open(newline="") as lines:
        return next(csv.DictReader(lines))


def changed(certificate: Path, path: Path, constants: dict[str, Any]) -> Path:
    """The certificate with other constants in its claim: nothing verifies it, but it can be compared."""
    document = json.loads(certificate.read_text())
    document["claim"].update(constants)
    return write_json(path, document)


def false_claims(claim: dict[str, Any], row: dict[str, str], teachers: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The nearest false claims: what was seen, and a little more."""
    factor = 1.3 * float(row["slack"])
    yield "steeper", {"envelope": [{"a": line["a"], "c": repr(factor * float(line["c"]))} for line in claim["envelope"]]}
    power = 2 if row["neuron"] == "norm" else 3
    start = 1.01 * float(row["first_loss"]) ** (-1 / power)
    yield "lower", {"envelope": [{"a": repr(max(start, 1.01 * float(line["a"]))), "c": line["c"]} for line in claim["envelope"]]}
    recovery = claim.get("recovery", {})
    if "delta" in recovery and float(row["delta"]) > 0:
        yield "narrower", {"recovery": {**recovery, "delta": repr(0.9 * float(row["delta"]) * float(recovery["delta"]))}}
    for key in ("misalignment", "residual", "angle"):
        if key in recovery and float(row[key]) > 0:
            share = float(row[key]) ** 1.5 if key == "angle" else float(row[key])
            yield f"smaller {key}", {"recovery": {**recovery, key: repr(0.9 * share * float(recovery[key]))}}
    if "linear_rate" in claim and float(row["linear_rate"]) > 0:
        yield "faster", {"linear_rate": repr(1.1 * float(claim["linear_rate"]) / float(row["linear_rate"]))}
    yield "nearer", {"distance": repr(0.9 * float(claim["distance"]) * float(row["distance"]))}
    yield "sooner", {"target": {"loss": repr(0.9 * float(row["last_loss"])), "steps": "0"}}
    if teachers > 1 and any(i is not None for i in claim.get("limit", [])):
        yield "another limit", {"limit": [None if i is None else (i + 1) % teachers for i in claim["limit"]]}


def plans(case: Case, count: int, dice: Random, widths: list[int], extra_dimensions: list[int]) -> list[Plan]:
    """By Theorems G and I in turns; in between a flow, and a hand-over where there is one."""
    result = []
    for n in range(count):
        extra = dice.choice(extra_dimensions)
        width = dice.choices(widths, WEIGHTS[:len(widths)])[0]
        if case.neuron == "unit":
            family = ["near", "split", "pairs", "random", "far"][n % 5]
            result.append(Plan(family, "G", 1 if family == "near" else min(max(2, width), 8), 0, extra, n))
            continue
        kind = n % 10
        if kind == 8 and len(case.vectors) > 1 and case.activation != "relu":
            result.append(Plan("vanishing", "hand-over", max(2, min(width, 16)), 1.0, extra, n))
        elif kind == 9:
            route = "IG"[n // 10 % 2]
            result.append(Plan("split", route, min(width, 8), 0, extra, n))
        elif kind % 2:
            family = dice.choice(FAMILIES_OF_I)
            result.append(Plan(family, "I", 1 if family == "near" else max(2, width), dice.choice([1.0, 1.0, 0.3]), extra, n))
        else:
            family = dice.choice(FAMILIES_OF_G)
            result.append(Plan(family, "G", 1 if family == "near" else max(2, width), dice.choice([1.0, 1.0, 1.9, 1.9, 0.3]), extra, n))
    return result


def share_of(case: Case, cases: list[Case], count: int) -> int:
    """Those that cost more have fewer."""

    def weight(c: Case) -> int:
        return 1 if c.neuron == "unit" else 10 if len(c.vectors) < 3 else 4

    return max(2, math.ceil(count * weight(case) / sum(weight(c) for c in cases)))


def summary(rows: list[dict[str, str]]) -> Iterator[str]:
    """The largest ratios by theorem and dynamics, and how many steps are certified for one that is needed."""
    groups: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault((row["theorem"], row["dynamics"], row["neuron"]), []).append(row)
    for (theorem, dynamics, neuron), group in sorted(groups.items()):
        yield f"c Theorem {theorem}, {dynamics}, {neuron}: {len(group)} runs, m from {min(int(r['m']) for r in group)} to " \
              f"{max(int(r['m']) for r in group)}, L(W_0) from {min(float(r['first_loss']) for r in group):.2g} to " \
              f"{max(float(r['first_loss']) for r in group):.2g}, worst gradient {max(float(r['gradient_error']) for r in group):.2g}"
        largest = {key: max(float(r[key]) for r in group)
                   for key in ["linear_rate", "decrease", "target", "distance", "path_of_loss", *STUDENTS, *(f"{k}_of_loss" for k in STUDENTS)]}
        yield "c   largest seen over bound: " + ", ".join(f"{key} {value:.3g}" for key, value in largest.items() if value > 0)
        yield f"c   least factor of c that breaks the envelope: {min(float(r['slack']) for r in group):.4g}"
        for level in LEVELS:
            ratios = [float(r[f"certified_over_needed_{level}"]) for r in group if float(r[f"certified_over_needed_{level}"]) > 0]
            if ratios:
                yield f"c   steps to {level} L(W_0), certified over needed: {min(ratios):.3g} to {max(ratios):.3g} in {len(ratios)} runs"


def main() -> int:
    binaries = folder_of_programs()
    is_long = long_run()
    seed = option("--seed", 1)
    count = option("--count", 520 if is_long else 12)
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    collected: Optional[Path] = Path(sys.argv[sys.argv.index("--csv") + 1]) if "--csv" in sys.argv else None
    print(f"descent: seed {seed}, {count} descents", flush=True)
    report = Report("descent")
    rows: list[dict[str, str]] = []
    cases = [case for case in (LONG if is_long else SHORT) if only in case.name]
    widths, extra = (WIDTHS, [0, 1, 2]) if is_long else (WIDTHS[:4], [1])
    with workspace() as folder:
        for number, case in enumerate(cases):
            started = time.monotonic()
            report.context = f"{case.name}, seed {seed}: "
            place = Path(folder) / str(number)
            place.mkdir()
            steps = 100_000 if is_long else 2_000
            if case.neuron == "unit":
                steps //= 5
            at = Bench(case, place, binaries, report, steps, extra[0])
            tried = set()
            for plan in plans(case, share_of(case, cases, count), Random(f"{seed} {case.name}"), widths, extra):
                kind = (plan.route, plan.pace == 0)
                first = kind not in tried and plan.width <= 4
                if first:
                    tried.add(kind)
                at.follow(plan, seed, first)
            if case.neuron == "norm":
                at.too_large_a_step(seed, extra[0])
            rows += at.rows
            print(f"c {case.name}: {len(at.rows)} runs in {time.monotonic() - started:.0f} s", flush=True)
            if collected and rows:
                with collected.open("w", newline="", encoding="utf-8") as out:
                    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
                    writer.writeheader()
                    writer.writerows(rows)
    print("\n".join(summary(rows)), flush=True)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
