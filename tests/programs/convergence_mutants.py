"""Certificates of `convergence` and `recovery-for-all`: the tight ones for instances near their teachers, and forged ones.

Every constant of a tight certificate is just inside what the oracle gives. The mutants are judged by the oracle; where their author is
sure of the answer it is written beside them.
"""
from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Callable, Iterator, Optional, Sequence

import convergence_oracle as oracle
from convergence_oracle import Bounds, Conditions, Network, number
from programs import ROOT, Report
from specification import parse_number
from teacher_oracle import mpf, mpmath, real

Document = dict[str, Any]
GALLERY = ROOT / "certificates" / "gallery"
INSIDE, PAST = mpf("1e-6"), mpf("-1e-6")  # relative distances from the oracle's bound, to the safe side and beyond


# --------------------------------------------------------------------------------------------------------------- instances

@dataclass(frozen=True)
class Case:
    """An instance near its teachers, and what is claimed about it. `shares`: the masses of every teacher's students, as parts of its own."""

    name: str
    by: str  # "G", "I" or "H": Theorem I with a hand-over
    activation: str
    neuron: str
    teacher_neuron: str
    teacher: Sequence[Sequence[str]]
    shares: Sequence[Sequence[str]]
    scale: float
    step: Optional[str] = None
    light: Sequence[float] = ()
    zeros: int = 0
    to: Optional[str] = None
    choice: Optional[tuple[str, str]] = None  # delta and chi of the evidence, where it is not the prover's


ONE, ONE_D4, TILTED, LONG = [["1", "0"]], [["0", "1", "0", "0"]], [["3/5", "4/5", "0"]], [["2", "0"]]
TWO, TWO_D3 = [["1", "0"], ["0", "1"]], [["3/5", "4/5", "0"], ["0", "0", "1"]]
SIXTY, PLANE = [["1", "0", "0"], ["1", "1.7320508", "0"]], [["1", "0"], ["1", "2"], ["-1", "1"]]
THREE = [["1", "0", "0", "0"], ["0", "2", "0", "0"], ["0", "0", "1", "1"]]
BENT = [["1", "0", "0"], ["1", "3", "0"], ["0.3", "1", "-1"]]
CASES = [
    Case("G abs descent", "G", "abs", "norm", "unit", ONE, [["0.5", "0.3", "0.2"]], 1e-4, "1/8", [1e-5], to="1e-12"),
    Case("G abs descent, small loss", "G", "abs", "norm", "unit", TILTED, [["0.7", "0.3"]], 1e-9, "0.2", zeros=1),
    Case("G abs flow, m = 12, d = 4", "G", "abs", "norm", "unit", ONE_D4, [["0.1"] * 9 + ["0.1"]], 1e-8, None, [1e-9, 1e-12]),
    Case("G abs flow in unit form", "G", "abs", "unit", "unit", ONE, [["0.6", "0.3", "0.1"]], 1e-4, None, [1e-6], to="1e-9"),
    Case("G abs flow in unit form, small loss", "G", "abs", "unit", "norm", LONG, [["0.9", "0.1"]], 1e-12, None),
    Case("G relu descent", "G", "relu", "norm", "unit", TILTED, [["0.5", "0.5"]], 1e-10, "1/4", zeros=1),
    Case("G relu flow in unit form", "G", "relu", "unit", "unit", ONE, [["0.25", "0.75"]], 1e-4, None, to="1e-12"),
    Case("G relu+linear descent", "G", "relu+linear", "norm", "norm", LONG, [["0.5", "0.5"]], 1e-4, "0.3"),
    Case("G relu+linear flow in unit form", "G", "relu+linear", "unit", "unit", ONE, [["0.5", "0.5"]], 1e-11, None),
    Case("G two teachers, descent", "G", "abs", "norm", "unit", TWO_D3, [["0.5", "0.5"], ["0.7", "0.3"]], 1e-5, "1/16", [1e-7], to="1e-14"),
    Case("G two teachers, relu flow", "G", "relu", "norm", "unit", TWO, [["1"], ["0.5", "0.5"]], 1e-12, None),
    Case("I abs descent", "I", "abs", "norm", "unit", ONE, [["0.501", "0.302", "0.2"]], 1e-4, "1/8", zeros=1, to="1e-12"),
    Case("I abs flow", "I", "abs", "norm", "norm", LONG, [["0.5", "0.5"]], 1e-5, None),
    Case("I relu descent", "I", "relu", "norm", "unit", TILTED, [["0.601", "0.4"]], 1e-5, "0.3", zeros=2, to="1e-20"),
    Case("I relu+linear flow", "I", "relu+linear", "norm", "unit", ONE, [["1.002"]], 1e-4, None, to="1e-9"),
    Case("I two teachers at 60 degrees", "I", "abs", "norm", "unit", SIXTY, [["0.5", "0.5"], ["0.7", "0.3"]], 1e-9, "1/20"),
    Case("I three teachers in a plane, relu flow", "I", "relu", "norm", "unit", PLANE, [["1"], ["0.5", "0.5"], ["1"]], 1e-11, None, zeros=1),
    Case("I three teachers, relu+linear, m = 7", "I", "relu+linear", "norm", "norm", THREE, [["0.5", "0.3", "0.2"], ["1"], ["0.5", "0.5"]],
         1e-7, "1/20", zeros=1),
    Case("I three teachers, m = 12", "I", "abs", "norm", "unit", BENT, [["0.25"] * 4, ["0.5", "0.25", "0.25"], ["0.2"] * 5], 1e-14, "1/40"),
    Case("H abs descent", "H", "abs", "norm", "unit", ONE, [["0.6", "0.4"]], 1e-3, "1/8", [1e-7], to="1e-30"),
    Case("H relu+linear flow", "H", "relu+linear", "norm", "unit", TILTED, [["0.5", "0.5"]], 1e-3, None, [1e-9], 1),
    Case("H relu descent", "H", "relu", "norm", "unit", ONE, [["0.5", "0.5"]], 1e-4, "1/4", (), 1),
    Case("H abs flow", "H", "abs", "norm", "norm", LONG, [["0.5", "0.5"]], 4e-3, None, [1e-8]),
    Case("H abs flow, faster after the hand-over", "H", "abs", "norm", "unit", TILTED, [["0.6", "0.4"]], 1e-12, None, [1e-16],
         choice=("2e-8", "1000")),
    Case("H two teachers", "H", "abs", "norm", "unit", TWO, [["0.6", "0.4"], ["1"]], 7e-5, "1/20", [1e-9]),
]
FOR_ALL = [Case("A abs", "A", "abs", "norm", "unit", ONE, [], 0), Case("A abs in unit form", "A", "abs", "unit", "norm", LONG, [], 0),
           Case("A relu", "A", "relu", "norm", "unit", TILTED, [], 0), Case("A relu+linear", "A", "relu+linear", "unit", "unit", ONE_D4, [], 0),
           Case("A two teachers, relu", "A", "relu", "unit", "unit", TWO, [], 0)]


