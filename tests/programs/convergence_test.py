"""Claims `convergence` and `recovery-for-all` against an oracle in mpmath.

What lojacert finds is what docs/theory/convergence.md gives, up to the five digits that it writes; lojaverify accepts every constant up to
that value and refuses it beyond; forged certificates, each judged by the oracle, are refused with the reason that the specification names.
"""
from __future__ import annotations

import copy
import json
import random
import sys
from pathlib import Path
from typing import Any, Optional, Sequence

import convergence_mutants as mutants_of
import convergence_oracle as oracle
from convergence_mutants import (
    CASES, FOR_ALL, INSIDE, LOWER, Base, Case, Document, Mutant, certificate_of, decimal, instance_above, instance_of, judge, places,
    threshold_for, tight_claim, tight_for_all, trap_mutants)
from convergence_oracle import Bounds, Conditions, Network, number
from programs import Programs, Report, Run, folder_of_programs, in_parallel, long_run, option, workspace, write_json
from schema import schema_problem
from teacher_oracle import mpf, mpmath

DIGITS = mpf("1.01e-4")  # five digits, rounded to the safe side
AT_LEAST = 200  # mutants for each kind of proof
MOST = 80  # mutants of one instance, without --long


class Checks:
    """The programs on one instance."""

    def __init__(self, report: Report, programs: Programs, folder: Path) -> None:
        self.report, self.programs, self.folder = report, programs, folder

    def prove(self, document: Document, *words: Any) -> tuple[Run, Optional[Document]]:
        target = self.folder / "proved.json"
        target.unlink(missing_ok=True)
        run = self.programs.cert("prove", *words, write_json(self.folder / "instance.json", document), "-o", target)
        self.report.check_run(run)
        return run, json.loads(target.read_text(encoding="utf-8")) if target.exists() else None

    def verify(self, document: Document, certificate: Document, what: str) -> bool:
        run = self.programs.verify(write_json(self.folder / "instance.json", document), write_json(self.folder / "certificate.json", certificate))
        self.report.check_run(run)
        return self.report.check(run.status == "VERIFIED", what, lambda: f"{json.dumps(document)} {json.dumps(certificate)[:2000]}\n{run.describe()}")

    def answers(self, document: Document, mutants: Sequence[Mutant]) -> list[str]:
        """The verifier's word on each of several certificates."""
        files = [write_json(self.folder / f"mutant-{k}.json", mutant.certificate) for k, mutant in enumerate(mutants)]
        run, answers = self.programs.verify_each(write_json(self.folder / "instance.json", document), files, timeout=900)
        self.report.check(run.code in range(4), "runs on many certificates", run.describe)
        return answers

    def judge_mutants(self, kind: str, mutants: Sequence[Mutant]) -> None:
        """Every mutant gets the answer that the oracle names."""
        groups: dict[str, list[Mutant]] = {}
        for mutant in mutants:
            groups.setdefault(json.dumps(mutant.document), []).append(mutant)
        for document, group in groups.items():
            network = Network(json.loads(document))
            answers = self.answers(network.document, group)
            for mutant, answer in zip(group, answers):
                self.judge_mutant(kind, network, mutant, answer)

    def judge_mutant(self, kind: str, network: Network, mutant: Mutant, answer: str) -> None:
        conditions = judge(network, mutant.certificate)
        told = lambda: (f"{mutant.what}: {answer}; failed {conditions.failed}, open {conditions.open}, malformed {conditions.malformed}\n"
                        f"{json.dumps(network.document)}\n{short(mutant.certificate)}")
        if mutant.expect is not None:
            self.report.check(conditions.holds in (mutant.expect, None), "changes that the oracle judges as they are meant", told)
        word = {True: "true", False: "false", None: "too near to say"}[conditions.holds]
        self.report.count(f"mutants by {kind}")
        right = right_answers(conditions)
        if conditions.holds is None and mutant.expect is not None:
            right = tuple(answer for answer in right if (answer == "VERIFIED") == mutant.expect)
        self.report.check(answer in right, f"mutants by {kind} that are {word}", told)


def short(certificate: Document) -> str:
    """A certificate without the terms of psi."""
    def cut(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: "..." if k == "psi" else cut(v) for k, v in value.items()}
        return value
    return json.dumps(cut(certificate))


