"""Theorem G in mpmath, written from the theory: an oracle that shares no code with the programs.

A dual polynomial psi is a list of (exponents, coefficient) in y_i = <w, P_i>, or None for prod_i (1 - y_i^2 / |P_i|^2).
"""

import itertools

from teacher_oracle import mp, mpf, mpmath, product_matrix, real, ridge_integrals


def expanded(psi, gram):
    """psi as {exponents: coefficient}."""
    if psi is not None:
        return {tuple(exponents): real(coefficient) for exponents, coefficient in psi}
    terms = {}
    for chosen in itertools.product((0, 1), repeat=len(gram)):
        coefficient = mpf(1)
        for i, taken in enumerate(chosen):
            if taken:
                coefficient /= -real(gram[i][i])
        terms[tuple(2 * taken for taken in chosen)] = coefficient
    return terms


def along(terms, weights):
    """The derivative sum_j weights_j d/dy_j of a polynomial."""
    result = {}
    for exponents, coefficient in terms.items():
        for j, e in enumerate(exponents):
            if e and weights[j]:
                lower = exponents[:j] + (e - 1,) + exponents[j + 1:]
                result[lower] = result.get(lower, 0) + coefficient * e * weights[j]
    return result


def norm_of_g(terms, gram):
    """N = ||g||: |T_2k|^2 = sum_a c_a D^a q / (2k)!, D_l the derivative along P_l, and the Hermite coefficients of |.|."""
    gram = [[real(x) for x in row] for row in gram]
    total = mpf(0)
    for k in {sum(e) // 2 for e in terms}:
        part = {e: c for e, c in terms.items() if sum(e) == 2 * k}
        for exponents, coefficient in part.items():
            q = part
            for l, times in enumerate(exponents):
                for _ in range(times):
                    q = along(q, gram[l])
            value = coefficient * sum(q.values())  # constants are left
            total += value * mp.pi / 2 / (mpmath.fac2(2 * k - 3) ** 2 if k else 1)
    return mpmath.sqrt(total)


class Sphere:
    """s(b), ||Pi E'_b|| and psi(b) at points of R^(d+1) that contains the teachers' R^d."""

    def __init__(self, rows, terms):
        self.p = [mpmath.matrix(list(row) + [mpf(0)]) for row in rows]
        self.a = [p / mpmath.norm(p) for p in self.p]
        self.n, self.r, self.terms = len(rows[0]) + 1, len(rows), terms
        self.blocks = [[self.g(i, u) for u in self.a] for i in range(self.r)]
        whole = mpmath.zeros(self.r * self.n)
        for i in range(self.r):
            for k in range(self.r):
                for c in range(self.n):
                    for d in range(self.n):
                        whole[i * self.n + c, k * self.n + d] = self.blocks[i][k][c, d]
        self.inverse = whole**-1

    def g(self, i, u):
        """G(a_i, u)."""
        if mpmath.norm(self.a[i] - u) < mpf(10) ** -50:
            return mpmath.eye(self.n)
        return product_matrix(list(self.a[i]), list(u))

    def psi(self, b):
        y = [(b.T * p)[0] for p in self.p]
        return sum(c * mpmath.fprod(x**e for x, e in zip(y, exponents)) for exponents, c in self.terms.items())

    def size(self, parts):
        c = mpmath.matrix([x for part in parts for x in part])
        return mpmath.sqrt((c.T * self.inverse * c)[0])

    def classify(self, b, delta1):
        """(the nearest teacher, the cosine to its line, whether b is far)."""
        y = [abs((b.T * u)[0]) for u in self.a]
        i = max(range(self.r), key=lambda k: y[k])
        return i, y[i], y[i] < mpmath.cos(delta1)

    def s(self, b, delta1):
        i, _, far = self.classify(b, delta1)
        sign = 0 if far else mpmath.sign((b.T * self.a[i])[0])
        return self.size([self.g(k, b) * b - sign * self.blocks[k][i] * b for k in range(self.r)])

    def wedge(self, b, i):
        return self.size([(self.blocks[k][i] - self.g(k, b)) * self.a[i] for k in range(self.r)])


def theorem_g(gram, norms, n, x, activation, form, cells=400):
    """(eps0, kappa) of Theorem G for the constants x; None where (C6) fails. Theta is taken at the ends of the cells."""
    r, sqrt, third = len(norms), mpmath.sqrt, mpf(1) / 3
    t, phi0 = mpmath.tan(x["delta_cap"]), 1 / mpmath.sqrt(2 * mp.pi)
    j2, j2_prime = ridge_integrals()
    low, high = phi0 * (j2 - t**2 * j2_prime / 2), phi0 * j2
    if low <= 0:
        return None
    big_a = sqrt(1 + (x["S"] * n) ** 2)
    bend = 1 - mpmath.cos(x["delta_cap"])
    kap = x["e_prime"] * big_a / (8 * low)
    sums = [sum(t / (16 * mp.pi * low * sqrt(1 - real(gram[i][k]) ** 2 / real(gram[i][i] * gram[k][k]))) for k in range(r) if k != i)
            for i in range(r)]
    nu = sqrt(r) * t * (x["e_prime"] + x["S"] * x["gam"]) / (big_a * sqrt(2 * t * low)) + max(sums)
    work = x["h_prime"] * bend / t**2

    def theta(u):
        p = mpf(3) / 4 * (32 * low) ** (-2 * third) * mpf(r) ** third * (1 + nu - u**2) ** (2 * third) * (4 * work) ** -third
        rest = r * kap**2 * u**2 / (4 * work)
        value = lambda alpha: p * alpha**-third + rest / (1 - alpha)
        lo, hi = mpf("1e-6"), 1 - mpf("1e-6")
        for _ in range(60):  # a convex function of alpha
            a, b = lo + (hi - lo) / 3, hi - (hi - lo) / 3
            lo, hi = (lo, b) if value(a) < value(b) else (a, hi)
        return value(lo)

    values = [(mpf(k) / cells, theta(mpf(k) / cells)) for k in range(cells + 1)]
    if x["T"] * big_a / x["q"] * max(u * v for u, v in values) > 1 - x["c"]:
        return None
    b_cap = (sqrt(2 * t * high) + big_a * x["e_prime"] * t) / (8 * low)
    if x["h_prime"] <= b_cap / bend:
        return None
    mass = sqrt(r / x["mu"]) * big_a + x["Z"] * n
    h = x["h_prime"] + big_a / sqrt(x["mu"])
    if activation == "relu":
        unit = mpmath.matrix([[real(gram[i][k]) / sqrt(real(gram[i][i] * gram[k][k])) for k in range(r)] for i in range(r)])
        gap = sqrt(mpmath.eigsy(unit, eigvals_only=True)[0] / r) - 2 * mpmath.sin(x["delta_prime"] / 2)
        if gap <= 0:
            return None
        turned = sqrt(2) * x["Z"] * n / (1 - mpmath.cos(x["delta_prime"]))
        h += ((sqrt(r / x["mu"]) * big_a + n / x["psi_far"] + 1) / 2 + turned) / gap
    rho0 = (1 - x["q"]) * min(norms) / h
    q_n = (r * h + mass) / 4 + r * h * (1 - x["q"]) / (2 * x["q"]) + 2 * max(v for _, v in values) / x["q"] ** 2 + n / (4 * x["psi_far"])
    r_u = 2 * r * h + mass + n / x["psi_far"]
    b = 2 * b_cap / sqrt(2 * mpmath.sin(x["delta_cap"] / 2))
    powers = sum((m + (big_a / sqrt(x["mu"]) + x["Z"] * n) * rho0) ** (2 * third) for m in norms)
    q_u = r_u**2 * rho0 ** (2 * third) + 3 * (mpf(3) / 4) ** (2 * third) * b ** (4 * third) / x["q"] * powers
    quarter = activation != "abs"
    if form == "norm":
        kappa = x["c"] * mpf(2) ** (mpf(1 if quarter else 3) / 4) / sqrt(q_n)
    else:
        kappa = x["c"] * (1 if quarter else mpf(2) ** (2 * third)) / sqrt(q_u)
    return rho0**2 / (8 if quarter else 2), kappa
