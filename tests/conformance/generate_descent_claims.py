#!/usr/bin/python3
"""Writes descent-claims.json: claims about descent and flow, with the verdict and the verifier's reason code.

`convergence` by Theorem G, by Theorem I and with a hand-over, `recovery-for-all`, and `trajectory`: true claims, the nearest false ones, and
true claims with evidence that does not show them. The truth comes from convergence_oracle.py and trajectory_oracle.py in tests/programs; the
cited certificates of `threshold` are those of psi = "product", which threshold_oracle.py confirms. `generate_descent_claims.py --check` says
whether descent-claims.json is what it would write.
"""
from __future__ import annotations

import copy
import json
import random
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Callable, Optional

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

from corpus import claims_text, write_or_check  # noqa: E402
import convergence_oracle as oracle  # noqa: E402
import threshold_oracle  # noqa: E402
import trajectory_oracle  # noqa: E402
from convergence_mutants import (  # noqa: E402
    INSIDE, ONE, PAST, TILTED, TRAPS, TWO, Case, certificate_of, decimal, instance_of, line_network, moved, tight_claim, tight_for_all)
from convergence_oracle import Bounds, Conditions, Network, number  # noqa: E402
from specification import threshold_statement  # noqa: E402
from teacher_oracle import mpf, mpmath  # noqa: E402
from teacher_test import network as teacher_only  # noqa: E402

Document = dict[str, Any]
Change = Callable[[Document, Document], Any]  # of the claim and the evidence
CASES: list[Document] = []
JUDGES: dict[str, threshold_oracle.Judge] = {}
CONFIRMED: set[str] = set()  # claims and evidence of `threshold` that hold


def add(document: Document, claim: Document, evidence: Optional[Document], text: str, reason: Optional[str]) -> None:
    """A case: verified where there is no reason against it."""
    CASES.append({"instance": document, "claim": claim, **({"evidence": evidence} if evidence else {}), "statement": text,
                  "verdict": "NOT VERIFIED" if reason else "VERIFIED", **({"reason": reason} if reason else {})})


# ---------------------------------------------------------------------------------------------------------------- judging

def reason_of(conditions: Conditions) -> Optional[str]:
    """The reason code of section 6 for what the oracle says; None where the certificate must be accepted."""
    if conditions.malformed or (conditions.open and not conditions.failed):
        raise AssertionError(f"malformed {conditions.malformed}, too near to say {conditions.open}")
    if any(what.startswith("refuted") or what in ("opposed", "a zero student in unit form") for what in conditions.failed):
        return "refuted"
    return "bad-evidence" if conditions.failed else None


def judge_of(teacher: str) -> threshold_oracle.Judge:
    if teacher not in JUDGES:
        JUDGES[teacher] = threshold_oracle.Judge(json.loads(teacher), random.Random(3), 30)
    return JUDGES[teacher]


def teacher_of(network: Network) -> str:
    return json.dumps({key: value for key, value in network.document.items() if key not in ("student", "name")}, sort_keys=True)


def refuse_other_evidence(conditions: Conditions, network: Network, cited: Optional[Document]) -> None:
    """convergence_oracle.py takes the constants of Theorem G as they are; its own oracle refuses those that are not."""
    if "threshold: evidence" in conditions.open and cited is not None:
        answer = judge_of(teacher_of(network)).judge(cited["claim"], cited["evidence"])
        if answer is not None and not answer[0]:
            conditions.failed.append("threshold: evidence")


def judged(document: Document, claim: Document, evidence: Document, meant: bool) -> None:
    """A case of the two kinds that rest on theorems; `meant` is what the author of the change says of it."""
    network = Network(document)
    if claim["kind"] == "convergence":
        conditions, text = oracle.judge_convergence(network, certificate_of(network, claim, evidence)), oracle.statement(network, claim)
    else:
        conditions, text = oracle.judge_for_all(network, certificate_of(network, claim, evidence)), oracle.statement_for_all(network, claim)
    refuse_other_evidence(conditions, network, evidence.get("hand_over", evidence).get("threshold"))
    reason = reason_of(conditions)
    if (reason is None) != meant:
        raise AssertionError(f"meant to be {meant}: {conditions.failed} {text}")
    add(document, claim, evidence, text, reason)