def right_answers(conditions: Conditions) -> tuple[str, ...]:
    """What the verifier may say."""
    if conditions.malformed:
        return ("MALFORMED",)
    if conditions.holds:
        return ("VERIFIED",)
    if conditions.holds is None:
        return ("VERIFIED", "NOT VERIFIED (bad-evidence)", "NOT VERIFIED (insufficient-precision)")
    if conditions.failed[0] in ("opposed", "a zero student in unit form"):
        return ("NOT VERIFIED (refuted)", "NOT VERIFIED (bad-evidence)")
    if conditions.failed[0] == "by":
        return ("UNSUPPORTED", "NOT VERIFIED (bad-evidence)")
    if "hash-mismatch" in conditions.failed:
        return ("NOT VERIFIED (hash-mismatch)",)
    if any(what.startswith("refuted") for what in conditions.failed):
        return ("NOT VERIFIED (refuted)",)
    return ("NOT VERIFIED (bad-evidence)",)


def close(claimed: str, bound: mpf, sign: int) -> bool:
    """On the safe side of the bound, and relatively within five digits of it."""
    gap = sign * (number(claimed) / bound - 1)
    return 0 <= gap < DIGITS


def bound_of(name: str, best: Bounds) -> mpf:
    parts = name.split(".")
    if parts[0] == "envelope":
        return best.lines[int(parts[1])][0 if parts[2] == "a" else 1]
    return best.recovery[parts[1]] if parts[0] == "recovery" else getattr(best, name)


def check_proved(checks: Checks, network: Network, certificate: Document) -> None:
    """The prover's constants are the oracle's in five digits, with nothing left out; a thousandth more or less would be noticed."""
    report, claim, evidence = checks.report, certificate["claim"], certificate["evidence"]
    told = lambda: f"{json.dumps(network.document)} {short(certificate)}"
    report.check(schema_problem(certificate) is None, "certificates that fit the schema", lambda: str(schema_problem(certificate)))
    report.check(claim["statement"] == oracle.statement(network, claim), "statements", lambda: f"{claim['statement']}\n{oracle.statement(network, claim)}")
    conditions = oracle.judge_convergence(network, certificate)
    if not report.check(conditions.holds is True, "certificates of lojacert that are true", lambda: f"{conditions.failed} {conditions.open} {told()}"):
        return
    best = oracle.bounds(Conditions(), network, claim, evidence)
    found = {name: (holder(claim)[key], sign) for name, holder, key, sign in places(claim)}
    for name, (text, sign) in found.items():
        bound = bound_of(name, best)
        report.check(close(text, bound, sign), "constants that the theory gives, in five digits", lambda: f"{name} {text} {bound} {told()}")
        wrong = [decimal(number(text) * factor) for factor in (mpf("0.999"), mpf("1.001"))]
        report.check(not any(close(other, bound, sign) for other in wrong), "constants off by a thousandth that are noticed", name)
    expected = {f"envelope.{k}.{key}" for k in range(len(best.lines)) for key in ("a", "c")} | {"distance"}
    expected |= {f"recovery.{key}" for key in best.recovery if key in LOWER} | ({"linear_rate"} if best.linear_rate else set())
    report.check(set(found) == expected, "claims that leave nothing out", lambda: f"{sorted(expected ^ set(found))} {told()}")
    limits = [next(iter(near), None) for near in best.limits]
    report.check(claim.get("limit", [None] * network.m) == limits, "limits", lambda: f"{limits} {told()}")
    if "target" in claim:
        steps = number(claim["target"]["steps"])
        sooner = copy.deepcopy(certificate)
        sooner["claim"]["target"]["steps"] = decimal(steps * (1 - DIGITS) - 1)
        sooner["claim"].pop("statement")
        report.check(steps == 0 or oracle.judge_convergence(network, sooner).holds is False, "targets that are not much too late", told)


def trusted_threshold(checks: Checks, document: Document) -> Document:
    """A certificate of `threshold` for the instance's teacher that lojaverify accepts."""
    threshold = threshold_for(document)
    if checks.verify(document, threshold, "threshold certificates"):
        oracle.TRUSTED.add(oracle.evidence_key(threshold["evidence"]))
    return threshold


def handed_over(network: Network, evidence: Document, threshold: Document) -> Document:
    """The evidence of Theorem I with a hand-over, where the prover saw no need of one."""
    level = min(number(threshold["claim"]["eps0"]), network.loss * mpf("0.999"))
    return {**evidence, "hand_over": {"loss": decimal(level * (1 - INSIDE)), "threshold": threshold}}


def proved_evidence(checks: Checks, case: Case, network: Network, words: Sequence[Any]) -> Optional[Document]:
    """The evidence of the prover's certificate, which is checked."""
    run, certificate = checks.prove(network.document, *words)
    if not checks.report.check(run.status == "PROVED" and certificate is not None, "proofs", lambda: f"{case.name} {run.describe()}"):
        return None
    assert certificate is not None
    checks.verify(network.document, certificate, "fresh certificates verify")
    check_proved(checks, network, certificate)
    return certificate["evidence"]


