"""Forged certificates about teachers, for forge.py: each with an honest twin, confirmed by the oracle of tests/programs.

They are the mistakes that a reader of the theory could make: a dimension too few, an angle of vectors instead of lines, the constants of
another network, conditions forgotten.
"""
from __future__ import annotations

import copy
import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Optional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "programs"))

import teacher_oracle as oracle  # noqa: E402
from specification import exact_text, parse_number  # noqa: E402
from teacher_oracle import mpf, mpmath  # noqa: E402
from teacher_test import (  # noqa: E402
    Truth, around, certificate, decimal, gram, landscape_truth, network, statement, teacher_claim, teacher_truth, value_of)

Document = dict[str, Any]
Forged = tuple[str, bytes, int, Optional[str], bytes]  # name, forged, exit code, reason, honest twin

ORTHONORMAL = network([["1", "0"], ["0", "1"]])
OBTUSE = network(gram(["1", "-1/2"], ["-1/2", "1"]), "abs", "unit", "norm")
NORM = network([["3", "4"], ["0", "2"]], "abs", "norm", "norm")
RELU = {**ORTHONORMAL, "activation": "relu"}
UNIT = {**ORTHONORMAL, "neuron": "unit"}


def dump(document: Document) -> bytes:
    return (json.dumps(document, indent=1) + "\n").encode()


def forged(name: str, truth: Truth, honest: Document, claim: Document, evidence: Optional[Document] = None, code: int = 1,
           reason: Optional[str] = "refuted", restate: bool = True) -> Forged:
    """The honest certificate with another claim or evidence; the oracle confirms both where they are well-formed."""
    bad = copy.deepcopy(honest)
    bad["claim"] = {**claim, "statement": statement(truth.document, claim) if restate else honest["claim"]["statement"]}
    if evidence is not None:
        bad["evidence"] = evidence
    if code == 1 and restate:
        holds = teacher_truth(truth, claim) if claim["kind"] == "teacher" else landscape_truth(truth, claim, bad["evidence"])
        if holds is not False:
            raise AssertionError(f"{name} is no forgery: {holds}")
    return name, dump(bad), code, reason, dump(honest)


def mu_in_the_span_alone(truth: Truth) -> Any:
    """The smallest eigenvalue without the dimension that is orthogonal to the teachers, or any other than the smallest."""
    rows = [[mpf(1), mpf(0)], [mpmath.cos(2 * mpmath.pi / 3), mpmath.sin(2 * mpmath.pi / 3)]]
    block = mpmath.eye(4)
    product = oracle.product_matrix(rows[0], rows[1])
    for c in range(2):
        for d in range(2):
            block[c, 2 + d] = block[2 + d, c] = product[c, d]
    return sorted(mpmath.eigsy(block, eigvals_only=True))[1]


def teachers() -> list[Forged]:
    result = []
    truth = Truth(OBTUSE)
    mu = certificate(OBTUSE, teacher_claim(mu=around(truth.mu, "1e-9")), embed=True)
    result.append(forged("mu-just-too-large", truth, mu, teacher_claim(mu={"lo": decimal(truth.mu, "1e-12"), "hi": "1"})))
    result.append(forged("mu-just-too-small", truth, mu, teacher_claim(mu={"lo": "0", "hi": decimal(truth.mu, "-1e-12")})))
    result.append(forged("mu-the-second-eigenvalue", truth, mu, teacher_claim(mu=around(mu_in_the_span_alone(truth), "1e-9"))))
    result.append(forged("mu-truly-within-its-bounds-negated", truth, mu, teacher_claim(True, mu=around(truth.mu, "1e-9"))))
    angle = certificate(OBTUSE, teacher_claim(separation=around(truth.separation, "1e-9")), embed=True)
    result.append(forged("separation-of-vectors-instead-of-lines", truth, angle,
                         teacher_claim(separation=around(2 * mpmath.pi / 3, "1e-9"))))
    truth = Truth(NORM)
    norms = certificate(NORM, teacher_claim(norms=[{"lo": "25", "hi": "25"}, {"lo": "4", "hi": "4"}]), embed=True)
    result.append(forged("norms-of-norm-form-teachers-not-squared", truth, norms,
                         teacher_claim(norms=[{"lo": "5", "hi": "5"}, {"lo": "2", "hi": "2"}])))
    result.append(forged("norms-of-one-teacher-only", truth, norms, teacher_claim(norms=[{"lo": "25", "hi": "25"}]), None, 2, None))
    bound = copy.deepcopy(norms)
    bound["instance"].update(d=2, m=1)
    result.append(("teacher-claim-with-d-and-m", dump(bound), 2, None, dump(norms)))
    return result