class Base:
    """A certificate whose constants are just inside what the proof gives, and changes of it."""

    def __init__(self, case: Case, document: Document, claim: Document, evidence: Document, best: Optional[Bounds] = None) -> None:
        self.case, self.document, self.claim, self.evidence = case, document, claim, evidence
        self.network, self.best = Network(document), best
        judged(document, claim, evidence, True)

    def change(self, change: Change, meant: bool = False, document: Optional[Document] = None) -> None:
        claim, evidence = copy.deepcopy((self.claim, self.evidence))
        change(claim, evidence)
        judged(document or self.document, claim, evidence, meant)

    def past(self, key: str, within: Callable[[Document], Document] = lambda claim: claim, sign: int = 1) -> None:
        """A constant just past its bound; larger is safer for sign 1."""
        def change(claim: Document, _: Document) -> None:
            claim.pop("target", None)
            place = within(claim)
            place[key] = moved(number(place[key]), sign, 2 * PAST)
        self.change(change)

    def rebuilt(self, meant: bool, alter: Change = lambda claim, evidence: None, **options: Any) -> None:
        """The certificate that a reader with `options` would write for another step or other evidence."""
        claim, evidence = copy.deepcopy((self.claim, self.evidence))
        alter(claim, evidence)
        case = Case(**{**self.case.__dict__, "step": claim.get("step")})
        best = oracle.bounds(Conditions(), self.network, claim, evidence, **options)
        judged(self.document, tight_claim(self.network, case, best, evidence), evidence, meant)


# ---------------------------------------------------------------------------------------------- certificates of threshold

ONE_TEACHER = {"by": "G", "psi": "product", "mu": "0.999", "delta1": "1.2", "S": "1.16", "Z": "0.844", "psi_far": "0.738",
               "delta_cap": "0.2", "T": "1.274", "e_prime": "0.02151918", "gam": "0.515", "q": "0.6", "c": "0.1", "h_prime": "64"}
TWO_TEACHERS = {"by": "G", "psi": "product", "mu": "0.363", "delta1": "1", "S": "2.8", "Z": "1.35", "psi_far": "0.43",
                "delta_cap": "0.01", "T": "2.989", "e_prime": "0.2642", "gam": "0.515", "q": "0.6", "c": "0.1", "h_prime": "131072"}


def threshold_for(document: Document) -> Document:
    """A certificate for one teacher, or two that are orthogonal, confirmed by the oracle of its own kind."""
    network = Network(document)
    teacher = teacher_of(network)
    evidence: Document = dict(ONE_TEACHER if network.r == 1 else TWO_TEACHERS)
    if network.activation == "relu":
        evidence["delta_prime"] = "0.2"
    _, found = oracle.theorem_g_of(oracle.evidence_key(evidence), teacher)
    assert found is not None
    eps0, kappa, beta = found[0] * mpf("0.97"), found[1] * mpf("0.97"), "3/4" if network.neuron == "norm" else "2/3"
    claim = {"kind": "threshold", "quantifier": "forall-students", "negated": False, "eps0": mpmath.nstr(eps0, 9), "kappa": mpmath.nstr(kappa, 9),
             "beta": beta, "kappa_1": mpmath.nstr(kappa * eps0 ** (number(beta) - 1) / 2, 9)}
    if (key := teacher + oracle.evidence_key(evidence)) not in CONFIRMED:
        if judge_of(teacher).judge(claim, evidence) != (True, None):
            raise AssertionError(f"{claim} {evidence} does not follow")
        CONFIRMED.add(key)
        oracle.TRUSTED.add(oracle.evidence_key(evidence))
    return {"format": "lojacert-certificate/1", "claim": {**claim, "statement": threshold_statement(document, claim)},
            "instance": {"digest": network.teacher_digest, "r": network.r}, "evidence": evidence}


