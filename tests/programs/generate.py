"""Random instances with exact numbers, biased to the corners: zero, equal, parallel and antiparallel vectors, splits near
convergence with losses down to 1e-600, norms from 1e-150 to 1e150."""
from __future__ import annotations

import random
from fractions import Fraction
from typing import Callable

from specification import Instance, points

Vector = list[Fraction]
ACTIVATIONS = ("abs", "relu", "relu+linear")
FORMS = ("unit", "norm")
PYTHAGOREAN = ((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29))


def small(rng: random.Random) -> Fraction:
    """A small rational, a dyadic or a double."""
    kind = rng.randrange(4)
    if kind == 0:
        return Fraction(rng.randint(-9, 9))
    if kind == 1:
        return Fraction(rng.randint(-50, 50), rng.randint(1, 50))
    if kind == 2:
        return Fraction(rng.uniform(-2, 2))
    return Fraction(rng.gauss(0, 1))


def vector(rng: random.Random, d: int) -> Vector:
    """A nonzero vector."""
    v = [small(rng) for _ in range(d)]
    if not any(v):
        v[rng.randrange(d)] = Fraction(1)
    return v


def scaled(v: Vector, factor: Fraction) -> Vector:
    return [factor * x for x in v]


def instance(activation: str, neuron: str, teacher_neuron: str, student: list[Vector], teacher: list[Vector]) -> Instance:
    return Instance(activation, neuron, teacher_neuron, points(teacher), points(student))


def forms(rng: random.Random) -> tuple[str, str, str]:
    return rng.choice(ACTIVATIONS), rng.choice(FORMS), rng.choice(FORMS)


def plain(rng: random.Random, d: int, m: int, r: int) -> Instance:
    """Independent random rows."""
    return instance(*forms(rng), [vector(rng, d) for _ in range(m)], [vector(rng, d) for _ in range(r)])


