"""The rungs of the ladder: with balls and with --no-simd every claim gets the same verdict, just inside its truth and just outside, far
from convergence and near it; balls decide where the margin is clear, and say so; and the verifier accepts what they proved.
"""
from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

from programs import Programs, Report, as_arguments, folder_of_programs, long_run, option, workspace, write_json

FORMS = [(activation, neuron, teacher) for activation in ("abs", "relu", "relu+linear") for neuron in ("unit", "norm") for teacher in ("unit", "norm")]
DISTANCES = (1.0, 1e-3, 1e-7, 1e-11)
CLEAR, NARROW = 3, 20  # decimal digits of a margin


def network(rng: random.Random, form: tuple[str, str, str], distance: float) -> dict[str, Any]:
    """Two students for each of two teachers, a `distance` from a split of it in the masses' sense; far from it for distance 1."""
    activation, neuron, teacher_form = form
    d = rng.randint(2, 5)
    teacher = [[rng.gauss(0, 1) for _ in range(d)] for _ in range(2)]
    student = []
    for v in teacher:
        length = sum(x * x for x in v) ** 0.5
        mass = length ** 2 if teacher_form == "norm" else length
        scale = (mass / 2) ** 0.5 / length if neuron == "norm" else mass / 2 / length
        for sign in (1, -1):
            student.append([x * scale + sign * distance * rng.gauss(0, 1) for x in v])
    return {"format": "lojacert-instance/1", "activation": activation, "neuron": neuron, "teacher_neuron": teacher_form, "teacher": teacher,
            "student": student}


class Rungs:
    def __init__(self, programs: Programs, report: Report, folder: Path) -> None:
        self.programs, self.report, self.folder = programs, report, folder
        self.rungs: dict[str, int] = {}

    def compare(self, instance: Path, kind: str, options: dict[str, str], wanted: str, digits: int) -> None:
        certificate = self.folder / "certificate.json"
        found = self.programs.cert("prove", kind, instance, *as_arguments(options), "-o", certificate)
        without = self.programs.cert("prove", kind, instance, *as_arguments(options), "--no-simd")
        self.report.check(found.status == wanted, f"{kind} is {wanted}", found.describe)
        self.report.check(without.status == wanted, "the same verdict with --no-simd", without.describe)
        self.report.check("in intervals" in without.out, "--no-simd leaves balls out", without.describe)
        document = json.loads(certificate.read_text(encoding="utf-8"))
        rung = document["producer"]["rung"]
        self.rungs[rung] = self.rungs.get(rung, 0) + 1
        self.report.check((rung == "intervals") == (document["evidence"]["precision_bits"] != 53), "53 bits are balls", str(document))
        if digits == NARROW:
            self.report.check(rung == "intervals", "no ball is so narrow", rung)
        verified = self.programs.verify(instance, certificate)
        self.report.check(verified.status == "VERIFIED", "verified", verified.describe)

    def around(self, instance: Path, kind: str, key: str, value: dict[str, str], digits: int, extra: dict[str, str]) -> None:
        """`key` is an upper bound of a quantity in `value`."""
        share = Fraction(1, 10 ** digits)
        above, below = Fraction(value["hi"]) * (1 + share), Fraction(value["lo"]) * (1 - share)
        self.compare(instance, kind, {key: f"{above.numerator}/{above.denominator}", **extra}, "PROVED", digits)
        self.compare(instance, kind, {key: f"{below.numerator}/{below.denominator}", **extra}, "DISPROVED", digits)

    def test(self, instance: Path) -> None:
        run = self.programs.cert("eval", instance, "--digits", "40", "--json", "--no-simd")
        shown = json.loads(run.out)
        for digits in (CLEAR, 9, NARROW):
            self.around(instance, "loss", "hi", shown["loss"], digits, {})
        ratio = shown["lojasiewicz"]["3/4"]
        for digits in (CLEAR, NARROW):
            share = Fraction(1, 10 ** digits)
            for kappa, wanted in ((Fraction(ratio["lo"]) * (1 - share), "PROVED"), (Fraction(ratio["hi"]) * (1 + share), "DISPROVED")):
                self.compare(instance, "lojasiewicz", {"kappa": f"{kappa.numerator}/{kappa.denominator}", "beta": "3/4", "by": "direct"}, wanted, digits)


def main() -> int:
    report = Report("rungs_test")
    seed = option("--seed", random.randrange(10 ** 9))
    count = option("--count", 40 if long_run() else 4)
    print(f"rungs_test: seed {seed}")
    rng = random.Random(seed)
    with workspace() as name:
        rungs = Rungs(Programs(folder_of_programs()), report, Path(name))
        for n in range(count):
            for distance in DISTANCES:
                form = FORMS[rng.randrange(len(FORMS))]
                report.context = f"seed {seed}, {form}, distance {distance:g}: "
                rungs.test(write_json(Path(name) / "instance.json", network(rng, form, distance)))
    print(f"rungs_test: decided by {rungs.rungs}")
    for rung in ("balls", "refined balls", "intervals"):
        report.check(rungs.rungs.get(rung, 0) > 0, f"something is decided by {rung}")
    return report.finish()


if __name__ == "__main__":
    raise SystemExit(main())