def cited_changes(base: Base, place: Callable[[Document], Document]) -> list[Change]:
    """What can be wrong with the cited certificate; `place` is the object that holds it."""
    def within(part: str, **values: Any) -> Change:
        def change(_: Document, evidence: Document) -> None:
            cited = place(evidence)["threshold"]
            cited["claim"].pop("statement", None)
            cited[part].update(values)
        return change

    cited = place(base.evidence)["threshold"]
    form, steep = cited["claim"]["beta"], number(cited["claim"]["kappa_1"])
    larger = {key: decimal(number(cited["claim"][key]) * mpf("1.05")) for key in ("eps0", "kappa")}
    no_certificate = [{"exponents": [0] * base.network.r, "coefficient": "1"}]
    other = {**base.document, "activation": "abs" if base.network.activation != "abs" else "relu+linear"}
    less_loss = decimal(base.network.loss * (1 - INSIDE)) if base.network.m else "0"
    changes = [
        within("claim", eps0=larger["eps0"]), within("claim", kappa=larger["kappa"]),
        within("claim", kappa_1=decimal(3 * steep)), within("claim", beta="2/3" if form == "3/4" else "3/4"),
        within("claim", statement="For every student."), within("evidence", S="0.5"), within("evidence", psi_far="1.1"),
        within("evidence", mu=decimal(base.network.mu * mpf("1.000001"))), within("evidence", psi=no_certificate),
        within("instance", r=base.network.r + 1), within("instance", digest="sha256:" + "0" * 64),
        lambda _, evidence: place(evidence).update(threshold=threshold_for(other)),
        within("claim", kind="landscape"),
    ]
    return changes if not base.network.m else [*changes, within("claim", eps0=less_loss, kappa_1=decimal(steep / 2))]


# -------------------------------------------------------------------------------------------------- convergence: the bases

BY_G = [Case("abs, descent", "G", "abs", "norm", "unit", TILTED, [["0.5", "0.3", "0.2"]], 1e-4, "1/8", [1e-8], 1),
        Case("abs, flow in unit form", "G", "abs", "unit", "unit", ONE, [["0.6", "0.4"]], 1e-4, None, [1e-6]),
        Case("relu, flow", "G", "relu", "norm", "unit", TILTED, [["0.7", "0.3"]], 1e-5, None, zeros=1),
        Case("relu, flow in unit form", "G", "relu", "unit", "unit", ONE, [["0.25", "0.75"]], 1e-5, None),
        Case("relu+linear, descent", "G", "relu+linear", "norm", "norm", [["2", "0"]], [["0.5", "0.5"]], 1e-5, "0.1"),
        Case("two teachers, descent", "G", "abs", "norm", "unit", TWO, [["0.5", "0.5"], ["1"]], 1e-8, "1/16")]
SIXTY = [["1", "0"], ["1", "1.7320508"]]
BY_I = [Case("abs, descent", "I", "abs", "norm", "unit", ONE, [["0.501", "0.3", "0.2"]], 1e-4, "1/8", zeros=1),
        Case("relu, descent", "I", "relu", "norm", "unit", TILTED, [["0.601", "0.4"]], 1e-5, "0.3"),
        Case("relu+linear, flow, two teachers", "I", "relu+linear", "norm", "unit", SIXTY, [["0.5", "0.5"], ["1"]], 1e-9, None)]
HANDED = [Case("abs, descent", "H", "abs", "norm", "unit", TILTED, [["0.6", "0.4"]], 1e-4, "1/8", [1e-12]),
          Case("relu+linear, flow", "H", "relu+linear", "norm", "norm", [["2", "0"]], [["0.5", "0.5"]], 1e-4, None),
          Case("relu, descent", "H", "relu", "norm", "unit", TILTED, [["0.5", "0.5"]], 1e-5, "1/4", (), 1)]


