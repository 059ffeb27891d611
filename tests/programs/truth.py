"""Whether a claim is true, decided with the oracle: TRUE, FALSE or UNKNOWN (an equality, or a box that sampling cannot settle).

The claim and its negation are judged as certificates/README.md, section 4, words them. On boxes a sampled counterexample makes
a claim FALSE and a sampled example makes a negation TRUE; the other answers stay UNKNOWN.
"""
from __future__ import annotations

import enum
import random
from fractions import Fraction
from typing import Any, Iterator, Optional, Sequence

import mpmath
from mpmath import mp, mpf

import oracle
from oracle import Point, Range, dot, exact, to_mpf
from specification import Instance, parse_number

Tri = Optional[bool]
RELATIVE_BITS = 200


class Truth(enum.Enum):
    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


def from_tri(value: Tri) -> Truth:
    return Truth.UNKNOWN if value is None else (Truth.TRUE if value else Truth.FALSE)


def less_equal(a: Range, b: Range) -> Tri:
    if a.hi <= b.lo:
        return True
    return False if a.lo > b.hi else None


def less(a: Range, b: Range) -> Tri:
    return negate(less_equal(b, a))


def negate(value: Tri) -> Tri:
    return None if value is None else not value


def all_of(values: Sequence[Tri]) -> Tri:
    if any(v is False for v in values):
        return False
    return None if any(v is None for v in values) else True


def constant(text: str) -> Range:
    return exact(parse_number(text))


def point_of(instance: Instance) -> Point:
    """The network of a point instance."""
    return Point(instance.activation, instance.neuron, instance.teacher_neuron,
                 [[lo for lo, _ in row] for row in instance.student], [[lo for lo, _ in row] for row in instance.teacher])


_REMEMBERED: dict[tuple[str, int], oracle.Evaluation] = {}


def evaluation(instance: Instance, relative_bits: int = RELATIVE_BITS) -> oracle.Evaluation:
    """The oracle's enclosures at a point instance, remembered by digest."""
    key = (instance.digest(), relative_bits)
    if key not in _REMEMBERED:
        _REMEMBERED[key] = oracle.evaluate(point_of(instance), relative_bits=relative_bits)
    return _REMEMBERED[key]


# ---------------------------------------------------------------------------------------------------------- claims

def loss_holds(instance: Instance, claim: dict[str, Any]) -> Tri:
    loss = evaluation(instance).loss
    parts: list[Tri] = []
    if "lo" in claim:
        parts.append(less_equal(constant(claim["lo"]), loss))
    if "hi" in claim:
        parts.append(less_equal(loss, constant(claim["hi"])))
    return all_of(parts)


def inside(value: Range, bounds: dict[str, str]) -> Tri:
    return all_of([less_equal(constant(bounds["lo"]), value), less_equal(value, constant(bounds["hi"]))])


def gradient_holds(instance: Instance, claim: dict[str, Any]) -> Tri:
    found = evaluation(instance)
    parts: list[Tri] = []
    if "gradient_norm" in claim:
        parts.append(inside(found.norm, claim["gradient_norm"]))
    if "gradient" in claim:
        parts += [inside(x, bounds) for row, wanted in zip(found.gradient, claim["gradient"]) for x, bounds in zip(row, wanted)]
    return all_of(parts)


def lojasiewicz_holds(instance: Instance, claim: dict[str, Any]) -> Tri:
    """||grad||^q >= kappa^q L^p for beta = p/q."""
    found, beta = evaluation(instance), parse_number(claim["beta"])
    left = found.norm.power(beta.denominator)
    right = constant(claim["kappa"]).power(beta.denominator) * found.loss.power(beta.numerator)
    return less_equal(right, left)


def not_pl_holds(instance: Instance, claim: dict[str, Any]) -> Tri:
    found = evaluation(instance)
    right = exact(2 * parse_number(claim["constant"])) * found.loss
    return all_of([less(exact(0), found.norm), less(found.norm.power(2), right)])


# -------------------------------------------------------------------------------------------------------- recovery

def up_to_sign(activation: str) -> bool:
    return activation != "relu"


def nearness(w: Sequence[Fraction], a: Sequence[Fraction], lines: bool) -> Fraction:
    """cos^2 of the angle with the sign of the cosine (lines: without): larger is nearer, exactly."""
    inner = dot(w, a)
    square = inner * inner / (dot(w, w) * dot(a, a))
    return square if lines or inner >= 0 else -square


def signed_square_cosine(delta1: Fraction) -> Range:
    """cos^2 delta1 for 0 <= delta1 < pi/2."""
    if delta1 == 0:
        return exact(1)
    return oracle.enclose(lambda: [mpmath.cos(to_mpf(delta1)) ** 2], 2000)[0]


def assignment_is_correct(point: Point, assignment: Sequence[Optional[int]], delta1: Fraction) -> Tri:
    """Section 4.4: no other teacher nearer and the angle at most delta1; far: every angle larger than delta1."""
    bound, lines = signed_square_cosine(delta1), up_to_sign(point.activation)
    parts: list[Tri] = []
    for w, i in zip(point.student, assignment):
        if oracle.is_zero(w):
            parts.append(i is None)
            continue
        near = [nearness(w, a, lines) for a in point.teacher]
        if i is None:
            parts += [less(exact(x), bound) for x in near]
        else:
            parts += [near[i] >= max(near), less_equal(bound, exact(near[i]))]
    return all_of(parts)


