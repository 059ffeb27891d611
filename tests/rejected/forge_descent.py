"""Forged certificates about descent and flow, for forge.py: `convergence`, `recovery-for-all`, `trajectory`.

The honest twins are verified cases of tests/conformance/descent-claims.json. What is well-formed is confirmed to be a forgery by the oracles of
tests/programs, what is malformed comes with a part of the message that must name the place.
"""
from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any, Callable, Optional

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "programs")]

import convergence_oracle as oracle  # noqa: E402
import trajectory_oracle  # noqa: E402
from convergence_mutants import decimal  # noqa: E402
from convergence_oracle import Network, number  # noqa: E402
from changes import drop, put  # noqa: E402
from forge_theorems import BAD, REFUTED, Document, Forge, Forged  # noqa: E402
from teacher_oracle import mpf  # noqa: E402

UNSUPPORTED: tuple[int, Optional[str]] = (3, None)
MISMATCH = (1, "hash-mismatch")
OTHER_DIGEST = "sha256:" + "0" * 64


def cases(kind: str, fits: Callable[[Document], bool] = lambda case: True) -> list[Document]:
    """The verified cases of a kind."""
    everything = json.loads((HERE.parent / "conformance" / "descent-claims.json").read_text(encoding="utf-8"))["claims"]
    return [c for c in everything if c["claim"]["kind"] == kind and c["verdict"] == "VERIFIED" and fits(c)]


def by(theorem: str, handed: bool = False) -> Callable[[Document], bool]:
    """Descent by a theorem, with a target."""
    return lambda c: (c["evidence"]["by"] == theorem and ("hand_over" in c["evidence"]) == handed and "step" in c["claim"]
                      and "target" in c["claim"])


class DescentForge(Forge):
    """Forgeries of a verified case, judged by the oracle of its kind."""

    def __init__(self, prefix: str, case: Document) -> None:
        self.prefix, self.case, self.made, self.network = prefix, case, [], Network(case["instance"])
        about_teacher = case["claim"]["kind"] == "recovery-for-all"
        bound: Document = {"digest": self.network.teacher_digest if about_teacher else self.network.digest, "r": self.network.r}
        if not about_teacher:
            bound.update(d=self.network.d, m=self.network.m)
        self.honest = {"format": "lojacert-certificate/1", "claim": {**case["claim"], "statement": case["statement"]},
                       "instance": {**bound, "embedded": case["instance"]}, "evidence": case.get("evidence", {})}
        holder = self.honest["evidence"].get("hand_over", self.honest["evidence"])
        if "threshold" in holder:
            oracle.TRUSTED.add(oracle.evidence_key(holder["threshold"]["evidence"]))

    def is_true(self, claim: Document, evidence: Document) -> Optional[bool]:
        if claim["kind"] == "trajectory":
            return trajectory_oracle.judge(self.case["instance"], claim) is None
        judge = oracle.judge_for_all if claim["kind"] == "recovery-for-all" else oracle.judge_convergence
        conditions = judge(self.network, {**self.honest, "claim": claim, "evidence": evidence})
        if conditions.malformed:
            raise AssertionError(f"{self.prefix} is malformed: {conditions.malformed}")
        return conditions.holds

    def restated(self, forged: Document) -> None:
        claim = forged["claim"]
        if claim["kind"] == "trajectory":
            claim["statement"] = trajectory_oracle.statement(self.case["instance"], claim)
        else:
            state = oracle.statement_for_all if claim["kind"] == "recovery-for-all" else oracle.statement
            claim["statement"] = state(self.network, claim)

    def other_words(self, key: str) -> None:
        """The sentence of the same claim with another constant; the digests of something else."""
        words = copy.deepcopy(self.honest)
        words["claim"][key] = "1/1000000007"
        self.restated(words)
        self.add("statement-with-another-number", put(words["claim"]["statement"], "claim", "statement"), *BAD, restate=False)
        self.add("digest-of-another-network", put(OTHER_DIGEST, "instance", "digest"), *MISMATCH, restate=False)

    def past(self, name: str, *path: Any, factor: str) -> None:
        """A constant moved beyond what is proved."""
        value: Any = self.honest
        for key in path:
            value = value[key]
        self.add(name, put(decimal(number(value) * mpf(factor)), *path), *(REFUTED if self.prefix == "trajectory" else BAD))