def start_of(case: Case) -> tuple[Document, Document]:
    """The instance, and the keys of the claim that say how it moves."""
    moves: Document = {"dynamics": "flow"} if case.step is None else {"dynamics": "descent", "step": case.step}
    return instance_of(case, 1), moves


def base_of_g(case: Case) -> Base:
    document, moves = start_of(case)
    evidence = {"by": "G", "threshold": threshold_for(document)}
    network = Network(document)
    best = oracle.bounds(Conditions(), network, moves, evidence)
    return Base(case, document, tight_claim(network, case, best, evidence), evidence, best)


def base_of_i(case: Case) -> Base:
    """The evidence of Theorem I with the largest kappa among a few delta and chi."""
    document, moves = start_of(case)
    network = Network(document)
    classes = [next((i for i in range(network.r) if network.sine(j, i) < mpf("0.01")), None) if network.masses[j] > mpf("1e-9") else None
               for j in range(network.m)]
    stray = any(i is None and network.masses[j] for j, i in enumerate(classes))
    handed: Document = {}
    if case.by == "H":
        threshold = threshold_for(document)
        level = min(number(threshold["claim"]["eps0"]), network.loss * mpf("0.9"))
        handed = {"hand_over": {"loss": decimal(level * (1 - INSIDE)), "threshold": threshold}}
    found: Optional[tuple[Bounds, Document]] = None
    mu = "1" if network.r == 1 else decimal(network.mu * (1 - INSIDE))
    for power in range(2, 14):
        for chi in ("1e-3", "1/10", "1", "10") if stray else ("0",):
            evidence = {"by": "I", "mu": mu, "delta": decimal(mpf(10) ** (-mpf(power) / 2)), "chi": chi, "classes": classes, **handed}
            conditions = Conditions()
            try:
                best = oracle.bounds(conditions, network, moves, evidence)
            except oracle.Stop:
                continue
            if conditions.holds and (found is None or best.kappa > found[0].kappa):
                found = best, evidence
    assert found is not None, case.name
    return Base(case, document, tight_claim(network, case, found[0], found[1]), found[1], found[0])


# ------------------------------------------------------------------------------------------------ convergence: the changes

def with_students(document: Document, change: Callable[[list[list[str]]], Any]) -> Document:
    result = copy.deepcopy(document)
    change(result["student"])
    return result


def tiny(claim: Document) -> None:
    """Nothing is left that the envelope could fail by."""
    claim.pop("target", None)
    claim.pop("limit", None)
    claim["envelope"] = [{"a": "1e-9", "c": "1e-30"}]


def change_constants(base: Base, number_of_base: int) -> None:
    """The constants of the claim; those of `recovery` and of the envelope take turns."""
    claim, k = base.claim, number_of_base
    base.past("a" if k % 2 else "c", lambda c: c["envelope"][k % len(c["envelope"])], -1)
    base.past("distance")
    if "linear_rate" in claim:
        base.past("linear_rate", sign=-1)
    recovery = sorted(key for key in claim.get("recovery", {}) if key not in ("delta1", "delta", "classes"))
    for key in recovery[k % 4::4]:
        base.past(key, lambda c: c["recovery"])
    early = "1" if base.case.step is not None else decimal(number(claim["target"]["steps"]) * mpf("2e-6"))
    base.change(lambda c, e: c["target"].update(steps=decimal(number(c["target"]["steps"]) - number(early))))