def chosen_evidence(case: Case, network: Network) -> Document:
    """Evidence of Theorem I for one teacher, the light students in S."""
    assert case.choice is not None
    return {"by": "I", "mu": "1", "delta": case.choice[0], "chi": case.choice[1], "classes": [0 if mass > 1e-3 else None for mass in network.masses]}


def chosen(base: Base, seed: int, count: int) -> list[Mutant]:
    """The mutants, or some of them: fewer where psi of two teachers makes each of them slow."""
    most = MOST if base.threshold is None or base.network.r == 1 else count
    if long_run() or len(base.mutants) <= most:
        return base.mutants
    return random.Random(f"{seed} {base.case.name}").sample(base.mutants, most)


def work_on_case(checks: Checks, case: Case, seed: int, count: int) -> None:
    report = checks.report
    document = instance_of(case, seed)
    network = Network(document)
    words = ["convergence", "--by", "threshold" if case.by == "G" else "theoremI"]
    words += ["--flow"] if case.step is None else ["--step", case.step]
    threshold = None
    if case.by != "I":
        threshold = trusted_threshold(checks, document)
        if case.by == "H" and case.light and case.choice is None:  # the prover hands over where Theorem G does not do from the start
            document = instance_above(case, seed, 2 * number(threshold["claim"]["eps0"]))
            network = Network(document)
        words += ["--threshold", write_json(checks.folder / "threshold.json", threshold)]
    if case.to is not None:
        words += ["--to", case.to]
    evidence = proved_evidence(checks, case, network, words) if case.choice is None else chosen_evidence(case, network)
    if evidence is None:
        return
    if case.by == "H" and "hand_over" not in evidence:
        assert threshold is not None
        evidence = handed_over(network, evidence, threshold)
    claim = {"dynamics": "flow" if case.step is None else "descent", "step": case.step}
    best = oracle.bounds(Conditions(), network, claim, evidence)
    tight = certificate_of(network, tight_claim(network, case, best, evidence), evidence)
    report.check(judge(network, tight).holds is True, "certificates just inside every bound", lambda: f"{judge(network, tight).failed} {short(tight)}")
    checks.verify(document, tight, "certificates just inside every bound")
    base = Base(case, network, tight, best, threshold)
    mutants_of.add_moved_constants(base)
    mutants_of.add_common(base)
    {"G": mutants_of.add_forgeries_of_g, "I": mutants_of.add_forgeries_of_i, "H": mutants_of.add_forgeries_of_i}[case.by](base)
    if case.by == "H":
        mutants_of.add_forgeries_of_h(base)
    mutants_of.add_random(base, random.Random(f"{seed} {case.name}"), count)
    checks.judge_mutants(case.by, chosen(base, seed, count))


def work_on_all_students(checks: Checks, case: Case, seed: int, count: int) -> None:
    """`recovery-for-all`: the prover's constants, and mutants."""
    report, document = checks.report, instance_of(case, seed)
    network, threshold = Network(document), trusted_threshold(checks, document)
    file = write_json(checks.folder / "threshold.json", threshold)
    for loss in ("1e-12", "0.01"):
        plain = oracle.for_all(Conditions(), network, {"loss": loss, "delta1": threshold["evidence"]["delta1"]}, {"threshold": threshold})
        for mass in (plain["capped"] * 2, plain["far_mass"] * 2):
            run, certificate = checks.prove(document, "recovery", "--for-all", "--loss", loss, "--mass", mpmath.nstr(mass, 6), "--threshold", file)
            if not report.check(run.status == "PROVED" and certificate is not None, "proofs", run.describe):
                continue
            assert certificate is not None
            checks.verify(document, certificate, "fresh certificates verify")
            claim = certificate["claim"]
            told = lambda: f"{json.dumps(document)} {short(certificate)}"
            report.check(schema_problem(certificate) is None, "certificates that fit the schema", lambda: str(schema_problem(certificate)))
            report.check(claim["statement"] == oracle.statement_for_all(network, claim), "statements", told)
            report.check(oracle.judge_for_all(network, certificate).holds is True, "certificates of lojacert that are true", told)
            bounds = {**plain, "angle": oracle.least_angle(plain, number(claim["delta1"]), number(claim["mass"]))}
            report.check({key for key in plain if key in LOWER} <= set(claim), "claims that leave nothing out", told)
            for key, bound in bounds.items():
                if key in LOWER:
                    text, wrong = claim[key], decimal(number(claim[key]) * mpf("1.001"))
                    report.check(close(text, bound, 1), "constants that the theory gives, in five digits", lambda: f"{key} {text} {bound} {told()}")
                    report.check(not close(wrong, bound, 1), "constants off by a thousandth that are noticed", key)
    for heavy in (True, False):
        tight = certificate_of(network, tight_for_all(network, threshold, "1e-7", heavy), {"by": "G", "threshold": threshold})
        checks.verify(document, tight, "certificates just inside every bound")
        base = Base(case, network, tight, None, threshold)
        mutants_of.add_moved_constants(base)
        if heavy:
            mutants_of.add_forgeries_for_all(base)
        mutants_of.add_random(base, random.Random(f"{seed} {case.name} {heavy}"), count)
        checks.judge_mutants("recovery-for-all", chosen(base, seed, count))