def instance_of(case: Case, seed: int, scale: Optional[float] = None) -> Document:
    """Students of the given shares, moved by the case's scale or another."""
    scale = case.scale if scale is None else scale
    rng = random.Random(f"{case.name} {seed}")
    effective = []
    for row, shares in zip(case.teacher, case.shares):
        p = [real(parse_number(x)) for x in row]
        length = mpmath.sqrt(sum(x * x for x in p)) if case.teacher_neuron == "norm" else mpf(1)
        for share in shares:
            sign = 1 if case.activation == "relu" else rng.choice((1, -1))
            effective.append([sign * number(share) * length * x + mpf(scale) * rng.gauss(0, 1) for x in p])
    for mass in case.light:
        direction = [mpf(rng.gauss(0, 1)) for _ in case.teacher[0]]
        effective.append([mpf(mass) * x / mpmath.sqrt(sum(y * y for y in direction)) for x in direction])
    rows = []
    for p in effective:
        root = mpmath.sqrt(mpmath.sqrt(sum(x * x for x in p))) if case.neuron == "norm" else mpf(1)
        rows.append([mpmath.nstr(x / root, 22) for x in p])
    rows += [["0"] * len(case.teacher[0])] * case.zeros
    document = {"format": "lojacert-instance/1", "activation": case.activation, "neuron": case.neuron, "teacher_neuron": case.teacher_neuron,
                "teacher": [list(row) for row in case.teacher]}
    return {**document, "student": rows} if rows else document


def instance_above(case: Case, seed: int, loss: mpf) -> Document:
    """The same moved so far that the loss is about a given one."""
    scale = case.scale
    for _ in range(6):
        scale *= float(mpmath.sqrt(loss / Network(instance_of(case, seed, scale)).loss))
    return instance_of(case, seed, scale)


def decimal(value: Any) -> str:
    return mpmath.nstr(value, 30)


def moved(value: Any, sign: int, by: mpf) -> str:
    """A bound moved to its safe side by a relative `by`; sign 1 where larger constants are safer."""
    return decimal(value * (1 + sign * by))


# ----------------------------------------------------------------------------------------------------- threshold certificates

def gallery_evidence(r: int) -> Document:
    name = "threshold-one-plane-kappa" if r == 1 else "threshold-orthonormal-2"
    return json.loads((GALLERY / f"{name}.cert.json").read_text(encoding="utf-8"))["evidence"]


def threshold_for(document: Document) -> Document:
    """A certificate of `threshold` for orthogonal teachers of rational lengths: the gallery's evidence, with psi in the given vectors."""
    network, evidence = Network(document), gallery_evidence(len(document["teacher"]))
    lengths = [Fraction(mpmath.nint(mpmath.sqrt(real(network.gram[i][i])) * 1000).__int__(), 1000) for i in range(network.r)]
    for term in evidence["psi"]:
        factor = Fraction(1)
        for length, e in zip(lengths, term["exponents"]):
            factor /= length**e
        term["coefficient"] = str(parse_number(term["coefficient"]) * factor)
    if document["activation"] == "relu":
        evidence["delta_prime"] = "0.3"
    teacher = {k: v for k, v in document.items() if k not in ("student", "name")}
    _, found = oracle.theorem_g_of(oracle.evidence_key(evidence), json.dumps(teacher, sort_keys=True))
    beta = "3/4" if document["neuron"] == "norm" else "2/3"
    eps0, kappa = found[0] * (1 - INSIDE), found[1] * mpf("0.98")
    claim = {"kind": "threshold", "quantifier": "forall-students", "negated": False, "eps0": decimal(eps0), "kappa": decimal(kappa), "beta": beta,
             "kappa_1": decimal(kappa * eps0 ** (number(beta) - 1) / 2)}
    return {"format": "lojacert-certificate/1", "claim": claim, "instance": {"digest": network.teacher_digest, "r": network.r}, "evidence": evidence}


# ----------------------------------------------------------------------------------------------------------------- the claims

LOWER = {"misalignment", "far_mass", "residual", "deficit", "excess", "opposed", "heavy", "angle"}


def tight_claim(network: Network, case: Case, best: Bounds, evidence: Document, by: mpf = INSIDE) -> Document:
    """A claim with every constant that the proof gives, all just inside its bound."""
    claim: Document = {"kind": "convergence", "quantifier": "forall", "negated": False, "dynamics": "flow" if case.step is None else "descent"}
    if case.step is not None:
        claim["step"] = case.step
    claim["envelope"] = [{"a": moved(a, -1, by), "c": moved(c, -1, by)} for a, c in best.lines]
    claim["distance"] = moved(best.distance, 1, by)
    if best.linear_rate is not None:
        claim["linear_rate"] = moved(best.linear_rate, -1, by)
    if any(best.limits):
        claim["limit"] = [next(iter(near), None) for near in best.limits]
    if best.recovery_by:
        recovery = {key: moved(value, 1, by) for key, value in best.recovery.items() if key in LOWER}
        if best.recovery_by == "delta1":
            recovery["delta1"] = best.delta1
        else:
            recovery.update(classes=evidence["classes"], delta=evidence["delta"])
        claim["recovery"] = recovery
    claim["target"] = first_target(network, claim)
    return claim


