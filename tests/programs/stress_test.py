"""`lojacert stress` from outside: its digits against mpmath and NumPy, its least bits against `lojacert prove`, its predictions
against its least bits, its advice against what the digits say.

--seed N and --count N choose the instances of the predictions; --long or LOJACERT_LONG_TESTS=1 draws 400 of them and tries the
32 precisions below the least one.
"""
from __future__ import annotations

import json
import random
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Optional

import mpmath
import numpy
from mpmath import mpf

import generate
import truth
from programs import Programs, Report, as_arguments, folder_of_programs, in_parallel, long_run, option, workspace, write_json
from specification import Instance, instance_from_json, parse_number

FORMATS = {"float32": numpy.float32, "double": numpy.float64}
CLAIM_OPTIONS = {"lo": "lo", "hi": "hi", "norm_lo": "norm-lo", "norm_hi": "norm-hi", "kappa": "kappa", "beta": "beta",
                 "constant": "constant"}
NEAR = {"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher": [["1", "0"], ["0", "1"]],
        "student": [["0.72", "0.01"], ["0.69", "-0.02"], ["0.03", "0.99"]]}


class Tested:
    """One run with --json."""

    def __init__(self, programs: Programs, report: Report, path: Path, *options: str) -> None:
        self.run = programs.cert("stress", path, "--json", *options)
        report.check(self.run.code == 0, "runs of stress", self.run.describe)
        self.document: dict[str, Any] = json.loads(self.run.out) if self.run.code == 0 else {}

    def row(self, quantity: str, formula: str, precision: str) -> Optional[dict[str, Any]]:
        for row in self.document["digits"]:
            if (row["quantity"], row["formula"], row["precision"]) == (quantity, formula, precision):
                return row
        return None

    @property
    def verdict(self) -> str:
        return self.document["advice"]["verdict"]


# ------------------------------------------------------------------------------------------------------------ digits

def digits_of(value: Fraction, lo: Fraction, hi: Fraction) -> tuple[mpf, mpf]:
    """Bounds of -log10 |value - y| / y for y in [lo, hi], y > 0, in 60 digits."""
    errors = [abs(value - lo) / lo, abs(value - hi) / hi]
    return tuple(-mpmath.log10(mpf(e.numerator) / e.denominator) if e else mpmath.inf for e in (max(errors), min(errors)))


def check_digits(report: Report, tested: Tested, instance: Instance) -> None:
    """The digits of every loss and gradient norm that is printed, from its exact value and the oracle's enclosure."""
    evaluation = truth.evaluation(instance, 400)
    for row in tested.document["digits"]:
        if row["quantity"] != "loss" or row["value"] is None or row["measure"] != "relative" or row["state"] != "finite":
            continue
        low, high = digits_of(parse_number(row["value"]), evaluation.loss.lo, evaluation.loss.hi)
        slack = mpf("0.002")  # digits are rounded outward to 0.001
        good = (row["digits_lo"] is not None and row["digits_lo"] <= high and row["digits_lo"] >= low - slack
                and (row["digits_hi"] is None or low <= row["digits_hi"] <= high + slack))
        report.check(good, "digits that mpmath confirms", lambda: f"{row}: {low} to {high}")


def numpy_loss(instance: Instance, dtype: Any) -> Any:
    """The loss as people write it in NumPy: acos of a clipped cosine, elementwise from a Gram matrix."""
    def effective(rows: Any, form: str) -> numpy.ndarray:
        weights = numpy.array([[float(lo) for lo, _ in row] for row in rows], dtype=dtype)
        return weights * numpy.linalg.norm(weights, axis=1, keepdims=True) if form == "norm" else weights

    p = numpy.concatenate([effective(instance.student, instance.neuron), effective(instance.teacher, instance.teacher_neuron)])
    sign = numpy.array([1] * instance.m + [-1] * instance.r, dtype=dtype)
    norms = numpy.linalg.norm(p, axis=1)
    product = numpy.outer(norms, norms)
    cosine = numpy.clip(p @ p.T / product, -1, 1)
    kernel = dtype(2 / numpy.pi) * product * (numpy.sqrt(1 - cosine * cosine) + (dtype(numpy.pi / 2) - numpy.arccos(cosine)) * cosine)
    twice = sign @ kernel @ sign
    if instance.activation == "abs":
        return twice / 2
    excess = sign @ p if instance.activation == "relu" else numpy.zeros(p.shape[1], dtype=dtype)
    return twice / 8 + excess @ excess / 8