def convergence_by_g() -> None:
    bases = [base_of_g(case) for case in BY_G]
    for k, base in enumerate(bases):
        network = base.network
        change_constants(base, k)
        changes = cited_changes(base, lambda evidence: evidence)
        for change in changes[k::7]:
            base.change(change)
        if k in (0, 4):
            for factor, meant in (("1.999999", True), ("2.000001", False)):
                base.change(lambda c, e, factor=factor: (tiny(c), c.update(step=decimal(number(factor) / network.lbar), distance="1e30")), meant)
    descent, unit, relu = bases[0], bases[1], bases[2]
    descent.change(lambda c, e: c.update(linear_rate="1e-30"))
    descent.change(lambda c, e: c["envelope"].append(c["envelope"][0]))
    descent.change(lambda c, e: c["recovery"].update(delta1="1.1999"))
    descent.change(lambda c, e: c["recovery"].update(opposed="1e9"))
    descent.change(lambda c, e: c.update(recovery={"classes": [0] * descent.network.m, "delta": "1", "residual": "1e9"}))
    descent.change(lambda c, e: (c.update(dynamics="flow"), c.pop("step")), True)  # the flow has the better constants
    relu.change(lambda c, e: c.update(dynamics="descent", step="1/1000"))
    descent.change(lambda c, e: c.update(limit=[0] * descent.network.m))  # the light student and the zero one may end anywhere
    unit.change(lambda c, e: c.update(dynamics="descent", step="1e-9"))
    zero = with_students(unit.document, lambda rows: rows.append(["0", "0"]))
    unit.change(lambda c, e: c.pop("limit", None), False, zero)
    parallel = {**relu.document, "teacher": [*relu.document["teacher"], ["-6/5", "-8/5", "0"]]}
    relu.change(lambda c, e: c.pop("limit", None), False, parallel)
    far = with_students(descent.document, lambda rows: rows.__setitem__(0, ["1", "0", "0"]))
    descent.change(lambda c, e: (tiny(c), c.pop("recovery")), False, far)


def convergence_by_i() -> None:
    bases = [base_of_i(case) for case in BY_I]
    for k, base in enumerate(bases):
        network, classes = base.network, base.evidence["classes"]
        change_constants(base, k)
        widest = max(network.angle(j, i) for j, i in enumerate(classes) if i is not None)
        base.change(lambda c, e: e.update(delta=decimal(widest * mpf("0.999"))))
        back = with_students(base.document, lambda rows: rows.__setitem__(0, [decimal(-number(x)) for x in rows[0]]))
        base.change(lambda c, e: None, network.activation != "relu", back)
        if base.case.step is not None:
            base.rebuilt(False, lambda c, e: c.update(step=decimal(mpf("1.000001") / network.lbar)), literal=True)
    descent, relu, two = bases
    descent.change(lambda c, e: e["classes"].__setitem__(3, 0))  # a zero student
    descent.change(lambda c, e: e.update(delta="1.0000001"))
    descent.change(lambda c, e: e.update(delta="0"))
    descent.change(lambda c, e: e.update(mu="0"))
    descent.change(lambda c, e: e.update(chi="-1/1000"))
    descent.change(lambda c, e: c.update(recovery={"delta1": "1", "residual": "1e9"}))
    descent.change(lambda c, e: c["recovery"].update(delta=decimal(number(e["delta"]) / 2)))
    descent.change(lambda c, e: c["recovery"]["classes"].__setitem__(0, None))
    relu.change(lambda c, e: (tiny(c), e.update(chi="1e-30")))
    relu.rebuilt(False, rho=mpmath.sqrt(2 * relu.network.loss))
    relu.rebuilt(True, rho=mpmath.sqrt(32 * relu.network.loss))
    two.change(lambda c, e: e.update(mu=decimal(two.network.mu * mpf("1.000001"))))
    two.change(lambda c, e: e["classes"].__setitem__(0, 1))
    two.change(lambda c, e: c["limit"].__setitem__(0, 1))
    light = with_students(two.document, lambda rows: rows.append(["1e-30", "0"]))
    two.change(lambda c, e: (c.pop("recovery"), c.pop("limit"), e["classes"].append(None)), False, light)