def first_target(network: Network, claim: Document, ratio: mpf = mpf("1e-3")) -> Document:
    """The first time, for descent a whole one, at which the envelope, or the linear rate, is below a part of the loss at the start."""
    loss = decimal(network.loss * ratio)
    root = number(loss) ** (-mpf(1) / (3 if network.neuron == "unit" else 2))
    times = [max((root - number(line["a"])) / number(line["c"]) for line in claim["envelope"])]
    if "linear_rate" in claim:
        times.append(1 / (number(claim["linear_rate"]) * number(loss)))
    first = min(times)
    return {"loss": loss, "steps": str(int(mpmath.ceil(first))) if claim["dynamics"] == "descent" else moved(first, 1, INSIDE)}


def tight_for_all(network: Network, threshold: Document, loss: str, heavy: bool = True) -> Document:
    """The same for `recovery-for-all`; the students whose angle is bounded are heavy, or just not far."""
    claim: Document = {"kind": "recovery-for-all", "quantifier": "forall-students", "negated": False, "loss": loss,
                       "delta1": threshold["evidence"]["delta1"]}
    best = oracle.for_all(Conditions(), network, claim, {"threshold": threshold})
    claim.update({key: moved(value, 1, INSIDE) for key, value in best.items() if key in LOWER})
    mass = max(best["capped"], best["far_mass"]) * 3 if heavy else best["far_mass"] * (1 + INSIDE)
    claim["mass"] = decimal(mass)
    claim["angle"] = moved(oracle.least_angle(best, number(claim["delta1"]), mass), 1, INSIDE)
    return claim


def certificate_of(network: Network, claim: Document, evidence: Document) -> Document:
    about_teacher = claim["kind"] == "recovery-for-all"
    bound: Document = {"digest": network.teacher_digest if about_teacher else network.digest, "r": network.r}
    if not about_teacher:
        bound.update(d=network.d, m=network.m)
    return {"format": "lojacert-certificate/1", "claim": claim, "instance": bound, "evidence": evidence}


def judge(network: Network, certificate: Document) -> Conditions:
    return (oracle.judge_for_all if certificate["claim"]["kind"] == "recovery-for-all" else oracle.judge_convergence)(network, certificate)


# -------------------------------------------------------------------------------------------------------------------- mutants

@dataclass
class Mutant:
    """A changed certificate, perhaps for another instance. `expect`: what the author of the change says of it, None to leave it to the oracle."""

    what: str
    certificate: Document
    document: Document
    expect: Optional[bool] = None


@dataclass
class Base:
    """An instance, the evidence of a proof, and the tight certificate with it."""

    case: Case
    network: Network
    certificate: Document
    best: Optional[Bounds] = None
    threshold: Optional[Document] = None
    mutants: list[Mutant] = field(default_factory=list)

    def add(self, what: str, change: Callable[[Document, Document], Any], expect: Optional[bool] = None, document: Optional[Document] = None,
            rebind: bool = True) -> None:
        """`change` is given copies of the claim and the evidence."""
        certificate = copy.deepcopy(self.certificate)
        certificate["claim"].pop("statement", None)
        change(certificate["claim"], certificate["evidence"])
        if document is not None and rebind:
            certificate = certificate_of(Network(document), certificate["claim"], certificate["evidence"])
        self.mutants.append(Mutant(f"{self.case.name}: {what}", certificate, document or self.network.document, expect))


def places(claim: Document) -> Iterator[tuple[str, Callable[[Document], Document], str, int]]:
    """(name, the object that holds it, key, 1 where larger is safer) of every constant that a proof bounds."""
    if claim["kind"] == "recovery-for-all":
        for key in claim:
            if key in LOWER:
                yield key, lambda c: c, key, 1
        return
    for k in range(len(claim["envelope"])):
        for key in ("a", "c"):
            yield f"envelope.{k}.{key}", lambda c, k=k: c["envelope"][k], key, -1
    for key, sign in (("distance", 1), ("linear_rate", -1)):
        if key in claim:
            yield key, lambda c: c, key, sign
    for key in claim.get("recovery", {}):
        if key in LOWER:
            yield f"recovery.{key}", lambda c: c["recovery"], key, 1


def without_target(claim: Document) -> Document:
    claim.pop("target", None)
    return claim


def add_moved_constants(base: Base) -> None:
    """Every constant just past its bound, a thousandth past it, and well inside."""
    for name, holder, key, sign in places(base.certificate["claim"]):
        for by, expect in (("-2e-6", False), ("-1e-3", False), ("1e-3", True)):
            def change(claim: Document, _: Document, holder: Any = holder, key: str = key, sign: int = sign, by: str = by) -> None:
                place = holder(without_target(claim))
                place[key] = moved(number(place[key]), sign, mpf(by))
            base.add(f"{name} by {by}", change, expect)
    for name in ("distance", "linear_rate", "limit", "recovery", "target"):
        if name in base.certificate["claim"] and name != "distance":
            base.add(f"without {name}", lambda c, _, name=name: without_target(c).pop(name, None), True)


def random_change(rng: random.Random, base: Base, claim: Document, evidence: Document) -> None:
    """One or two constants of the claim or of the evidence multiplied by something."""
    factors = ["0.5", "0.999", "0.9999995", "1.0000005", "1.000002", "1.001", "2", "10"]
    spots = [(holder(claim), key) for _, holder, key, _ in places(claim)]
    spots += [(claim["target"], key) for key in ("loss", "steps") if "target" in claim]
    spots += [(claim, key) for key in ("step", "loss", "mass", "delta1") if key in claim] * 2
    spots += [(evidence, key) for key in ("mu", "delta", "chi") if key in evidence] * 2
    if "hand_over" in evidence:
        spots += [(evidence["hand_over"], "loss")] * 3
    for _ in range(rng.choice((1, 1, 2))):
        holder, key = rng.choice(spots)
        holder[key] = decimal(number(holder[key]) * mpf(rng.choice(factors)))


