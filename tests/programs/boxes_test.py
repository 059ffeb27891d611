"""Box instances: whatever is said about a box must hold at every point that one can draw from it.

`eval` must enclose the oracle's values at sampled points; what lojacert proves must verify and no sample may contradict it; a
claim that one sample contradicts, by as little as 1e-12, must never be VERIFIED. The boxes are biased to what is delicate:
they hold zero vectors, parallel, antiparallel and equal ones, and reach from 1e-25 to 1 in width.
"""
from __future__ import annotations

import json
import random
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Iterator, Optional

import generate
import truth
from agreement_test import decimal, ratio
from definition_test import Found, parse
from judge import judge
from oracle import Range, is_zero
from programs import Programs, Report, Run, as_arguments, folder_of_programs, in_parallel, long_run, option, workspace, write_json
from specification import Certificate, Instance, make_claim, with_statement
from truth import Truth

SHAVED = Fraction(1, 10 ** 12)
OWN = "proofs of the prover's own constants"
Rows = list[list[Fraction]]


@dataclass
class Case:
    """A box instance on disk with sampled members."""

    report: Report
    programs: Programs
    folder: Path
    instance: Instance
    samples: list[Instance]

    @property
    def path(self) -> Path:
        return self.folder / "instance.json"

    def describe(self, *runs: Run) -> str:
        return "\n".join(r.describe() for r in runs) + "\n" + json.dumps(self.instance.to_json())[:3000]


def around(rng: random.Random, rows: Rows, width: Fraction) -> list[list[tuple[Fraction, Fraction]]]:
    """Boxes around some entries; the given entries stay inside, often at an end."""
    def box(x: Fraction) -> tuple[Fraction, Fraction]:
        if rng.random() < 0.4:
            return (x, x)
        below, above = rng.choice(((0, 1), (1, 0), (1, 1), (1, 3)))
        return (x - below * width, x + above * width)
    return [[box(x) for x in row] for row in rows]


def draw(rng: random.Random) -> Instance:
    """A small delicate instance and boxes around it."""
    d, m, r = rng.randint(1, 3), rng.randint(1, 3), rng.randint(1, 2)
    at = rng.choice((lambda: generate.plain(rng, d, m, r), lambda: generate.cornered(rng, d, m, r),
                     lambda: generate.near_convergence(rng, d, r, rng.randint(1, 12)), lambda: generate.exact_zero(rng, d, r),
                     lambda: generate.pair_family(rng, rng.randint(1, 8))))()
    point = truth.point_of(at)
    width = Fraction(1, 10 ** rng.choice((0, 1, 2, 3, 6, 12, 25)))
    student = around(rng, point.student, width)
    if all(lo == hi for row in student for lo, hi in row):
        student[0][0] = (student[0][0][0], student[0][0][1] + width)
    teacher = around(rng, point.teacher, width) if rng.random() < 0.4 else at.teacher
    return Instance(at.activation, at.neuron, at.teacher_neuron, teacher, student)


def centre(instance: Instance, rng: random.Random, count: int) -> list[Instance]:
    """Members of the box: middle, corners, random ones, and ones with rows moved onto the line of another row."""
    members = list(truth.sample_points(instance, rng, count))
    for member in list(members[:count]):
        aligned = align(instance, member, rng)
        if aligned is not None:
            members.append(aligned)
    return members


def align(instance: Instance, member: Instance, rng: random.Random) -> Optional[Instance]:
    """The member with one student put on the line of another vector, if the boxes allow that."""
    point = truth.point_of(member)
    j = rng.randrange(len(point.student))
    other = rng.choice([v for k, v in enumerate(point.student) if k != j] + point.teacher)
    square = sum(x * x for x in other)
    factor = sum(x * y for x, y in zip(point.student[j], other)) / square if square else Fraction(0)
    moved = [factor * x for x in other]
    if all(lo <= x <= hi for x, (lo, hi) in zip(moved, instance.student[j])):
        student = point.student[:j] + [moved] + point.student[j + 1:]
        return instance.at(student, point.teacher)
    return None


def contains(outer: Optional[Range], inner: Range) -> bool:
    """Whether the enclosure (None: unbounded or not given) may hold the oracle's value."""
    return outer is None or (outer.lo <= inner.hi and inner.lo <= outer.hi)


