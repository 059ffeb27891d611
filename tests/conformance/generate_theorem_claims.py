#!/usr/bin/python3
"""Writes theorem-claims.json: claims that rest on a theorem or on second derivatives, with the verdict and the verifier's reason code.

`threshold` by Theorem G, `lojasiewicz` by Theorem A, and `not-convex`: true claims, the nearest false ones, and true claims with evidence that
does not show them. The truth comes from threshold_oracle.py, theorem_a_oracle.py and not_convex_oracle.py in tests/programs, the statements
from certificates/README.md, sections 4.6 and 4.9. `generate_theorem_claims.py --check` says whether theorem-claims.json is what it would write.
"""
from __future__ import annotations

import random
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Optional

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

from corpus import claims_text, write_or_check  # noqa: E402
import not_convex_oracle as convexity  # noqa: E402
import theorem_a_oracle  # noqa: E402
import threshold_oracle  # noqa: E402
from oracle import to_fraction  # noqa: E402
from specification import exact_text, instance_from_json, make_claim, parse_number, statement, threshold_statement  # noqa: E402
from teacher_oracle import mp, mpf, mpmath, real  # noqa: E402
from teacher_test import network  # noqa: E402
from truth import evaluation  # noqa: E402

Document = dict[str, Any]
CASES: list[Document] = []


def add(document: Document, claim: Document, evidence: Optional[Document], reason: Optional[str]) -> None:
    """A case: verified where there is no reason against it."""
    text = threshold_statement(document, claim) if claim["kind"] == "threshold" else statement(instance_from_json(document), claim)
    CASES.append({"instance": document, "claim": claim, **({"evidence": evidence} if evidence else {}), "statement": text,
                  "verdict": "NOT VERIFIED" if reason else "VERIFIED", **({"reason": reason} if reason else {})})


# ------------------------------------------------------------------------------------------------------------- not-convex

def both_ways(document: Document, is_true: bool, **rows: Any) -> None:
    for negated in (False, True):
        add(document, make_claim("not-convex", negated, **rows), None, None if is_true != negated else "refuted")


def chord(document: Document, rows: convexity.Rows, end: convexity.Rows, share: Fraction) -> None:
    gap = convexity.chord_gap(document, rows, end, share)
    if gap == 0:
        raise AssertionError("a chord that touches")
    both_ways({**document, "student": convexity.text_rows(rows)}, gap > 0, chord=convexity.text_rows(end), **{"lambda": exact_text(share)})


def not_convex_cases() -> None:
    generator = random.Random(11)
    for activation in ("abs", "relu", "relu+linear"):
        for neuron in ("unit", "norm"):
            found = None
            while found is None:
                teacher, rows = convexity.near_split(generator, 2, neuron)
                document = convexity.network(activation, neuron, teacher)
                found = convexity.both_signs(generator, document, rows)
            for u, is_negative in convexity.mixtures(document, rows, *found):
                u = [[x.limit_denominator(10 ** 12) for x in row] for row in u]
                if (convexity.curvature(document, rows, u) < 0) != is_negative:
                    raise AssertionError("rounding changed the sign")
                both_ways({**document, "student": convexity.text_rows(rows)}, is_negative, direction=convexity.text_rows(u))
            chord(document, rows, convexity.random_rows(generator, len(rows), 2), Fraction(1, 3))
            chord(document, rows, [rows[1], rows[0], rows[2]], Fraction(1, 2))
    one, zero, half = Fraction(1), Fraction(0), Fraction(1, 2)
    dead = [[one, Fraction(1, 100)], [zero, zero]]
    for neuron in ("unit", "norm"):
        document = convexity.network("abs", neuron, [[one, zero]])
        chord(document, dead, [[zero, zero], [one, zero]], half)
        at = {**document, "student": convexity.text_rows(dead)}
        boxes = {**document, "student": [["[0.4,0.5]", "0.1"], ["0.5", "-0.1"]]}
        for negated in (False, True):
            add(at, make_claim("not-convex", negated, direction=[["1", "0"], ["0", "1"]]), None, "refuted")
        add(boxes, make_claim("not-convex", direction=[["1", "0"], ["0", "1"]]), None, "insufficient-precision")