def add_random(base: Base, rng: random.Random, count: int) -> None:
    for k in range(count):
        base.add(f"random {k}", lambda c, e: random_change(rng, base, c, e))


# ------------------------------------------------------------------------------------------------------------------ forgeries

def rebuilt(base: Base, what: str, expect: Optional[bool] = None, document: Optional[Document] = None, step: Optional[mpf] = None,
            by: mpf = INSIDE, alter: Optional[Callable[[Document], Any]] = None, **options: Any) -> None:
    """The tight certificate for other students, another step or other evidence, as a reader with `options` would compute it."""
    network = base.network if document is None else Network(document)
    evidence = copy.deepcopy(base.certificate["evidence"])
    if alter is not None:
        alter(evidence)
    case = base.case if step is None else Case(**{**base.case.__dict__, "step": decimal(step)})
    claim = {"step": case.step, "dynamics": "flow" if case.step is None else "descent"}
    try:
        best = oracle.bounds(Conditions(), network, claim, evidence, **options)
    except oracle.Stop:  # no such constants exist, not even wrong ones
        return
    certificate = certificate_of(network, tight_claim(network, case, best, evidence, by), evidence)
    base.mutants.append(Mutant(f"{base.case.name}: {what}", certificate, network.document, expect))


def with_students(document: Document, change: Callable[[list[list[str]]], Any]) -> Document:
    result = copy.deepcopy(document)
    change(result["student"])
    return result


def swap_forms(document: Document, key: str) -> Document:
    return {**copy.deepcopy(document), key: "norm" if document[key] == "unit" else "unit"}


def add_common(base: Base) -> None:
    """What can be wrong whatever the proof."""
    claim, network, document = base.certificate["claim"], base.network, base.network.document
    base.add("with its statement", lambda c, _: c.update(statement=oracle.statement(network, c)), True)
    other = copy.deepcopy(claim)
    other["distance"] = "1e-9"
    base.add("the statement of another distance", lambda c, _: c.update(statement=oracle.statement(network, other)), False)
    base.add("a negation", lambda c, _: c.update(negated=True), False)
    base.add("the students of another file", lambda c, e: None, False,
             with_students(document, lambda rows: rows[0].__setitem__(0, decimal(number(rows[0][0]) * mpf("1.0000001")))), rebind=False)
    base.add("the other form of the teachers", lambda c, e: None, None, swap_forms(document, "teacher_neuron"))
    base.add("the other form of the students", lambda c, e: None, None, swap_forms(document, "neuron"))
    for activation in {"abs", "relu", "relu+linear"} - {network.activation}:
        base.add(f"under {activation}", lambda c, e: None, None, {**document, "activation": activation})
    if network.m > 1:
        base.add("one student less", lambda c, e: None, False, with_students(document, lambda rows: rows.pop(0)), rebind=False)
    base.add("two lines, once more the first", lambda c, e: c["envelope"].append(c["envelope"][0]), False)
    base.add("no line", lambda c, e: c.update(envelope=[]), False)
    base.add("a of 0", lambda c, e: c["envelope"][0].update(a="0"), False)
    base.add("c negative", lambda c, e: c["envelope"][0].update(c="-1e-9"), False)
    base.add("a limit without distance", lambda c, e: (c.update(limit=[None] * network.m), c.pop("distance")), False)
    base.add("a limit of nobody", lambda c, e: c.update(limit=[None] * network.m), True)
    base.add("a limit of too many students", lambda c, e: c.update(limit=[None] * (network.m + 1)), False)
    base.add("a limit at no teacher", lambda c, e: c.update(limit=[network.r] + [None] * (network.m - 1)), False)
    assert base.best is not None
    for j, near in enumerate(base.best.limits):
        for i in range(network.r):
            if i not in near:
                base.add(f"student {j} ends at teacher {i}", lambda c, e, i=i, j=j: c.update(limit=[i if k == j else None for k in range(network.m)]), False)
    if base.case.step is not None:
        base.add("target one step too early", lambda c, e: c["target"].update(steps=str(int(c["target"]["steps"]) - 1)), False)
    base.add("target a little too early", lambda c, e: c["target"].update(steps=decimal((number(c["target"]["steps"]) * (1 + 2 * PAST)))),
             False if base.case.step is None else None)
    base.add("target at 0", lambda c, e: c["target"].update(steps="0"), False)
    base.add("target of a loss of 0", lambda c, e: c["target"].update(loss="0"), False)
    start = {"loss": decimal(network.loss * mpf("1.00001")), "steps": "0"}
    base.add("target of the loss at the start", lambda c, e: c.update(target=start), True if base.case.by != "H" else None)
    if base.case.step is None:
        base.add("descent with a step of 1/1000 by the constants of the flow", lambda c, e: c.update(dynamics="descent", step="1/1000"), False)
        base.add("a step for the flow", lambda c, e: c.update(step="1/8"), False)
    else:
        base.add("the flow", lambda c, e: (c.update(dynamics="flow"), c.pop("step")))
        base.add("without step", lambda c, e: c.pop("step"), False)
        base.add("a step of 0", lambda c, e: c.update(step="0"), False)
        for factor in ("2", "2.0000001", "3", "-1"):
            base.add(f"step {factor} / lbar", lambda c, e, factor=factor: (
                without_target(c), c.update(step=decimal(number(factor) / network.lbar), envelope=[{"a": "1e-9", "c": "1e-30"}])), False)
    base.add("a zero student more", lambda c, e: (
        c.update(limit=[None] * (network.m + 1)), c.pop("recovery", None), e.get("classes", []).append(None)),
        network.neuron == "norm", with_students(document, lambda rows: rows.append(["0"] * network.d)))
    base.add("another proof", lambda c, e: e.update(by="L"), False)
    base.add("the other proof", lambda c, e: e.update(by="G" if e["by"] == "I" else "I"), False)
    base.add("recovery with both kinds of classes", lambda c, e: c.update(
        recovery={"delta1": "1", "classes": [None] * network.m, "delta": "1", "residual": "1e9"}), False)
    base.add("recovery that bounds nothing", lambda c, e: c.update(recovery={"delta1": "1.199"}), False)
    base.add("recovery with far_mass of fixed classes", lambda c, e: c.update(
        recovery={"classes": e.get("classes", [0] * network.m), "delta": e.get("delta", "1"), "residual": "1e9", "far_mass": "1e9"}), False)


