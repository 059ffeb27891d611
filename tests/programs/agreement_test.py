"""Fresh instances, both programs and the oracle: each claim just inside its truth is PROVED and verified, just outside it is
DISPROVED and the negated certificate is verified, and the opposite certificate, made by hand, is NOT VERIFIED (refuted).

The margins are 1e-3 and 2^-39. UNDECIDED there is a failure, and so is any other answer.
"""
from __future__ import annotations

import json
import random
import sys
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Optional

import generate
import truth
from oracle import Range, is_zero, lines
from programs import (Programs, Report, Run, as_arguments, folder_of_programs, in_parallel, long_run, option, workspace,
                      write_json)
from schema import schema_problem
from specification import Certificate, Instance, instance_from_json, make_claim, parse_number, with_statement

WIDE, TIGHT = Fraction(1, 1000), Fraction(1, 2 ** 39)
BETAS = ("1", "2/3", "3/4", "1/2")


@dataclass
class Case:
    """One instance on disk and what is needed to test claims about it."""

    report: Report
    programs: Programs
    folder: Path
    instance: Instance
    rng: random.Random
    opposites: list[tuple[str, Path, dict[str, Any]]] = field(default_factory=list)  # kind, file and claim of each to be refuted

    @property
    def path(self) -> Path:
        return self.folder / "instance.json"

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.json"

    def prove(self, kind: str, options: dict[str, str], *flags: str) -> Run:
        self.certificate.unlink(missing_ok=True)
        return self.programs.cert("prove", kind, self.path, *as_arguments(options), *flags, "-o", self.certificate)

    def expect(self, kind: str, options: dict[str, str], holds: bool, *flags: str) -> Optional[dict[str, Any]]:
        """The prover gives the right verdict with a certificate that the verifier accepts and whose opposite it refutes."""
        run = self.prove(kind, options, *flags)
        self.report.check_run(run)
        word = "PROVED" if holds else "DISPROVED"
        if not self.report.check(run.status == word, f"{kind} is {word}", lambda: self.describe(run)):
            return None
        document = json.loads(self.certificate.read_text(encoding="utf-8"))
        self.report.check(document["claim"]["negated"] is not holds, "negated says the verdict", lambda: self.describe(run))
        problem = schema_problem(document)
        self.report.check(problem is None, "the certificate fits its schema", lambda: f"{problem}")
        checked = self.programs.verify(self.path, self.certificate)
        self.report.check_run(checked)
        self.report.check(checked.code == 0 and checked.status == "VERIFIED", f"{kind} {word} is VERIFIED",
                          lambda: self.describe(run, checked))
        self.write_opposite(document, kind)
        return document

    def write_opposite(self, document: dict[str, Any], kind: str) -> None:
        """The same constants with the opposite verdict, made by hand."""
        claim = {k: v for k, v in document["claim"].items() if k != "statement"}
        claim["negated"] = not claim["negated"]
        forged = Certificate(self.instance, with_statement(self.instance, claim), {}).to_json()
        path = write_json(self.folder / f"opposite-{len(self.opposites)}.json", forged)
        self.opposites.append((kind, path, forged["claim"]))

    def refute_opposites(self) -> None:
        """Every opposite is NOT VERIFIED (refuted)."""
        run, answers = self.programs.verify_each(self.path, [path for _, path, _ in self.opposites])
        self.report.check_run(run)
        self.report.check(run.code == 1, "runs on opposites", lambda: self.describe(run))
        for (kind, path, claim), answer in zip(self.opposites, answers):
            self.report.check(answer == "NOT VERIFIED (refuted)", f"opposite of {kind} is refuted",
                              lambda: f"{path.name}: {answer} {self.describe(run)}{json.dumps(claim)[:800]}")

    def describe(self, *runs: Run) -> str:
        return "\n".join(r.describe() for r in runs) + "\n" + self.instance.canonical_text()[:6000]


def decimal(value: Fraction, digits: int = 25) -> str:
    """A decimal string near a positive rational."""
    if value == 0:
        return "0"
    exponent = len(str(value.numerator)) - len(str(value.denominator))
    scaled = value * Fraction(10) ** (digits - exponent)
    return f"{round(scaled)}e{exponent - digits}"


def root(value: Range, exponent: int) -> Fraction:
    """Approximately the root of the middle of a range, to many digits."""
    import mpmath
    from oracle import to_fraction, to_mpf
    with mpmath.mp.workprec(300):
        return to_fraction(to_mpf(value.middle) ** (mpmath.mpf(1) / exponent))


def ratio(evaluation: Any, beta: str) -> Fraction:
    """||grad|| / L^beta."""
    exponent = parse_number(beta)
    power = evaluation.norm.power(exponent.denominator).middle / evaluation.loss.power(exponent.numerator).middle
    return root(Range(power, power), exponent.denominator)


