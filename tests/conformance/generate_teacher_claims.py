#!/usr/bin/python3
"""Writes teacher-claims.json, the claims about teachers whose verdict and statement both programs must agree on.

The truth comes from tests/programs/teacher_oracle.py and the statements from certificates/README.md, sections 4.7 and 4.8.
`generate_teacher_claims.py --check` says whether teacher-claims.json is what it would write.
"""
from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Optional

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

from corpus import claims_text, write_or_check  # noqa: E402
from specification import exact_text, parse_number  # noqa: E402
from teacher_test import (  # noqa: E402
    TEACHERS, Truth, around, decimal, landscape_truth, statement, teacher_claim, teacher_truth, value_of)

Document = dict[str, Any]
CASES: list[Document] = []


def add(truth: Truth, claim: Document, evidence: Optional[Document] = None) -> None:
    holds = teacher_truth(truth, claim) if claim["kind"] == "teacher" else landscape_truth(truth, claim, evidence or {})
    if holds is None:
        raise AssertionError(f"{claim} is too near to an equality")
    CASES.append({"instance": truth.document, "claim": claim, **({"evidence": evidence} if evidence else {}),
                  "statement": statement(truth.document, claim), "verdict": "VERIFIED" if holds else "NOT VERIFIED"})


def spellings(bounds: Document) -> Document:
    """Other texts for about the same numbers: a fraction below, a hexadecimal float above."""
    lo, hi = parse_number(bounds["lo"]), parse_number(bounds["hi"])
    return {"lo": exact_text(Fraction(int(lo * 2 ** 120), 2 ** 120)), "hi": f"0x{int(hi * 2 ** 120) + 1:x}p-120"}


def teacher_cases(truth: Truth) -> None:
    for negated in (False, True):
        for near in ("1e-3", "1e-25"):
            good = around(truth.mu, near)
            add(truth, teacher_claim(negated, mu=spellings(good) if near == "1e-3" else good))
            add(truth, teacher_claim(negated, mu={"lo": good["hi"], "hi": decimal(truth.mu, "1e-2")}))
            add(truth, teacher_claim(negated, mu={"lo": "-0.5", "hi": good["lo"]}))
        norms = [around(norm, "1e-20") for norm in truth.norms]
        add(truth, teacher_claim(negated, norms=norms))
        add(truth, teacher_claim(negated, norms=norms[:-1] + [{"lo": "0", "hi": norms[-1]["lo"]}], mu={"lo": "0", "hi": "2"}))
        if truth.separation is not None:
            wide = around(truth.separation, "1e-20")
            add(truth, teacher_claim(negated, separation=wide, norms=norms, mu={"lo": "0", "hi": "1.5"}))
            add(truth, teacher_claim(negated, separation={"lo": wide["hi"], "hi": "2"}))


def landscape_cases(truth: Truth) -> None:
    mu = Fraction(1) if truth.r == 1 else parse_number(decimal(truth.mu, "-1e-9", 12))
    beta = "3/4" if truth.document["neuron"] == "norm" else "2/3"
    for share in (Fraction(1, 10), Fraction(9, 10)):  # of a delta that is about the largest
        delta = parse_number(decimal(truth.mu ** 2 * mpf_of(share) / 30, 0, 3))
        found = truth.theorem_l(delta, Fraction(5, 4), mu)
        if found is None:
            continue
        eps0, kappa = decimal(found[0], "-1e-6", 9), decimal(found[1], "-1e-6", 9)
        steep = found[1] * value_of(eps0) ** (mpf_of(parse_number(beta)) - 1)
        claim = {"kind": "landscape", "quantifier": "forall-students", "negated": False, "delta": exact_text(delta), "eps0": eps0,
                 "kappa": kappa, "beta": beta, "kappa_1": decimal(steep, "-1e-6", 9)}
        evidence = {"mu": exact_text(mu), "s": "1.25", "by": "L", "precision_bits": 64}
        add(truth, claim, evidence)
        for key, relative in (("eps0", "1e-5"), ("kappa", "1e-5"), ("kappa_1", "1e-5")):
            add(truth, {**claim, key: decimal(value_of(claim[key]), relative, 12)}, evidence)
        add(truth, {**claim, "eps0": decimal(value_of(eps0), "-0.9"), "kappa_1": decimal(value_of(claim["kappa_1"]), "0.5")}, evidence)
        add(truth, claim, {**evidence, "mu": decimal(truth.mu, "1e-9", 12)})


def mpf_of(x: Fraction) -> Any:
    return value_of(exact_text(x))


def text() -> str:
    for document in TEACHERS:
        truth = Truth(document)
        teacher_cases(truth)
        landscape_cases(truth)
    return claims_text(CASES)


def summary() -> str:
    kinds = {(c["claim"]["kind"], c["claim"]["negated"], c["verdict"]) for c in CASES}
    return f"{len(CASES)} cases of {len(kinds)} kinds"


if __name__ == "__main__":
    sys.exit(write_or_check("teacher-claims", text(), summary))
