"""Loss and gradient from their DEFINITION, as an oracle for both programs.

L(W) = 1/2 E R(x)^2 with x standard normal. When all vectors lie in one plane, R is linear on every arc between two kinks of
the circle, and the mean over the angle integrates in closed form on every arc (E |x|^2 = 2 in the plane): no kernel formula is
used and no two terms of different sign are added in the loss. In three dimensions the sphere is cut into half-circles of one
azimuth, integrated in closed form, and the azimuth by Gauss-Legendre between the meridians where the order of the kinks
changes. In other dimensions the closed form serves at high precision, itself compared with the definition by `self_test`.

Every number is computed at two precisions; the enclosure handed out is much wider than their difference.
Run this file to run `self_test`.
"""
from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import Callable, Optional, Sequence

import mpmath
import numpy
from mpmath import mp, mpf

Vector = list[Fraction]
Matrix = list[list[mpf]]


# ---------------------------------------------------------------------------------------------------- exact numbers

@dataclass(frozen=True)
class Range:
    """A closed interval of rationals that holds a value."""

    lo: Fraction
    hi: Fraction

    def __mul__(self, other: "Range") -> "Range":
        """The product; both factors nonnegative."""
        return Range(max(self.lo, Fraction(0)) * max(other.lo, Fraction(0)), self.hi * other.hi)

    def power(self, exponent: int) -> "Range":
        """The power of a nonnegative range, rounded outward to POWER_BITS when the exponent is large."""
        lo, hi = max(self.lo, Fraction(0)), self.hi
        if exponent <= 4:
            return Range(lo ** exponent, hi ** exponent)
        result, square = exact(1), Range(lo, hi)
        while exponent:
            if exponent & 1:
                result = (result * square).shortened()
            square = (square * square).shortened()
            exponent >>= 1
        return result

    def shortened(self) -> "Range":
        """An enclosing range whose ends have about POWER_BITS significant bits."""
        return Range(shorten(self.lo, -1), shorten(self.hi, 1))

    @property
    def middle(self) -> Fraction:
        return (self.lo + self.hi) / 2


POWER_BITS = 1200


def shorten(value: Fraction, direction: int) -> Fraction:
    """A nonnegative rational rounded down (-1) or up (1) to about POWER_BITS bits."""
    if value == 0:
        return value
    shift = POWER_BITS - (value.numerator.bit_length() - value.denominator.bit_length())
    scaled = value * Fraction(2) ** shift
    digits = scaled.numerator // scaled.denominator if direction < 0 else -(-scaled.numerator // scaled.denominator)
    return Fraction(digits) / Fraction(2) ** shift


def exact(value: Fraction | int) -> Range:
    return Range(Fraction(value), Fraction(value))


def to_fraction(value: mpf) -> Fraction:
    """The exact value of a finite multiprecision number."""
    sign, mantissa, exponent, _ = mpf(value)._mpf_
    magnitude = Fraction(int(mantissa)) * (Fraction(2) ** int(exponent))
    return -magnitude if sign else magnitude


