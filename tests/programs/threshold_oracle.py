"""Theorem G in mpmath, written from the theory: an oracle that shares no code with the programs.

A dual polynomial psi is a list of (exponents, coefficient) in y_i = <w, P_i>, or None for prod_i (1 - y_i^2 / |P_i|^2).
"""

import itertools

from specification import parse_number
from teacher_oracle import (
    directions_of_gram, directions_of_rows, gram_of, masses, mp, mpf, mpmath, product_matrix, real, ridge_integrals, tangent_mu)

CONSTANTS = ("mu", "delta1", "S", "Z", "psi_far", "delta_cap", "T", "e_prime", "gam", "q", "c", "h_prime", "delta_prime")


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
    b_cap = (sqrt(2 * t * high) + big_a * x["e_prime"] * t) / (8 * low)
    if x["h_prime"] <= b_cap / bend:
        return None
    work = x["h_prime"] * bend / t**2

    def theta(u):
        p = mpf(3) / 4 * (32 * low) ** (-2 * third) * mpf(r) ** third * (1 + nu - u**2) ** (2 * third) * (4 * work) ** -third
        rest = r * kap**2 * u**2 / (4 * work)
        # Convex in alpha. Doubles find the place: at a minimum an error of 1e-8 there is one of 1e-16 in the value.
        first, second = float(p), float(rest)
        lo, hi = 1e-6, 1 - 1e-6
        for _ in range(60):
            a, b = lo + (hi - lo) / 3, hi - (hi - lo) / 3
            below = first * a ** (-1 / 3) + second / (1 - a) < first * b ** (-1 / 3) + second / (1 - b)
            lo, hi = (lo, b) if below else (a, hi)
        return p * mpf(lo) ** -third + rest / (1 - mpf(lo))

    values = [(mpf(k) / cells, theta(mpf(k) / cells)) for k in range(cells + 1)]
    if x["T"] * big_a / x["q"] * max(u * v for u, v in values) > 1 - x["c"]:
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


def directions(sphere, rng, count):
    """Random unit vectors of R^(d+1), half of them near a teacher."""
    result = []
    for k in range(count):
        v = mpmath.matrix([mpf(rng.gauss(0, 1)) for _ in range(sphere.n)])
        if k % 2:
            v = sphere.a[rng.randrange(sphere.r)] + mpf(10) ** rng.uniform(-3, 0) * v
        result.append(v / mpmath.norm(v))
    return result


