"""`lojacert eval --json` against the definition of the loss, and its behaviour under exact symmetries.

Checked: the fixed keys; every enclosure holds the oracle's value and is as narrow as asked; permutations, rotations, sign
flips, scaling, splitting and zero neurons change the result as they must.
"""
from __future__ import annotations

import json
import random
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Optional

import generate
import oracle
import truth
from oracle import Range, overlap
from programs import Programs, Report, folder_of_programs, in_parallel, long_run, option, workspace, write_json
from specification import Instance, parse_number, points

KEYS = {"loss", "gradient_norm", "gradient", "lojasiewicz", "clusters", "precision_bits", "rung", "seconds", "status"}
EXPONENTS = {"1": Fraction(1), "2/3": Fraction(2, 3), "3/4": Fraction(3, 4), "1/2": Fraction(1, 2)}


@dataclass(frozen=True)
class Found:
    """The enclosures that the program printed."""

    loss: Range
    norm: Optional[Range]
    gradient: Optional[list[list[Range]]]
    ratios: dict[str, Optional[Range]]


def enclosure(value: Optional[dict[str, str]]) -> Optional[Range]:
    return None if value is None else Range(parse_number(value["lo"]), parse_number(value["hi"]))


def parse(document: dict[str, Any]) -> Found:
    rows = document["gradient"]
    gradient = None if rows is None else [[enclosure(x) for x in row] for row in rows]
    return Found(enclosure(document["loss"]), enclosure(document["gradient_norm"]), gradient,
                 {key: enclosure(x) for key, x in document["lojasiewicz"].items()})


def evaluate(report: Report, programs: Programs, folder: Path, instance: Instance, *options: str) -> Optional[Found]:
    """Runs `eval --json` and checks the form of the answer."""
    path = write_json(folder / "instance.json", instance.to_json())
    run = programs.cert("eval", path, "--json", *options)
    if not report.check(run.code == 0 and not run.err, "eval runs", lambda: run.describe() + instance.canonical_text()):
        return None
    document = json.loads(run.out)
    report.check(set(document) == KEYS and document["status"] == "EVALUATED", "eval has the fixed keys",
                 lambda: f"{sorted(document)}")
    report.check(set(document["lojasiewicz"]) == set(EXPONENTS), "the four exponents", lambda: str(document["lojasiewicz"]))
    return parse(document)


def width_is(value: Range, relative: Fraction, scale: Fraction) -> bool:
    """Width at most relative * scale, with 10% for the outward rounding of the printed digits."""
    return value.hi - value.lo <= relative * scale * Fraction(11, 10)


def check_values(report: Report, instance: Instance, found: Found, relative: Fraction) -> None:
    """Every enclosure holds the oracle's value and is narrow."""
    wanted = truth.evaluation(instance, 250)
    shown = instance.canonical_text
    report.check(overlap(found.loss, wanted.loss), "the loss holds the oracle's", shown)
    report.check(width_is(found.loss, relative, wanted.loss.middle), "the loss is narrow", lambda: f"{found.loss}" + shown())
    if wanted.norm is None:
        report.check(found.norm is None and found.gradient is None, "an undefined gradient is null", shown)
        report.check(all(x is None for x in found.ratios.values()), "undefined ratios are null", shown)
        return
    if not report.check(found.norm is not None and found.gradient is not None, "the gradient is there", shown):
        return
    report.check(overlap(found.norm, wanted.norm), "the gradient norm holds the oracle's", shown)
    report.check(width_is(found.norm, relative, wanted.norm.middle), "the gradient norm is narrow", lambda: f"{found.norm}" + shown())
    for row, oracle_row in zip(found.gradient, wanted.gradient, strict=True):
        for x, y in zip(row, oracle_row, strict=True):
            report.check(overlap(x, y), "a partial derivative holds the oracle's", shown)
            report.check(width_is(x, relative, wanted.norm.middle), "a partial derivative is narrow", lambda: f"{x}" + shown())
    check_ratios(report, found, wanted, shown())


def check_ratios(report: Report, found: Found, wanted: oracle.Evaluation, shown: str) -> None:
    """lo^q L^p <= ||grad||^q <= hi^q L^p for the exponent p/q."""
    for key, beta in EXPONENTS.items():
        ratio = found.ratios[key]
        if wanted.loss.hi == 0:
            report.check(ratio is None, "ratios at L = 0 are null", shown)
            continue
        if not report.check(ratio is not None, "a ratio is there", shown):
            continue
        power = wanted.loss.power(beta.numerator)
        norm = wanted.norm.power(beta.denominator)
        low = Range(ratio.lo, ratio.lo).power(beta.denominator) * power
        high = Range(ratio.hi, ratio.hi).power(beta.denominator) * power
        report.check(low.lo <= norm.hi and norm.lo <= high.hi, "a ratio holds the oracle's", shown)


