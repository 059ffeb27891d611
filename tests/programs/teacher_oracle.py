"""Theorem L and the tangent Gram matrix in mpmath, written from the theory: an oracle that shares no code with the programs."""

import functools

import mpmath
from mpmath import mp, mpf

mp.dps = 60


def gram_of(teacher):
    """The inner products of rows, exactly."""
    return [[sum(x * y for x, y in zip(u, v)) for v in teacher] for u in teacher]


def real(x):
    """A fraction as an mpf."""
    return mpf(x.numerator) / x.denominator


def directions_of_rows(rows):
    """The unit vectors of rows of fractions."""
    result = []
    for row in rows:
        norm = mpmath.sqrt(real(sum(x * x for x in row)))
        result.append([real(x) / norm for x in row])
    return result


def directions_of_gram(gram):
    """Unit vectors with the angles of a positive definite Gram matrix: rows of its Cholesky factor, scaled."""
    factor = mpmath.cholesky(mpmath.matrix([[real(x) for x in row] for row in gram]))
    return [[factor[i, k] / mpmath.sqrt(real(gram[i][i])) for k in range(len(gram))] for i in range(len(gram))]


def separation(gram):
    """The smallest angle between two lines."""
    angles = []
    for i in range(len(gram)):
        for k in range(i):
            squared = gram[i][i] * gram[k][k] - gram[i][k] ** 2
            angles.append(mpmath.atan2(mpmath.sqrt(real(squared)), abs(real(gram[i][k]))))
    return min(angles)


def masses(gram, form):
    """|p_i*|."""
    return [real(gram[i][i]) if form == "norm" else mpmath.sqrt(real(gram[i][i])) for i in range(len(gram))]


def product_matrix(u, w):
    """E[sign(u.x) sign(w.x) x x^T] by its closed form with a division, for unit u != +-w."""
    size = len(u)
    cosine = sum(x * y for x, y in zip(u, w))
    t = mpmath.acos(cosine)
    u, w = mpmath.matrix(u), mpmath.matrix(w)
    plane = u * w.T + w * u.T - cosine * (u * u.T + w * w.T)
    return (1 - 2 * t / mp.pi) * mpmath.eye(size) + 2 / mp.pi * plane / mpmath.sin(t)


def tangent_mu(rows):
    """The smallest eigenvalue of the tangent Gram matrix of unit rows, in one dimension more than theirs."""
    rows = [list(row) + [mpf(0)] for row in rows]
    size = len(rows[0])
    whole = mpmath.zeros(len(rows) * size)
    for i, u in enumerate(rows):
        for k, w in enumerate(rows):
            block = mpmath.eye(size) if i == k else product_matrix(u, w)
            for c in range(size):
                for d in range(size):
                    whole[i * size + c, k * size + d] = block[c, d]
    return mpmath.eigsy(whole, eigvals_only=True)[0]


@functools.lru_cache(maxsize=None)
def ridge_integrals():
    """J2 and J2', the integrals of J^2 and u^2 J^2 over u >= 0, J(u) = phi(u) - u P(z > u), by quadrature."""
    ridge = lambda u: mpmath.npdf(u) - u * mpmath.ncdf(-u)
    pieces = [0, 2, 6, 14]
    return mpmath.quad(lambda u: ridge(u) ** 2, pieces), mpmath.quad(lambda u: u**2 * ridge(u) ** 2, pieces)


def theorem_l(gram, norms, mu, delta, s, activation, form):
    """(eps0, kappa, c, B) of Theorem L; None where a condition fails. `gram` holds the squared lengths and products as mpf."""
    r = len(norms)
    t = mpmath.tan(delta)
    phi0 = 1 / mpmath.sqrt(2 * mp.pi)
    j2, j2_prime = ridge_integrals()
    low, high = phi0 * (j2 - t**2 * j2_prime / 2), phi0 * j2
    sines = 0
    for i in range(r):
        for k in range(r):
            if i != k:
                sines += 1 / mpmath.sqrt(1 - gram[i][k] ** 2 / (gram[i][i] * gram[k][k]))
    f = mpmath.sqrt(2 * r * t * high + sines * t**2 / (8 * mp.pi))
    e0 = mpmath.sqrt((r - 1) * (1 + mpf(4) / 9 * t**2) / (4 * mp.pi**2) + t**2 / (9 * mp.pi**2)) / mpmath.sqrt(mu)
    e = r * e0 * t
    wedge = 4 / mp.pi * mpmath.sqrt(r / mu)
    if 8 * low - e * wedge <= 0:
        return None
    big_b = (f + e) / (8 * low - e * wedge)
    big_a = 1 + wedge * big_b
    c = 1 - wedge * big_a * big_b * s
    if c <= 0:
        return None
    rho0 = min(norms) * (1 - 1 / s) * mpmath.sqrt(mu) / big_a
    eta = big_a / mpmath.sqrt(mu) + big_b
    if form == "norm":
        cost = s * eta**2 * rho0 * sum(1 / mass for mass in norms) / 2 + 2 * s**2 * big_b
        kappa = c * mpf(2) ** (mpf(3) / 4) / mpmath.sqrt(cost)
        scale = {"abs": mpf(1), "relu": 1 / mpmath.sqrt(2), "relu+linear": 1 / mpmath.sqrt(2)}[activation]
    else:
        b = 2 * big_b / mpmath.sqrt(2 * mpmath.sin(delta / 2))
        powers = sum((mass + eta * rho0) ** (mpf(2) / 3) for mass in norms)
        cost = r * eta**2 * rho0 ** (mpf(2) / 3) + 3 * (mpf(3) / 4) ** (mpf(2) / 3) * s * b ** (mpf(4) / 3) * powers
        kappa = c * mpf(2) ** (mpf(2) / 3) / mpmath.sqrt(cost)
        scale = {"abs": mpf(1), "relu": mpf(2) ** (-mpf(2) / 3), "relu+linear": mpf(4) ** (-mpf(1) / 3)}[activation]
    eps0 = rho0**2 / (2 if activation == "abs" else 8)
    return eps0, kappa * scale, c, big_b