def check_loss(case: Case) -> None:
    loss = truth.evaluation(case.instance).loss
    case.expect("loss", {}, True)
    middle = loss.middle
    if middle == 0:
        case.expect("loss", {"hi": "0"}, True)
        case.expect("loss", {"lo": "1e-700"}, False)
        return
    for margin in (WIDE, TIGHT):
        below, above = decimal(middle * (1 - margin)), decimal(middle * (1 + margin))
        case.expect("loss", {"lo": below, "hi": above}, True)
        case.expect("loss", {"hi": below}, False)
        case.expect("loss", {"lo": above}, False)


def check_gradient(case: Case) -> None:
    norm = truth.evaluation(case.instance).norm
    case.expect("gradient", {}, True)
    if norm.middle == 0:
        return
    below, above = decimal(norm.middle * (1 - TIGHT)), decimal(norm.middle * (1 + TIGHT))
    case.expect("gradient", {"norm-lo": below, "norm-hi": above}, True)
    case.expect("gradient", {"norm-lo": "0", "norm-hi": below}, False)
    case.expect("gradient", {"norm-lo": above, "norm-hi": decimal(2 * norm.middle)}, False)


def check_lojasiewicz(case: Case) -> None:
    evaluation = truth.evaluation(case.instance)
    beta = case.rng.choice(BETAS)
    if evaluation.loss.hi == 0:
        case.expect("lojasiewicz", {"kappa": "1e100", "beta": beta}, True)
        return
    if evaluation.norm.middle == 0 or evaluation.norm.lo <= 0:
        case.expect("lojasiewicz", {"kappa": "1e-30", "beta": beta}, False)
        return
    best = ratio(evaluation, beta)
    for margin in (WIDE, TIGHT):
        case.expect("lojasiewicz", {"kappa": decimal(best * (1 - margin)), "beta": beta}, True)
        case.expect("lojasiewicz", {"kappa": decimal(best * (1 + margin)), "beta": beta}, False)
    document = case.expect("lojasiewicz", {"beta": beta}, True, "--best", "--embed")
    if document:
        kappa = parse_number(document["claim"]["kappa"])
        case.report.check(best * Fraction(999, 1000) <= kappa <= best * (1 + TIGHT), "--best is within 0.1%", f"{float(kappa / best)}")
        alone = case.programs.verify(case.certificate)
        case.report.check(alone.code == 0, "the embedded instance is enough", alone.describe)


def check_not_pl(case: Case) -> None:
    """c* = ||grad||^2 / (2 L): a larger constant is not a PL constant, a smaller one may be."""
    evaluation = truth.evaluation(case.instance)
    if evaluation.loss.hi == 0 or evaluation.norm.lo <= 0:
        case.expect("not-pl", {"constant": "1e50"}, False)
        return
    critical = evaluation.norm.power(2).middle / (2 * evaluation.loss.middle)
    for margin in (WIDE, TIGHT):
        case.expect("not-pl", {"constant": decimal(critical * (1 + margin))}, True)
        case.expect("not-pl", {"constant": decimal(critical * (1 - margin))}, False)


def recovery_is_defined(instance: Instance) -> bool:
    """Whether every teacher is nonzero and no two are parallel (up to sign except under relu)."""
    point = truth.point_of(instance)
    teachers = [n for n in point.neurons() if n.sign < 0]
    if any(is_zero(n.w) for n in teachers):
        return False
    if instance.activation != "relu":
        return len(lines(teachers)) == len(teachers)
    return all(truth.nearness(a.w, b.w, False) != 1 for i, a in enumerate(teachers) for b in teachers[i + 1:])


def check_recovery(case: Case) -> None:
    if not recovery_is_defined(case.instance):
        run = case.prove("recovery", {"angle": "1"})
        case.report.check(run.code in (2, 3) and not case.certificate.exists(), "recovery refuses such teachers",
                          lambda: case.describe(run))
        return
    point = truth.point_of(case.instance)
    delta1 = case.rng.choice(("0.5", "1.2", "1/10", "1.5"))
    assignment = truth.propose_assignment(point, parse_number(delta1))
    if truth.assignment_is_correct(point, assignment, parse_number(delta1)) is not True:
        return
    ranges = truth.recovery_ranges(point, assignment)
    r = case.instance.r
    angles = [ranges[3 * i].middle / ranges[3 * i + 1].middle for i in range(r) if i in assignment]
    bounds = {"angle": max(angles, default=Fraction(0)), "residual": max(ranges[3 * i + 2].middle for i in range(r)),
              "far-mass": ranges[-1].middle}
    tiny = Fraction(1, 10 ** 800)
    live = {key: value for key, value in bounds.items() if value > tiny}
    for key, value in live.items():
        for margin in (WIDE, TIGHT):
            case.expect("recovery", {"delta1": delta1, key: decimal(value * (1 + margin))}, True)
            case.expect("recovery", {"delta1": delta1, key: decimal(value * (1 - margin))}, False)
    if len(live) > 1:
        case.expect("recovery", {"delta1": delta1, **{k: decimal(v * (1 + TIGHT)) for k, v in live.items()}}, True)
    case.expect("recovery", {"delta1": delta1}, True, "--best")