def of_threshold(forge: DescentForge, *place: str) -> None:
    """Cited certificates that are none; `place` is where the certificate stands."""
    at = "/" + "/".join(place)
    cited: Any = forge.honest
    for key in place:
        cited = cited[key]
    forge.malformed("threshold-missing", f"{at[:at.rindex('/')]}: the key 'threshold' is missing", drop(*place))
    forge.malformed("threshold-as-text", f"{at}: must be an object", put("threshold.cert.json", *place))
    forge.malformed("threshold-without-evidence", f"{at}: the key 'evidence' is missing", drop(*place, "evidence"))
    forge.malformed("threshold-without-format", f"{at}: the key 'format' is missing", drop(*place, "format"))
    forge.malformed("threshold-with-a-json-number", f"{at}/evidence/S: must be a string", put(1.5, *place, "evidence", "S"))
    forge.malformed("threshold-negated", f"{at}/claim/negated: must be false", put(True, *place, "claim", "negated"))
    forge.malformed("threshold-with-d-and-m", f"{at}/instance/d: unknown key 'd'", put(2, *place, "instance", "d"))
    forge.malformed("threshold-in-a-threshold", f"{at}/evidence/threshold: unknown key 'threshold'", put(cited, *place, "evidence", "threshold"))
    forge.malformed("threshold-kappa-negative", f"{at}/claim/kappa: must be positive", put("-1", *place, "claim", "kappa"))
    forge.add("threshold-of-version-2", put("lojacert-certificate/2", *place, "format"), *UNSUPPORTED, restate=False)
    forge.add("threshold-that-is-this-certificate", put({**forge.honest, "evidence": {}}, *place), *BAD)
    forge.add("threshold-of-another-teacher", put(OTHER_DIGEST, *place, "instance", "digest"), *BAD)
    forge.add("threshold-with-a-larger-eps0", put("1", *place, "claim", "eps0"), *BAD)
    forge.add("threshold-statement-with-another-number", put("For every student.", *place, "claim", "statement"), *BAD)


# -------------------------------------------------------------------------------------------------------------- convergence

def by_theorem_g() -> list[Forged]:
    forge = DescentForge("convergence-g", cases("convergence", by("G"))[0])
    claim, network = forge.case["claim"], forge.network
    forge.other_words("distance")
    forge.past("distance-just-too-small", "claim", "distance", factor="0.999998")
    forge.past("a-just-too-large", "claim", "envelope", 0, "a", factor="1.000002")
    forge.past("c-just-too-large", "claim", "envelope", 0, "c", factor="1.000002")
    forge.past("far-mass-just-too-small", "claim", "recovery", "far_mass", factor="0.999998")
    forge.add("target-one-step-too-early", put(str(int(claim["target"]["steps"]) - 1), "claim", "target", "steps"))
    forge.add("two-lines-without-hand-over", put(claim["envelope"] * 2, "claim", "envelope"))
    forge.add("linear-rate", put("1e-30", "claim", "linear_rate"))
    forge.add("limit-of-a-zero-student", put([0] * network.m, "claim", "limit"))
    forge.add("opposed-for-abs", put("1e9", "claim", "recovery", "opposed"), *REFUTED)
    forge.add("recovery-with-another-delta1", put("1.1", "claim", "recovery", "delta1"))
    forge.add("step-of-2-over-lbar", put(decimal(2 / network.lbar * mpf("1.000001")), "claim", "step"))
    forge.add("by-theorem-L", put("L", "evidence", "by"), *UNSUPPORTED)
    of_threshold(forge, "evidence", "threshold")
    forge.malformed("with-classes", "/evidence/classes: unknown key 'classes'", put([0] * network.m, "evidence", "classes"))
    forge.malformed("without-by", "/evidence: the key 'by' is missing", drop("evidence", "by"))
    forge.malformed("recovery-heavy-alone", "/claim/recovery: 'heavy' and 'angle' belong together", drop("claim", "recovery", "angle"))
    forge.malformed("recovery-delta1-of-a-right-angle", "/claim/recovery/delta1: must lie in (0, pi/2)", put("1.5708", "claim", "recovery", "delta1"))
    forge.malformed("recovery-of-both-kinds-of-classes", "/claim/recovery: needs either 'delta1' or 'classes'",
                    put([0] * network.m, "claim", "recovery", "classes"))
    forge.malformed("recovery-without-classes", "/claim/recovery: needs either 'delta1' or 'classes'", drop("claim", "recovery", "delta1"))
    forge.malformed("recovery-that-bounds-nothing", "/claim/recovery: needs a bound", put({"delta1": "1.2"}, "claim", "recovery"))
    return forge.made


