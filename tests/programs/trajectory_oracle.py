"""The claim `trajectory` from its definition in certificates/README.md, section 4.12, by the enclosures of oracle.py.

`judge` says why a claim does not hold, `steps` makes iterates of gradient descent with rounded gradients.
"""
from __future__ import annotations

from fractions import Fraction
from typing import Any, Optional

from oracle import Evaluation, Range, Vector, evaluate, exact, is_zero
from specification import exact_text, instance_from_json, parse_number
from truth import Tri, all_of, less, less_equal, point_of

Document = dict[str, Any]
Rows = list[Vector]
RELATIVE_BITS = 150


def rows_of(texts: list[list[str]]) -> Rows:
    return [[parse_number(x) for x in row] for row in texts]


def text_rows(rows: Rows) -> list[list[str]]:
    return [[exact_text(x) for x in row] for row in rows]


def at(document: Document, rows: Rows) -> Evaluation:
    """L and grad L at other students; the gradient is None where it is undefined."""
    return evaluate(point_of(instance_from_json({**document, "student": text_rows(rows)})), relative_bits=RELATIVE_BITS)


def squared(x: Range) -> Range:
    ends = (x.lo**2, x.hi**2)
    return Range(Fraction(0) if x.lo <= 0 <= x.hi else min(ends), max(ends))


def total(parts: list[Range]) -> Range:
    return Range(sum((x.lo for x in parts), Fraction(0)), sum((x.hi for x in parts), Fraction(0)))


def errors(here: Evaluation, before: Rows, after: Rows, step: Fraction) -> tuple[Range, Range]:
    """||W_(t+1) - W_t + step grad L||_F^2 and ||step grad L||_F^2."""
    assert here.gradient is not None
    wrong, length = [], []
    for old, new, slopes in zip(before, after, here.gradient):
        for x, y, slope in zip(old, new, slopes):
            descent = Range(step * slope.lo, step * slope.hi)
            length.append(squared(descent))
            wrong.append(squared(Range(y - x + descent.lo, y - x + descent.hi)))
    return total(wrong), total(length)


def below(loss: Range, envelope: Document, t: int, power: int) -> Tri:
    q = parse_number(envelope["a"]) + t * parse_number(envelope["c"])
    return less_equal(loss, exact(1 / q**power))


def judge(document: Document, claim: Document) -> Optional[str]:
    """None where the claim holds, else the verifier's reason; an error where it is too near to say."""
    walk = [rows_of(document["student"]), *map(rows_of, claim["iterates"])]
    if document["neuron"] == "unit" and any(is_zero(w) for rows in walk[:-1] for w in rows):
        return "refuted"  # a gradient that is undefined
    step, epsilon = parse_number(claim["step"]), parse_number(claim["epsilon"])
    found = [at(document, rows) for rows in walk]
    parts: list[Tri] = []
    for t in range(len(walk) - 1):
        wrong, length = errors(found[t], walk[t], walk[t + 1], step)
        parts.append(less_equal(wrong, exact(epsilon**2) * length))
        parts.append(less(found[t + 1].loss, found[t].loss))
    if "envelope" in claim:
        parts += [below(here.loss, claim["envelope"], t, 3 if document["neuron"] == "unit" else 2) for t, here in enumerate(found)]
    answer = all_of(parts)
    if answer is None:
        raise AssertionError(f"{claim} is too near to say")
    return None if answer else "refuted"


def steps(document: Document, step: Fraction, count: int, digits: int) -> tuple[list[Rows], Fraction]:
    """Iterates whose entries have so many decimal digits, and their largest relative error, squared."""
    rows, walk, worst = rows_of(document["student"]), [], Fraction(0)
    for _ in range(count):
        here = at(document, rows)
        assert here.gradient is not None
        after = [[round(x - step * slope.middle, digits) for x, slope in zip(row, slopes)] for row, slopes in zip(rows, here.gradient)]
        wrong, length = errors(here, rows, after, step)
        worst = max(worst, wrong.hi / length.lo)
        walk.append(after)
        rows = after
    return walk, worst


def statement(document: Document, claim: Document) -> str:
    """The sentence of section 4.12."""
    count = len(claim["iterates"])
    text = (f"For the {document['activation']} network with d = {len(document['teacher'][0])}, m = {len(document['student'])}"
            f" {document['neuron']}-form students and r = {len(document['teacher'])} {document.get('teacher_neuron', 'unit')}-form teachers,"
            f" at the given weights, the {count} listed iterates are steps of gradient descent with step {claim['step']} up to a relative"
            f" error of {claim['epsilon']}, L falls at every step")
    if "envelope" in claim:
        envelope, power = claim["envelope"], 3 if document["neuron"] == "unit" else 2
        text += f" and L(W_t) <= ({envelope['a']} + {envelope['c']} * t)^(-{power}) for t = 0, ..., {count}"
    return text + "."