# ------------------------------------------------------------------------------------------------------------- Theorem A

def theorem_a_case(document: Document, claim: Document, evidence: Document) -> None:
    """The reason is bad evidence wherever Theorem A does not give the claim, be it true or not."""
    good = not claim["negated"] and theorem_a_oracle.fits(document, evidence)
    if good:
        loss = evaluation(instance_from_json(document)).loss.middle
        given = theorem_a_oracle.bound(document, evidence, loss, parse_number(claim["beta"]))
        kappa = real(parse_number(claim["kappa"]))
        if abs(kappa - given) < mpf(10) ** -30 * abs(given):
            raise AssertionError("too near to an equality")
        good = kappa < given
    add(document, claim, evidence, None if good else "bad-evidence")


def theorem_a_mutations(document: Document, claim: Document, evidence: Document) -> None:
    weights, assignment = [parse_number(w) for w in evidence["weights"]], evidence["assignment"]
    second = assignment.index(assignment[0], 1)
    moved = [weights[0] + weights[second] + Fraction(1, 10)] + weights[1:]
    moved[second] = Fraction(-1, 10)
    changes: list[Document] = [
        {"weights": [weights[0] + Fraction(1, 10 ** 60)] + weights[1:]},
        {"weights": [weights[0] * Fraction(999, 1000)] + weights[1:]},
        {"weights": moved},
        {"weights": weights[:-1]},
        {"assignment": [None if i == assignment[0] else i for i in assignment]},
        {"assignment": assignment + [0]},
        {"assignment": assignment[:-1] + [2]},
        {"assignment": [1 - i for i in assignment]},
    ]
    for change in changes:
        changed = {**evidence, **change}
        changed["weights"] = [w if isinstance(w, str) else exact_text(w) for w in changed["weights"]]
        theorem_a_case(document, claim, changed)


def theorem_a_cases() -> None:
    generator = random.Random(5)
    for activation in ("abs", "relu", "relu+linear"):
        for neuron, teacher_neuron, beta in (("unit", "norm", "2/3"), ("norm", "unit", "3/4")):
            given, evidence = mpf(0), {"assignment": []}
            while given <= 0 or evidence["assignment"][:4] != [0, 0, 1, 1]:
                document = theorem_a_oracle.near(generator, activation, neuron, teacher_neuron, 2, 0.01)
                evidence = theorem_a_oracle.natural_evidence(document)
                loss = evaluation(instance_from_json(document)).loss.middle
                given = theorem_a_oracle.bound(document, evidence, loss, parse_number(beta))
            for share in ("1/2", "999999/1000000", "1000001/1000000", "2"):
                kappa = to_fraction(given) * Fraction(share)
                claim = make_claim("lojasiewicz", kappa=exact_text(kappa.limit_denominator(10 ** 30)), beta=beta)
                theorem_a_case(document, claim, evidence)
            claim = make_claim("lojasiewicz", kappa=exact_text((to_fraction(given) / 2).limit_denominator(10 ** 6)), beta=beta)
            theorem_a_mutations(document, claim, evidence)
            theorem_a_case(document, {**claim, "negated": True}, evidence)


# ------------------------------------------------------------------------------------------------------------- Theorem G

POLYNOMIAL = [([0, 0], "1.06"), ([2, 0], "-0.69"), ([0, 2], "-0.69"), ([4, 0], "-0.37"), ([0, 4], "-0.37"), ([2, 2], "1.48")]  # theorem-g.md, Section 7
TEACHERS: list[tuple[Document, Any]] = [
    (network([["2"]]), "product"),
    (network([["1"]], "relu", "unit"), [([0], "0.9"), ([2], "-0.9")]),
    (network([["1", "0"], ["0", "1"]], "abs", "unit"), [*POLYNOMIAL]),
    (network({"gram": [["4", "1"], ["1", "1"]]}, "relu+linear", "norm", "norm"), "product"),
    (network([["1", "0"], ["1/5", "1"]], "relu"), "product"),
]