def malformed_claims(forge: DescentForge) -> None:
    """What no certificate of `convergence` may say, whatever its proof."""
    claim, m = forge.case["claim"], forge.network.m
    line = claim["envelope"][0]
    entries = "must have one entry for each of the m students"
    for name, message, change in (
            ("with-a-key-nobody-defined", "/claim/rate: unknown key 'rate'", put("1", "claim", "rate")),
            ("step-as-a-json-number", "/claim/step: must be a string", put(0.125, "claim", "step")),
            ("step-zero", "/claim/step: must be positive", put("0", "claim", "step")),
            ("step-negative", "/claim/step: must be positive", put("-1/8", "claim", "step")),
            ("flow-with-a-step", "/claim: 'step' belongs to \"descent\", and only to it", put("flow", "claim", "dynamics")),
            ("descent-without-step", "/claim: 'step' belongs to \"descent\", and only to it", drop("claim", "step")),
            ("dynamics-of-momentum", "/claim/dynamics: must be \"descent\" or \"flow\"", put("momentum", "claim", "dynamics")),
            ("envelope-of-no-line", "/claim/envelope: must have one or two objects", put([], "claim", "envelope")),
            ("envelope-of-three-lines", "/claim/envelope: must have one or two objects", put([line] * 3, "claim", "envelope")),
            ("envelope-as-an-object", "/claim/envelope: must be an array", put(line, "claim", "envelope")),
            ("envelope-without-c", "/claim/envelope/0: the key 'c' is missing", drop("claim", "envelope", 0, "c")),
            ("envelope-with-b", "/claim/envelope/0/b: unknown key 'b'", put("1", "claim", "envelope", 0, "b")),
            ("a-zero", "/claim/envelope/0/a: must be positive", put("0", "claim", "envelope", 0, "a")),
            ("c-negative", "/claim/envelope/0/c: must be positive", put("-1e-9", "claim", "envelope", 0, "c")),
            ("distance-zero", "/claim/distance: must be positive", put("0", "claim", "distance")),
            ("distance-negative", "/claim/distance: must be positive", put("-1", "claim", "distance")),
            ("linear-rate-zero", "/claim/linear_rate: must be positive", put("0", "claim", "linear_rate")),
            ("limit-without-distance", "/claim/limit: needs 'distance' beside it",
             lambda document: (drop("claim", "distance")(document), put([None] * m, "claim", "limit")(document))),
            ("limit-of-too-few-students", f"/claim/limit: {entries}", put([None] * (m - 1), "claim", "limit")),
            ("limit-as-text", "/claim/limit/0: must be an integer", put(["0"] * m, "claim", "limit")),
            ("target-without-steps", "/claim/target: the key 'steps' is missing", drop("claim", "target", "steps")),
            ("target-steps-negative", "/claim/target/steps: must not be negative", put("-1", "claim", "target", "steps")),
            ("target-loss-zero", "/claim/target/loss: must be positive", put("0", "claim", "target", "loss")),
            ("negated", "/claim/negated: must be false", put(True, "claim", "negated")),
            ("for-every-student", "/claim/quantifier: must be \"forall\"", put("forall-students", "claim", "quantifier")),
            ("without-m", "/instance: the key 'm' is missing", drop("instance", "m"))):
        forge.malformed(name, message, change)