def threshold_mutants(base: Base, put: Callable[[Document, Document], Any]) -> None:
    """What can be wrong with a cited certificate; `put` places it into the evidence."""
    threshold = base.threshold
    assert threshold is not None
    network = base.network

    def changed(what: str, change: Callable[[Document], Any], expect: Optional[bool] = False) -> None:
        cited = copy.deepcopy(threshold)
        change(cited)
        base.add(f"threshold {what}", lambda c, e: put(e, cited), expect)

    value = oracle.theorem_g_of(oracle.evidence_key(threshold["evidence"]), json.dumps(
        {k: v for k, v in network.document.items() if k not in ("student", "name")}, sort_keys=True))[1]
    changed("with its statement removed and nothing else", lambda t: None, True)
    changed("with eps0 past its own proof", lambda t: t["claim"].update(eps0=moved(value[0], -1, PAST)))
    changed("with kappa past its own proof", lambda t: t["claim"].update(kappa=moved(value[1], -1, PAST)))
    changed("with kappa a thousandth smaller", lambda t: t["claim"].update(kappa=decimal(number(t["claim"]["kappa"]) * mpf("0.999"))), None)
    changed("with kappa_1 too large", lambda t: t["claim"].update(kappa_1="1e9"))
    changed("of another digest", lambda t: t["instance"].update(digest="sha256:" + "0" * 64))
    changed("of another number of teachers", lambda t: t["instance"].update(r=network.r + 1))
    changed("with the exponent of the other form", lambda t: t["claim"].update(beta="2/3" if t["claim"]["beta"] == "3/4" else "3/4"))
    changed("negated", lambda t: t["claim"].update(negated=True))
    changed("of a smaller S", lambda t: t["evidence"].update(S="0.3"))
    changed("of a larger psi_far", lambda t: t["evidence"].update(psi_far="2"))
    changed("of a smaller Z", lambda t: t["evidence"].update(Z="0.3"))
    changed("of a larger mu", lambda t: t["evidence"].update(mu=decimal(network.mu * mpf("1.000001"))))
    changed("with a false statement", lambda t: t["claim"].update(statement="For every student."))
    others = [{**network.document, "activation": a} for a in ("abs", "relu", "relu+linear") if a != network.activation]
    others += [swap_forms(network.document, "neuron"), swap_forms(network.document, "teacher_neuron")]
    turned = copy.deepcopy(network.document)
    turned["teacher"] = [[*row[1:], row[0]] for row in turned["teacher"]][::-1]
    if turned["teacher"] != network.document["teacher"]:
        others.append(turned)
    for other in others:
        cited = threshold_for(other)
        base.add(f"threshold of {other['activation']} {other['neuron']} {other['teacher_neuron']} {other['teacher']}",
                 lambda c, e, cited=cited: put(e, cited), False)
    kinds = {1: "landscape-orthonormal-2", 2: "landscape-orthonormal-2"}
    landscape = json.loads((GALLERY / f"{kinds[network.r]}.cert.json").read_text(encoding="utf-8"))
    landscape["instance"] = {"digest": network.teacher_digest, "r": network.r}
    landscape["claim"].pop("statement")
    base.add("threshold of the kind landscape", lambda c, e: put(e, landscape), False)
    base.add("threshold that is this certificate", lambda c, e: put(e, certificate_of(network, c, {})), False)


def lower_eps0(cited: Document, loss: mpf, by: mpf) -> Document:
    """The cited certificate with an eps0 just at a loss."""
    result = copy.deepcopy(cited)
    result["claim"]["eps0"] = moved(loss, 1, by)
    result["claim"]["kappa_1"] = decimal(number(result["claim"]["kappa"]) / 2)
    return result