def check_sphere(report: Report, instance: Instance, found: Found) -> None:
    """In three dimensions the value also agrees with cubature over the sphere (doubles)."""
    loss, gradient = oracle.sphere_values(truth.point_of(instance))
    scale = max(1e-12, float(sum(x * x for rows in (instance.teacher, instance.student) for row in rows for x, _ in row)) ** 2)
    report.check(abs(loss - float(found.loss.middle)) < 1e-8 * max(scale, 1), "the loss agrees with the sphere",
                 lambda: f"{loss} {float(found.loss.middle)}")
    if found.gradient is not None:
        worst = max(abs(float(x.middle) - float(y)) for row, other in zip(found.gradient, gradient) for x, y in zip(row, other))
        report.check(worst < 1e-8 * max(scale, 1), "the gradient agrees with the sphere", f"{worst}")


# ------------------------------------------------------------------------------------------------------- symmetries

Matrix = list[list[Fraction]]


def rows_of(instance: Instance) -> tuple[Matrix, Matrix]:
    point = truth.point_of(instance)
    return point.student, point.teacher


def with_rows(instance: Instance, student: Matrix, teacher: Matrix) -> Instance:
    return Instance(instance.activation, instance.neuron, instance.teacher_neuron, points(teacher), points(student))


def permuted(rng: random.Random, instance: Instance) -> tuple[Instance, list[int]]:
    student, teacher = rows_of(instance)
    order = rng.sample(range(len(student)), len(student))
    return with_rows(instance, [student[k] for k in order], rng.sample(teacher, len(teacher))), order


def rotation(rng: random.Random, d: int) -> Matrix:
    """A signed permutation times a rational rotation of two coordinates."""
    order = rng.sample(range(d), d)
    matrix = [[Fraction(rng.choice((-1, 1)) if k == order[i] else 0) for k in range(d)] for i in range(d)]
    if d > 1:
        a, b, c = rng.choice(generate.PYTHAGOREAN)
        i, k = rng.sample(range(d), 2)
        cos, sin = Fraction(a, c), Fraction(b, c)
        first, second = matrix[i], matrix[k]
        matrix[i] = [cos * x - sin * y for x, y in zip(first, second)]
        matrix[k] = [sin * x + cos * y for x, y in zip(first, second)]
    return matrix


def apply(matrix: Matrix, v: list[Fraction]) -> list[Fraction]:
    return [sum(x * y for x, y in zip(row, v)) for row in matrix]


def apply_to_ranges(matrix: Matrix, v: list[Range]) -> list[Range]:
    result = []
    for row in matrix:
        ends = [sorted((c * x.lo, c * x.hi)) for c, x in zip(row, v)]
        result.append(Range(sum(e[0] for e in ends), sum(e[1] for e in ends)))
    return result


def same_gradient(a: Optional[list[list[Range]]], b: Optional[list[list[Range]]]) -> bool:
    if a is None or b is None:
        return a is b
    return all(overlap(x, y) for row, other in zip(a, b, strict=True) for x, y in zip(row, other, strict=True))


def times(value: Range, factor: Fraction) -> Range:
    ends = sorted((value.lo * factor, value.hi * factor))
    return Range(ends[0], ends[1])


def check_permutation(report: Report, run: Any, rng: random.Random, instance: Instance, base: Found) -> None:
    moved, order = permuted(rng, instance)
    found = run(moved)
    gradient = None if base.gradient is None else [base.gradient[k] for k in order]
    report.check(found and overlap(found.loss, base.loss) and same_gradient(found.gradient, gradient),
                 "permutation", instance.canonical_text)


def check_rotation(report: Report, run: Any, rng: random.Random, instance: Instance, base: Found) -> None:
    matrix = rotation(rng, instance.d)
    student, teacher = rows_of(instance)
    found = run(with_rows(instance, [apply(matrix, v) for v in student], [apply(matrix, v) for v in teacher]))
    gradient = None if base.gradient is None else [apply_to_ranges(matrix, row) for row in base.gradient]
    report.check(found and overlap(found.loss, base.loss) and same_gradient(found.gradient, gradient),
                 "rotation", instance.canonical_text)


def check_flips(report: Report, run: Any, rng: random.Random, instance: Instance, base: Found) -> None:
    if instance.activation == "relu":
        return
    student, teacher = rows_of(instance)
    signs = [rng.choice((-1, 1)) for _ in student]
    found = run(with_rows(instance, [generate.scaled(v, Fraction(s)) for v, s in zip(student, signs)],
                          [generate.scaled(v, Fraction(rng.choice((-1, 1)))) for v in teacher]))
    gradient = None if base.gradient is None else [[times(x, Fraction(s)) for x in row] for row, s in zip(base.gradient, signs)]
    report.check(found and overlap(found.loss, base.loss) and same_gradient(found.gradient, gradient),
                 "sign flips", instance.canonical_text)