def convergence_with_hand_over() -> None:
    for k, base in enumerate([base_of_i(case) for case in HANDED]):
        network, cited = base.network, base.evidence["hand_over"]["threshold"]
        change_constants(base, k)
        for change in cited_changes(base, lambda evidence: evidence["hand_over"])[k:-1:6]:
            base.change(change)
        base.change(lambda c, e: (c.pop("target"), c["envelope"].reverse()))
        base.change(lambda c, e: (c.pop("target"), c.update(envelope=[
            {key: decimal(min(number(line[key]) for line in c["envelope"])) for key in ("a", "c")}])), True)
        if k == 0:
            base.change(lambda c, e: (c.pop("target"), c["envelope"].pop()))
            base.change(lambda c, e: c.update(linear_rate="1e-30"))
            base.change(lambda c, e: c.update(recovery={"classes": e["classes"], "delta": e["delta"], "residual": "1e9"}))
            base.change(lambda c, e: (tiny(c), e["hand_over"].update(loss=decimal(number(cited["claim"]["eps0"]) * (1 + INSIDE)))))
        if k == 1:
            base.change(lambda c, e: e.pop("hand_over"))
            base.rebuilt(False, lambda c, e: e["hand_over"].update(loss=decimal(network.loss * mpf("1.000001"))))
        if any(i is None and network.masses[j] for j, i in enumerate(base.evidence["classes"])):
            base.change(lambda c, e: (tiny(c), c.update(distance="1e30"), e.update(chi="0")))


def literal_readers() -> None:
    """Certificates of a reader who does not ask whether what he divides by is positive."""
    for k, trap in enumerate(TRAPS[::2]):
        network = Network(line_network(trap.activation, trap.masses))
        evidence = {"by": "I", "mu": trap.mu, "delta": trap.delta, "chi": "0", "classes": [0] * network.m}
        moves: Document = {"dynamics": "flow"} if k % 2 else {"dynamics": "descent", "step": "1/100"}
        best = oracle.bounds(Conditions(), network, moves, evidence, literal=True)
        best.recovery_by, best.linear_rate = "", best.linear_rate if best.linear_rate and best.linear_rate > 0 else None
        case = Case("trap", "I", trap.activation, "norm", "unit", ONE, [], 0, moves.get("step"))
        judged(network.document, tight_claim(network, case, best, evidence), evidence, False)


# -------------------------------------------------------------------------------------------------------- recovery-for-all

def recovery_for_all() -> None:
    teachers = [teacher_only(TILTED), teacher_only(ONE, "relu", "unit"), teacher_only(TWO, "relu+linear"), teacher_only(TILTED, "relu")]
    for k, document in enumerate(teachers):
        network, threshold = Network(document), threshold_for(document)
        claim = tight_for_all(network, threshold, "1e-7", k % 2 == 0)
        base = Base(Case("all", "A", network.activation, network.neuron, "unit", ONE, [], 0), document, claim, {"by": "G", "threshold": threshold})
        for key in [key for key in ("misalignment", "far_mass", "residual", "deficit", "excess", "opposed", "angle") if key in claim][k % 3::3]:
            base.past(key)
        for change in cited_changes(base, lambda evidence: evidence)[k::6]:
            base.change(change)
        if k % 2 == 0:
            base.change(lambda c, e: c.update(angle=c["delta1"]), True)
            base.change(lambda c, e: c.update(loss=decimal(number(c["loss"]) * mpf("1.00001"))))
            base.change(lambda c, e: c.update(opposed="1e9"))
        else:
            far = oracle.for_all(Conditions(), network, claim, base.evidence)["far_mass"]
            base.change(lambda c, e: c.update(mass=decimal(far * (1 - INSIDE)), angle="1.57"))
            base.change(lambda c, e: c.update(delta1="1.1999"))
    base.change(lambda c, e: None, False, {**document, "teacher": [*TILTED, ["-6/5", "-8/5", "0"]]})


# -------------------------------------------------------------------------------------------------------------- trajectory