def add_forgeries_of_g(base: Base) -> None:
    network = base.network
    assert base.threshold is not None and base.best is not None
    threshold, best = base.threshold, base.best
    put = lambda e, cited: e.update(threshold=cited)
    threshold_mutants(base, put)
    base.add("eps0 just below the loss", lambda c, e: put(e, lower_eps0(threshold, network.loss, PAST)), False)
    base.add("eps0 just above the loss", lambda c, e: put(e, lower_eps0(threshold, network.loss, INSIDE)), True)
    base.add("linear_rate", lambda c, e: c.update(linear_rate="1e-30"), False)
    base.add("without threshold", lambda c, e: e.pop("threshold"), False)
    base.add("recovery with the classes of Theorem I", lambda c, e: c.update(
        recovery={"classes": [0] * network.m, "delta": "1", "residual": "1e9"}), False)
    base.add("recovery with a larger delta1", lambda c, e: c["recovery"].update(delta1="1.2"), False)
    base.add("recovery with heavy alone", lambda c, e: c["recovery"].pop("angle"), False)
    base.add("recovery with 2^(1/2) for 8^(1/2)", lambda c, e: c["recovery"].update(
        {k: decimal(number(v) / 2) for k, v in c["recovery"].items() if k in LOWER}), False)
    if network.activation != "relu":
        base.add("opposed", lambda c, e: c["recovery"].update(opposed="1e9"), False)
    if base.case.step is not None:
        kappa, start = best.kappa, moved(best.lines[0][0], -1, INSIDE)

        def halved(by: str, c: Document) -> None:
            """step just beside 1 / lbar, and the constants of step lbar <= 1: beta >= step / 2."""
            step = (1 + mpf(by)) / network.lbar
            c.update(step=decimal(step), envelope=[{"a": start, "c": decimal(step * kappa**2 / 4)}], distance=decimal(8 / kappa))
            c.pop("limit", None)
            c.pop("target")
        base.add("step just above 1 / lbar, c = step kappa^2 / 4", lambda c, e: halved("1e-6", c), False)
        base.add("step just below 1 / lbar, c = step kappa^2 / 4", lambda c, e: halved("-1e-6", c), True)
        rebuilt(base, "step just above 1 / lbar", True, step=mpf("1.000001") / network.lbar)
        rebuilt(base, "step just below 2 / lbar", True, step=mpf("1.999999") / network.lbar)
        rebuilt(base, "step 1 / lbar, past", False, step=1 / network.lbar, by=PAST)
    elif network.neuron == "unit":
        base.add("descent in unit form", lambda c, e: c.update(dynamics="descent", step="1e-9"), False)
        base.add("a unit student with weight 0", lambda c, e: (c.pop("limit", None), c.pop("recovery")), False,
                 with_students(network.document, lambda rows: rows.__setitem__(0, ["0"] * network.d)))
    if network.activation == "relu":
        turned = {**network.document, "teacher": [*network.document["teacher"], ["-" + x if x != "0" else x for x in network.document["teacher"][0]]]}
        base.add("an antiparallel teacher", lambda c, e: (c.pop("limit", None), c.pop("recovery")), False, turned)
    far = with_students(network.document, lambda rows: rows.__setitem__(0, [decimal(number(x) * 2) for x in rows[0]]))
    base.add("a loss above eps0", lambda c, e: (without_target(c), c.pop("limit", None), c["envelope"][0].update(a="1e-3")), False, far)


def roots_exchanged(base: Base) -> None:
    """relu and relu+linear: sqrt(2L) where Theorem I has sqrt(8L), and the other way about."""
    network = base.network
    if network.quarter:
        rebuilt(base, "rho_0 = sqrt(2L)", False, rho=mpmath.sqrt(2 * network.loss), by=mpf("1e-20"))
        rebuilt(base, "rho_0 = sqrt(32L)", True, rho=mpmath.sqrt(32 * network.loss))
        if base.certificate["claim"].get("recovery"):
            base.add("recovery with 2^(1/2) for 8^(1/2)", lambda c, e: c["recovery"].update(
                {k: decimal(number(v) / 2) for k, v in c["recovery"].items() if k in LOWER}), False)


def add_forgeries_of_i(base: Base) -> None:
    network, document = base.network, base.network.document
    evidence = base.certificate["evidence"]
    classes = evidence["classes"]
    handed, masses = "hand_over" in evidence, network.masses
    base.add("mu past its value", lambda c, e: e.update(mu=decimal(network.mu * mpf("1.000001"))), False)
    base.add("mu of 0", lambda c, e: e.update(mu="0"), False)
    base.add("delta of 0", lambda c, e: e.update(delta="0"), False)
    base.add("delta above 1", lambda c, e: e.update(delta="1.0000001"), False)
    base.add("delta of 1", lambda c, e: e.update(delta="1"), False)
    base.add("chi negative", lambda c, e: e.update(chi="-1/1000"), False)
    base.add("classes of too many students", lambda c, e: e["classes"].append(0), False)
    base.add("a class without teacher", lambda c, e: e["classes"].__setitem__(0, network.r), False)
    widest = max(network.angle(j, i) for j, i in enumerate(classes) if i is not None)
    base.add("delta below the widest angle", lambda c, e: e.update(delta=decimal(widest * mpf("0.999"))), False)
    for j, i in enumerate(classes):
        if i is None and masses[j] == 0:
            base.add(f"the zero student {j} in a class", lambda c, e, j=j: e["classes"].__setitem__(j, 0), False)
        elif i is None:
            base.add(f"the light student {j} in a class", lambda c, e, j=j: e["classes"].__setitem__(j, 0), False)
        else:
            base.add(f"student {j} in S", lambda c, e, j=j: (c.pop("recovery", None), e["classes"].__setitem__(j, None)), False)
            for k in range(network.r):
                if k != i:
                    base.add(f"student {j} in class {k}", lambda c, e, j=j, k=k: e["classes"].__setitem__(j, k), False)
    base.add("an empty class", lambda c, e: e.update(classes=[None] * network.m), False)
    base.add("recovery with delta1", lambda c, e: c.update(recovery={"delta1": "1", "residual": "1e9"}), False)
    turn = next(j for j, i in enumerate(classes) if i is not None)
    back = with_students(document, lambda rows: rows.__setitem__(turn, [decimal(-number(x)) for x in rows[turn]]))
    base.add("a student turned back", lambda c, e: None, network.activation != "relu", back)
    if network.activation == "relu":
        rebuilt(base, "chi for relu", False, alter=lambda e: e.update(chi="1e-9"))
    roots_exchanged(base)
    if base.case.step is not None:
        rebuilt(base, "step just below 1 / lbar", None, step=mpf("0.999999") / network.lbar)
        rebuilt(base, "step just above 1 / lbar", False, step=mpf("1.000001") / network.lbar, literal=True)
        rebuilt(base, "step just below 2 / lbar", False, step=mpf("1.999999") / network.lbar, literal=True)
    for factor in ("0.99", "1.01", "3"):
        rebuilt(base, f"delta times {factor}", None, alter=lambda e: e.update(delta=decimal(number(e["delta"]) * mpf(factor))), literal=True)
    rebuilt(base, "a smaller mu", None, alter=lambda e: e.update(mu=decimal(number(e["mu"]) * mpf("0.99"))), literal=True)
    if not handed:
        base.add("recovery with other classes", lambda c, e: c["recovery"]["classes"].__setitem__(turn, None), False)
        base.add("recovery with a larger delta", lambda c, e: c["recovery"].update(delta=decimal(number(e["delta"]) * 2)), False)
        base.add("recovery with a smaller delta", lambda c, e: c["recovery"].update(delta=decimal(number(e["delta"]) / 2)), False)
        stray = with_students(document, lambda rows: rows.append(["1e-30"] * network.d))
        base.add("a tiny student in S without hand-over", lambda c, e: (c.pop("recovery"), c.pop("limit", None), e["classes"].append(None)), False, stray)