def text_of(value: Any, share: Any = 1, digits: int = 9) -> str:
    """value * share as a decimal."""
    return mpmath.nstr(value * mpf(share), digits, min_fixed=-mpmath.inf, max_fixed=mpmath.inf).rstrip(".")


def found_constants(judge: threshold_oracle.Judge, psi: Any) -> Document:
    """Constants that are valid with room, and h' and delta_cap for a large eps0 among a few."""
    terms = "product" if psi == "product" else [{"exponents": e, "coefficient": c} for e, c in psi]
    relu = {"delta_prime": "0.2"} if judge.document["activation"] == "relu" else {}
    evidence = {"by": "G", "psi": terms, "mu": text_of(judge.mu, "0.999"), "delta1": "1.2", "q": "0.6", "c": "0.1", **relu}
    mu = real(parse_number(evidence["mu"]))
    most, least_far = judge.sampled(evidence, {"delta1": mpf("1.2")})
    _, bound = judge.correlation(evidence)
    evidence.update(S=text_of(most["S"], "1.15", 4), Z=text_of(most["Z"], "1.15", 4), psi_far=text_of(least_far, "0.85", 4),
                    T=text_of(4 / mp.pi * mpmath.sqrt(judge.r / mu), "1.000001", 8), gam=text_of(bound, "1.03", 5))
    best: Optional[tuple[Any, Document]] = None
    n = threshold_oracle.norm_of_g(judge.terms(evidence), judge.gram)
    for cap in ("0.2", "0.05", "0.01", "0.002"):
        t = mpmath.tan(mpf(cap))
        e0 = mpmath.sqrt((judge.r - 1) * (1 + mpf(4) / 9 * t**2) / (4 * mp.pi**2) + t**2 / (9 * mp.pi**2)) / mpmath.sqrt(mu)
        tried = {**evidence, "delta_cap": cap, "e_prime": text_of(e0, "1.00001", 8)}
        for exponent in range(2, 24):
            tried["h_prime"] = str(2 ** exponent)
            x = {key: real(parse_number(tried[key])) for key in threshold_oracle.CONSTANTS if key in tried}
            given = threshold_oracle.theorem_g(judge.gram, judge.norms, n, {**x, "c": mpf("0.12")}, judge.document["activation"],
                                               judge.document["neuron"], cells=10)
            if given is not None:
                if best is None or given[0] > best[0]:
                    best = given[0], dict(tried)
                break
    assert best is not None
    return best[1]


def threshold_claim(judge: threshold_oracle.Judge, evidence: Document) -> tuple[Document, tuple[Any, Any]]:
    """What Theorem G gives, less two percent and a little."""
    x = {key: real(parse_number(evidence[key])) for key in threshold_oracle.CONSTANTS if key in evidence}
    n = threshold_oracle.norm_of_g(judge.terms(evidence), judge.gram)
    eps0, kappa = threshold_oracle.theorem_g(judge.gram, judge.norms, n, x, judge.document["activation"], judge.document["neuron"], cells=100)
    beta = "3/4" if judge.document["neuron"] == "norm" else "2/3"
    claim = {"kind": "threshold", "quantifier": "forall-students", "negated": False, "eps0": text_of(eps0, "0.97"), "kappa": text_of(kappa, "0.97"),
             "beta": beta}
    steep = kappa * real(parse_number(claim["eps0"])) ** (real(parse_number(beta)) - 1)
    return {**claim, "kappa_1": text_of(steep, "0.97")}, (eps0, kappa)