def check_eval(case: Case) -> None:
    run = case.programs.cert("eval", case.path, "--json")
    if not case.report.check(run.code == 0, "eval runs on boxes", lambda: case.describe(run)):
        return
    found = parse(json.loads(run.out))
    for sample in case.samples:
        wanted = truth.evaluation(sample)
        shown = lambda: case.describe(run)[:3000] + f"\nat {sample.canonical_text()}"
        case.report.check(contains(found.loss, wanted.loss), "loss at a sample", shown)
        if wanted.norm is None:
            case.report.check(found.norm is None, "undefined gradient at a sample", shown)
            continue
        case.report.check(contains(found.norm, wanted.norm), "gradient norm at a sample", shown)
        if found.gradient is not None:
            good = all(contains(x, y) for row, other in zip(found.gradient, wanted.gradient) for x, y in zip(row, other))
            case.report.check(good, "partial derivatives at a sample", shown)
        check_ratios(case, found, wanted, shown)


def check_ratios(case: Case, found: Found, wanted: Any, shown: Any) -> None:
    for key, ends in found.ratios.items():
        if ends is not None and wanted.loss.lo > 0:
            value = ratio(wanted, key)
            case.report.check(ends.lo <= value * (1 + SHAVED) and value * (1 - SHAVED) <= ends.hi, "ratio at a sample", shown)


def sampled_values(case: Case) -> list[Any]:
    return [truth.evaluation(s) for s in case.samples]


def proofs(case: Case, rng: random.Random) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """Claims to prove: what the program finds, and constants near the sampled extremes on both sides."""
    losses = [v.loss.middle for v in sampled_values(case)]
    yield "loss", {}, []
    yield "loss", {"hi": decimal(max(losses) * rng.choice((Fraction(2), Fraction(11, 10), Fraction(9, 10))))}, []
    yield "loss", {"lo": decimal(min(losses) * rng.choice((Fraction(1, 2), Fraction(9, 10), Fraction(11, 10))))}, []
    yield "recovery", {"delta1": "1/2"}, ["--best"]
    live = [v for v in sampled_values(case) if v.norm is not None and v.loss.lo > 0 and v.norm.lo > 0]
    if not live:
        return
    yield "gradient", {}, []
    ratios = [ratio(v, "3/4") for v in live]
    yield "lojasiewicz", {"beta": "3/4"}, ["--best"]
    yield "lojasiewicz", {"kappa": decimal(min(ratios) * rng.choice((Fraction(1, 2), Fraction(9, 10), Fraction(2)))), "beta": "3/4"}, []
    critical = [v.norm.power(2).middle / (2 * v.loss.middle) for v in live]
    yield "not-pl", {"constant": decimal(max(critical) * rng.choice((Fraction(2), Fraction(11, 10), Fraction(1, 2))))}, []


def claim_alone(path: Path) -> bytes:
    """The certificate without the evidence of Theorem A: the judge asks whether the claim is true, however it was proved."""
    certificate = json.loads(path.read_text(encoding="utf-8"))
    if certificate["evidence"].get("by") == "theoremA":
        for key in ("by", "assignment", "weights"):
            del certificate["evidence"][key]
    return json.dumps(certificate).encode()


def check_proofs(case: Case, rng: random.Random) -> None:
    target = case.folder / "certificate.json"
    for kind, options, flags in proofs(case, rng):
        target.unlink(missing_ok=True)
        run = case.programs.cert("prove", kind, case.path, *as_arguments(options), *flags, "-o", target)
        if run.code != 2:
            case.report.check_run(run)
        case.report.check(run.code in (0, 1, 3) or (run.code == 2 and kind == "recovery"), "proofs end", lambda: case.describe(run))
        case.report.count(f"{kind} {run.status or 'refused'}")
        if target.exists():
            answer = judge(claim_alone(target), case.path.read_bytes())
            case.report.check(answer.answer != "refuse", "no sample contradicts a proof", lambda: f"{answer} {case.describe(run)}")
            check_verified(case, run, case.programs.verify(case.path, target), bool(flags) or len(options) == 0)


def check_verified(case: Case, run: Run, checked: Run, found_by_program: bool) -> None:
    """On boxes the prover's enclosure may be narrower than the verifier's: a proof need not verify, but only a refutation would be
    wrong. Constants that the prover chose itself come with a margin, so nearly all of them verify."""
    case.report.check(checked.code == 0 or checked.reason_code == "insufficient-precision", "proofs are not refuted",
                      lambda: case.describe(run, checked)[:2500])
    case.report.count(OWN if found_by_program else "proofs of given constants")
    case.report.count((OWN if found_by_program else "proofs of given constants") + " that verify", int(checked.code == 0))