NEAR_ONE = {"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher_neuron": "unit", "teacher": [["1", "0"]],
            "student": [["0.7071", "0"], ["0.7071", "0.0001"]]}
DEPENDENT = [["1", "0"], ["1", "2"], ["-1", "1"]]
# what is changed of NEAR_ONE, the options, and the exit code and the status that are due
REQUESTS: list[tuple[Document, list[str], int, str]] = [
    ({}, ["--flow"], 0, "PROVED"),
    ({}, ["--step", "0.26"], 0, "PROVED"),  # between 1/lbar and 2/lbar: by Theorem G
    ({}, ["--step", "0.26", "--by", "theoremI"], 3, "UNDECIDED"),
    ({}, ["--step", "0.5"], 3, "UNDECIDED"),
    ({}, ["--step", "1e9"], 3, "UNDECIDED"),
    ({"student": [["0.7", "0"], ["0.6", "0.1"]]}, ["--flow"], 3, "UNDECIDED"),
    ({"student": [["0.7", "0"], ["0.6", "0.1"]]}, ["--flow", "--by", "threshold"], 3, "UNDECIDED"),
    ({"student": [["0", "1"]]}, ["--step", "1/100"], 3, "UNDECIDED"),
    ({"student": [["1", "0"]]}, ["--flow"], 3, "UNDECIDED"),  # the loss is 0
    ({"student": [["[0.7, 0.71]", "0"]]}, ["--flow"], 3, "UNSUPPORTED"),
    ({"teacher": [["[0.99, 1]", "0"]]}, ["--flow"], 3, "UNSUPPORTED"),
    ({"neuron": "unit"}, ["--step", "1/10"], 3, "UNSUPPORTED"),
    ({"neuron": "unit", "student": [["1.001", "0"], ["0", "0"]]}, ["--flow"], 3, "UNSUPPORTED"),
    ({"activation": "relu", "teacher": DEPENDENT, "student": DEPENDENT}, ["--flow", "--by", "threshold"], 3, "UNSUPPORTED"),
    ({"teacher": [["0", "0"]]}, ["--flow"], 2, ""),
    ({"teacher": [["1", "0"], ["2", "0"]]}, ["--flow"], 2, ""),
    ({"teacher": [["1", "0"], ["-2", "0"]], "activation": "relu"}, ["--flow"], 2, ""),
    ({"teacher": {"gram": [["1"]]}, "student": None}, ["--flow"], 2, ""),
    ({"student": None}, ["--flow"], 2, ""),
    ({}, [], 2, ""), ({}, ["--flow", "--step", "1/8"], 2, ""),
    ({}, ["--step=0"], 2, ""), ({}, ["--step=-1"], 2, ""), ({}, ["--step=eta"], 2, ""), ({}, ["--step=[0.1,0.2]"], 2, ""),
    ({}, ["--flow", "--to=0"], 2, ""), ({}, ["--flow", "--to=-1"], 2, ""), ({}, ["--flow", "--by", "theoremZ"], 2, ""),
]


def work_on_requests(checks: Checks) -> None:
    """What is false, or not covered, is not proved, and says so in the way of its kind."""
    for changes, words, code, status in REQUESTS:
        document = {key: value for key, value in {**NEAR_ONE, **changes}.items() if value is not None}
        cited = [] if changes else ["--threshold", write_json(checks.folder / "threshold.json", threshold_for(NEAR_ONE))]
        if not cited and status in ("PROVED", "UNDECIDED"):
            cited = ["--threshold", write_json(checks.folder / "threshold.json", threshold_for(document))]
        expect_refusal(checks, document, ["convergence", *words, *cited], code, status)
    work_on_citations(checks)