def walked(document: Document, step: str, walk: list[Any], epsilon: str, **more: Any) -> Document:
    return {"kind": "trajectory", "quantifier": "forall", "negated": False, "step": step, "epsilon": epsilon,
            "iterates": [trajectory_oracle.text_rows(rows) for rows in walk], **more}


def trajectory_case(document: Document, claim: Document, meant: bool) -> None:
    reason = trajectory_oracle.judge(document, claim)
    if (reason is None) != meant:
        raise AssertionError(f"meant to be {meant}: {claim}")
    add(document, claim, None, trajectory_oracle.statement(document, claim), reason)


def root_of(value: Fraction, share: str) -> str:
    return mpmath.nstr(mpmath.sqrt(mpf(value.numerator) / value.denominator) * mpf(share), 12)


def envelope_of(document: Document, walk: list[Any], share: str) -> Document:
    """a = 1/2, and a part of the largest c."""
    power = 3 if document["neuron"] == "unit" else 2
    losses = [trajectory_oracle.at(document, rows).loss.middle for rows in walk]
    slopes = [((mpf(x.denominator) / x.numerator) ** (mpf(1) / power) - mpf("0.5")) / (t + 1) for t, x in enumerate(losses)]
    return {"a": "1/2", "c": mpmath.nstr(min(slopes) * mpf(share), 15)}


def trajectories() -> None:
    for activation in ("abs", "relu", "relu+linear"):
        for neuron in ("norm", "unit"):
            document = {**teacher_only([["1", "0"], ["1/4", "3/4"]], activation, neuron), "student": [["0.9", "0.2"], ["0.3", "1.1"]]}
            walk, worst = trajectory_oracle.steps(document, Fraction(1, 8), 4, 12)
            for share, meant in (("1.000001", True), ("0.999999", False)):
                trajectory_case(document, walked(document, "1/8", walk, root_of(worst, share)), meant)
            for share, meant in (("0.999999999", True), ("1.000000001", False)):
                trajectory_case(document, walked(document, "1/8", walk, "1e-9", envelope=envelope_of(document, walk, share)), meant)
            if neuron == "unit":
                trajectory_case(document, walked(document, "0.12501", walk, "1e-5"), False)
                trajectory_case(document, walked(document, "1/8", [walk[0], walk[2], walk[1], walk[3]], "0.9"), False)
    line = {**teacher_only([["1"]], "abs", "norm"), "student": [["3/2"]]}
    trajectory_case(line, walked(line, "1/4", [[[Fraction(9, 16)]]], "1e-30"), True)
    trajectory_case(line, walked(line, "1/4", [[[Fraction(9, 16) + Fraction(1, 2**60)]]], "1e-20"), False)
    trajectory_case(line, walked(line, "1", [[[Fraction(-9, 4)]]], "1e-30"), False)  # L rises
    ends = {**teacher_only([["1"]], "abs", "unit"), "student": [["3/2"], ["1/4"]]}
    last = [[Fraction(5, 4)], [Fraction(0)]]
    trajectory_case(ends, walked(ends, "1/3", [last], "1e-30"), True)  # a zero student at the end
    trajectory_case(ends, walked(ends, "1/3", [last, [[Fraction(7, 6)], [Fraction(0)]]], "0.9"), False)
    trajectory_case({**ends, "student": [["3/2"], ["0"]]}, walked(ends, "1/3", [last], "0.9"), False)


# -------------------------------------------------------------------------------------------------------------------- file

def text() -> str:
    CASES.clear()
    for make in (convergence_by_g, convergence_by_i, convergence_with_hand_over, literal_readers, recovery_for_all, trajectories):
        make()
    return claims_text(CASES)


def summary() -> str:
    kinds = {(c["claim"]["kind"], c["verdict"], c.get("reason", "")) for c in CASES}
    return f"{len(CASES)} cases: {sorted(kinds)}"


if __name__ == "__main__":
    sys.exit(write_or_check("descent-claims", text(), summary))