def to_mpf(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator


def at_precision(bits: int, compute: Callable[[], list[mpf]]) -> list[Fraction]:
    with mp.workprec(bits):
        return [to_fraction(x) for x in compute()]


GUARD_BITS = 40


def enclose(compute: Callable[[], list[mpf]], bits: int, scales: Optional[Sequence[Fraction]] = None) -> list[Range]:
    """Runs `compute` at two precisions.

    The radius is 2^16 times the difference, plus 2^-bits of the value, plus 2^-bits of the scale of the terms that cancel in
    the value (all with guard bits). The scale matters: two precisions may agree on a value that has lost all its digits.
    """
    coarse = at_precision(bits, compute)
    fine = at_precision(bits + bits // 2 + 64, compute)
    ranges = []
    unit = Fraction(1, 2 ** (bits - GUARD_BITS))
    for a, b, scale in zip(coarse, fine, scales or [Fraction(0)] * len(fine), strict=True):
        radius = abs(a - b) * 65536 + (abs(b) + scale) * unit
        ranges.append(Range(b - radius, b + radius))
    return ranges


def dot(u: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(u, v)), Fraction(0))


def is_zero(v: Sequence[Fraction]) -> bool:
    return not any(v)


def rational_root(value: Fraction) -> Optional[Fraction]:
    """The square root of a nonnegative rational if it is rational."""
    p, q = math.isqrt(value.numerator), math.isqrt(value.denominator)
    return Fraction(p, q) if p * p == value.numerator and q * q == value.denominator else None


# -------------------------------------------------------------------------------------------------------- the network

@dataclass(frozen=True)
class Neuron:
    """One term of R: sign * sigma(w.x), with the factor |w| in norm form."""

    w: Vector
    norm_form: bool
    sign: int

    def factor(self) -> mpf:
        """1 in unit form and |w| in norm form."""
        return mpmath.sqrt(to_mpf(dot(self.w, self.w))) if self.norm_form else mpf(1)


@dataclass(frozen=True)
class Point:
    """A network at exact weights."""

    activation: str
    neuron: str
    teacher_neuron: str
    student: list[Vector]
    teacher: list[Vector]

    def neurons(self) -> list[Neuron]:
        students = [Neuron(w, self.neuron == "norm", 1) for w in self.student]
        return students + [Neuron(w, self.teacher_neuron == "norm", -1) for w in self.teacher]

    def gradient_is_undefined(self) -> bool:
        return self.neuron == "unit" and any(is_zero(w) for w in self.student)


@dataclass(frozen=True)
class Values:
    """Loss and derivative with respect to the student's rows, as computed at one precision."""

    loss: mpf
    gradient: Matrix


@dataclass(frozen=True)
class Evaluation:
    """Enclosures of the loss, the gradient and its norm; the gradient is None where it is undefined."""

    loss: Range
    gradient: Optional[list[list[Range]]]
    norm: Optional[Range]
    bits: int


def chain(w: Vector, norm_form: bool, g: list[mpf]) -> list[mpf]:
    """The gradient in w from g = E[R sigma'(w.x) x]: d sigma(w.x) = sigma' x, d |w| sigma(w.x) = (w/|w|) sigma + |w| sigma' x."""
    if is_zero(w):
        return [mpf(0)] * len(w)
    if not norm_form:
        return list(g)
    length = mpmath.sqrt(to_mpf(dot(w, w)))
    b = [to_mpf(x) / length for x in w]
    along = mpmath.fsum(x * y for x, y in zip(b, g))
    return [length * (x + along * y) for x, y in zip(g, b)]


def slope(activation: str, value: mpf) -> int:
    """sigma' at a value that is not zero."""
    if activation == "abs":
        return 1 if value > 0 else -1
    return 1 if value > 0 else 0


# ---------------------------------------------------------------------------------------------- vectors of one plane

def orthogonal_basis(vectors: Sequence[Vector], limit: int) -> Optional[list[Vector]]:
    """An orthogonal basis of the span by exact Gram-Schmidt, or None when it needs more than `limit` vectors."""
    basis: list[Vector] = []
    for v in vectors:
        rest = list(v)
        for e in basis:
            share = dot(v, e) / dot(e, e)
            rest = [x - share * y for x, y in zip(rest, e)]
        if not is_zero(rest):
            if len(basis) == limit:
                return None
            basis.append(rest)
    return basis


def plane_values(point: Point, basis: list[Vector]) -> Values:
    """The definition in the plane, arc by arc, at the current precision."""
    neurons = point.neurons()
    unit = [[to_mpf(x) / mpmath.sqrt(to_mpf(dot(e, e))) for x in e] for e in basis]
    lengths = [mpmath.sqrt(to_mpf(dot(e, e))) for e in basis]
    coordinates = []
    for n in neurons:
        pair = [to_mpf(dot(n.w, e)) / s for e, s in zip(basis, lengths)]
        coordinates.append((pair + [mpf(0), mpf(0)])[:2])
    arcs = circle_arcs(coordinates)
    factors = [n.sign * n.factor() for n in neurons]
    slopes = [[0 if is_zero(n.w) else slope(point.activation, c[0] * a.cos + c[1] * a.sin)
               for n, c in zip(neurons, coordinates)] for a in arcs]
    linear = [(mpmath.fsum(f * s * c[0] for f, s, c in zip(factors, row, coordinates)),
               mpmath.fsum(f * s * c[1] for f, s, c in zip(factors, row, coordinates))) for row in slopes]
    if point.activation == "relu+linear":
        linear = subtract_best_linear_term(arcs, linear)
    loss = mpmath.fsum(a.square(*ab) for a, ab in zip(arcs, linear)) / (2 * mp.pi)
    moments = [a.moment(*ab) for a, ab in zip(arcs, linear)]
    gradient = []
    for j, w in enumerate(point.student):
        g = [mpmath.fsum(row[j] * moment[k] for row, moment in zip(slopes, moments)) / mp.pi for k in (0, 1)]
        lifted = [mpmath.fsum(g[k] * unit[k][i] for k in range(len(unit))) for i in range(len(w))]
        gradient.append(chain(w, point.neuron == "norm", lifted))
    return Values(loss, gradient)


@dataclass(frozen=True)
class Arc:
    """An arc between neighbouring kinks: its width and the direction of its middle."""

    width: mpf
    cos: mpf
    sin: mpf

    def _middle_form(self, a: mpf, b: mpf) -> tuple[mpf, mpf]:
        """a cos + b sin in the angle measured from the middle."""
        return a * self.cos + b * self.sin, b * self.cos - a * self.sin

    def _weights(self) -> tuple[mpf, mpf]:
        """The integrals of cos^2 and sin^2 over the arc around its middle."""
        sine = mpmath.sin(self.width)
        return (self.width + sine) / 2, (self.width - sine) / 2

    def square(self, a: mpf, b: mpf) -> mpf:
        """The integral of (a cos + b sin)^2."""
        p, q = self._middle_form(a, b)
        even, odd = self._weights()
        return p * p * even + q * q * odd

    def moment(self, a: mpf, b: mpf) -> tuple[mpf, mpf]:
        """The integral of (a cos + b sin) (cos, sin)."""
        p, q = self._middle_form(a, b)
        even, odd = self._weights()
        p, q = p * even, q * odd
        return p * self.cos - q * self.sin, p * self.sin + q * self.cos


def circle_arcs(coordinates: Sequence[Sequence[mpf]]) -> list[Arc]:
    """The arcs between the kinks of all nonzero vectors; the whole circle in halves where there is none."""
    turn = 2 * mp.pi
    kinks = [mpf(0), mp.pi]
    for a, b in coordinates:
        if a or b:
            angle = mpmath.atan2(b, a)
            kinks += [(angle + mp.pi / 2) % turn, (angle - mp.pi / 2) % turn]
    kinks.sort()
    ends = kinks[1:] + [kinks[0] + turn]
    arcs = []
    for start, end in zip(kinks, ends):
        if end > start:
            middle = (start + end) / 2
            arcs.append(Arc(end - start, mpmath.cos(middle), mpmath.sin(middle)))
    return arcs


def subtract_best_linear_term(arcs: list[Arc], linear: list[tuple[mpf, mpf]]) -> list[tuple[mpf, mpf]]:
    """R - b.x with b = E[R x], which minimises E (R - b.x)^2 because E[x x^T] = I."""
    moments = [a.moment(*ab) for a, ab in zip(arcs, linear)]
    b = [mpmath.fsum(moment[k] for moment in moments) / mp.pi for k in (0, 1)]
    return [(p - b[0], q - b[1]) for p, q in linear]


# ------------------------------------------------------------------------------------------------- the closed form

def closed_form_values(point: Point) -> Values:
    """Sums over pairs of vectors with E|u.x||v.x| = (2/pi)|u||v|(sin t + (pi/2 - t) cos t); the angles from exact integers."""
    neurons = point.neurons()
    scale = math.lcm(*(x.denominator for n in neurons for x in n.w))
    rows = [[int(x * scale) for x in n.w] for n in neurons]
    squares = [sum(x * x for x in row) for row in rows]
    roots = [mpmath.sqrt(mpf(s)) for s in squares]
    factors = [roots[a] / scale if n.norm_form else mpf(1) for a, n in enumerate(neurons)]
    masses = [factors[a] * roots[a] / scale for a in range(len(neurons))]
    m, d = len(point.student), len(rows[0])
    half = mpf(1) / 2
    loss_terms: list[mpf] = []
    coefficient = [[mpf(0)] * len(neurons) for _ in range(m)]
    own = [mpf(0)] * m
    for a in range(len(neurons)):
        if not squares[a]:
            continue
        for b in range(a, len(neurons)):
            if not squares[b]:
                continue
            inner = sum(x * y for x, y in zip(rows[a], rows[b]))
            gap = squares[a] * squares[b] - inner * inner
            product = roots[a] * roots[b]
            t = mpmath.atan2(mpmath.sqrt(mpf(gap)), mpf(inner))
            sine, cosine = mpmath.sqrt(mpf(gap)) / product, mpf(inner) / product
            kernel = 2 / mp.pi * (sine + (mp.pi / 2 - t) * cosine) * masses[a] * masses[b]
            sign = neurons[a].sign * neurons[b].sign
            loss_terms.append(sign * kernel * (half if a == b else 1))
            for j, q in {(a, b), (b, a)}:
                if j < m:
                    coefficient[j][q] += neurons[q].sign * factors[q] * (1 - 2 * t / mp.pi)
                    own[j] += neurons[q].sign * 2 / mp.pi * masses[q] * sine / roots[j]
    loss = mpmath.fsum(loss_terms)
    gammas = []
    for j in range(m):
        gammas.append([mpmath.fsum([coefficient[j][q] * rows[q][k] for q in range(len(neurons))] + [own[j] * rows[j][k] * scale])
                       / scale for k in range(d)])
    if point.activation == "abs":
        return Values(loss, [chain(w, point.neuron == "norm", g) for w, g in zip(point.student, gammas)])
    z = [mpf(0)] * d
    if point.activation == "relu":
        z = [mpmath.fsum(n.sign * f * row[k] for n, f, row in zip(neurons, factors, rows)) / scale for k in range(d)]
    loss = loss / 4 + mpmath.fsum(x * x for x in z) / 8
    gradient = [chain(w, point.neuron == "norm", [(x + y) / 4 for x, y in zip(g, z)])
                for w, g in zip(point.student, gammas)]
    return Values(loss, gradient)


# ------------------------------------------------------------------------------------------- exact zeros of the loss

def mass_on_line_is_zero(neurons: Sequence[Neuron]) -> bool:
    """Whether the signed masses of parallel or antiparallel neurons add up to zero, exactly."""
    base = neurons[0].w
    square = dot(base, base)
    linear, quadratic = Fraction(0), Fraction(0)
    for n in neurons:
        ratio = abs(dot(n.w, base) / square)
        if n.norm_form:
            quadratic += n.sign * ratio * ratio
        else:
            linear += n.sign * ratio
    # |w0| (linear + quadratic |w0|) = 0
    return (linear == 0 and quadratic == 0) or (
        quadratic != 0 and linear / quadratic < 0 and square == (linear / quadratic) ** 2)


def lines(neurons: Sequence[Neuron]) -> list[list[Neuron]]:
    """The nonzero neurons grouped by the line on which they lie."""
    groups: dict[tuple[Fraction, ...], list[Neuron]] = {}
    for n in neurons:
        lead = next((x for x in n.w if x), None)
        if lead is not None:
            groups.setdefault(tuple(x / lead for x in n.w), []).append(n)
    return list(groups.values())


def sum_is_zero(neurons: Sequence[Neuron]) -> bool:
    """Whether the signed effective vectors add up to zero, exactly: square roots of different classes are independent."""
    classes: list[tuple[Fraction, list[Fraction]]] = []
    for n in neurons:
        square = dot(n.w, n.w) if n.norm_form else Fraction(1)
        if not square:
            continue
        for base, total in classes:
            root = rational_root(square / base)
            if root is not None:
                total[:] = [x + n.sign * root * y for x, y in zip(total, n.w)]
                break
        else:
            classes.append((square, [n.sign * y for y in n.w]))
    return all(is_zero(total) for _, total in classes)


def loss_is_exactly_zero(point: Point) -> bool:
    """Kinks on different lines are independent, so the loss is 0 iff every line's mass is (relu: and the linear part)."""
    neurons = point.neurons()
    if not all(mass_on_line_is_zero(group) for group in lines(neurons)):
        return False
    return point.activation != "relu" or sum_is_zero(neurons)


# --------------------------------------------------------------------------------------------------- the enclosures

def values(point: Point, method: str = "auto") -> Callable[[], Values]:
    """The function that evaluates the point at the current precision: `plane`, `closed` or what fits."""
    basis = orthogonal_basis(point.student + point.teacher, 2) if method != "closed" else None
    if basis is None:
        if method == "plane":
            raise ValueError("the vectors do not lie in one plane")
        return lambda: closed_form_values(point)
    padded = basis if basis else []
    return lambda: plane_values(point, padded)


def flat(result: Values) -> list[mpf]:
    """The loss, the gradient norm and the partial derivatives in row order."""
    entries = [x for row in result.gradient for x in row]
    return [result.loss, mpmath.sqrt(mpmath.fsum(x * x for x in entries))] + entries


def narrow(value: Range, relative_bits: int) -> bool:
    return (value.hi - value.lo) * Fraction(2) ** relative_bits <= abs(value.middle)


def length_above(w: Vector) -> Fraction:
    """An upper bound of |w|."""
    return sum((abs(x) for x in w), Fraction(0))


def scales_of(point: Point) -> list[Fraction]:
    """Scales of the terms in the loss, the gradient norm and the partial derivatives: with M = sum |p|, M^2 and M (norm form:
    2 |w| M)."""
    def mass(w: Vector, form: str) -> Fraction:
        return length_above(w) ** (2 if form == "norm" else 1)
    total = sum((mass(w, point.neuron) for w in point.student), Fraction(0))
    total += sum((mass(w, point.teacher_neuron) for w in point.teacher), Fraction(0))
    rows = [total * (2 * length_above(w) if point.neuron == "norm" else 1) for w in point.student]
    return [total * total, sum(rows, Fraction(0))] + [scale for scale, w in zip(rows, point.student) for _ in w]


def evaluate(point: Point, relative_bits: int = 150, method: str = "auto", max_bits: int = 60000) -> Evaluation:
    """Encloses loss and gradient norm to the relative precision asked for (exact zeros exactly), raising precision."""
    compute = values(point, method)
    defined = not point.gradient_is_undefined()
    zero = loss_is_exactly_zero(point)
    bits, scales = 448, scales_of(point)
    while True:
        loss, norm, *entries = enclose(lambda: flat(compute()), bits, scales)
        done = zero or (narrow(loss, relative_bits) and (not defined or narrow(norm, relative_bits)))
        if done or bits >= max_bits:
            break
        bits *= 2
    if zero:
        loss, norm, entries = exact(0), exact(0), [exact(0)] * len(entries)
    if not defined:
        return Evaluation(loss, None, None, bits)
    d = len(point.teacher[0])
    rows = [entries[j * d:(j + 1) * d] for j in range(len(point.student))]
    return Evaluation(loss, rows, norm, bits)


# --------------------------------------------------------------------------------------------- three dimensions

def sphere_rows(point: Point) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """The vectors in doubles under a fixed generic rotation, their factors in R, and the rotation."""
    generator = numpy.random.default_rng(7)
    rotation, _ = numpy.linalg.qr(generator.normal(size=(3, 3)))
    neurons = [n for n in point.neurons()]
    rows = numpy.array([[float(x) for x in n.w] for n in neurons])
    factors = numpy.array([n.sign * (numpy.linalg.norm(row) if n.norm_form else 1.0) for n, row in zip(neurons, rows)])
    return rows @ rotation.T, factors, rotation


def meridian_breaks(rows: numpy.ndarray) -> numpy.ndarray:
    """The azimuths where two kinks of a half-circle change their order or meet a pole, and a few more."""
    live = [row for row in rows if numpy.any(row)]
    breaks = list(numpy.linspace(0, 2 * numpy.pi, 9))
    for a, u in enumerate(live):
        for v in live[a + 1:]:
            meet = numpy.cross(u, v)
            if numpy.linalg.norm(meet) > 1e-12 * numpy.linalg.norm(u) * numpy.linalg.norm(v):
                angle = numpy.arctan2(meet[1], meet[0])
                breaks += [angle % (2 * numpy.pi), (angle + numpy.pi) % (2 * numpy.pi)]
        angle = numpy.arctan2(u[1], u[0])
        breaks += [(angle + numpy.pi / 2) % (2 * numpy.pi), (angle - numpy.pi / 2) % (2 * numpy.pi)]
    return numpy.unique(numpy.array(breaks))


def half_circle(rows: numpy.ndarray, factors: numpy.ndarray, activation: str, azimuth: float,
                linear: numpy.ndarray) -> tuple[float, numpy.ndarray, numpy.ndarray]:
    """Integrals over one half-circle (weight sin): of (R - b.x)^2, of (R - b.x) sigma'_j x for all j, and of R x."""
    east = numpy.array([numpy.cos(azimuth), numpy.sin(azimuth), 0.0])
    pole = numpy.array([0.0, 0.0, 1.0])
    c_part, s_part = rows[:, 2], rows @ east
    kinks = numpy.arctan2(c_part, -s_part) % numpy.pi
    ends = numpy.concatenate([[0.0], numpy.sort(kinks), [numpy.pi]])
    start, stop = ends[:-1], ends[1:]
    middle = (start + stop) / 2
    value = numpy.outer(numpy.cos(middle), c_part) + numpy.outer(numpy.sin(middle), s_part)
    slopes = numpy.sign(value) if activation == "abs" else (value > 0).astype(float)
    a = slopes @ (factors * c_part) - linear @ pole
    b = slopes @ (factors * s_part) - linear @ east
    cc, cs, ss = (power_integral(start, stop, k) for k in ("cc", "cs", "ss"))
    square = float(numpy.sum(a * a * cc + 2 * a * b * cs + b * b * ss))
    along_pole, along_east = a * cc + b * cs, a * cs + b * ss
    moments = numpy.outer(slopes.T @ along_pole, pole) + numpy.outer(slopes.T @ along_east, east)
    mean = along_pole.sum() * pole + along_east.sum() * east
    return square, moments, mean


def power_integral(start: numpy.ndarray, stop: numpy.ndarray, which: str) -> numpy.ndarray:
    """The integrals of c^2 s, c s^2 and s^3 over [start, stop]."""
    def primitive(t: numpy.ndarray) -> numpy.ndarray:
        c, s = numpy.cos(t), numpy.sin(t)
        return {"cc": -c ** 3 / 3, "cs": s ** 3 / 3, "ss": -c + c ** 3 / 3}[which]
    return primitive(stop) - primitive(start)


def sphere_values(point: Point, nodes: int = 24) -> tuple[float, numpy.ndarray]:
    """Loss and gradient in three dimensions in doubles (E |x|^2 = 3), accurate to about 1e-10 for moderate instances."""
    rows, factors, rotation = sphere_rows(point)
    knots, weights = numpy.polynomial.legendre.leggauss(nodes)
    breaks = meridian_breaks(rows)

    def integrate(linear: numpy.ndarray) -> tuple[float, numpy.ndarray, numpy.ndarray]:
        total, moments, mean = 0.0, numpy.zeros_like(rows), numpy.zeros(3)
        for lo, hi in zip(breaks[:-1], breaks[1:]):
            for knot, weight in zip(knots, weights):
                azimuth = (lo + hi) / 2 + knot * (hi - lo) / 2
                part = half_circle(rows, factors, point.activation, azimuth, linear)
                share = weight * (hi - lo) / 2 * 3 / (4 * numpy.pi)
                total, moments, mean = total + share * part[0], moments + share * part[1], mean + share * part[2]
        return total, moments, mean

    linear = integrate(numpy.zeros(3))[2] if point.activation == "relu+linear" else numpy.zeros(3)
    square, moments, _ = integrate(linear)
    g = moments[:len(point.student)] @ rotation
    gradient = [[float(x) for x in chain(w, point.neuron == "norm", [mpf(float(y)) for y in row])]
                for w, row in zip(point.student, g)]
    return square / 2, numpy.array(gradient)


# ----------------------------------------------------------------------------------------------------- self-test

def _check(what: str, good: bool) -> None:
    if not good:
        raise AssertionError(what)


def _close(what: str, value: mpf, wanted: mpf, tolerance: float) -> None:
    _check(f"{what}: {mpmath.nstr(value, 20)} instead of {mpmath.nstr(wanted, 20)}",
           abs(value - wanted) <= tolerance * max(abs(wanted), mpf(10) ** -300))


def random_rows(generator: numpy.random.Generator, count: int, d: int) -> list[Vector]:
    return [[Fraction(int(x), 97) for x in generator.integers(-120, 121, d)] for _ in range(count)]


def pair_test() -> int:
    """Claim 2 of the paper: students (a +- delta e)/2 around the teacher a have L / delta^3 -> 2/(3 pi)."""
    for exponent in (3, 10, 60):
        delta = Fraction(1, 10 ** exponent)
        point = Point("abs", "unit", "unit", [[Fraction(1, 2), delta / 2], [Fraction(1, 2), -delta / 2]],
                      [[Fraction(1), Fraction(0)]])
        loss = evaluate(point).loss.middle / delta ** 3
        _close("pair", to_mpf(loss), 2 / (3 * mp.pi), 10.0 * 10.0 ** -min(exponent, 14))
    return 3


def single_test() -> int:
    """m = r = 1: L = 1/2 (|w| - |w*|)^2 on one line, and 1/2 (|u|^2 + |v|^2) - (2/pi)|u||v| where orthogonal."""
    one = Point("abs", "unit", "unit", [[Fraction(3)]], [[Fraction(-1)]])
    _close("line", to_mpf(evaluate(one).loss.middle), mpf(2), 1e-40)
    across = Point("abs", "unit", "unit", [[Fraction(3), Fraction(0)]], [[Fraction(0), Fraction(2)]])
    _close("across", to_mpf(evaluate(across).loss.middle), mpf(13) / 2 - 12 / mp.pi, 1e-14)
    relu = Point("relu", "unit", "unit", [[Fraction(3)]], [[Fraction(-1)]])
    _close("relu line", to_mpf(evaluate(relu).loss.middle), mpf(10) / 4, 1e-40)
    free = Point("relu+linear", "unit", "unit", [[Fraction(3)]], [[Fraction(-1)]])
    _close("free line", to_mpf(evaluate(free).loss.middle), mpf(1) / 2, 1e-40)
    norm = Point("abs", "norm", "unit", [[Fraction(3)]], [[Fraction(-1)]])
    _close("norm line", to_mpf(evaluate(norm).loss.middle), mpf(32), 1e-40)
    _close("norm slope", to_mpf(evaluate(norm).gradient[0][0].middle), mpf(48), 1e-40)
    return 6


def equator_test() -> int:
    """n orthonormal students of mass c, all orthogonal to one teacher: critical with the closed form of the loss."""
    for n in (1, 2, 3, 5):
        with mp.workprec(600):
            c = to_fraction((2 / mp.pi) / (1 + (n - 1) * 2 / mp.pi))
        basis = [[Fraction(int(i == k)) for k in range(n + 1)] for i in range(n + 1)]
        point = Point("abs", "unit", "unit", [[c * x for x in e] for e in basis[:n]], [basis[n]])
        found = evaluate(point, method="closed", relative_bits=40, max_bits=500)
        with mp.workprec(300):
            wanted = (1 - 4 / mp.pi ** 2 * n / (1 + (n - 1) * 2 / mp.pi)) / 2
            _close(f"equator {n}", to_mpf(found.loss.middle), wanted, 1e-60)
        _check("equator is critical", found.norm.hi < Fraction(1, 10 ** 60))
    return 4


def methods_test(generator: numpy.random.Generator) -> int:
    """Arcs against the closed form in the plane, finite differences against the gradient, the sphere against both."""
    count = 0
    for activation in ("abs", "relu", "relu+linear"):
        for forms in (("unit", "unit"), ("norm", "unit"), ("unit", "norm"), ("norm", "norm")):
            point = Point(activation, *forms, random_rows(generator, 4, 2), random_rows(generator, 3, 2))
            arcs, closed = evaluate(point, method="plane"), evaluate(point, method="closed")
            _check("loss by arcs and in closed form", overlap(arcs.loss, closed.loss))
            _check("gradient by arcs and in closed form",
                   all(overlap(a, b) for p, q in zip(arcs.gradient, closed.gradient) for a, b in zip(p, q)))
            difference_test(point, arcs)
            space = Point(activation, *forms, random_rows(generator, 3, 3), random_rows(generator, 2, 3))
            sphere_test(space)
            count += 3
    return count


def overlap(a: Range, b: Range) -> bool:
    return a.lo <= b.hi and b.lo <= a.hi


def difference_test(point: Point, found: Evaluation) -> None:
    """Central differences of the loss of the definition agree with the gradient."""
    step = Fraction(1, 10 ** 30)
    for j, row in enumerate(point.student):
        for k in range(len(row)):
            sides = []
            for sign in (1, -1):
                moved = [list(w) for w in point.student]
                moved[j][k] += sign * step
                shifted = Point(point.activation, point.neuron, point.teacher_neuron, moved, point.teacher)
                sides.append(evaluate(shifted, relative_bits=250, method="plane").loss.middle)
            slope_found = (sides[0] - sides[1]) / (2 * step)
            scale = max(abs(found.gradient[j][k].middle), found.norm.middle)
            _check("finite difference", abs(slope_found - found.gradient[j][k].middle) < scale / 10 ** 20)


def sphere_test(point: Point) -> None:
    """Cubature over the sphere agrees with the closed form to 1e-8."""
    found = evaluate(point, method="closed")
    loss, gradient = sphere_values(point)
    _check(f"loss on the sphere {loss} {float(found.loss.middle)}", abs(loss / float(found.loss.middle) - 1) < 1e-8)
    wanted = numpy.array([[float(x.middle) for x in row] for row in found.gradient])
    _check("gradient on the sphere", float(numpy.abs(gradient - wanted).max()) < 1e-8 * float(numpy.abs(wanted).max()))


def zero_test() -> int:
    """Exact zeros of the loss are recognised, and near zeros are not taken for them."""
    third, e = Fraction(1, 3), [Fraction(3), Fraction(4)]
    split = [[third * x for x in e], [-2 * third * x for x in e]]
    yes = Point("abs", "unit", "unit", split, [e])
    _check("split neuron", loss_is_exactly_zero(yes))
    _check("relu needs the linear part", not loss_is_exactly_zero(Point("relu", "unit", "unit", split, [e])))
    _check("norm form", loss_is_exactly_zero(Point("abs", "norm", "unit", [[Fraction(3, 5), Fraction(4, 5)]],
                                                   [[Fraction(3, 5), Fraction(-4, -5)]])))
    off = Point("abs", "unit", "unit", [split[0], [x + Fraction(1, 10 ** 300) for x in split[1]]], [e])
    _check("near zero", not loss_is_exactly_zero(off) and evaluate(off).loss.lo > 0)
    root = [[Fraction(1), Fraction(1)], [Fraction(-1), Fraction(-1)]]
    tilted = Point("abs", "unit", "norm", [[Fraction(-180, 29), Fraction(-189, 29) + Fraction(1, 10 ** 257)]],
                   [[Fraction(-60, 29), Fraction(-63, 29)]])
    nearly = evaluate(tilted)
    _check("lost digits are noticed", nearly.bits > 448 and overlap(evaluate(tilted, method="closed").loss, nearly.loss))
    _check("antiparallel relu teachers", loss_is_exactly_zero(Point("relu", "norm", "norm", root, root)))
    return 6


def self_test() -> int:
    generator = numpy.random.default_rng(20240607)
    return pair_test() + single_test() + equator_test() + zero_test() + methods_test(generator)


if __name__ == "__main__":
    print(f"oracle: {self_test()} self-tests passed")
    sys.exit(0)