def expect_refusal(checks: Checks, document: Document, words: Sequence[Any], code: int, status: str, named: str = "") -> None:
    run, certificate = checks.prove(document, *words)
    good = run.code == code and run.status == status and (certificate is not None) == (code == 0)
    if code == 2:
        good = good and len(run.err.strip().splitlines()) == 1 and named in run.err
    checks.report.check(good, "requests that get the answer that is due", lambda: f"{words} {json.dumps(document)} {run.describe()}")
    if certificate is not None:
        checks.verify(document, certificate, "fresh certificates verify")


def work_on_citations(checks: Checks) -> None:
    """--threshold: files that are none, certificates that are about something else, and false ones."""
    threshold, by = threshold_for(NEAR_ONE), ["convergence", "--flow", "--by", "threshold", "--threshold"]
    for_all = ["recovery", "--for-all", "--loss", "1e-6", "--threshold"]
    broken = checks.folder / "broken.json"
    for text in ("", "{", "\0", '{"format": 1, "format": 2}'):
        broken.write_text(text, encoding="utf-8")
        for words in (by, for_all):
            expect_refusal(checks, NEAR_ONE, [*words, broken], 2, "", str(broken))
    expect_refusal(checks, NEAR_ONE, [*by, checks.folder / "nothing.json"], 2, "", "nothing.json")
    others = [{**NEAR_ONE, key: value} for key, value in (
        ("activation", "relu"), ("neuron", "unit"), ("teacher_neuron", "norm"), ("teacher", [["2", "0"]]))]
    files = [threshold_for(other) for other in others]
    for kind in ("landscape-orthonormal-2", "teacher-orthonormal-2", "threshold-orthonormal-2"):
        files.append(json.loads((mutants_of.GALLERY / f"{kind}.cert.json").read_text(encoding="utf-8")))
    files += [[], NEAR_ONE, {**threshold, "evidence": {}}, {**threshold, "claim": {**threshold["claim"], "negated": True}}]  # type: ignore[list-item]
    for file in files:
        for words in (by, for_all):
            expect_refusal(checks, NEAR_ONE, [*words, write_json(broken, file)], 2, "", str(broken))
    # What the proof does not use is written afresh, not handed on: the certificate verifies although the cited one does not.
    for part, change in (("claim", {"statement": "L is small"}), ("claim", {"kappa_1": "1e9"}), ("claim", {"beta": "1/2"}),
                         ("claim", {"quantifier": "forall"}), ("claim", {"hint": 1}), ("instance", {"r": 2}), ("producer", {"seconds": -1})):
        careless = {**threshold, part: {**threshold.get(part, {}), **change}}
        expect_refusal(checks, NEAR_ONE, [*by, write_json(broken, careless)], 0, "PROVED")
    for part, change in (("claim", {"kappa": "1"}), ("claim", {"eps0": "1"}), ("evidence", {"S": "0.3"}), ("evidence", {"psi_far": "2"})):
        false = {**threshold, part: {**threshold[part], **change}}
        expect_refusal(checks, NEAR_ONE, [*by, write_json(broken, false)], 3, "UNDECIDED")
    file = write_json(broken, threshold)
    for words in (["--loss", "0"], ["--loss=-1"], ["--loss", "x"], [], ["--loss", "1", "--mass", "0"], ["--loss", "1", "--residual", "1"]):
        expect_refusal(checks, NEAR_ONE, ["recovery", "--for-all", "--threshold", file, *words], 2, "")
    expect_refusal(checks, NEAR_ONE, [*for_all, file, "--mass", "1e-9"], 3, "UNDECIDED")  # such students may be far


def work(item: tuple[str, int, int, int]) -> Report:
    folder_name, index, seed, count = item
    report = Report("convergence")
    with workspace() as folder:
        checks = Checks(report, Programs(folder_name), Path(folder))
        if index < len(CASES):
            work_on_case(checks, CASES[index], seed, count)
        elif index < len(CASES) + len(FOR_ALL):
            work_on_all_students(checks, FOR_ALL[index - len(CASES)], seed, count)
        else:
            checks.judge_mutants("I", trap_mutants(report))
            work_on_requests(checks)
    return report


def main() -> int:
    folder, count = folder_of_programs(), option("--count", 200 if long_run() else 20)
    report = Report("convergence")
    items = [(folder, index, option("--seed", 1), count) for index in range(len(CASES) + len(FOR_ALL) + 1)]
    for other in in_parallel(work, items):
        report.merge(other)
    for kind in ("G", "I", "H", "recovery-for-all"):
        report.check(report.counts.get(f"mutants by {kind}", 0) >= AT_LEAST, "kinds of proof with enough mutants", kind)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
