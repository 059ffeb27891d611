"""Theorem A in mpmath, from the definitions of docs/theory/theorem-a.md: an oracle that shares no code with the programs."""
from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from mpmath import mp, mpf

from oracle import to_mpf
from specification import exact_text, parse_number

Document = dict[str, Any]


def vectors(rows: list[list[str]], norm_form: bool) -> list[list[mpf]]:
    result = []
    for row in rows:
        w = [to_mpf(parse_number(x)) for x in row]
        length = mp.sqrt(sum(x * x for x in w))
        result.append([length * x for x in w] if norm_form else w)
    return result


def inner(u: list[mpf], v: list[mpf]) -> mpf:
    return sum((x * y for x, y in zip(u, v)), mpf(0))


def bound(document: Document, evidence: Document, loss: Fraction, beta: Fraction) -> mpf:
    """(2L - P) / (|D| L^beta), from the definitions; d = J^-1 D with the matrix J inverted by mpmath."""
    norm_form, d = document["neuron"] == "norm", len(document["teacher"][0])
    students = vectors(document["student"], norm_form)
    teachers = vectors(document["teacher"], document.get("teacher_neuron") == "norm")
    weights = [to_mpf(parse_number(w)) for w in evidence["weights"]]
    residuals = [[-x for x in p] for p in teachers]
    share = [mpf(0)] * len(teachers)
    weighted, squared = mpf(0), mpf(0)
    for j, (p, i) in enumerate(zip(students, evidence["assignment"])):
        step = list(p)
        if i is not None:
            q = teachers[i]
            sign = 1 if inner(p, q) >= 0 else -1
            theta = mp.acos(min(mpf(1), abs(inner(p, q)) / mp.sqrt(inner(p, p) * inner(q, q))))
            share[i] += sign * weights[j]
            residuals[i] = [v + sign * x for v, x in zip(residuals[i], p)]
            step = [x - sign * weights[j] * y for x, y in zip(p, q)]
            weighted += mp.sqrt(inner(q, q)) * weights[j] * (1 - mp.cos(theta))
        if norm_form and inner(p, p) > 0:
            w = [x / mp.sqrt(mp.sqrt(inner(p, p))) for x in p]
            length = mp.sqrt(inner(w, w))
            jacobian = mp.matrix(d, d)
            for a in range(d):
                for b in range(d):
                    jacobian[a, b] = length * ((a == b) + w[a] * w[b] / length ** 2)
            step = list(mp.lu_solve(jacobian, mp.matrix(step)))
        squared += inner(step, step)
    deficit = 4 / mp.pi * sum(mp.sqrt(inner(v, v)) for v in residuals) * weighted
    if document["activation"] == "relu":
        z = [sum(p[k] for p in students) - sum(q[k] for q in teachers) for k in range(d)]
        deficit -= sum((1 - s) * inner(z, q) for s, q in zip(share, teachers))
    if document["activation"] != "abs":
        deficit /= 4
    value = to_mpf(loss)
    return (2 * value - max(deficit, mpf(0))) / (mp.sqrt(squared) * value ** to_mpf(beta))


def fits(document: Document, evidence: Document) -> bool:
    """Whether the classes and weights are such that Theorem A speaks: they are for every student, and sum to exactly 1 in every class."""
    m, r = len(document["student"]), len(document["teacher"])
    assignment, weights = evidence["assignment"], [parse_number(w) for w in evidence["weights"]]
    if len(assignment) != m or len(weights) != m or any(i is not None and not 0 <= i < r for i in assignment):
        return False
    if any(w < 0 or (i is None and w != 0) for w, i in zip(weights, assignment)):
        return False
    if any(i is not None and not any(parse_number(x) for x in row) for i, row in zip(assignment, document["student"])):
        return False
    return all(sum(w for w, k in zip(weights, assignment) if k == i) == 1 for i in range(r))


def natural_evidence(document: Document) -> Document:
    """The nearest teacher as class, and weights in proportion to the masses, rounded."""
    students = vectors(document["student"], document["neuron"] == "norm")
    teachers = vectors(document["teacher"], document.get("teacher_neuron") == "norm")
    assignment = [max(range(len(teachers)), key=lambda i, p=p: abs(inner(p, teachers[i])) / mp.sqrt(inner(teachers[i], teachers[i])))
                  for p in students]
    masses = [Fraction(float(mp.sqrt(inner(p, p)))).limit_denominator(10 ** 6) for p in students]
    totals = [sum(x for x, k in zip(masses, assignment) if k == i) for i in range(len(teachers))]
    return {"by": "theoremA", "assignment": assignment, "weights": [exact_text(x / totals[i]) for x, i in zip(masses, assignment)]}


def text_rows(rows: list[list[Fraction]]) -> list[list[str]]:
    return [[exact_text(x) for x in row] for row in rows]


def near(generator: random.Random, activation: str, neuron: str, teacher_neuron: str, d: int, scale: float) -> Document:
    """Two students near each of two teachers, and perhaps one more anywhere."""
    teacher = [[Fraction(round(generator.gauss(0, 1) * 100), 100) for _ in range(d)] for _ in range(2)]
    student = []
    for p in teacher:
        length = float(sum(x * x for x in p)) ** 0.5
        for part in (0.3, 0.7):
            factor = part * (length if teacher_neuron == "norm" else 1)
            factor = (factor / length) ** 0.5 if neuron == "norm" else factor
            sign = generator.choice((1, -1)) if activation != "relu" else 1
            student.append([sign * Fraction(factor + scale * generator.gauss(0, 1)).limit_denominator(10 ** 6) * x
                            + Fraction(scale * generator.gauss(0, 1)).limit_denominator(10 ** 6) for x in p])
    if generator.random() < 0.5:
        student.append([Fraction(scale * generator.gauss(0, 1)).limit_denominator(10 ** 6) for _ in range(d)])
    return {"format": "lojacert-instance/1", "activation": activation, "neuron": neuron, "teacher_neuron": teacher_neuron,
            "teacher": text_rows(teacher), "student": text_rows(student)}