def check_opposites_made_by_hand(case: Case) -> None:
    """Certificates without evidence, without statement: the verifier decides them alone."""
    loss = truth.evaluation(case.instance).loss
    if loss.lo <= 0:
        return
    for name, claim, holds in (("true", make_claim("loss", hi=decimal(loss.middle * (1 + TIGHT))), True),
                               ("false", make_claim("loss", hi=decimal(loss.middle * (1 - TIGHT))), False)):
        path = write_json(case.folder / "bare.json", Certificate(case.instance, claim).to_json())
        run = case.programs.verify(path, case.path)
        case.report.check(run.code == (0 if holds else 1), f"bare {name} certificate", lambda: case.describe(run))


def check_instance(job: tuple[str, int, bool]) -> Report:
    """Every claim about the instance with this seed."""
    binaries, seed, long = job
    report, rng = Report("agreement_test", f"[--seed {seed} --count 1] "), random.Random(seed)
    instance = generate.draw(rng, long)
    with workspace() as name:
        case = Case(report, Programs(binaries), Path(name), instance, rng)
        write_json(case.path, instance.to_json())
        check_loss(case)
        check_opposites_made_by_hand(case)
        if not truth.point_of(instance).gradient_is_undefined():
            check_gradient(case)
            check_lojasiewicz(case)
            check_not_pl(case)
        check_recovery(case)
        case.refute_opposites()
    return report


def known_hard() -> list[Instance]:
    """Instances that random ones meet only now and then: partial derivatives within 1e-160 of a short decimal, a wide box,
    a box on the ray opposite to its teacher, where the angle is exactly pi, and a student without a common input with teachers
    that are 1e232 times as large: its gradient is its own half, from terms of their size; and a student that equals its
    teacher, beside one on the opposite ray: its gradient is exactly 0, which rounded entries do not show."""
    close = f"{10 ** 80 - 8}e-80"
    tiny = [f"1/{5 * 10 ** 39}", f"3/{10 ** 40}"]
    network = {"activation": "relu", "neuron": "unit", "teacher": [["1", "0"]]}
    return [instance_from_json({**network, "student": [[close, "4e-80"]]}),
            instance_from_json({**network, "activation": "abs", "student": [["[0.9, 1.1]", "[0.1, 0.2]"]]}),
            instance_from_json({**network, "teacher": [["-7"]], "student": [["[697/300, 7/3]"]]}),
            instance_from_json({**network, "teacher": [["-1e127"], ["-1e-12"]], "student": [["1e-105"]]}),
            instance_from_json({**network, "teacher": [tiny], "student": [tiny, ["-4", "-6"]]})]


def check_known_hard(report: Report, binaries: str) -> None:
    """The enclosures that the prover finds itself are PROVED and VERIFIED there."""
    for instance in known_hard():
        with workspace() as name:
            case = Case(report, Programs(binaries), Path(name), instance, random.Random(1))
            write_json(case.path, instance.to_json())
            claims = [("loss", []), ("gradient", [])]
            if all(lo == hi for row in instance.student for lo, hi in row):  # a box may hold a critical point
                claims.append(("lojasiewicz", ["--best"]))
            if instance.r == 1:  # else the teachers lie on one ray
                claims.append(("recovery", ["--best"]))
            for kind, flags in claims:
                run = case.prove(kind, {}, *flags)
                report.check(run.status == "PROVED", "known hard instances are PROVED", lambda: case.describe(run))
                if case.certificate.exists():
                    checked = case.programs.verify(case.path, case.certificate)
                    report.check(checked.code == 0, "known hard instances are VERIFIED", lambda: case.describe(run, checked))


def main() -> int:
    report = Report("agreement_test")
    binaries, long = folder_of_programs(), long_run()
    seed, count = option("--seed", random.SystemRandom().randrange(10 ** 9)), option("--count", 1000 if long else 100)
    print(f"agreement_test: seed {seed}, {count} instances")
    check_known_hard(report, binaries)
    for part in in_parallel(check_instance, [(binaries, seed + k, long) for k in range(count)]):
        report.merge(part)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