def theorem(document: Document, delta: str, s: str) -> tuple[Truth, Document, Document]:
    """What Theorem L gives, as claim and evidence."""
    truth = Truth(document)
    mu = parse_number(decimal(truth.mu, "-1e-9", 12))
    eps0, kappa, _, _ = truth.theorem_l(parse_number(delta), parse_number(s), mu)
    beta = "3/4" if document["neuron"] == "norm" else "2/3"
    claim = {"kind": "landscape", "quantifier": "forall-students", "negated": False, "delta": delta, "eps0": decimal(eps0, "-1e-6", 9),
             "kappa": decimal(kappa, "-1e-6", 9), "beta": beta}
    steep = kappa * value_of(claim["eps0"]) ** (oracle.real(parse_number(beta)) - 1)
    claim["kappa_1"] = decimal(steep, "-1e-6", 9)
    return truth, claim, {"mu": exact_text(mu), "s": s, "by": "L"}


def landscapes() -> list[Forged]:
    result = []
    truth, claim, evidence = theorem(ORTHONORMAL, "0.002", "1.5")
    honest = certificate(ORTHONORMAL, claim, evidence, embed=True)

    def add(name: str, change: Document, hints: Optional[Document] = None, code: int = 1, reason: Optional[str] = "bad-evidence") -> None:
        result.append(forged(f"landscape-{name}", truth, honest, {**claim, **change}, {**evidence, **(hints or {})}, code, reason))

    for key in ("kappa", "eps0", "kappa_1"):
        less = {"kappa_1": decimal(value_of(claim["kappa_1"]), "-0.1")} if key == "eps0" else {}
        add(f"{key.replace('_', '-')}-one-percent-too-large", {**less, key: decimal(value_of(claim[key]), "0.01", 9)})
    add("delta-in-degrees", {"delta": decimal(mpf("0.002") * 180 / mpmath.pi, 0, 9)})
    add("mu-too-large", {}, {"mu": decimal(truth.mu, "1e-9", 12)})
    add("mu-of-one-teacher", {}, {"mu": "1"})
    add("s-at-most-one", {}, {"s": "1"})
    add("delta-with-negative-denominators", {"delta": "1.2", "eps0": "1e-9", "kappa": "1e-9", "kappa_1": "1e-9"})
    add("of-the-other-form", {"beta": "2/3"}, None, 1, "refuted")
    add("negated", {"negated": True}, None, 2, None)
    add("at-one-student-only", {"quantifier": "forall"}, None, 2, None)
    relu_truth, relu_claim, relu_evidence = theorem(RELU, "0.002", "1.5")
    relu = certificate(RELU, relu_claim, relu_evidence, embed=True)
    result.append(forged("landscape-constants-of-abs-for-relu", relu_truth, relu, {**claim}, evidence, 1, "bad-evidence"))
    unit_truth, unit_claim, unit_evidence = theorem(UNIT, "0.002", "1.5")
    unit = certificate(UNIT, unit_claim, unit_evidence, embed=True)
    result.append(forged("landscape-kappa-of-norm-form-for-unit-form", unit_truth, unit,
                         {**unit_claim, "kappa": claim["kappa"], "kappa_1": claim["kappa_1"]}, unit_evidence, 1, "bad-evidence"))
    result.append(forged("landscape-statement-with-a-larger-kappa", truth, honest,
                         claim, evidence, 1, "bad-evidence", False))
    name, data, code, reason, twin = result.pop()
    document = json.loads(data)
    document["claim"]["statement"] = document["claim"]["statement"].replace(claim["kappa"], "100")
    result.append((name, dump(document), code, reason, twin))
    easier = copy.deepcopy(honest)  # bound to a teacher with more room
    easier["instance"] = copy.deepcopy(relu["instance"])
    result.append(("landscape-digest-of-another-network", dump(easier), 1, "bad-evidence", dump(honest)))
    return result


def all_forged() -> list[Forged]:
    return teachers() + landscapes()
