#!/usr/bin/python3
"""Writes claims.json, the claims whose verdict and statement both programs must agree on.

The truth comes from the definition of the loss (tests/programs/oracle.py) and the statements from certificates/README.md,
section 4.6. Constants are written in every form that the grammar allows, because a statement quotes them as they stand.
`generate_claims.py --check` says whether claims.json is what it would write.
"""
from __future__ import annotations

import json
import random
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Optional

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "programs"))

import truth  # noqa: E402
from agreement_test import decimal, ratio  # noqa: E402
from judge import judge  # noqa: E402
from specification import Certificate, Instance, exact_text, instance_from_json, make_claim, statement  # noqa: E402

Document = dict[str, Any]
CASES: list[Document] = []


def network(student: list[list[Any]], teacher: list[list[Any]], activation: str = "abs", neuron: str = "norm",
            teacher_neuron: Optional[str] = None) -> Document:
    document = {"format": "lojacert-instance/1", "activation": activation, "neuron": neuron}
    if teacher_neuron is not None:
        document["teacher_neuron"] = teacher_neuron
    return {**document, "teacher": teacher, "student": student}


def middle(instance: Instance) -> Instance:
    return next(iter(truth.sample_points(instance, random.Random(1))))


def add(document: Document, claim: Document, verified: bool, evidence: Optional[Document] = None, sampled: bool = False) -> None:
    """Adds a case; the judge must not contradict, and must agree unless the case is a claim about a whole box (`sampled`)."""
    instance = instance_from_json(document)
    data = Certificate(instance, claim, evidence or {}, embed=False).to_json()
    answer = judge(json.dumps(data).encode(), json.dumps(document).encode()).answer
    allowed = ({"accept"} if verified else {"refuse"}) | ({"either"} if sampled else set())
    if answer not in allowed:
        raise AssertionError(f"{claim} is {answer}, not {verified}")
    CASES.append({"instance": document, "claim": claim, **({"evidence": evidence} if evidence else {}),
                  "statement": statement(instance, claim), "verdict": "VERIFIED" if verified else "NOT VERIFIED"})


def both_ways(document: Document, kind: str, holds: bool, **constants: Any) -> None:
    """The claim and its negation at a point: one is verified and the other is not."""
    add(document, make_claim(kind, False, **constants), holds)
    add(document, make_claim(kind, True, **constants), not holds)


def loss_and_gradient_claims(document: Document, beta: str) -> None:
    """Each kind on both sides of the truth at one point instance."""
    found = truth.evaluation(instance_from_json(document))
    best, critical = ratio(found, beta), found.norm.power(2).middle / (2 * found.loss.middle)
    for margin, inside in ((Fraction(1, 1000), True), (-Fraction(1, 2 ** 39), False)):
        both_ways(document, "loss", inside, hi=decimal(found.loss.middle * (1 + margin)))
        both_ways(document, "lojasiewicz", inside, kappa=decimal(best * (1 - margin)), beta=beta)
        both_ways(document, "not-pl", inside, constant=exact_text(critical * (1 + margin)))
    lo, hi = decimal(found.norm.middle * Fraction(999, 1000)), decimal(found.norm.middle * Fraction(1001, 1000))
    both_ways(document, "gradient", True, gradient_norm={"lo": lo, "hi": hi})
    both_ways(document, "gradient", False, gradient_norm={"lo": "0", "hi": lo})
    rows = [[enclosure(x.middle, found.norm.middle) for x in row] for row in found.gradient]
    both_ways(document, "gradient", True, gradient=rows)
    both_ways(document, "gradient", True, gradient=rows, gradient_norm={"lo": "0x0p0", "hi": hi})
    rows = [list(row) for row in rows]
    rows[-1][-1] = {"lo": rows[-1][-1]["hi"], "hi": rows[-1][-1]["hi"]}
    both_ways(document, "gradient", False, gradient=rows)


def enclosure(value: Fraction, scale: Fraction) -> Document:
    return {"lo": signed(value - scale / 10 ** 6), "hi": signed(value + scale / 10 ** 6)}