def check_scaling(report: Report, run: Any, rng: random.Random, instance: Instance, base: Found) -> None:
    """p -> s^2 p: L -> s^4 L; the gradient in p scales with s^2, in norm form by another s."""
    s = Fraction(rng.choice((2, 10 ** 20, Fraction(3, 7), Fraction(1, 10 ** 33))))
    student, teacher = rows_of(instance)
    power = {"unit": s * s, "norm": s}
    found = run(with_rows(instance, [generate.scaled(v, power[instance.neuron]) for v in student],
                          [generate.scaled(v, power[instance.teacher_neuron]) for v in teacher]))
    factor = s ** 3 if instance.neuron == "norm" else s * s
    gradient = None if base.gradient is None else [[times(x, factor) for x in row] for row in base.gradient]
    report.check(found and overlap(found.loss, times(base.loss, s ** 4)) and same_gradient(found.gradient, gradient),
                 "scaling", instance.canonical_text)


def check_splitting(report: Report, run: Any, rng: random.Random, instance: Instance, base: Found) -> None:
    """A student split into parallel shares keeps the loss; so do zero neurons and a neuron added on both sides."""
    student, teacher = rows_of(instance)
    j = rng.randrange(len(student))
    parts = (Fraction(3, 5), Fraction(4, 5)) if instance.neuron == "norm" else (Fraction(1, 3), Fraction(2, 3))
    split = student[:j] + [generate.scaled(student[j], p) for p in parts] + student[j + 1:]
    zero = [Fraction(0)] * instance.d
    more_teachers = teacher + [zero]
    if instance.neuron == instance.teacher_neuron:
        extra = generate.vector(rng, instance.d)
        split, more_teachers = split + [extra], more_teachers + [extra]
    if instance.neuron == "norm":
        split = split + [zero]
    found = run(with_rows(instance, split, more_teachers))
    report.check(found and overlap(found.loss, base.loss), "splitting and zero neurons", instance.canonical_text)


def check_symmetries(report: Report, programs: Programs, folder: Path, rng: random.Random, instance: Instance) -> None:
    def run(other: Instance) -> Optional[Found]:
        return evaluate(report, programs, folder, other, "--digits", "30")
    base = run(instance)
    if base is None:
        return
    for check in (check_permutation, check_rotation, check_flips, check_scaling, check_splitting):
        check(report, run, rng, instance, base)


def check_activations(report: Report, programs: Programs, folder: Path, instance: Instance) -> None:
    """The loss under relu+linear is a quarter of the loss under abs."""
    student, teacher = rows_of(instance)
    found = []
    for activation in ("abs", "relu+linear"):
        other = Instance(activation, instance.neuron, instance.teacher_neuron, points(teacher), points(student))
        found.append(evaluate(report, programs, folder, other, "--digits", "30"))
    if all(found):
        report.check(overlap(times(found[0].loss, Fraction(1, 4)), found[1].loss), "relu+linear is abs / 4",
                     instance.canonical_text)


# -------------------------------------------------------------------------------------------------------------- main

def check_instance(job: tuple[str, int, bool]) -> Report:
    """All checks of the instance with this seed."""
    binaries, seed, long = job
    report, rng, programs = Report("definition_test", f"[--seed {seed} --count 1] "), random.Random(seed), Programs(binaries)
    instance = generate.draw(rng, long)
    with workspace() as name:
        folder = Path(name)
        for options, relative in ((["--digits", "50"], Fraction(1, 10 ** 50)), (["--rel", "1e-9"], Fraction(1, 10 ** 9)),
                                  ([], Fraction(1, 10 ** 15))):
            found = evaluate(report, programs, folder, instance, *options)
            if found is not None:
                check_values(report, instance, found, relative)
                if instance.d == 3 and instance.m + instance.r <= 6 and not options and moderate(instance):
                    check_sphere(report, instance, found)
        if instance.m <= 12 and instance.d <= 8:
            check_symmetries(report, programs, folder, rng, instance)
            check_activations(report, programs, folder, instance)
    return report


def moderate(instance: Instance) -> bool:
    """Whether doubles can follow: no entry beyond 100."""
    return all(abs(x) <= 100 for rows in (instance.teacher, instance.student) for row in rows for x, _ in row)


def main() -> int:
    report = Report("definition_test")
    binaries, long = folder_of_programs(), long_run()
    seed, count = option("--seed", random.SystemRandom().randrange(10 ** 9)), option("--count", 600 if long else 60)
    print(f"definition_test: seed {seed}, {count} instances")
    report.count("self-tests of the oracle", oracle.self_test())
    for part in in_parallel(check_instance, [(binaries, seed + k, long) for k in range(count)]):
        report.merge(part)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