def compare_with_numpy(report: Report, tested: Tested, instance: Instance) -> list[float]:
    """How many digits more the programs' `acos` and `gram` have than NumPy's; rounding errors differ, their size must not."""
    differences = []
    loss = truth.evaluation(instance, 400).loss
    for name, dtype in FORMATS.items():
        value = numpy_loss(instance, dtype)
        if not numpy.isfinite(value) or Fraction(float(value)) == loss.lo:
            continue
        in_numpy = float(digits_of(Fraction(float(value)), loss.lo, loss.hi)[0])
        for formula in ("acos", "gram"):
            row = tested.row("loss", formula, name)
            if row is None or row["digits_lo"] is None:
                continue
            differences.append(row["digits_lo"] - in_numpy)
            report.check(abs(differences[-1]) < 3, "digits near those of NumPy", lambda: f"{formula}, {name}: {row}, NumPy {in_numpy}")
    return differences


def numpy_instances(rng: random.Random, count: int) -> list[Instance]:
    """Nonzero rows of moderate size, from far to a loss of about 1e-10."""
    made = []
    while len(made) < count:
        drawn = (generate.plain(rng, rng.randint(2, 5), rng.randint(2, 5), rng.randint(1, 3)) if len(made) % 2 else
                 generate.near_convergence(rng, rng.randint(2, 4), rng.randint(1, 3), rng.randint(1, 4)))
        zero = truth.oracle.loss_is_exactly_zero(truth.point_of(drawn))
        if not zero and all(any(lo for lo, _ in row) for row in (*drawn.student, *drawn.teacher)):
            made.append(drawn)
    return made


def digits_test(report: Report, programs: Programs, folder: Path, count: int) -> None:
    differences: list[float] = []
    for number, instance in enumerate(numpy_instances(random.Random(4), count)):
        report.context = f"instance {number} of the digits: "
        tested = Tested(programs, report, write_json(folder / "digits.json", instance.to_json()), "--max-bits", "128")
        check_digits(report, tested, instance)
        differences += compare_with_numpy(report, tested, instance)
    report.context = ""
    middle = float(numpy.median(differences))
    print(f"digits of acos minus those of NumPy: median {middle:.2f}, from {min(differences):.2f} to {max(differences):.2f}, "
          f"{len(differences)} comparisons")
    report.check(abs(middle) < 0.3, "digits like NumPy's on average", f"{middle}")


# ---------------------------------------------------------------------------------------------------------- frontier

def prove_at(programs: Programs, path: Path, row: dict[str, Any], bits: int) -> str:
    options = {CLAIM_OPTIONS[key]: value for key, value in row.items() if key in CLAIM_OPTIONS}
    return programs.cert("prove", row["claim"], path, *as_arguments(options), "--max-bits", bits, "--no-simd").status


FEWEST_OF_PROVE = 8


def check_least(report: Report, programs: Programs, path: Path, row: dict[str, Any], below: int) -> None:
    """Decided with the least bits, and not with up to `below` fewer."""
    least = row["least_bits"]
    if least >= FEWEST_OF_PROVE:
        proved = prove_at(programs, path, row, least)
        report.check(proved == "PROVED", "claims proved with the least bits", lambda: f"{row}: {proved}")
    for bits in range(max(FEWEST_OF_PROVE, least - below), least):
        status = prove_at(programs, path, row, bits)
        report.check(status == "UNDECIDED", "claims open with fewer bits", lambda: f"{row} with {bits}: {status}")


def check_predictions(arguments: tuple[str, str, int, dict[str, Any], int]) -> tuple[Report, list[int]]:
    """One drawn instance: its least bits confirmed by prove, and predicted - least."""
    folder, name, number, document, below = arguments
    programs, report = Programs(folder), Report("stress")
    report.context = f"instance {number} of the predictions: "
    path = write_json(Path(name) / f"prediction-{number}.json", document)
    tested = Tested(programs, report, path, "--max-bits", "300", "--digits", "1")
    if any(row["least_bits"] is None for row in tested.document.get("frontier", [])):
        tested = Tested(programs, report, path, "--max-bits", "4096", "--digits", "1")
    differences = []
    for row in tested.document.get("frontier", []):
        if not report.check(row["least_bits"] is not None, "least bits found", lambda: str(row)):
            continue
        differences.append(row["predicted_bits"] - row["least_bits"])
        report.check(abs(differences[-1]) <= 16, "predictions within 16 bits", lambda: str(row))
        check_least(report, programs, path, row, below)
    return report, differences