def largest(value, sphere, rng, count):
    """The largest value seen at random directions, and at smaller and smaller steps from the best of them."""
    best, where = max(((value(b), b) for b in directions(sphere, rng, count)), key=lambda pair: pair[0])
    for step in ("0.1", "0.03", "0.01", "0.003", "0.001"):
        for _ in range(count // 20):
            b = where + mpf(step) * mpmath.matrix([mpf(rng.gauss(0, 1)) for _ in range(sphere.n)])
            b /= mpmath.norm(b)
            if (found := value(b)) > best:
                best, where = found, b
    return best


def extremes(sphere, x, rng, count):
    """({S, Z, T: the largest ratio seen}, the smallest psi seen at a far direction)."""
    def over_psi(value, b):
        psi = sphere.psi(b)
        return value / psi if psi > 0 else mpmath.inf

    def bend(b):
        _, cosine, far = sphere.classify(b, x["delta1"])
        return mpf(0) if far else over_psi(1 - cosine, b)

    def shallow(b):
        return over_psi(mpf(1), b) if sphere.classify(b, x["delta1"])[2] else mpf(0)

    most = {"S": largest(lambda b: over_psi(sphere.s(b, x["delta1"]), b), sphere, rng, count),
            "Z": largest(bend, sphere, rng, count), "T": mpf(0)}
    inverse = largest(shallow, sphere, rng, count)
    for i in range(sphere.r):
        for v in directions(sphere, rng, count // 10):
            e = v - (v.T * sphere.a[i])[0] * sphere.a[i]
            theta = x["delta_cap"] * mpf(rng.choice(("1", "0.3", "1e-3")))
            b = mpmath.cos(theta) * sphere.a[i] + mpmath.sin(theta) * e / mpmath.norm(e)
            most["T"] = max(most["T"], sphere.wedge(b, i) / (1 - mpmath.cos(theta)))
    return most, 1 / inverse if inverse else mpmath.inf


class Judge:
    """Whether a certificate `threshold` about one teacher must be accepted: (verdict, reason code), or None where that is too near to say.

    Suprema over the sphere are known from samples alone, and what a verifier must accept leaves room for its enclosures.
    """

    ROOM = mpf("0.02")
    ROOM_OF_SAMPLES = mpf("0.1")
    REFUSED, REFUTED, ACCEPTED = (False, "bad-evidence"), (False, "refuted"), (True, None)

    def __init__(self, document, rng, count=400):
        teacher = document["teacher"]
        self.document, self.rng, self.count = document, rng, count
        if isinstance(teacher, dict):
            self.gram = [[parse_number(x) for x in row] for row in teacher["gram"]]
            self.unit = directions_of_gram(self.gram)
        else:
            rows = [[parse_number(x) for x in row] for row in teacher]
            self.gram, self.unit = gram_of(rows), directions_of_rows(rows)
        self.r = len(self.gram)
        self.norms = masses(self.gram, document["teacher_neuron"])
        self.mu = tangent_mu(self.unit) if self.r > 1 else mpf(1)
        self.rows = [[mpmath.sqrt(real(self.gram[i][i])) * x for x in u] for i, u in enumerate(self.unit)]
        self.seen, self.ridges, self.correlations = {}, {}, {}

    def terms(self, evidence):
        psi = evidence["psi"]
        return expanded(None if psi == "product" else [(t["exponents"], parse_number(t["coefficient"])) for t in psi], self.gram)

    def sampled(self, evidence, x):
        """extremes(), once for each psi and delta1; T at angles that every delta_cap covers."""
        key = (str(evidence["psi"]), str(x["delta1"]))
        if key not in self.seen:
            small = {**x, "delta_cap": mpf("0.001")}
            self.seen[key] = extremes(Sphere(self.rows, self.terms(evidence)), small, self.rng, self.count)
        return self.seen[key]

    def sums_at_teachers(self, evidence, i):
        """psi and its derivatives along the P_l at a_i, but for factors: zero and parallel to P_i exactly where (C2) holds (sphere.md, Lemma 1)."""
        psi, value, slopes = evidence["psi"], 0, [0] * self.r
        terms = {tuple(t["exponents"]): parse_number(t["coefficient"]) for t in psi}
        for exponents, c in terms.items():
            scale = self.gram[i][i] ** (sum(exponents) // 2)
            at = lambda polynomial: sum(
                k * _power([self.gram[l][i] for l in range(self.r)], e) for e, k in polynomial.items())
            value += at({exponents: c}) / scale
            for l in range(self.r):
                slopes[l] += at(along({exponents: c}, self.gram[l])) / scale
        return value, slopes

    def vanishes(self, evidence):
        if evidence["psi"] == "product":
            return True
        for i in range(self.r):
            value, slopes = self.sums_at_teachers(evidence, i)
            if value != 0 or any(s != self.gram[l][i] / self.gram[i][i] * slopes[i] for l, s in enumerate(slopes)):
                return False
        return True

    def well_formed(self, evidence, x):
        right_angle = mp.pi / 2
        turned = self.document["activation"] == "relu"
        if any(x[key] <= 0 for key in ("mu", "S", "Z", "psi_far", "h_prime")) or any(x[key] < 0 for key in ("T", "e_prime", "gam")):
            return False
        angles = [x[key] for key in ("delta1", "delta_cap", "delta_prime") if key in x]
        if any(not 0 < angle < right_angle for angle in angles) or any(not 0 < x[key] < 1 for key in ("q", "c")):
            return False
        if ("delta_prime" in x) != turned:
            return False
        return evidence["psi"] == "product" or all(
            len(t["exponents"]) == self.r and sum(t["exponents"]) % 2 == 0 for t in evidence["psi"])

    def ridge(self, x):
        """The largest ||Pi F_i|| / tan delta at delta_cap, by quadrature of lemmas.md, Lemma 2(d) and (f)."""
        cap = str(x["delta_cap"])
        if cap not in self.ridges:
            self.ridges[cap] = self.ridge_at(mpmath.tan(x["delta_cap"]))
        return self.ridges[cap]

    def ridge_at(self, t):
        most = mpf(0)
        sphere = Sphere(self.rows, {})
        ridge = lambda u: mpmath.npdf(u) - u * mpmath.ncdf(-u)
        integral = lambda f: mpmath.quad(lambda u: f(u * t) * mpmath.npdf(u * t) * ridge(u), [0, 2, 6, 14])
        with mp.workdps(20):
            for i in range(self.r):
                parts = []
                for k in range(self.r):
                    if k == i:
                        parts.append(2 * integral(lambda s: s) * sphere.a[i])
                        continue
                    cosine = (sphere.a[i].T * sphere.a[k])[0]
                    sine = mpmath.sqrt(1 - cosine**2)
                    alpha = 4 * integral(lambda s: mpmath.npdf(s * cosine / sine))
                    beta = 2 * integral(lambda s: s * mpmath.erf(s * cosine / sine / mpmath.sqrt(2)))
                    parts.append(alpha * (sphere.a[k] - cosine * sphere.a[i]) / sine + beta * sphere.a[i])
                most = max(most, sphere.size(parts))
        return most

    def correlation(self, evidence):
        """(E[gF_i]/tan delta as delta -> 0, Lemma 3.2's bound on a grid), the largest over i."""
        psi = str(evidence["psi"])
        if psi not in self.correlations:
            self.correlations[psi] = self.correlation_of(evidence)
        return self.correlations[psi]

    def correlation_of(self, evidence):
        limits, bounds = [mpf(0)], [mpf(0)]
        for u in self.rows:
            parts = {}
            length = mpmath.sqrt(sum(c * c for c in u))
            y = [sum(p * c for p, c in zip(row, u)) / length for row in self.rows]
            for exponents, c in self.terms(evidence).items():
                parts[sum(exponents)] = parts.get(sum(exponents), 0) + c * _power(y, exponents)
            mean = lambda s: mpmath.sqrt(mp.pi / 2) * sum(
                v * ((-1) ** (n // 2 - 1) / mpmath.fac2(n - 3) if n else 1) * _hermite(n, s) for n, v in parts.items())
            phi0 = 1 / mpmath.sqrt(2 * mp.pi)
            limits.append(phi0 * mean(mpf(0)) / 2)
            bounds.append(max(phi0 / 2 * mpmath.exp(-s**2 / 2) * mean(s) for s in mpmath.linspace(0, 10, 1001)))
        return max(limits), max(bounds)

    def conditions(self, evidence, x):
        """The answers to (C1), (C2), (C5) and what samples say of (C3), (C4): True, False or None, each."""
        most, least_far = self.sampled(evidence, x)
        t = mpmath.tan(x["delta_cap"])
        e0 = mpmath.sqrt((self.r - 1) * (1 + mpf(4) / 9 * t**2) / (4 * mp.pi**2) + t**2 / (9 * mp.pi**2)) / mpmath.sqrt(x["mu"])
        limit, bound = self.correlation(evidence)
        answers = [decided(x["mu"], self.mu, self.mu * (1 + mpf(10) ** -12)), self.vanishes(evidence)]
        answers += [decided(-x[key], -(1 + self.ROOM_OF_SAMPLES) * most[key], -most[key]) for key in ("S", "Z")]
        if least_far < mpmath.inf:
            answers.append(decided(x["psi_far"], least_far * (1 - self.ROOM_OF_SAMPLES), least_far))
        general = 4 / mp.pi * mpmath.sqrt(self.r / x["mu"])
        answers.append(decided(-x["T"], -general, -most["T"]))
        answers.append(decided(-x["e_prime"], -e0, -self.ridge(x)))
        answers.append(decided(-x["gam"], -bound * (1 + self.ROOM), -limit))
        return answers

    def judge(self, claim, evidence):
        if claim["beta"] != ("3/4" if self.document["neuron"] == "norm" else "2/3"):
            return self.REFUTED
        x = {key: real(parse_number(evidence[key])) for key in CONSTANTS if key in evidence}
        if not self.well_formed(evidence, x):
            return self.REFUSED
        n = norm_of_g(self.terms(evidence), self.gram)
        found = theorem_g(self.gram, self.norms, n, x, self.document["activation"], self.document["neuron"], cells=100)
        if found is None:
            return self.REFUSED
        eps0, kappa, kappa_1 = (real(parse_number(claim[key])) for key in ("eps0", "kappa", "kappa_1"))
        steep = found[1] * eps0 ** (real(parse_number(claim["beta"])) - 1)
        answers = [decided(value, given * (1 - self.ROOM), given) for value, given in ((eps0, found[0]), (kappa, found[1]), (kappa_1, steep))]
        answers += self.conditions(evidence, x)
        return self.REFUSED if False in answers else None if None in answers else self.ACCEPTED


def decided(value, good, bad):
    """True for a value up to `good`, False beyond `bad`, None between."""
    return True if value <= good else False if value > bad else None


def _power(y, exponents):
    result = 1
    for value, e in zip(y, exponents):
        result *= value**e
    return result


def _hermite(n, s):
    """He_n(s)."""
    before, now = mpf(0), mpf(1)
    for k in range(n):
        before, now = now, s * now - k * before
    return now