def add_forgeries_of_h(base: Base) -> None:
    """The hand-over."""
    network, evidence = base.network, base.certificate["evidence"]
    assert base.threshold is not None and base.best is not None
    threshold, best = base.threshold, base.best
    put = lambda e, cited: e["hand_over"].update(threshold=cited)
    threshold_mutants(base, put)
    level = number(evidence["hand_over"]["loss"])
    stray = any(i is None and network.masses[j] for j, i in enumerate(evidence["classes"]))
    base.add("without hand-over", lambda c, e: e.pop("hand_over"), False)
    base.add("one line without hand-over", lambda c, e: (e.pop("hand_over"), without_target(c), c["envelope"].pop()), None)
    base.add("without the second line", lambda c, e: (without_target(c), c["envelope"].pop()), False)
    base.add("without the first line", lambda c, e: (without_target(c), c["envelope"].pop(0)), False)
    base.add("the lines exchanged", lambda c, e: (without_target(c), c["envelope"].reverse()), False)
    base.add("one line below both", lambda c, e: (without_target(c), c.update(envelope=[
        {key: decimal(min(number(line[key]) for line in c["envelope"])) for key in ("a", "c")}])), True)
    base.add("linear_rate", lambda c, e: c.update(linear_rate="1e-30"), False)
    base.add("recovery with classes", lambda c, e: c.update(recovery={"classes": e["classes"], "delta": e["delta"], "residual": "1e9"}), False)
    base.add("recovery with the delta1 of the threshold", lambda c, e: c.update(recovery={"delta1": "1.199", "residual": "1e9"}), False)
    kappas = sorted((number(threshold["claim"]["kappa"]), best.kappa))
    base.add("the distance of the larger kappa alone", lambda c, e: (
        c.pop("limit", None), c.update(distance=decimal(number(c["distance"]) * kappas[0] / kappas[1]))), False)
    base.add("eps0 just below the hand-over", lambda c, e: put(e, lower_eps0(threshold, level, PAST)), False)
    base.add("eps0 just above the hand-over", lambda c, e: put(e, lower_eps0(threshold, level, INSIDE)), True)
    loss = lambda value: lambda e: e["hand_over"].update(loss=decimal(value))
    rebuilt(base, "a hand-over above eps0", False, alter=loss(number(threshold["claim"]["eps0"]) * mpf("1.000001")))
    base.add("a hand-over at 0", lambda c, e: e["hand_over"].update(loss="0"), False)
    rebuilt(base, "a hand-over above the loss", False, alter=loss(network.loss * mpf("1.000001")))
    for factor in ("0.999999", "0.5", "0.1"):
        rebuilt(base, f"a hand-over {factor} as high", None, alter=loss(level * number(factor)), literal=True)
    if stray:
        power = (2 if network.quarter else 4) * mpmath.sqrt(2) / best.kappa**2
        if base.case.step is not None:
            power /= 1 - number(base.case.step) * network.lbar / 2
        grown = sum(network.masses[j] for j, i in enumerate(evidence["classes"]) if i is None) * (network.loss / level) ** power
        chi = grown / mpmath.sqrt((8 if network.quarter else 2) * level)
        base.add("chi too small by far", lambda c, e: e.update(chi=decimal(chi / 2)), False if base.case.choice is None else None)
        # kappa, and with it the growth, depends on chi: a few rounds of the fixed point
        for _ in range(40):
            trial = copy.deepcopy(evidence)
            trial["chi"] = decimal(chi)
            claim = {"step": base.case.step, "dynamics": "flow" if base.case.step is None else "descent"}
            kappa = oracle.bounds(Conditions(), network, claim, trial, literal=True).kappa
            ratio = oracle.rate(network, claim["dynamics"], claim["step"] and number(claim["step"]))[1]
            power = (2 if network.quarter else 4) * mpmath.sqrt(2) / kappa**2 * ratio
            chi = sum(network.masses[j] for j, i in enumerate(evidence["classes"]) if i is None) * (network.loss / level) ** power / mpmath.sqrt(
                (8 if network.quarter else 2) * level)
        rebuilt(base, "chi just large enough", None, alter=lambda e: e.update(chi=decimal(chi * mpf("1.00001"))), literal=True)
        rebuilt(base, "chi just too small", False, alter=lambda e: e.update(chi=decimal(chi * mpf("0.99999"))), literal=True)