def predictions_test(report: Report, folder: str, name: str, seed: int, count: int) -> None:
    rng = random.Random(seed)
    drawn = [generate.draw(rng, False) for _ in range(count)]
    tasks = [(folder, name, number, instance.to_json(), 32 if long_run() else 1) for number, instance in enumerate(drawn)]
    differences: list[int] = []
    for part, found in in_parallel(check_predictions, tasks):
        report.merge(part)
        differences += found
    print(f"predicted minus least bits: from {min(differences)} to {max(differences)}, mean "
          f"{sum(differences) / len(differences):.2f}, {len(differences)} claims about {count} instances")


def exhaustive_test(report: Report, programs: Programs, folder: Path) -> None:
    """Every precision below the least one, for three small instances."""
    closer = {**NEAR, "student": [["0.6", "1e-5"], ["0.8", "-1e-5"], ["1e-6", "1"]]}
    unit = {**NEAR, "neuron": "unit", "activation": "relu", "student": [["0.5", "0.1"], ["0.5", "-0.1"], ["0.1", "1"]]}
    for number, document in enumerate((NEAR, closer, unit)):
        report.context = f"exhaustive scan {number}: "
        path = write_json(folder / "exhaustive.json", document)
        for row in Tested(programs, report, path, "--max-bits", "256").document["frontier"]:
            if row["claim"] in ("loss", "lojasiewicz") or long_run():
                check_least(report, programs, path, row, row["least_bits"])
    report.context = ""


# ------------------------------------------------------------------------------------------------------------ advice

def situations() -> dict[str, tuple[dict[str, Any], set[str]]]:
    """Instances with the verdicts that fit them."""
    scale = {**NEAR, "teacher_neuron": "norm", "teacher": [["1e150", "0"], ["0", "1e-150"]],
             "student": [["0.6e150", "1e140"], ["0.7e150", "0"], ["0", "2e-150"]]}
    return {
        "far": ({**NEAR, "student": [["0.5", "0.9"], ["-0.4", "1.1"]]}, {"safe in double"}),
        "moderately near": (NEAR, {"safe in double"}),
        "near convergence": ({**NEAR, "student": [["0.6", "1e-4"], ["0.8", "-1e-4"], ["1e-5", "1.000001"]]},
                             {"use the cluster form", "use the angle from differences"}),
        "very near": ({**NEAR, "student": [["0.6", "1e-20"], ["0.8", "-1e-20"], ["1e-20", "1"]]}, {"needs bits"}),
        "zero": ({**NEAR, "student": [["1", "0"], ["0", "1"]]}, {"zero loss"}),
        "parallel and opposite": ({**NEAR, "student": [["0.8", "0"], ["-0.9", "0"], ["0", "2"]]}, {"safe in double"}),
        "zero student": ({**NEAR, "student": [["0", "0"], ["1", "1"]]}, {"use the angle from differences"}),
        "zero student in unit form": ({**NEAR, "neuron": "unit", "student": [["0", "0"], ["1", "1"]]},
                                      {"use the angle from differences"}),
        "extreme scales": (scale, {"needs bits"}),
    }


def check_advice(report: Report, tested: Tested, name: str) -> None:
    """The verdict says what the rows of the table say."""
    wanted = tested.document["wanted_digits"]

    def enough(*formulas: str) -> bool:
        rows = [tested.row(quantity, formula, "double") for formula in formulas for quantity in ("loss", "gradient", "ratio")]
        return all(row is not None and (row["state"] in ("exact", "undefined") or (row["digits_lo"] or -1) >= wanted) for row in rows)

    expected = ("zero loss" if tested.document["loss_is_zero"] else "safe in double" if enough("acos", "gram", "pairwise") else
                "use the angle from differences" if enough("difference") else "use the cluster form" if enough("cluster") else
                "needs bits")
    report.check(tested.verdict == expected, "advice that follows from the table", f"{name}: {tested.verdict}, not {expected}")
    bits = tested.document["advice"]["bits"]
    report.check((bits is not None) == (expected == "needs bits"), "bits where they are needed", f"{name}: {bits}")