def signed(value: Fraction) -> str:
    return "-" + decimal(-value) if value < 0 else decimal(value)


def point_cases() -> None:
    e = "1e-200"
    loss_and_gradient_claims(network([["0.7", "1/100"], [0.7, "-0x1p-6"]], [["1", "0"]]), "3/4")
    loss_and_gradient_claims(network([["1/2", e], ["1/2", "-" + e]], [["1", "0"]], "abs", "unit"), "2/3")
    loss_and_gradient_claims(network([["1", "2", "3"], ["-1e-30", "0", "5"]], [["1", "1", "1"], [0, 0, 0.1]], "relu", "unit", "norm"), "1")
    loss_and_gradient_claims(network([["3"], ["-2"]], [["1"]], "relu+linear", "norm", "unit"), "1/2")
    loss_and_gradient_claims(network([["1e150", "1e-150"]], [["1e-150", "1e150"]], "abs", "unit"), "1000/999")


def spelling_cases() -> None:
    """The same bound in every spelling; L = 1/2 exactly."""
    document = network([["2"]], [["1"]], "abs", "unit")
    for text, holds in (("+.51", True), ("0x1.02p-1", True), ("51/100", True), ("5100e-4", True), ("49/100", False), ("0X.FEP-1", False),
                        ("-0.5", False), ("00.7000", True)):
        add(document, make_claim("loss", hi=text), holds)
    add(document, make_claim("loss", lo="0.499", hi="0.501"), True)
    add(document, make_claim("loss", True, lo="0.51", hi="0.6"), True)
    add(document, make_claim("loss", True, lo="0.51"), True)
    add(document, make_claim("loss", lo="0.51"), False)


def exact_cases() -> None:
    """Global minima, critical points, undefined gradients."""
    minimum = network([["3/5", "0"], ["-2/5", "0"]], [["1", "0"]], "abs", "unit")
    add(minimum, make_claim("loss", lo="0", hi="0"), True)
    both_ways(minimum, "loss", True, hi="0")
    both_ways(minimum, "lojasiewicz", True, kappa="1e300", beta="1/1000")
    both_ways(minimum, "not-pl", False, constant="1e300")
    dead = network([["0", "0"]], [["1", "0"]])
    both_ways(dead, "not-pl", False, constant="1e300")
    both_ways(dead, "lojasiewicz", False, kappa="1e-300", beta="1")
    undefined = network([["0", "0"], ["1", "1"]], [["1", "0"]], "relu", "unit")
    add(undefined, make_claim("loss", hi="10"), True)
    for negated in (False, True):
        add(undefined, make_claim("lojasiewicz", negated, kappa="1", beta="1"), False)
        add(undefined, make_claim("not-pl", negated, constant="1"), False)
        add(undefined, make_claim("gradient", negated, gradient_norm={"lo": "0", "hi": "1e9"}), False)


def recovery_cases() -> None:
    document = network([["1", "0"], ["0.6", "0.7"], ["-1e-3", "2"]], [["1", "0"], ["0", "1"]], "abs", "unit")
    point = truth.point_of(instance_from_json(document))
    assignment = truth.propose_assignment(point, Fraction(1, 2))
    ranges = truth.recovery_ranges(point, assignment)
    residual, far = max(ranges[2].middle, ranges[5].middle), ranges[-1].middle
    angle = max(ranges[3 * i].middle / ranges[3 * i + 1].middle for i in range(2) if i in assignment)
    for margin, holds in ((Fraction(1, 10 ** 6), True), (-Fraction(1, 10 ** 6), False)):
        for key, value in (("residual", residual), ("far_mass", far), ("angle", angle)):
            both_ways(document, "recovery", holds, delta1="1/2", assignment=assignment, **{key: decimal(value * (1 + margin))})
    both_ways(document, "recovery", True, delta1="0.5", assignment=assignment, angle="1", residual="10", far_mass="10")
    for wrong in ([0, 0, 1], [None, None, 1], [0, None, 0], [1, None, 1]):
        for negated in (False, True):
            add(document, make_claim("recovery", negated, delta1="1/2", assignment=wrong, residual="10" if not negated else "0"), False)
    opposite = network([["-1", "0"], ["1/2", "-4/5"]], [["1", "0"], ["-1/2", "4/5"]], "relu", "unit")
    both_ways(opposite, "recovery", False, delta1="1", assignment=[None, None], far_mass="0")
    lines = network([["-1", "0"], ["1/2", "-4/5"]], [["1", "0"], ["-1/2", "4/5"]], "relu+linear", "unit")
    both_ways(lines, "recovery", True, delta1="0", assignment=[0, 1], residual="1e-9", angle="1e-9", far_mass="0")