def add_forgeries_for_all(base: Base) -> None:
    network, claim = base.network, base.certificate["claim"]
    assert base.threshold is not None
    put = lambda e, cited: e.update(threshold=cited)
    threshold_mutants(base, put)
    document = network.document
    base.add("with its statement", lambda c, _: c.update(statement=oracle.statement_for_all(network, c)), True)
    other = {**claim, "loss": decimal(number(claim["loss"]) / 2)}
    base.add("the statement of another loss", lambda c, _: c.update(statement=oracle.statement_for_all(network, other)), False)
    base.add("another loss", lambda c, e: c.update(loss=decimal(number(c["loss"]) * mpf("1.00001"))), False)
    base.add("a smaller loss", lambda c, e: c.update(loss=decimal(number(c["loss"]) * mpf("0.99999"))), True)
    base.add("a loss above eps0", lambda c, e: c.update(loss="1"), False)
    base.add("a loss of 0", lambda c, e: c.update(loss="0"), False)
    base.add("negated", lambda c, e: c.update(negated=True), False)
    base.add("delta1 not that of the certificate", lambda c, e: c.update(delta1="1.1989"), False)
    base.add("delta1 of a right angle", lambda c, e: c.update(delta1="1.5708"), False)
    base.add("mass without angle", lambda c, e: c.pop("angle"), False)
    base.add("angle without mass", lambda c, e: c.pop("mass"), False)
    base.add("no bound", lambda c, e: [c.pop(key, None) for key in (*LOWER, "mass")], False)
    base.add("a residual of 0", lambda c, e: c.update(residual="0"), False)
    base.add("a far mass negative", lambda c, e: c.update(far_mass="-1e-9"), False)
    base.add("an angle of delta1", lambda c, e: c.update(angle=c["delta1"]), True)
    base.add("2^(1/2) for 8^(1/2)", lambda c, e: c.update({k: decimal(number(v) / 2) for k, v in c.items() if k in LOWER and k != "angle"}), False)
    base.add("without threshold", lambda c, e: e.pop("threshold"), False)
    base.add("another proof", lambda c, e: e.update(by="I"), False)
    if network.activation != "relu":
        base.add("opposed", lambda c, e: c.update(opposed="1e9"), False)
    base.add("the other form of the teachers", lambda c, e: None, False, swap_forms(document, "teacher_neuron"))
    best = oracle.for_all(Conditions(), network, claim, {"threshold": base.threshold})
    for mass in (best["far_mass"] * (1 + INSIDE), best["capped"] * (1 + INSIDE), best["capped"] * (1 - INSIDE), best["capped"] * 100):
        for by in (INSIDE, PAST):
            angle = moved(oracle.least_angle(best, number(claim["delta1"]), mass), 1, by)
            base.add(f"mass {mpmath.nstr(mass, 5)}, angle {mpmath.nstr(by, 2)}", lambda c, e, m=mass, a=angle: c.update(mass=decimal(m), angle=a))
    base.add("students that may be far", lambda c, e: c.update(mass=decimal(best["far_mass"] * (1 - INSIDE)), angle="1.57"), False)


# ------------------------------------------------------------------------------------------------------------- literal readers

def line_network(activation: str, masses: Sequence[Any]) -> Document:
    """Students on the line of one teacher of length 1."""
    return {"format": "lojacert-instance/1", "activation": activation, "neuron": "norm", "teacher_neuron": "unit", "teacher": [["1", "0"]],
            "student": [[mpmath.nstr(mpmath.sqrt(mpf(mass)), 25), "0"] for mass in masses]}


@dataclass(frozen=True)
class Trap:
    """Students on the teacher's line for which `fails` alone stands between a reader and a certificate: he evaluates the constants of
    Theorem I without asking whether what he divides by is positive, and compares squares without asking for signs."""

    fails: tuple[str, ...]
    activation: str
    masses: tuple[str, ...]
    delta: str
    mu: str = "1"


NEGATIVE, SECOND, THIRD, FOURTH = ("(I1) 8I - eT0",), ("(I2) first", "(I2) second"), ("(I3) c'",), ("(I4) |w_j| > l0",)
TRAPS = [Trap(NEGATIVE, "abs", ("1.408",), "1", "0.15"), Trap(NEGATIVE, "relu", ("1.2885",), "1", "0.15"),
         Trap(NEGATIVE, "relu+linear", ("1.408",), "1", "0.1"),
         Trap(SECOND, "abs", ("1.45",), "0.42"), Trap(SECOND, "relu", ("1.3",), "0.42"), Trap(SECOND, "relu+linear", ("1.45",), "0.42"),
         Trap(THIRD, "abs", ("1.01",), "0.1"), Trap(THIRD, "relu", ("1.01",), "0.1"), Trap(THIRD, "relu+linear", ("1.01",), "0.1"),
         Trap(FOURTH, "abs", ("0.9999", "1e-8"), "0.05"), Trap(FOURTH, "relu", ("0.9999", "1e-8"), "0.02"),
         Trap(FOURTH, "relu+linear", ("0.9999", "1e-8"), "0.02")]


def trap_mutants(report: Report) -> list[Mutant]:
    """The certificates that such a reader would write, for descent and flow; and the page's example, beyond the range of delta."""
    mutants = []
    page = Network(line_network("abs", ["1.91963"]))
    conditions = Conditions()
    found = oracle.constants_of_theorem_i(conditions, page, mpf(1), mpf("1.2"), mpf(0), page.rho, literal=True)
    report.check(conditions.failed == list(NEGATIVE) and mpmath.nint(found.kappa) == 31, "the example of section 5.3", lambda: f"{conditions.failed} {found}")
    for trap in TRAPS:
        for step in (None, "1/100"):
            network = Network(line_network(trap.activation, trap.masses))
            evidence = {"by": "I", "mu": trap.mu, "delta": trap.delta, "chi": "0", "classes": [0] * network.m}
            claim = {"dynamics": "flow" if step is None else "descent", "step": step}
            conditions = Conditions()
            best = oracle.bounds(conditions, network, claim, evidence, literal=True)
            report.check(set(conditions.failed) == set(trap.fails), "traps that one condition alone disarms", lambda: f"{trap} {conditions.failed}")
            case = Case(f"trap {trap.fails} {trap.activation} {claim['dynamics']}", "I", trap.activation, "norm", "unit", ONE, [], 0, step)
            best.recovery_by, best.linear_rate = "", best.linear_rate if best.linear_rate and best.linear_rate > 0 else None
            mutants.append(Mutant(case.name, certificate_of(network, tight_claim(network, case, best, evidence), evidence), network.document, False))
            if trap.fails == NEGATIVE:
                beyond = copy.deepcopy(mutants[-1])
                beyond.what, beyond.certificate["evidence"]["delta"] = f"{case.name}, delta 1.2", "1.2"
                mutants.append(beyond)
    return mutants