def cornered(rng: random.Random, d: int, m: int, r: int) -> Instance:
    """Rows that are multiples of each other, equal, opposite or zero (zero students in unit form rarely)."""
    activation, neuron, teacher_neuron = forms(rng)
    pool = [vector(rng, d) for _ in range(max(1, (m + r) // 2))]
    factors = [Fraction(1), Fraction(-1), Fraction(1, 3), Fraction(-2), Fraction(1, 10 ** 40)]

    def row(zero_allowed: bool) -> Vector:
        if rng.random() < (0.15 if zero_allowed else 0.03):
            return [Fraction(0)] * d
        return scaled(rng.choice(pool), rng.choice(factors))

    student = [row(neuron == "norm") for _ in range(m)]
    return instance(activation, neuron, teacher_neuron, student, [row(True) for _ in range(r)])


def scattered(rng: random.Random, d: int, m: int, r: int) -> Instance:
    """Rows whose norms lie anywhere between 1e-150 and 1e150, in half of the cases all of one scale."""
    common = rng.randint(-150, 150) if rng.random() < 0.5 else None

    def row() -> Vector:
        exponent = rng.randint(-150, 150) if common is None else common
        return scaled(vector(rng, d), Fraction(10) ** exponent)

    return instance(*forms(rng), [row() for _ in range(m)], [row() for _ in range(r)])


def square_teacher(rng: random.Random, d: int) -> tuple[Vector, Fraction]:
    """A unit vector with rational entries and a rational size: w with |w| w = size^2 * direction exists exactly."""
    a, b, c = rng.choice(PYTHAGOREAN)
    direction = [Fraction(0)] * d
    if d == 1:
        direction[0] = Fraction(rng.choice((-1, 1)))
    else:
        i, k = rng.sample(range(d), 2)
        direction[i], direction[k] = Fraction(rng.choice((-a, a)), c), Fraction(rng.choice((-b, b)), c)
    return direction, Fraction(rng.randint(1, 9), rng.randint(1, 9))


def shares(rng: random.Random, squares: bool) -> list[Fraction]:
    """Positive shares that add up to 1; as squares: numbers whose squares do."""
    if squares:
        a, b, c = rng.choice(PYTHAGOREAN)
        return rng.choice(([Fraction(1)], [Fraction(a, c), Fraction(b, c)], [Fraction(2, 3), Fraction(2, 3), Fraction(1, 3)]))
    cut = Fraction(rng.randint(1, 9), 10)
    return rng.choice(([Fraction(1)], [cut, 1 - cut], [cut / 2, cut / 2, 1 - cut]))


def near_convergence(rng: random.Random, d: int, r: int, exponent: int) -> Instance:
    """Every teacher split into students that are moved by about 10^-exponent: L is about 10^(-2 exponent) or less."""
    activation, neuron, teacher_neuron = forms(rng)
    step = Fraction(1, 10 ** exponent)
    student, teacher = [], []
    for _ in range(r):
        direction, size = square_teacher(rng, d)
        teacher.append(scaled(direction, size if teacher_neuron == "norm" else size * size))
        for share in shares(rng, neuron == "norm"):
            factor = share * size if neuron == "norm" else share * size * size
            sign = -1 if activation != "relu" and rng.random() < 0.3 else 1
            student.append([sign * factor * x + step * rng.randint(-9, 9) for x in direction])
    return instance(activation, neuron, teacher_neuron, student, teacher)


def exact_zero(rng: random.Random, d: int, r: int) -> Instance:
    """Splits without perturbation: L(W) = 0 exactly."""
    activation, neuron, teacher_neuron = forms(rng)
    student, teacher = [], []
    for _ in range(r):
        direction, size = square_teacher(rng, d)
        teacher.append(scaled(direction, size if teacher_neuron == "norm" else size * size))
        for share in shares(rng, neuron == "norm"):
            student.append(scaled(direction, share * size if neuron == "norm" else share * size * size))
    return instance(activation, neuron, teacher_neuron, student, teacher)


def pair_family(rng: random.Random, exponent: int) -> Instance:
    """The symmetric pair of Claim 2 around one teacher in the plane: L is about 10^(-3 exponent)."""
    activation = rng.choice(ACTIVATIONS)
    half, step = Fraction(1, 2), Fraction(rng.randint(1, 9), 10 ** exponent)
    return instance(activation, "unit", "unit", [[half, step], [half, -step]], [[Fraction(1), Fraction(0)]])


def draw(rng: random.Random, long: bool) -> Instance:
    """One instance of a random kind; mostly small, now and then with many students or dimensions."""
    d, m, r = rng.randint(1, 6), rng.randint(1, 6), rng.randint(1, 4)
    size = rng.random()
    if size < 0.06:
        d, m, r = rng.randint(7, 30), rng.randint(1, 12), rng.randint(1, 8)
    elif size < (0.12 if long else 0.07):
        d, m, r = rng.randint(2, 30), rng.randint(20, 200 if long else 60), rng.randint(1, 20)
    kinds: list[Callable[[], Instance]] = [
        lambda: plain(rng, d, m, r), lambda: cornered(rng, d, m, r), lambda: scattered(rng, d, min(m, 6), min(r, 4)),
        lambda: near_convergence(rng, d, min(r, 5), rng.randint(1, 40)),
        lambda: near_convergence(rng, d, min(r, 3), rng.randint(40, 300)),
        lambda: pair_family(rng, rng.randint(1, 200)), lambda: exact_zero(rng, d, min(r, 4))]
    return rng.choices(kinds, weights=[5, 4, 3, 5, 3, 2, 1])[0]()


def boxed(rng: random.Random, at: Instance, relative: Fraction, teacher_too: bool) -> Instance:
    """Boxes of about the given relative width around some entries."""
    def widen(rows: list[list[tuple[Fraction, Fraction]]]) -> list[list[tuple[Fraction, Fraction]]]:
        def box(x: Fraction) -> tuple[Fraction, Fraction]:
            if rng.random() < 0.3:
                return (x, x)
            return (x - relative * rng.randint(0, 3) / 3, x + relative * rng.randint(1, 3) / 3)
        return [[box(x) for x, _ in row] for row in rows]
    student = widen(at.student)
    lo, hi = student[0][0]
    student[0][0] = (lo, max(hi, lo + relative))
    teacher = widen(at.teacher) if teacher_too else at.teacher
    return Instance(at.activation, at.neuron, at.teacher_neuron, teacher, student)