def by_theorem_i() -> list[Forged]:
    forge = DescentForge("convergence-i", cases("convergence", by("I"))[0])
    claim, evidence, m = forge.case["claim"], forge.case["evidence"], forge.network.m
    classes = evidence["classes"]
    malformed_claims(forge)
    forge.past("linear-rate-just-too-large", "claim", "linear_rate", factor="1.000002")
    forge.past("residual-just-too-small", "claim", "recovery", "residual", factor="0.999998")
    forge.add("chi-negative", put("-1/1000", "evidence", "chi"))
    forge.add("delta-above-1", put("1.0000001", "evidence", "delta"))
    forge.add("mu-zero", put("0", "evidence", "mu"))
    forge.add("zero-student-in-a-class", put([0] * m, "evidence", "classes"))
    forge.add("recovery-with-other-classes", put([None, *classes[1:]], "claim", "recovery", "classes"))
    forge.add("recovery-with-delta1", put({"delta1": "1", "residual": "1e9"}, "claim", "recovery"))
    entries = "must have one entry for each of the m students"
    forge.malformed("classes-of-too-few-students", f"/evidence/classes: {entries}", put(classes[:-1], "evidence", "classes"))
    forge.malformed("class-without-teacher", "/evidence/classes/0: must be null or the index of a teacher", put([1, *classes[1:]], "evidence", "classes"))
    forge.malformed("without-chi", "/evidence: the key 'chi' is missing", drop("evidence", "chi"))
    forge.malformed("chi-as-a-json-number", "/evidence/chi: must be a string", put(0, "evidence", "chi"))
    forge.malformed("delta-as-a-box", "/evidence/delta: '[0.1, 0.2]' is not a number", put("[0.1, 0.2]", "evidence", "delta"))
    forge.malformed("recovery-classes-without-delta", "/claim/recovery: the key 'delta' is missing", drop("claim", "recovery", "delta"))
    forge.malformed("recovery-delta-above-1", "/claim/recovery/delta: must be at most 1", put("1.0000001", "claim", "recovery", "delta"))
    forge.malformed("recovery-far-mass-of-listed-classes", "/claim/recovery/far_mass: unknown key 'far_mass'", put("1e9", "claim", "recovery", "far_mass"))
    forge.malformed("recovery-residual-negative", "/claim/recovery/residual: must not be negative", put("-1e-9", "claim", "recovery", "residual"))
    forge.malformed("recovery-classes-of-too-many-students", f"/claim/recovery/classes: {entries}",
                    put([*classes, None], "claim", "recovery", "classes"))
    handed = DescentForge("convergence-hand-over", cases("convergence", by("I", True))[0])
    handed.add("at-a-loss-of-0", put("0", "evidence", "hand_over", "loss"))
    handed.add("lines-exchanged", put(handed.case["claim"]["envelope"][::-1], "claim", "envelope"))
    handed.add("forgotten", drop("evidence", "hand_over"))
    handed.add("with-a-linear-rate", put("1e-30", "claim", "linear_rate"))
    handed.malformed("without-loss", "/evidence/hand_over: the key 'loss' is missing", drop("evidence", "hand_over", "loss"))
    handed.malformed("with-a-key-nobody-defined", "/evidence/hand_over/at: unknown key 'at'", put("1", "evidence", "hand_over", "at"))
    of_threshold(handed, "evidence", "hand_over", "threshold")
    assert "linear_rate" in claim
    return [*forge.made, *handed.made]


# --------------------------------------------------------------------------------------------------------- recovery-for-all

def recovery_for_all() -> list[Forged]:
    forge = DescentForge("recovery-for-all", cases("recovery-for-all", lambda c: c["instance"]["activation"] == "abs")[0])
    forge.other_words("loss")
    forge.past("residual-just-too-small", "claim", "residual", factor="0.999998")
    forge.past("angle-just-too-small", "claim", "angle", factor="0.999998")
    forge.past("loss-just-too-large", "claim", "loss", factor="1.00001")
    forge.add("with-another-delta1", put("1.1", "claim", "delta1"))
    forge.add("opposed-for-abs", put("1e9", "claim", "opposed"), *REFUTED)
    forge.add("by-theorem-I", put("I", "evidence", "by"), *UNSUPPORTED)
    bounds = ("misalignment", "far_mass", "residual", "deficit", "excess", "mass", "angle")

    def nothing(document: Document) -> None:
        for key in bounds:
            del document["claim"][key]

    for name, message, change in (
            ("with-a-key-nobody-defined", "/claim/norm: unknown key 'norm'", put("1", "claim", "norm")),
            ("loss-zero", "/claim/loss: must be positive", put("0", "claim", "loss")),
            ("loss-as-a-json-number", "/claim/loss: must be a string", put(1e-7, "claim", "loss")),
            ("delta1-zero", "/claim/delta1: must be positive", put("0", "claim", "delta1")),
            ("delta1-of-a-right-angle", "/claim/delta1: must lie in (0, pi/2)", put("1.5708", "claim", "delta1")),
            ("residual-negative", "/claim/residual: must not be negative", put("-1e-9", "claim", "residual")),
            ("mass-without-angle", "/claim: 'mass' and 'angle' belong together", drop("claim", "angle")),
            ("angle-without-mass", "/claim: 'mass' and 'angle' belong together", drop("claim", "mass")),
            ("angle-of-a-right-angle", "/claim/angle: must be at most 1.5707", put("1.5708", "claim", "angle")),
            ("that-bounds-nothing", "/claim: a claim recovery-for-all needs a bound", nothing),
            ("negated", "/claim/negated: must be false", put(True, "claim", "negated")),
            ("at-one-student-only", "/claim/quantifier: must be \"forall-students\"", put("forall", "claim", "quantifier")),
            ("with-d-and-m", "/instance/d: unknown key 'd'", lambda document: document["instance"].update(d=3, m=1)),
            ("with-classes", "/evidence/classes: unknown key 'classes'", put([0], "evidence", "classes"))):
        forge.malformed(name, message, change)
    of_threshold(forge, "evidence", "threshold")
    return forge.made


