"""Forged certificates that rest on a theorem or on second derivatives, for forge.py: `threshold`, `lojasiewicz` by Theorem A, `not-convex`.

The honest twins are verified cases of tests/conformance/theorem-claims.json. What is well-formed is confirmed to be a forgery by the oracles of
tests/programs, what is malformed comes with a part of the message that must name the place.
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

from changes import Change, drop, put  # noqa: E402
import not_convex_oracle as convexity  # noqa: E402
import theorem_a_oracle  # noqa: E402
from oracle import to_fraction  # noqa: E402
from specification import Certificate, exact_text, instance_from_json, parse_number, statement, threshold_statement  # noqa: E402
from teacher_oracle import mpf, mpmath, real  # noqa: E402
from teacher_test import teacher_digest  # noqa: E402
from threshold_oracle import CONSTANTS, Judge, norm_of_g, theorem_g  # noqa: E402
from truth import evaluation  # noqa: E402

Document = dict[str, Any]
Forged = tuple[str, bytes, int, Optional[str], bytes, Optional[str]]  # name, forged, exit code, reason, honest twin, message
BAD, REFUTED = (1, "bad-evidence"), (1, "refuted")


def dump(document: Document) -> bytes:
    return (json.dumps(document, indent=1) + "\n").encode()


def cases(kind: str, fits: Callable[[Document], bool] = lambda case: True) -> list[Document]:
    """The verified cases of a kind."""
    everything = json.loads((HERE.parent / "conformance" / "theorem-claims.json").read_text(encoding="utf-8"))["claims"]
    return [c for c in everything if c["claim"]["kind"] == kind and c["verdict"] == "VERIFIED" and fits(c)]


def certificate(case: Document) -> Document:
    """The certificate of a case, with its instance inside."""
    document, claim = case["instance"], {**case["claim"], "statement": case["statement"]}
    if claim["kind"] != "threshold":
        result = Certificate(instance_from_json(document), claim, case.get("evidence", {})).to_json()
    else:
        teacher = document["teacher"]
        bound = {"digest": teacher_digest(document), "r": len(teacher["gram"] if isinstance(teacher, dict) else teacher)}
        result = {"format": "lojacert-certificate/1", "claim": claim, "instance": bound, "evidence": case["evidence"]}
    result["instance"]["embedded"] = document
    return result


class Forge:
    """Forgeries of one honest certificate; the statement is made to fit unless it is what is forged."""

    def __init__(self, prefix: str, case: Document) -> None:
        self.prefix, self.case, self.honest, self.made = prefix, case, certificate(case), []

    def is_true(self, claim: Document, evidence: Document) -> Optional[bool]:
        """What the oracle of the kind says."""
        raise NotImplementedError

    def restated(self, forged: Document) -> None:
        raise NotImplementedError

    def add(self, name: str, change: Change, code: int = 1, reason: Optional[str] = "bad-evidence", restate: bool = True) -> None:
        """A well-formed forgery."""
        forged = copy.deepcopy(self.honest)
        change(forged)
        if restate:
            self.restated(forged)
            if self.is_true(forged["claim"], forged["evidence"]) is not False:
                raise AssertionError(f"{self.prefix}-{name} is no forgery")
        self.made.append((f"{self.prefix}-{name}", dump(forged), code, reason, dump(self.honest), None))

    def malformed(self, name: str, message: str, change: Change) -> None:
        """Exit 2, and a message that contains the text."""
        forged = copy.deepcopy(self.honest)
        change(forged)
        self.made.append((f"{self.prefix}-{name}", dump(forged), 2, None, dump(self.honest), message))


# --------------------------------------------------------------------------------------------------------------- threshold

class ThresholdForge(Forge):
    def __init__(self, prefix: str, case: Document) -> None:
        super().__init__(prefix, case)
        self.judge = Judge(case["instance"], random.Random(7), 200)

    def is_true(self, claim: Document, evidence: Document) -> Optional[bool]:
        answer = self.judge.judge(claim, evidence)
        return None if answer is None else answer[0]

    def restated(self, forged: Document) -> None:
        forged["claim"]["statement"] = threshold_statement(self.case["instance"], forged["claim"])

    def given(self) -> Any:
        """(eps0, kappa) of Theorem G."""
        evidence, instance, judge = self.case["evidence"], self.case["instance"], self.judge
        x = {key: real(parse_number(evidence[key])) for key in CONSTANTS if key in evidence}
        return theorem_g(judge.gram, judge.norms, norm_of_g(judge.terms(evidence), judge.gram), x, instance["activation"], instance["neuron"], 100)


def decimal(value: Any, share: str) -> str:
    return mpmath.nstr(value * mpf(share), 9, min_fixed=-mpmath.inf, max_fixed=mpmath.inf).rstrip(".")


def thresholds() -> list[Forged]:
    forge = ThresholdForge("threshold", cases("threshold", lambda c: c["evidence"]["psi"] != "product" and c["instance"]["activation"] == "abs")[0])
    evidence, claim, judge = forge.case["evidence"], forge.case["claim"], forge.judge
    x = {key: real(parse_number(evidence[key])) for key in CONSTANTS if key in evidence}
    most, least_far = judge.sampled(evidence, x)
    eps0, kappa = forge.given()
    less = decimal(real(parse_number(claim["kappa_1"])), "0.9")
    term = evidence["psi"][0]

    def with_kappa(document: Document) -> None:
        document["claim"].update(eps0=decimal(eps0, "1.01"), kappa_1=less)

    forge.add("eps0-one-percent-too-large", with_kappa)
    forge.add("kappa-one-percent-too-large", put(decimal(kappa, "1.01"), "claim", "kappa"))
    forge.add("of-the-other-form", put("3/4" if claim["beta"] == "2/3" else "2/3", "claim", "beta"), *REFUTED)
    forge.add("gam-negative", put("-1e-9", "evidence", "gam"))
    forge.add("mu-of-one-teacher", put("1", "evidence", "mu"))
    forge.add("S-below-its-supremum", put(decimal(most["S"], "0.99"), "evidence", "S"))
    forge.add("Z-below-its-supremum", put(decimal(most["Z"], "0.99"), "evidence", "Z"))
    forge.add("psi-far-above-its-infimum", put(decimal(least_far, "1.01"), "evidence", "psi_far"))
    forge.add("T-below-its-supremum", put(decimal(most["T"], "0.99"), "evidence", "T"))
    forge.add("e-prime-below-its-supremum", put(decimal(judge.ridge(x), "0.99"), "evidence", "e_prime"))
    forge.add("h-prime-too-small", put("1", "evidence", "h_prime"))
    forge.add("q-of-one", put("1", "evidence", "q"))
    forge.add("c-of-zero", put("0", "evidence", "c"))
    forge.add("delta-cap-of-a-right-angle", put("1.5708", "evidence", "delta_cap"))
    forge.add("delta-prime-for-abs", put("0.1", "evidence", "delta_prime"))
    forge.add("psi-not-zero-at-a-teacher", put(term["coefficient"] + "0000000000000001", "evidence", "psi", 0, "coefficient"))
    forge.add("psi-of-odd-degree", put([1, 0], "evidence", "psi", 0, "exponents"))
    forge.add("psi-of-three-teachers", put([2, 0, 0], "evidence", "psi", 0, "exponents"))
    forge.add("statement-with-a-larger-kappa", put(forge.case["statement"].replace(claim["kappa"], "100"), "claim", "statement"), restate=False)
    forge.malformed("with-a-constant-nobody-defined", "/evidence/rho0: unknown key 'rho0'", put("1", "evidence", "rho0"))
    for key in ("S", "gam", "psi", "by"):
        forge.malformed(f"without-{key}", f"/evidence: the key '{key}' is missing", drop("evidence", key))
    forge.malformed("S-as-a-json-number", "/evidence/S: must be a string", put(1.5, "evidence", "S"))
    forge.malformed("mu-as-a-box", "/evidence/mu: '[0.3, 0.4]' is not a number", put("[0.3, 0.4]", "evidence", "mu"))
    forge.malformed("psi-of-an-unknown-name", "/evidence/psi: must be \"product\" or an array of terms", put("sum", "evidence", "psi"))
    forge.malformed("psi-of-no-terms", "/evidence/psi: must have at least one term", put([], "evidence", "psi"))
    forge.malformed("psi-term-without-coefficient", "/evidence/psi/0: the key 'coefficient' is missing", drop("evidence", "psi", 0, "coefficient"))
    forge.malformed("psi-exponents-as-text", "/evidence/psi/0/exponents/0: must be an integer", put(["2", "0"], "evidence", "psi", 0, "exponents"))
    forge.malformed("psi-exponent-negative", "/evidence/psi/0/exponents/0: must lie between 0 and 100", put([-2, 0], "evidence", "psi", 0, "exponents"))
    forge.malformed("psi-exponent-of-102", "/evidence/psi/0/exponents/0: must lie between 0 and 100", put([102, 0], "evidence", "psi", 0, "exponents"))
    forge.malformed("psi-exponents-twice", "/evidence/psi/1: these exponents appear twice", put(evidence["psi"][1]["exponents"], "evidence", "psi", 0, "exponents"))
    forge.malformed("negated", "/claim/negated: must be false", put(True, "claim", "negated"))
    forge.malformed("at-one-student-only", "/claim/quantifier: must be \"forall-students\"", put("forall", "claim", "quantifier"))
    forge.malformed("kappa-zero", "/claim/kappa: must be positive", put("0", "claim", "kappa"))
    forge.malformed("with-d-and-m", "/instance/d: unknown key 'd'", lambda document: document["instance"].update(d=2, m=1))
    other = ThresholdForge("threshold", cases("threshold", lambda c: c["instance"]["activation"] == "relu")[0])
    other.add("for-relu-without-delta-prime", drop("evidence", "delta_prime"))
    forged = copy.deepcopy(forge.honest)
    forged["instance"]["embedded"] = other.case["instance"]
    name = "threshold-of-another-teacher"
    return [*forge.made, *other.made, (name, dump(forged), 1, "hash-mismatch", dump(forge.honest), None)]


# --------------------------------------------------------------------------------------------------------------- Theorem A

class TheoremAForge(Forge):
    def is_true(self, claim: Document, evidence: Document) -> Optional[bool]:
        if claim["negated"] or not theorem_a_oracle.fits(self.case["instance"], evidence):
            return False
        return bool(real(parse_number(claim["kappa"])) < self.given())

    def restated(self, forged: Document) -> None:
        forged["claim"]["statement"] = statement(instance_from_json(self.case["instance"]), forged["claim"])

    def given(self) -> Any:
        instance = self.case["instance"]
        loss = evaluation(instance_from_json(instance)).loss.middle
        return theorem_a_oracle.bound(instance, self.case["evidence"], loss, parse_number(self.case["claim"]["beta"]))


def theorem_a() -> list[Forged]:
    forge = TheoremAForge("theorem-a", cases("lojasiewicz", lambda c: len(c["instance"]["student"]) == 5 or c["instance"]["activation"] == "relu")[0])
    evidence = forge.case["evidence"]
    weights, assignment = [parse_number(w) for w in evidence["weights"]], evidence["assignment"]
    past = exact_text((to_fraction(forge.given()) * Fraction(1000001, 1000000)).limit_denominator(10 ** 20))
    forge.add("kappa-just-past-the-theorem", put(past, "claim", "kappa"))
    forge.add("negated", put(True, "claim", "negated"))
    forge.add("weights-of-too-few-students", put(evidence["weights"][:-1], "evidence", "weights"))
    forge.add("assignment-of-too-many-students", put([*assignment, 0], "evidence", "assignment"))
    forge.add("assignment-to-a-teacher-that-does-not-exist", put(2, "evidence", "assignment", 0))
    forge.add("far-student-with-a-weight", put(None, "evidence", "assignment", 0))
    forge.add("weights-of-sum-just-above-one", put(exact_text(weights[0] + Fraction(1, 10 ** 60)), "evidence", "weights", 0))

    def negative(document: Document) -> None:
        document["evidence"]["weights"][:2] = [exact_text(weights[0] + weights[1] + 1), "-1"]

    forge.add("weight-negative", negative)
    forge.malformed("by-an-unknown-theorem", "/evidence/assignment: unknown key 'assignment'", put("theoremB", "evidence", "by"))
    forge.malformed("without-weights", "/evidence: the key 'weights' is missing", drop("evidence", "weights"))
    forge.malformed("without-assignment", "/evidence: the key 'assignment' is missing", drop("evidence", "assignment"))
    forge.malformed("weights-as-json-numbers", "/evidence/weights/0: must be a string", put(0.5, "evidence", "weights", 0))
    forge.malformed("assignment-as-text", "/evidence/assignment/0: must be an integer", put("0", "evidence", "assignment", 0))
    forge.malformed("with-a-key-nobody-defined", "/evidence/slack: unknown key 'slack'", put("1e-9", "evidence", "slack"))
    forge.malformed("direct-with-weights", "/evidence/assignment: unknown key 'assignment'", put("direct", "evidence", "by"))
    return forge.made


# --------------------------------------------------------------------------------------------------------------- not-convex

class NotConvexForge(Forge):
    def is_true(self, claim: Document, evidence: Document) -> Optional[bool]:
        instance = self.case["instance"]
        rows = [[parse_number(x) for x in row] for row in instance["student"]]
        if "direction" in claim:
            value = convexity.curvature(instance, rows, [[parse_number(x) for x in row] for row in claim["direction"]])
            return (value < 0) != claim["negated"]
        end = [[parse_number(x) for x in row] for row in claim["chord"]]
        return (convexity.chord_gap(instance, rows, end, parse_number(claim["lambda"])) > 0) != claim["negated"]

    def restated(self, forged: Document) -> None:
        forged["claim"]["statement"] = statement(instance_from_json(self.case["instance"]), forged["claim"])


def not_convex() -> list[Forged]:
    def along(negated: bool) -> Document:
        return cases("not-convex", lambda c: "direction" in c["claim"] and c["claim"]["negated"] == negated)[0]

    forge = NotConvexForge("not-convex", along(False))
    rows = forge.case["claim"]["direction"]
    forge.add("negated", put(True, "claim", "negated"), *REFUTED)
    forge.add("direction-of-positive-curvature", put(along(True)["claim"]["direction"], "claim", "direction"), *REFUTED)
    forge.malformed("direction-of-too-few-students", "/claim/direction: must have m rows", put(rows[:-1], "claim", "direction"))
    forge.malformed("direction-of-another-dimension", "/claim/direction/0: must have d entries", put([row[:1] for row in rows], "claim", "direction"))
    forge.malformed("direction-of-json-numbers", "/claim/direction/0/0: must be a string", put([[0.5, 0.5] for _ in rows], "claim", "direction"))
    forge.malformed("direction-and-chord", "/claim/chord: unknown key 'chord'", put(rows, "claim", "chord"))
    chord = NotConvexForge("not-convex", cases("not-convex", lambda c: "chord" in c["claim"] and not c["claim"]["negated"])[0])
    chord.add("chord-negated", put(True, "claim", "negated"), *REFUTED)
    chord.add("chord-to-itself", put(chord.case["instance"]["student"], "claim", "chord"), 1, "insufficient-precision")
    for name, text in (("zero", "0"), ("one", "1"), ("negative", "-1/2")):
        chord.malformed(f"lambda-{name}", "/claim/lambda: must lie between 0 and 1", put(text, "claim", "lambda"))
    chord.malformed("chord-without-lambda", "/claim: the key 'lambda' is missing", drop("claim", "lambda"))
    chord.malformed("chord-of-too-few-students", "/claim/chord: must have m rows", put(chord.case["claim"]["chord"][:-1], "claim", "chord"))
    return [*forge.made, *chord.made]


def all_forged() -> list[Forged]:
    return thresholds() + theorem_a() + not_convex()
