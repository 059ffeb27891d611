"""The claim not-convex from the definition of the loss: second differences and chords."""
from __future__ import annotations

import random
from fractions import Fraction
from typing import Any, Iterator, Optional

from specification import exact_text, instance_from_json
from truth import evaluation

Rows = list[list[Fraction]]
Document = dict[str, Any]
STEP = Fraction(1, 2 ** 40)  # of second differences: their error is about its square


def text_rows(rows: Rows) -> list[list[str]]:
    return [[exact_text(x) for x in row] for row in rows]


def moved(rows: Rows, direction: Rows, step: Fraction) -> Rows:
    return [[x + step * u for x, u in zip(row, line)] for row, line in zip(rows, direction)]


def loss(document: Document, rows: Rows) -> Fraction:
    return evaluation(instance_from_json({**document, "student": text_rows(rows)})).loss.middle


def curvature(document: Document, rows: Rows, direction: Rows) -> Fraction:
    """The second difference of the loss along the direction."""
    ends = loss(document, moved(rows, direction, STEP)) + loss(document, moved(rows, direction, -STEP))
    return (ends - 2 * loss(document, rows)) / STEP ** 2


def chord_gap(document: Document, rows: Rows, end: Rows, share: Fraction) -> Fraction:
    """How far L exceeds the chord from the rows to the end, at the share of the way."""
    between = moved(rows, moved(end, rows, Fraction(-1)), share)
    return loss(document, between) - (1 - share) * loss(document, rows) - share * loss(document, end)


def root_of(low: Fraction, high: Fraction, sign: Any) -> Fraction:
    """Where the sign of a continuous function changes from negative to positive, by halving."""
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if sign(middle) < 0 else (low, middle)
    return low


def mixtures(document: Document, rows: Rows, negative: Rows, positive: Rows) -> Iterator[tuple[Rows, bool]]:
    """Mixtures of two directions just before and just past the one along which the second derivative vanishes, and whether it is negative."""
    both = moved(negative, positive, Fraction(1))
    q = [curvature(document, rows, u) for u in (negative, positive, both)]
    mixed = q[2] - q[0] - q[1]

    def value(t: Fraction) -> Fraction:
        return q[0] + t * mixed + t * t * q[1]

    high = Fraction(1)
    while value(high) <= 0:
        high *= 2
    root = root_of(Fraction(0), high, value)
    for sign in (-1, 1):
        t = root * (1 + Fraction(sign, 10 ** 6))
        if abs(value(t)) > (abs(q[0]) + abs(q[1])) / 10 ** 14:
            yield moved(negative, positive, t), value(t) < 0


def network(activation: str, neuron: str, teacher: Rows) -> Document:
    return {"format": "lojacert-instance/1", "activation": activation, "neuron": neuron, "teacher": text_rows(teacher)}


def random_rows(generator: random.Random, count: int, d: int) -> Rows:
    return [[Fraction(round(generator.gauss(0, 1) * 1000), 1000) for _ in range(d)] for _ in range(count)]


def near_split(generator: random.Random, d: int, neuron: str) -> tuple[Rows, Rows]:
    """A teacher and three students near it, whose Hessian has both signs."""
    teacher = random_rows(generator, 2, d)
    factor = Fraction(7, 10) if neuron == "norm" else Fraction(1, 2)
    half = [factor * x + Fraction(round(generator.gauss(0, 1) * 100), 1000) for x in teacher[0]]
    other = [x + Fraction(round(generator.gauss(0, 1) * 20), 1000) for x in half]
    return teacher, [half, other, [x + Fraction(1, 50) for x in teacher[1]]]


def both_signs(generator: random.Random, document: Document, rows: Rows) -> Optional[tuple[Rows, Rows]]:
    """Two directions, along which the second derivative is negative and positive."""
    negative, positive = None, None
    for _ in range(40):
        u = random_rows(generator, len(rows), len(rows[0]))
        u[1] = [-x + y / 20 for x, y in zip(u[0], u[1])]
        u[2] = [x / 20 for x in u[2]]
        if curvature(document, rows, u) < 0:
            negative = negative or u
        else:
            positive = positive or u
        if negative and positive:
            return negative, positive
    return None