def advice_test(report: Report, programs: Programs, folder: Path) -> None:
    for name, (document, verdicts) in situations().items():
        path = write_json(folder / "advice.json", document)
        tested = Tested(programs, report, path, "--max-bits", "2048")
        report.check(tested.verdict in verdicts, "verdicts by distance", f"{name}: {tested.verdict}, not {verdicts}")
        check_advice(report, tested, name)
        instance = instance_from_json(document)
        if not tested.document["loss_is_zero"]:
            check_digits(report, tested, instance)
        text = programs.cert("stress", path, "--max-bits", "2048")
        report.check_run(text)
        report.check(f"c advice: {tested.document['advice']['text']}" in text.out.splitlines(), "the advice as text", text.describe)
        if "zero student" in name:
            row = tested.row("loss", "acos", "double")
            report.check(row is not None and row["state"] == "nan", "0/0 of a zero neuron", lambda: str(row))
        undefined = name == "zero student in unit form"
        report.check((tested.document["gradient_norm"] is None) == undefined, "gradients where they exist", name)


# ------------------------------------------------------------------------------------------- trajectories and errors

def trajectory_test(report: Report, programs: Programs, folder: Path) -> None:
    """A recorded descent with gaps, named in both ways: L falls, and double loses digits on the way."""
    specification = {"format": "lojacert-training/1", "activation": "abs", "neuron": "norm", "teacher": NEAR["teacher"],
                     "student": NEAR["student"], "step": "1/10", "iterations": 3000, "record_every": 250}
    path = folder / "descent.jsonl"
    made = programs.cert("train", write_json(folder / "spec.json", specification), "-o", folder / "end.json", "--trajectory", path)
    report.check(made.status == "DONE", "descents", made.describe)
    tested = Tested(programs, report, path, "--max-bits", "64", "--iterates", "5")
    rows = tested.document["trajectory"]
    iterations = sorted({row["iteration"] for row in rows})
    report.check(iterations == [0, 750, 1500, 2250, 3000], "iterates evenly spread", str(iterations))
    losses = [parse_number(row["loss"]["hi"]) for row in rows if (row["quantity"], row["formula"], row["precision"]) == ("loss", "acos", "double")]
    report.check(losses == sorted(losses, reverse=True) and len(losses) == 5, "losses that fall", str(losses))
    digits = [row["digits_lo"] for row in rows if (row["quantity"], row["formula"], row["precision"]) == ("loss", "acos", "double")]
    report.check(digits[-1] < digits[0] - 1, "digits that go", str(digits))
    last = Tested(programs, report, folder / "end.json", "--max-bits", "64")
    report.check(last.document["digits"] == tested.document["digits"], "the last iterate as an instance")
    named = programs.cert("stress", "--trajectory", path, "--max-bits", "64", "--iterates", "5")
    report.check(named.status == "EVALUATED" and "along the descent" in named.out, "a trajectory by its option", named.describe)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], lines[2], lines[1]]) + "\n", encoding="utf-8")
    refused = programs.cert("stress", path)
    report.check(refused.code == 2 and "line 2" in refused.err and "first must be 0" in refused.err, "iterates out of order", refused.describe)


def refusals_test(report: Report, programs: Programs, folder: Path) -> None:
    good = write_json(folder / "good.json", NEAR)
    box = write_json(folder / "box.json", {**NEAR, "student": [["[0, 1]", "1"]]})
    teacher = write_json(folder / "teacher.json", {key: value for key, value in NEAR.items() if key != "student"})
    cases: list[tuple[list[Any], str]] = [
        ([box], "boxes"), ([teacher], "student"), ([], "no instance"), ([good, "--trajectory", good], "not both"),
        (["--trajectory", good], "good.json, line 1"), ([good, "--beta", "0"], "positive"), ([good, "--beta", "1/5000"], "beta"),
        ([good, "--digits", "0"], "--digits"), ([good, "--max-bits", "52"], "--max-bits"), ([good, "--iterates", "1"], "--iterates"),
        ([folder / "missing.json"], "missing.json")]
    for words, mention in cases:
        run = programs.cert("stress", *words)
        good_refusal = run.code == 2 and not run.out and mention in run.err and len(run.err.strip().splitlines()) == 1
        report.check(good_refusal, "refusals", run.describe)


def main() -> int:
    folder = folder_of_programs()
    report, programs = Report("stress"), Programs(folder)
    mpmath.mp.dps = 60
    with workspace() as name:
        digits_test(report, programs, Path(name), option("--instances", 60 if long_run() else 8))
        exhaustive_test(report, programs, Path(name))
        advice_test(report, programs, Path(name))
        trajectory_test(report, programs, Path(name))
        refusals_test(report, programs, Path(name))
        predictions_test(report, folder, name, option("--seed", 210202410), option("--count", 400 if long_run() else 50))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