# --------------------------------------------------------------------------------------------------------------- trajectory

def trajectory() -> list[Forged]:
    forge = DescentForge("trajectory", cases("trajectory", lambda c: "envelope" in c["claim"] and c["instance"]["neuron"] == "unit")[0])
    iterates, m = forge.case["claim"]["iterates"], forge.network.m
    forge.other_words("epsilon")
    forge.past("c-just-too-large", "claim", "envelope", "c", factor="1.000001")
    forge.past("step-another", "claim", "step", factor="1.0001")
    forge.add("epsilon-zero", put("0", "claim", "epsilon"), *REFUTED)
    forge.add("of-an-iterate-twice", put([iterates[0], *iterates], "claim", "iterates"), *REFUTED)
    forge.add("through-a-zero-student", put([[["0", "0"]] * m, *iterates], "claim", "iterates"), *REFUTED)
    row = iterates[0][0]
    rows = "/claim/iterates/0"
    for name, message, change in (
            ("with-a-key-nobody-defined", "/claim/momentum: unknown key 'momentum'", put("0", "claim", "momentum")),
            ("step-zero", "/claim/step: must be positive", put("0", "claim", "step")),
            ("step-as-a-json-number", "/claim/step: must be a string", put(0.125, "claim", "step")),
            ("epsilon-one", "/claim/epsilon: must be at least 0 and less than 1", put("1", "claim", "epsilon")),
            ("epsilon-negative", "/claim/epsilon: must be at least 0 and less than 1", put("-1e-9", "claim", "epsilon")),
            ("without-epsilon", "/claim: the key 'epsilon' is missing", drop("claim", "epsilon")),
            ("without-iterates", "/claim: the key 'iterates' is missing", drop("claim", "iterates")),
            ("of-no-iterate", "/claim/iterates: must have at least one iterate", put([], "claim", "iterates")),
            ("iterate-ragged", f"{rows}/1: must have d entries", put(row[:-1], "claim", "iterates", 0, 1)),
            ("iterate-of-too-few-students", f"{rows}: must have m rows", put(iterates[0][:-1], "claim", "iterates", 0)),
            ("iterate-empty", f"{rows}: must have m rows", put([], "claim", "iterates", 0)),
            ("iterate-of-json-numbers", f"{rows}/0/0: must be a string", put(0.5, "claim", "iterates", 0, 0, 0)),
            ("iterate-not-a-number", f"{rows}/0/0: 'nan' is not a number", put("nan", "claim", "iterates", 0, 0, 0)),
            ("iterate-of-boxes", f"{rows}/0/0: '[0, 1]' is not a number", put("[0, 1]", "claim", "iterates", 0, 0, 0)),
            ("iterates-of-one-level-less", f"{rows}/0: must be an array", put(row, "claim", "iterates", 0)),
            ("envelope-of-two-lines", "/claim/envelope: must be an object", put([forge.case["claim"]["envelope"]] * 2, "claim", "envelope")),
            ("a-zero", "/claim/envelope/a: must be positive", put("0", "claim", "envelope", "a")),
            ("c-negative", "/claim/envelope/c: must not be negative", put("-1e-9", "claim", "envelope", "c")),
            ("negated", "/claim/negated: must be false", put(True, "claim", "negated")),
            ("for-every-student", "/claim/quantifier: must be \"forall\"", put("forall-students", "claim", "quantifier")),
            ("by-theorem-G", "/evidence/by: unknown key 'by'", put("G", "evidence", "by"))):
        forge.malformed(name, message, change)
    return forge.made


def all_forged() -> list[Forged]:
    return by_theorem_g() + by_theorem_i() + recovery_for_all() + trajectory()