def check_share(report: Report) -> None:
    """The prover leaves a margin for another arithmetic: at least 19 of 20 of its own constants verify."""
    proved, verified = report.counts.get(OWN, 0), report.counts.get(OWN + " that verify", 0)
    if proved >= 100:
        report.check(verified * 20 >= proved * 19, "the share of the prover's own constants that verifies", f"{verified} of {proved}")


def false_claims(case: Case) -> Iterator[dict[str, Any]]:
    """Claims that a sample contradicts by a hair."""
    found = sampled_values(case)
    losses = [v.loss for v in found]
    highest, lowest = max(x.lo for x in losses), min(x.hi for x in losses)
    if highest > 0:
        yield make_claim("loss", hi=decimal(highest * (1 - SHAVED), 40))
    yield make_claim("loss", lo=decimal(lowest * (1 + SHAVED) + Fraction(1, 10 ** 900), 40))
    live = [v for v in found if v.norm is not None]
    if len(live) < len(found):
        yield make_claim("gradient", gradient_norm={"lo": "0", "hi": "1e300"})
    if not live:
        return
    top, bottom = max(v.norm.lo for v in live), min(v.norm.hi for v in live)
    if top > 0:
        yield make_claim("gradient", gradient_norm={"lo": "0", "hi": decimal(top * (1 - SHAVED), 40)})
    yield make_claim("gradient", gradient_norm={"lo": decimal(bottom * (1 + SHAVED) + Fraction(1, 10 ** 900), 40), "hi": "1e300"})
    positive = [v for v in live if v.loss.lo > 0 and v.norm.lo > 0]
    if positive:
        yield make_claim("lojasiewicz", kappa=decimal(min(ratio(v, "1") for v in positive) * (1 + SHAVED), 40), beta="1")
        critical = max(v.norm.power(2).lo / (2 * v.loss.hi) for v in positive)
        yield make_claim("not-pl", constant=decimal(critical * (1 - SHAVED), 40))


def false_recoveries(case: Case) -> Iterator[dict[str, Any]]:
    """Recovery claims that fail at a sample: a bound shaved, or an assignment that is wrong somewhere."""
    for sample in case.samples[:6]:
        point = truth.point_of(sample)
        if any(is_zero(a) for a in point.teacher):
            continue
        assignment = truth.propose_assignment(point, Fraction(1, 2))
        ranges = truth.recovery_ranges(point, assignment)
        residual, far = max(ranges[3 * i + 2].lo for i in range(sample.r)), ranges[-1].lo
        for key, value in (("residual", residual), ("far_mass", far)):
            if value > Fraction(1, 10 ** 600):
                yield make_claim("recovery", delta1="1/2", assignment=assignment, **{key: decimal(value * (1 - SHAVED), 40)})


def check_false(case: Case) -> None:
    """No false claim about the box is VERIFIED, and the prover does not prove it either."""
    false = []
    for claim in [*false_claims(case), *false_recoveries(case)]:
        if not any(truth.truth_at_point(s, claim) is Truth.FALSE for s in case.samples):
            case.report.count("claims that the samples do not contradict")
            continue
        false.append(claim)
    if not false:
        return
    certificates = [Certificate(case.instance, with_statement(case.instance, claim)).to_json() for claim in false]
    files = [write_json(case.folder / f"false-{number}.json", certificate) for number, certificate in enumerate(certificates)]
    run, answers = case.programs.verify_each(case.path, files)
    case.report.check(run.code in (1, 2), "runs on false claims", lambda: case.describe(run))
    for claim, answer in zip(false, answers):
        case.report.check(answer.startswith(("NOT VERIFIED", "MALFORMED")), "false claims are not verified",
                          lambda: f"{claim} {answer} {case.describe(run)}")


def check_instance(job: tuple[str, int]) -> Report:
    binaries, seed = job
    report, rng = Report("boxes_test", f"[--seed {seed} --count 1] "), random.Random(seed)
    instance = draw(rng)
    with workspace() as name:
        case = Case(report, Programs(binaries), Path(name), instance, centre(instance, rng, 10))
        write_json(case.path, instance.to_json())
        check_eval(case)
        check_proofs(case, rng)
        check_false(case)
    return report


def main() -> int:
    report = Report("boxes_test")
    binaries = folder_of_programs()
    seed, count = option("--seed", random.SystemRandom().randrange(10 ** 9)), option("--count", 1500 if long_run() else 60)
    print(f"boxes_test: seed {seed}, {count} box instances")
    for part in in_parallel(check_instance, [(binaries, seed + k) for k in range(count)]):
        report.merge(part)
    check_share(report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