def propose_assignment(point: Point, delta1: Fraction) -> list[Optional[int]]:
    """The nearest teacher within delta1, else far."""
    bound, lines = signed_square_cosine(delta1), up_to_sign(point.activation)
    result: list[Optional[int]] = []
    for w in point.student:
        near = [] if oracle.is_zero(w) else [nearness(w, a, lines) for a in point.teacher]
        best = max(range(len(near)), key=near.__getitem__) if near else None
        result.append(best if best is not None and near[best] >= bound.middle else None)
    return result


def line_angle(w: Sequence[Fraction], a: Sequence[Fraction], lines: bool) -> mpf:
    inner = dot(w, a)
    gap = dot(w, w) * dot(a, a) - inner * inner
    return mpmath.atan2(mpmath.sqrt(to_mpf(gap)), to_mpf(abs(inner) if lines else inner))


def mass(w: Sequence[Fraction], norm_form: bool) -> mpf:
    square = to_mpf(dot(w, w))
    return square if norm_form else mpmath.sqrt(square)


def effective(w: Sequence[Fraction], norm_form: bool) -> list[mpf]:
    factor = mpmath.sqrt(to_mpf(dot(w, w))) if norm_form else mpf(1)
    return [factor * to_mpf(x) for x in w]


def recovery_numbers(point: Point, assignment: Sequence[Optional[int]]) -> list[mpf]:
    """For every teacher: the weighted angle, the mass, the residual; at the end the far mass."""
    lines = up_to_sign(point.activation)
    norm, teacher_norm = point.neuron == "norm", point.teacher_neuron == "norm"
    numbers: list[mpf] = []
    for i, a in enumerate(point.teacher):
        members = [w for w, k in zip(point.student, assignment) if k == i]
        numbers.append(mpmath.fsum(mass(w, norm) * line_angle(w, a, lines) for w in members))
        numbers.append(mpmath.fsum(mass(w, norm) for w in members))
        v = [-x for x in effective(a, teacher_norm)]
        for w in members:
            sign = -1 if lines and dot(w, a) < 0 else 1
            v = [x + sign * y for x, y in zip(v, effective(w, norm))]
        numbers.append(mpmath.sqrt(mpmath.fsum(x * x for x in v)))
    numbers.append(mpmath.fsum(mass(w, norm) for w, k in zip(point.student, assignment) if k is None))
    return numbers


def recovery_ranges(point: Point, assignment: Sequence[Optional[int]]) -> list[Range]:
    total = sum((oracle.length_above(w) ** 2 + 1 for w in point.student + point.teacher), Fraction(0))
    scales = [Fraction(0), Fraction(0), total] * len(point.teacher) + [Fraction(0)]
    ranges = oracle.enclose(lambda: recovery_numbers(point, assignment), 5000, scales)
    return [Range(max(x.lo, Fraction(0)), x.hi) for x in ranges]


def recovery_bounds_hold(point: Point, claim: dict[str, Any]) -> Tri:
    ranges = recovery_ranges(point, claim["assignment"])
    parts: list[Tri] = []
    for i in range(len(point.teacher)):
        angle, total, residual = ranges[3 * i:3 * i + 3]
        if "angle" in claim and i in claim["assignment"]:
            parts.append(less_equal(angle, constant(claim["angle"]) * total))
        if "residual" in claim:
            parts.append(less_equal(residual, constant(claim["residual"])))
    if "far_mass" in claim:
        parts.append(less_equal(ranges[-1], constant(claim["far_mass"])))
    return all_of(parts)


def recovery_truth(instance: Instance, claim: dict[str, Any]) -> Tri:
    point = point_of(instance)
    if any(oracle.is_zero(a) for a in point.teacher):
        return None  # the claim is not defined there
    correct = assignment_is_correct(point, claim["assignment"], parse_number(claim["delta1"]))
    bounds = recovery_bounds_hold(point, claim)
    return all_of([correct, negate(bounds) if claim["negated"] else bounds])


# ----------------------------------------------------------------------------------------------------- the verdict

HOLDS = {"loss": loss_holds, "gradient": gradient_holds, "lojasiewicz": lojasiewicz_holds, "not-pl": not_pl_holds}


def truth_at_point(instance: Instance, claim: dict[str, Any]) -> Truth:
    """The truth of the claim (or, where negated, of its negation) at a point instance."""
    if claim["kind"] == "recovery":
        return from_tri(recovery_truth(instance, claim))
    if claim["kind"] != "loss" and point_of(instance).gradient_is_undefined():
        return Truth.FALSE
    holds = HOLDS[claim["kind"]](instance, claim)
    return from_tri(negate(holds) if claim["negated"] else holds)


def sample_points(instance: Instance, generator: random.Random, count: int = 12) -> Iterator[Instance]:
    """The middle, the lower and upper corner, and random corners and members of the boxes."""
    def choose(weights: Sequence[Fraction]) -> Instance:
        def row_at(row: list[tuple[Fraction, Fraction]]) -> list[Fraction]:
            return [lo + (hi - lo) * generator.choice(weights) for lo, hi in row]
        return instance.at([row_at(r) for r in instance.student], [row_at(r) for r in instance.teacher])
    for fixed in (Fraction(1, 2), Fraction(0), Fraction(1)):
        yield choose([fixed])
    for k in range(count):
        yield choose([Fraction(0), Fraction(1)] if k % 2 else [Fraction(generator.randrange(65), 64) for _ in range(16)])


def truth(instance: Instance, claim: dict[str, Any], generator: Optional[random.Random] = None) -> Truth:
    """The truth at a point, or what sampling shows on a box."""
    if instance.is_point:
        return truth_at_point(instance, claim)
    wanted = Truth.TRUE if claim["negated"] else Truth.FALSE
    for sample in sample_points(instance, generator or random.Random(1)):
        if truth_at_point(sample, claim) is wanted:
            return wanted
    return Truth.UNKNOWN