def box_cases() -> None:
    document = network([["[0.69, 0.71]", "0.01"], ["0.7?1", "[-0x1p-5, -0x1p-7]"]], [["1", "0"]])
    instance = instance_from_json(document)
    at = middle(instance)
    loss = truth.evaluation(at).loss.middle
    witness = {"witness": {"student": [[exact_text(lo) for lo, _ in row] for row in at.student]}}
    add(document, make_claim("loss", hi=decimal(loss * 3000, 5)), True, sampled=True)
    add(document, make_claim("loss", hi=decimal(loss * Fraction(999, 1000), 5)), False)
    add(document, make_claim("loss", True, hi=decimal(loss * Fraction(999, 1000), 5)), True, witness)
    add(document, make_claim("loss", True, hi=decimal(loss * Fraction(1001, 1000), 5)), False, witness)
    add(document, make_claim("loss", True, hi=decimal(loss * Fraction(999, 1000), 5)), False)
    outside = json.loads(json.dumps(witness))
    outside["witness"]["student"][0][0] = "0.710000001"
    add(document, make_claim("loss", True, hi="0"), False, outside)
    far = network([["[1.9, 2.1]", "[0.1, 0.2]"]], [["1", "[-1e-3, 1e-3]"]], "relu", "unit")
    teacher = {"witness": {"student": [["2", "3/20"]], "teacher": [["1", "0"]]}}
    add(far, make_claim("lojasiewicz", kappa="1/100", beta="1"), True, sampled=True)
    add(far, make_claim("lojasiewicz", True, kappa="100", beta="1"), True, teacher)
    add(far, make_claim("lojasiewicz", True, kappa="100", beta="1"), False, {"witness": {"student": [["2", "3/20"]]}})
    add(far, make_claim("not-pl", constant="100"), True, sampled=True)
    add(far, make_claim("not-pl", True, constant="1/1000"), True, teacher)
    add(far, make_claim("gradient", gradient_norm={"lo": "1/10", "hi": "10"}), True, sampled=True)
    add(far, make_claim("gradient", True, gradient_norm={"lo": "10", "hi": "20"}), True, teacher)
    add(far, make_claim("recovery", delta1="1/2", assignment=[0], residual="2", angle="0.3"), True, sampled=True)
    add(far, make_claim("recovery", True, delta1="1/2", assignment=[0], residual="1/2"), True, teacher)
    add(far, make_claim("recovery", True, delta1="1/2", assignment=[None], residual="0"), False, teacher)


def text() -> str:
    """The file, one case to a line."""
    CASES.clear()
    for make in (point_cases, spelling_cases, exact_cases, recovery_cases, box_cases):
        make()
    return '{"claims": [\n' + ",\n".join("  " + json.dumps(case) for case in CASES) + "\n]}\n"


def main() -> int:
    path, wanted = HERE / "claims.json", text()
    if "--check" in sys.argv:
        same = path.read_text(encoding="utf-8") == wanted
        print(f"{len(CASES)} claims, {'as' if same else 'NOT as'} in claims.json")
        return 0 if same else 1
    path.write_text(wanted, encoding="utf-8")
    print(f"{len(CASES)} claims written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