def threshold_mutations(judge: threshold_oracle.Judge, claim: Document, evidence: Document, given: tuple[Any, Any]) -> list[tuple[Document, Document]]:
    """(claim, evidence): constants just past the theorem's, past their suprema, out of range, and psi that are no dual certificates."""
    x = {key: real(parse_number(evidence[key])) for key in threshold_oracle.CONSTANTS if key in evidence}
    most, least_far = judge.sampled(evidence, x)
    limit, _ = judge.correlation(evidence)
    power = real(parse_number(claim["beta"])) - 1
    small = text_of(real(parse_number(claim["kappa_1"])), "0.9")
    claims = [{"eps0": text_of(given[0], "1.001"), "kappa_1": small}, {"kappa": text_of(given[1], "1.001")},
              {"kappa_1": text_of(given[1] * real(parse_number(claim["eps0"])) ** power, "1.001")},
              {"beta": "2/3" if claim["beta"] == "3/4" else "3/4"}]
    hints: list[Document] = [
        {"mu": text_of(judge.mu, "1.0000001", 20)}, {"S": text_of(most["S"], "0.999")}, {"Z": text_of(most["Z"], "0.999")},
        {"psi_far": text_of(least_far, "1.001")}, {"T": text_of(most["T"], "0.999")}, {"e_prime": text_of(judge.ridge(x), "0.999")},
        {"gam": "-1/1000"}, {"q": "1"}, {"c": "0"}, {"delta_cap": "1.5708"}, {"delta1": "0"}, {"mu": "0"}, {"h_prime": "1"},
        {"h_prime": "-" + evidence["h_prime"]},
    ]
    if limit > 0:
        hints.append({"gam": text_of(limit, "0.999")})
    if judge.document["activation"] == "relu":
        hints += [{"delta_prime": "1.5"}, {"delta_prime": "0"}]
    else:
        hints.append({"delta_prime": "0.1"})
    if evidence["psi"] != "product":
        first, *rest = evidence["psi"]
        hints.append({"psi": [{**first, "coefficient": first["coefficient"] + "0000000001"}, *rest]})  # not 0 at the teachers
        hints.append({"psi": [{**t, "coefficient": exact_text(-parse_number(t["coefficient"]))} for t in evidence["psi"]]})
        hints.append({"psi": [*evidence["psi"], {"exponents": [1] + [0] * (judge.r - 1), "coefficient": "0"}]})  # an odd degree
        hints.append({"psi": [*evidence["psi"], {"exponents": [0] * (judge.r + 1), "coefficient": "0"}]})
    return [({**claim, **change}, evidence) for change in claims] + [(claim, {**evidence, **change}) for change in hints]


def threshold_cases() -> None:
    generator = random.Random(3)
    for document, psi in TEACHERS:
        judge = threshold_oracle.Judge(document, generator)
        evidence = found_constants(judge, psi)
        claim, given = threshold_claim(judge, evidence)
        easier = {**claim, "eps0": text_of(given[0], "0.01"), "kappa": text_of(given[1], "0.5")}
        for one, hints in [(claim, evidence), (easier, {**evidence, "precision_bits": 64}), *threshold_mutations(judge, claim, evidence, given)]:
            answer = judge.judge(one, hints)
            if answer is None:
                raise AssertionError(f"{one} {hints} is too near to say")
            if (one, hints) == (claim, evidence) and not answer[0]:
                raise AssertionError(f"{claim} {evidence} does not follow")
            add(document, one, hints, answer[1])
    dependent = network([["1", "0"], ["1/2", "7/8"], ["-1/2", "7/8"]], "relu")
    parallel = network([["1", "2"], ["2", "4"]])
    for document, reason in ((dependent, "bad-evidence"), (parallel, "refuted")):
        evidence = {"by": "G", "psi": "product", **{key: "1/1000" for key in threshold_oracle.CONSTANTS}}
        if document["activation"] != "relu":
            del evidence["delta_prime"]
        tiny = {"eps0": "1e-99", "kappa": "1e-99", "beta": "3/4", "kappa_1": "1e-99"}
        add(document, {"kind": "threshold", "quantifier": "forall-students", "negated": False, **tiny}, evidence, reason)


def text() -> str:
    CASES.clear()
    for make in (not_convex_cases, theorem_a_cases, threshold_cases):
        make()
    return claims_text(CASES)


def summary() -> str:
    kinds = {(c["claim"]["kind"], c["verdict"], c.get("reason", "")) for c in CASES}
    return f"{len(CASES)} cases: {sorted(kinds)}"


if __name__ == "__main__":
    sys.exit(write_or_check("theorem-claims", text(), summary))
