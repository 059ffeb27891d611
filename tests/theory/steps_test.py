"""Every intermediate inequality of the proof of Theorem G, on students that push it towards equality.

The constants come from certificates that lojacert writes and lojaverify accepts. Both sides of each inequality are expectations: closed
forms of the kernel and of the sign Gram matrix, one-dimensional integrals for the ridges, each compared with quadrature of its definition first.
No student may violate an inequality, and the largest ratio of the two sides must exceed the number in REACH: with the bound multiplied by
that number the same check reports a violation.
"""
from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Callable, Iterator, Optional

import numpy
from numpy import ndarray
from scipy import optimize, special

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "programs"))
import threshold_oracle  # noqa: E402
from lemmas_test import PHI0, PI, SHARP, equal, kernel, sign_gram  # noqa: E402
from programs import Programs, Report, folder_of_programs, option, workspace, write_json  # noqa: E402
from specification import parse_number  # noqa: E402
from teacher_oracle import gram_of, real  # noqa: E402

TEACHERS = {
    "one": [["1"]],
    "orthonormal": [["1", "0"], ["0", "1"]],
    "60 degrees": [["1", "0"], ["0.5", "0.8660254037844386467637231707529"]],
}

# Inequalities by step, and the share of the bound that some student must exceed, for the teachers in the order of TEACHERS; SHARP where the step
# has an equality case. In the comments: the largest ratios seen. They stay below 1 where the certificate states a constant rounded away from its
# supremum (S, Z, psi_far, T, e'), where one bound serves several students at once (A, N, Theta, Lambda and what is made of them), or where the
# theorem is not sharp (kappa: theorem-g.md, Section 10; c is 0.1 and the descent always nearly rho^2).
REACH: dict[str, tuple[Optional[float], float, float]] = {
    "1: -E[CV] <= ||V|| S E[gR]": (SHARP, SHARP, SHARP),
    "1: E[gR] <= N rho": (0.79, 0.89, 0.76),  # 0.853 0.928 0.871
    "1: sum |v_i| <= sqrt(r/mu) ||V||": (SHARP, SHARP, SHARP),
    "1: |v_i| <= ||V|| / sqrt mu": (SHARP, 0.72, 0.65),  # 1 0.782 0.707
    "1: ||V|| <= A rho": (0.73, 0.58, 0.54),  # 0.796 0.643 0.687
    "2: -E[VF] <= ||V|| e' t": (0.96, SHARP, SHARP),  # 0.970 0.995 0.996
    "2: 8 I (1 - cos) mass <= E[CF]": (SHARP, SHARP, SHARP),
    "2: 8 I (1 - cos) mass <= rho (sqrt(2 t I_high) + A e' t)": (0.89, 0.72, 0.73),  # 0.927 0.777 0.792
    "2: E[RF] <= rho sqrt(2 t I_high)": (SHARP, SHARP, SHARP),
    "2: delta_i <= delta_cap": (0.40, 0.36, 0.37),  # 0.435 0.388 0.408
    "2: h' rho <= Mout_i": (0.97, SHARP, SHARP),  # 0.983 0.999 0.999
    "2: q |p*_i| <= M_i": (SHARP, SHARP, SHARP),
    "2: |p*_i| - Mass_i <= A rho / sqrt mu": (0.73, 0.34, 0.27),  # 0.796 0.443 0.347
    "3: 8 I_i Y_i <= E[CF_i]": (SHARP, SHARP, SHARP),
    "3: 8 I_i Y_i <= E[RF_i] + e_i ||V||": (SHARP, SHARP, SHARP),
    "3: E[F_i F_k] / (f_i f_k) <= t / (16 pi I sin)": (None, SHARP, SHARP),
    "3: E[G0 F_i] / (A f_i) <= t (e' + S gam) / (A sqrt(2 t I))": (0.96, SHARP, SHARP),  # 0.975 0.999 0.999
    "3: E[G0 F_i] <= e_i + S gam t_i": (SHARP, SHARP, SHARP),
    "3: E[RF_i] <= rho f_i": (SHARP, SHARP, SHARP),
    "3: E[RH] / rho <= ||H||": (SHARP, SHARP, SHARP),
    "3: E[gF_i] <= gam t_i": (SHARP, SHARP, SHARP),
    "3: e_i <= e' t_i": (0.96, SHARP, SHARP),  # 0.970 1 1
    "3: |u| <= Lambda": (0.75, 0.88, 0.90),  # 0.814 0.910 0.929
    "3: |u|^2 <= E[RH] / rho": (SHARP, SHARP, SHARP),
    "3: ||G0|| <= A": (SHARP, SHARP, SHARP),
    "3: ||H||^2 <= (1 + nu) |u|^2": (0.74, 0.80, 0.82),  # 0.836 0.879 0.896
    "3: ||H||^2 <= (1 + nu) |u|^2 for any u": (0.96, 0.81, 0.81),  # 0.975 0.879 0.879
    "4: X_i / rho <= the maximum of the brackets": (0.92, SHARP, SHARP),  # 0.955 0.999 0.999
    "4: Y_i / rho <= b0 u_i sqrt(t_i) + kap u_0 t_i": (SHARP, SHARP, SHARP),
    "4: h' om t_i^2 <= Mout_i (1 - cos delta_i) / rho": (0.88, SHARP, SHARP),  # 0.920 0.999 0.998
    "4: om t_i^2 <= 1 - cos delta_i": (SHARP, SHARP, SHARP),
    "4: sum X_i <= rho Theta(u_0)": (0.67, 0.81, 0.87),  # 0.724 0.879 0.904
    "4: sum u_i^(4/3) <= r^(1/3) (sum u_i^2)^(2/3)": (SHARP, SHARP, SHARP),
    "5: -E[VE'] / ||V|| <= T sum m_i X_i": (SHARP, 0.97, 0.97),  # 1 0.977 0.986
    "5: c rho^2 <= sum <gamma_j, D_j>": (0.099, 0.099, 0.099),  # 0.100 0.100 0.100
    "5: q sum m_i X_i <= rho Theta(u_0)": (0.64, 0.70, 0.70),  # 0.697 0.755 0.760
    "5: rho^2 + E[VE'] <= sum <gamma_j, D_j>": (SHARP, SHARP, SHARP),
    "6: M_i (1 - m_i)^2 <= h rho (1 - q) / q": (SHARP, SHARP, SHARP),
    "6: c rho^2 / sqrt(Q_N rho) <= ||grad L||": (0.013, 0.0015, 0.0009),  # 0.016 0.0022 0.0015
    "6: class residual <= Z N rho": (0.75, 0.65, 0.54),  # 0.822 0.731 0.667
    "6: class residual <= Z sum |p_j| psi": (0.97, 0.97, 0.97),  # 0.980 0.980 0.980
    "6: far mass <= N rho / psi_far": (0.76, 0.48, 0.47),  # 0.826 0.573 0.586
    "6: psi_far far mass <= sum |p_j| psi": (0.97, 0.97, 0.97),  # 0.981 0.981 0.981
    "6: sum Mass_i - |p*_i| <= (sqrt(r/mu) A + ZN) rho": (0.29, 0.08, 0.05),  # 0.316 0.091 0.054
    "6: sum Mout_i <= (rh + sqrt(r/mu) A + ZN) rho": (0.89, SHARP, SHARP),  # 0.918 0.998 0.998
    "6: sum |d_j|^2 <= the sum of the four parts": (0.68, 0.57, 0.59),  # 0.748 0.631 0.703
    "6: the four parts <= Q_N rho": (0.82, SHARP, SHARP),  # 0.885 0.998 0.999
    "6: |d_j|^2 <= its bound": (SHARP, SHARP, SHARP),
    "7: Mass_i - |p*_i| <= (A / sqrt mu + ZN) rho": (0.29, 0.25, 0.22),  # 0.316 0.334 0.298
    "7: c rho^2 / sqrt(Q_U rho^(4/3)) <= ||grad L||": (0.0039, 0.0001, 0.00006),  # 0.0042 0.00011 7e-05
    "7: mass(theta >= x) <= b rho u^(-3/2)": (0.81, 0.64, 0.66),  # 0.878 0.689 0.712
    "7: stretched and far parts <= R_U rho": (0.48, 0.35, 0.37),  # 0.560 0.406 0.422
    "7: sum |D_j|^2 <= Q_U rho^(4/3)": (0.20, 0.12, 0.14),  # 0.278 0.146 0.164
    "7: the stretched parts of classes": (0.53, 0.36, 0.37),  # 0.613 0.406 0.422
    "7: turned parts <= Lemma 4": (0.05, 0.025, 0.025),  # 0.059 0.028 0.028
}

ROUNDING = 1e-6
NOISE = 1e-15  # of sums of terms of order 1 that cancel
J2 = (1 - 1 / math.sqrt(2)) / (3 * math.sqrt(PI))
J2_PRIME = (3 - 2 * math.sqrt(2)) / (10 * math.sqrt(PI))

Sides = Iterator[tuple[str, float, float]]


def pieces(ends: list[float], count: int) -> tuple[ndarray, ndarray]:
    """Nodes and weights of Gauss and Legendre's rule on consecutive intervals."""
    x, w = numpy.polynomial.legendre.leggauss(count)
    nodes = [(hi + lo) / 2 + (hi - lo) / 2 * x for lo, hi in zip(ends, ends[1:])]
    return numpy.concatenate(nodes), numpy.concatenate([(hi - lo) / 2 * w for lo, hi in zip(ends, ends[1:])])


U, WEIGHT = pieces([0, 1, 3, 7, 14], 40)


def density(s: ndarray) -> ndarray:
    return PHI0 * numpy.exp(-s * s / 2)


def ridge(u: ndarray) -> ndarray:
    """J(u), u >= 0."""
    return density(u) - u * 0.5 * special.erfc(u / math.sqrt(2))


def angle(u: ndarray, v: ndarray) -> ndarray:
    """The angle of unit vectors along the last axis."""
    return 2 * numpy.arctan2(numpy.linalg.norm(u - v, axis=-1), numpy.linalg.norm(u + v, axis=-1))


def length(v: ndarray) -> float:
    return float(numpy.linalg.norm(v))


def ridge_integral(t: float) -> float:
    """I(delta), t = tan delta."""
    return float(WEIGHT @ (density(U * t) * ridge(U) ** 2))


def ridge_own(theta: ndarray, t: float) -> ndarray:
    """K(theta) = E[C_b F_i] of Lemma 2(a), b of class i."""
    theta = numpy.asarray(theta, float)
    scale = numpy.minimum(t, numpy.tan(theta))
    s = scale[:, None] * U
    cotangent = 1 / numpy.tan(numpy.maximum(theta, 1e-300))
    return 4 * numpy.sin(theta) * scale * ((density(s) * ridge(s / t) * ridge(s * cotangent[:, None])) @ WEIGHT)


def ridge_other(theta: ndarray, t: float) -> ndarray:
    """E[F_i |b.x|] for b at the angle theta from a_i."""
    theta = numpy.asarray(theta, float)
    c, s = numpy.cos(theta)[:, None], numpy.sin(theta)[:, None]
    m = c * t * U
    mean = s * math.sqrt(2 / PI) * numpy.exp(-m * m / (2 * s * s)) + m * special.erf(m / (s * math.sqrt(2)))
    return 2 * t * ((density(t * U) * ridge(U) * mean) @ WEIGHT)


@dataclass
class Constants:
    """Section 1 as the certificate states it and Section 2 as the page derives it."""

    r: int
    x: dict[str, float]
    norm_g: float
    masses: ndarray
    sines: ndarray

    def __post_init__(self) -> None:
        x, r = self.x, self.r
        self.t = t = math.tan(x["delta_cap"])
        self.low, self.high = low, high = PHI0 * (J2 - t * t * J2_PRIME / 2), PHI0 * J2
        self.A = math.sqrt(1 + (x["S"] * self.norm_g) ** 2)
        self.b0 = (32 * low) ** -0.5
        self.om = (1 - math.cos(x["delta_cap"])) / t ** 2
        self.kap = x["e_prime"] * self.A / (8 * low)
        self.nu = math.sqrt(r) * t * (x["e_prime"] + x["S"] * x["gam"]) / (self.A * math.sqrt(2 * t * low)) + max(
            sum(t / (16 * PI * low * self.sines[i, k]) for k in range(r) if k != i) for i in range(r))
        self.lam = math.sqrt(1 + self.nu)
        self.b_cap = (math.sqrt(2 * t * high) + self.A * x["e_prime"] * t) / (8 * low)
        self.h = x["h_prime"] + self.A / math.sqrt(x["mu"])
        self.rho0 = (1 - x["q"]) * float(min(self.masses)) / self.h
        self.b = 2 * self.b_cap / math.sqrt(2 * math.sin(x["delta_cap"] / 2))
        cells = [self.theta(k / 50) for k in range(51)]
        self.xi = max(cells)
        self.most_turned = max(k / 50 * v for k, v in enumerate(cells))
        q, z_n = x["q"], x["Z"] * self.norm_g
        self.spread = math.sqrt(r / x["mu"]) * self.A + z_n
        self.Q_N = (r * self.h + self.spread) / 4 + r * self.h * (1 - q) / (2 * q) + 2 * self.xi / q ** 2 + self.norm_g / (4 * x["psi_far"])
        self.R_U = 2 * r * self.h + self.spread + self.norm_g / x["psi_far"]
        self.growth = self.A / math.sqrt(x["mu"]) + z_n
        self.Q_U = self.R_U ** 2 * self.rho0 ** (2 / 3) + 3 * 0.75 ** (2 / 3) * self.b ** (4 / 3) / q * float(
            sum((m + self.growth * self.rho0) ** (2 / 3) for m in self.masses))

    def bracket(self, u: float, u0: float, hoelder: float, count: float) -> float:
        """inf over alpha of hoelder (3/4) (b0 u)^(4/3) (4 alpha h' om)^(-1/3) + count (kap u0)^2 / (4 (1 - alpha) h' om)."""
        work = 4 * self.x["h_prime"] * self.om
        first, second = hoelder * 0.75 * (self.b0 * u) ** (4 / 3) * work ** (-1 / 3), count * (self.kap * u0) ** 2 / work
        if second == 0:
            return first
        found = optimize.minimize_scalar(lambda al: first * al ** (-1 / 3) + second / (1 - al), bounds=(1e-9, 1 - 1e-9), method="bounded",
                                         options={"xatol": 1e-10})
        return float(found.fun)

    def theta(self, u0: float) -> float:
        """Theta of Section 2."""
        return self.bracket(math.sqrt(max(self.lam ** 2 - u0 ** 2, 0)), u0, self.r ** (1 / 3), self.r)


class Teacher:
    """Unit teachers in the first coordinates of R^d, with the constants of their certificate."""

    def __init__(self, name: str, rows: list[list[str]], evidence: dict[str, Any]) -> None:
        exact = [[parse_number(x) for x in row] for row in rows]
        self.name, self.r, self.gram = name, len(rows), gram_of(exact)
        self.rows = numpy.array([[float(x) for x in row] for row in exact])
        self.mass = numpy.linalg.norm(self.rows, axis=1)
        self.a = self.rows / self.mass[:, None]
        self.span = self.rows.shape[1]
        self.tau = angle(self.a[:, None], self.a[None])
        self.block = [[sign_gram(u, w) for w in self.a] for u in self.a]
        self.arcsine = 1 - 2 * self.tau / PI
        whole = numpy.block(self.block)
        self.inverse, self.inverse_off = numpy.linalg.inv(whole), numpy.linalg.inv(self.arcsine)
        terms = [(term["exponents"], parse_number(term["coefficient"])) for term in evidence["psi"]]
        self.terms = threshold_oracle.expanded(terms, self.gram)
        self.psi_terms = {e: float(c) for e, c in self.terms.items()}
        constants = {key: float(parse_number(value)) for key, value in evidence.items() if key not in ("by", "psi", "precision_bits")}
        norm_g = float(threshold_oracle.norm_of_g(self.terms, self.gram))
        self.c = Constants(self.r, constants, norm_g, self.mass, numpy.sin(self.tau))

    def placed(self, d: int) -> ndarray:
        """The directions in R^d."""
        return numpy.pad(self.a, ((0, 0), (0, d - self.span)))

    def times(self, i: int, k: int, v: ndarray) -> ndarray:
        """G(a_i, a_k) v for rows v in any dimension."""
        return numpy.concatenate([v[..., :self.span] @ self.block[i][k], self.arcsine[i, k] * v[..., self.span:]], axis=-1)

    def gram_form(self, v: ndarray, w: ndarray) -> float:
        """E[V W] of V = sum sign(a_i.x) v_i.x and W likewise."""
        return sum(float(v[i] @ self.times(i, k, w[k])) for i in range(self.r) for k in range(self.r))

    def solve(self, c: ndarray) -> ndarray:
        """Gamma^(-1) c for c of shape (..., r, d)."""
        head = c[..., :self.span].reshape(*c.shape[:-2], -1) @ self.inverse
        return numpy.concatenate([head.reshape(*c.shape[:-1], self.span), self.inverse_off @ c[..., self.span:]], axis=-1)

    def projected(self, c: ndarray) -> ndarray:
        """||Pi f|| for c_k = E[f sign(a_k.x) x]."""
        return numpy.sqrt(numpy.maximum((c * self.solve(c)).sum(axis=(-2, -1)), 0))

    def classify(self, b: ndarray) -> tuple[ndarray, ndarray, ndarray]:
        """(class or -1, oriented b, angle to its teacher)."""
        y = b @ self.placed(b.shape[1]).T
        kind = numpy.argmax(numpy.abs(y), axis=1)
        chosen = y[numpy.arange(len(b)), kind]
        oriented = numpy.where(chosen < 0, -1.0, 1.0)[:, None] * b
        theta = angle(oriented, self.placed(b.shape[1])[kind])
        far = theta > self.c.x["delta1"]
        return numpy.where(far, -1, kind), oriented, numpy.where(far, PI / 2, theta)

    def shadows(self, b: ndarray) -> ndarray:
        """G(a_k, b) b, of shape (m, r, d)."""
        a = self.placed(b.shape[1])
        tau = angle(a[None], b[:, None])
        return (1 - 2 * tau / PI)[:, :, None] * b[:, None] + 2 / PI * numpy.sin(tau)[:, :, None] * a[None]

    def wedge_blocks(self, b: ndarray, kind: ndarray) -> ndarray:
        """c_k = E[C_b sign(a_k.x) x], of shape (m, r, d), for oriented b."""
        c = self.shadows(b)
        for i in range(self.r):
            chosen = kind == i
            for k in range(self.r):
                c[chosen, k] -= self.times(i, k, b[chosen])
        return c

    def turned_blocks(self, b: ndarray, i: int) -> ndarray:
        """c'_k = E[E'_b sign(a_k.x) x] = (G(a_i, a_k) - G(b, a_k)) a_i, of shape (m, r, d), for oriented b of class i."""
        a = self.placed(b.shape[1])
        c, y = numpy.empty((len(b), self.r, b.shape[1])), b @ a.T
        for k in range(self.r):
            tau = angle(b, a[k])[:, None]
            if k == i:
                c[:, k] = 2 / PI * (tau * a[i] - numpy.sin(tau) * b)
                continue
            yk, yi, g = y[:, k, None], y[:, i, None], float(a[k] @ a[i])
            plane = g * b + yi * a[k] - yk * (yi * b + g * a[k])
            c[:, k] = self.times(i, k, a[i]) - (1 - 2 * tau / PI) * a[i] - 2 / PI * plane / numpy.sin(tau)
        return c

    def psi(self, b: ndarray) -> ndarray:
        y = b[:, :self.span] @ self.rows.T
        return sum(c * numpy.prod(y ** numpy.array(e), axis=1) for e, c in self.psi_terms.items())

    @cached_property
    def hermite(self) -> dict[tuple[int, ...], float]:
        """g as a polynomial in y_i = <x, P_i>: sum_k exp(-Laplacian/2) psi_2k / (sqrt((2k)!) s_2k)."""
        result: dict[tuple[int, ...], float] = {}
        rows = [[real(x) for x in row] for row in self.gram]
        for degree in {sum(e) for e in self.terms}:
            part = {e: c / hermite_scale(degree) for e, c in self.terms.items() if sum(e) == degree}
            order = 0
            while part:
                for e, c in part.items():
                    result[e] = result.get(e, 0.0) + float(c)
                order += 1
                lower: dict[tuple[int, ...], Any] = {}
                for i in range(self.r):
                    unit = [int(i == k) for k in range(self.r)]
                    for e, c in threshold_oracle.along(threshold_oracle.along(part, rows[i]), unit).items():
                        lower[e] = lower.get(e, 0) - c / (2 * order)
                part = lower
        return result

    def g(self, x: ndarray) -> ndarray:
        y = x[..., :self.span] @ self.rows.T
        return sum(c * numpy.prod(y ** numpy.array(e), axis=-1) for e, c in self.hermite.items())

    def ridge_vector(self, i: int, k: int, t: float, d: int) -> ndarray:
        """E[F_i sign(a_k.x) x] at scale t (Lemma 2(f), and (d) for i = k)."""
        a, s = self.placed(d), t * U
        weight = 2 * t * WEIGHT * density(s) * ridge(U)
        if i == k:
            return float(weight @ s) * a[i]
        cosine, sine = math.cos(self.tau[i, k]), math.sin(self.tau[i, k])
        across = (a[k] - cosine * a[i]) / sine
        return float(weight @ (2 * density(s * cosine / sine))) * across + float(
            weight @ (s * special.erf(s * cosine / sine / math.sqrt(2)))) * a[i]

    def ridge_blocks(self, i: int, t: float, d: int) -> ndarray:
        return numpy.array([self.ridge_vector(i, k, t, d) for k in range(self.r)])

    def test_gram(self, v: ndarray, scale: dict[int, float]) -> ndarray:
        """The Gram matrix of G0 / A, G0 = V / ||V|| + S g, and of the normed ridges F_i / f_i at the scales given; V = 0 leaves g alone."""
        size_v = math.sqrt(max(self.gram_form(v, v), 0.0))
        strength, wide = self.c.x["S"], list(scale)
        size = {i: math.sqrt(2 * t * ridge_integral(t)) for i, t in scale.items()}
        gram = numpy.eye(1 + len(wide))
        gram[0, 0] = (float(size_v > 0) + (strength * self.c.norm_g) ** 2) / self.c.A ** 2
        for n, i in enumerate(wide, 1):
            along = float((v * self.ridge_blocks(i, scale[i], v.shape[1])).sum()) / size_v if size_v else 0.0
            gram[0, n] = gram[n, 0] = (along + strength * self.ridge_g(i, scale[i])) / (self.c.A * size[i])
            for l, k in enumerate(wide[:n - 1], 1):
                gram[l, n] = gram[n, l] = self.ridge_pair(i, k, scale[i], scale[k]) / (size[i] * size[k])
        return gram

    def ridge_g(self, i: int, t: float) -> float:
        """E[g F_i]: E[g | a_i.x = s] = sum_k psi_2k(a_i) h_2k(s) / s_2k."""
        y = self.rows @ self.a[i]
        by_degree: dict[int, float] = {}
        for e, c in self.psi_terms.items():
            by_degree[sum(e)] = by_degree.get(sum(e), 0.0) + c * float(numpy.prod(y ** numpy.array(e)))
        s = t * U
        mean = sum(value * special.eval_hermitenorm(n, s) / float(hermite_scale(n)) for n, value in by_degree.items())
        return float(2 * t * WEIGHT @ (density(s) * mean * ridge(U)))

    def ridge_pair(self, i: int, k: int, t: float, s: float) -> float:
        """E[F_i F_k], i != k, at the scales t and s."""
        c, q = math.cos(self.tau[i, k]), 2 * math.sin(self.tau[i, k]) ** 2
        x, y = t * U[:, None], s * U[None]
        joint = sum(numpy.exp(-(x * x - 2 * sign * c * x * y + y * y) / q) for sign in (1, -1)) / (2 * PI * math.sqrt(q / 2))
        return float(2 * t * s * (WEIGHT * ridge(U)) @ joint @ (WEIGHT * ridge(U)))


def hermite_scale(n: int) -> Any:
    """sqrt(n!) s_n of Lemma 3(1)."""
    k = n // 2
    double_factorial = math.prod(range(1, 2 * k - 2, 2))
    return math.sqrt(2 / PI) * (1 if k == 0 else (-1) ** (k - 1) * double_factorial)


class Students:
    """Vectors p_j beside a teacher, oriented, with every quantity of Steps 1 to 7; each is computed when asked for."""

    def __init__(self, teacher: Teacher, p: ndarray) -> None:
        p = p[numpy.linalg.norm(p, axis=1) > 0]
        self.teacher, self.c, self.d = teacher, teacher.c, p.shape[1]
        self.a = teacher.placed(self.d)
        self.mass = numpy.linalg.norm(p, axis=1)
        self.kind, self.b, self.angle = teacher.classify(p / self.mass[:, None])
        self.bend = numpy.where(self.kind < 0, 0.0, 2 * numpy.sin(self.angle / 2) ** 2)
        self.p = self.mass[:, None] * self.b
        self.v = numpy.array([self.p[self.kind == i].sum(axis=0) for i in range(teacher.r)]) - teacher.mass[:, None] * self.a
        self.size_v = math.sqrt(max(teacher.gram_form(self.v, self.v), 0.0))

    @cached_property
    def rho(self) -> float:
        """||R|| by the pair sum."""
        b = numpy.concatenate([self.b, self.a])
        if len(b) < 300:  # R may be tiny; with more students it is not, and products of long doubles are slow
            b = b.astype(numpy.longdouble)
            b /= numpy.sqrt((b * b).sum(axis=1))[:, None]
        weight = numpy.concatenate([self.mass, -self.teacher.mass]).astype(numpy.longdouble)
        return math.sqrt(max(float(weight @ kernels(b, b) @ weight), 0.0))

    @cached_property
    def with_g(self) -> float:
        """E[g R]."""
        return float(self.mass @ self.teacher.psi(self.b))

    @cached_property
    def c_with_v(self) -> float:
        """E[C V]."""
        return float(self.mass @ (self.teacher.wedge_blocks(self.b, self.kind) * self.v).sum(axis=(1, 2)))

    @cached_property
    def x(self) -> float:
        return self.size_v / self.rho

    @cached_property
    def class_mass(self) -> ndarray:
        return numpy.array([self.mass[self.kind == i].sum() for i in range(self.teacher.r)])

    @cached_property
    def far_mass(self) -> float:
        return float(self.mass[self.kind < 0].sum())

    def c_with_ridge(self, i: int, t: float) -> float:
        """E[C F_i] at the scale t."""
        own = self.kind == i
        total = float(self.mass[own] @ ridge_own(self.angle[own], t))
        if not own.all():
            rest = ~own
            value = ridge_other(angle(self.b[rest], self.a[i]), t)
            vectors = numpy.concatenate([self.teacher.ridge_blocks(i, t, self.d), numpy.zeros((1, self.d))])
            total += float(self.mass[rest] @ (value - (self.b[rest] * vectors[self.kind[rest]]).sum(axis=1)))
        return total

    def v_with_ridge(self, i: int, t: float) -> float:
        """E[V F_i] at the scale t."""
        return float((self.v * self.teacher.ridge_blocks(i, t, self.d)).sum())

    @cached_property
    def small(self) -> bool:
        return 0 < self.rho <= self.c.rho0 * (1 + 1e-12)

    # Step 2: inner and outer students; defined where rho <= rho0.

    @cached_property
    def inner_mass(self) -> ndarray:
        """M_i."""
        return self.teacher.mass - self.c.h * self.rho

    @cached_property
    def inner(self) -> tuple[ndarray, ndarray]:
        """(delta_i, w_j)."""
        delta, w = numpy.zeros(self.teacher.r), numpy.zeros(len(self.mass))
        for i in range(self.teacher.r):
            members = numpy.flatnonzero(self.kind == i)
            members = members[numpy.argsort(self.angle[members])]
            left = self.inner_mass[i]
            for group in numpy.split(members, 1 + numpy.flatnonzero(numpy.diff(self.angle[members]) > 1e-12)):
                share = min(1.0, left / self.mass[group].sum())
                w[group], delta[i] = share, self.angle[group[-1]]
                left -= self.mass[group].sum()
                if left <= 0:
                    break
        return delta, w

    @cached_property
    def inner_bend(self) -> ndarray:
        """1 - cos delta_i."""
        return 2 * numpy.sin(self.inner[0] / 2) ** 2

    @cached_property
    def outer_mass(self) -> ndarray:
        return self.class_mass - self.inner_mass

    @cached_property
    def excess(self) -> ndarray:
        """X_i."""
        share = self.mass * self.inner[1] * self.bend
        return numpy.array([share[self.kind == i].sum() for i in range(self.teacher.r)])

    @cached_property
    def ratio(self) -> ndarray:
        """m_i."""
        return self.teacher.mass / self.inner_mass

    # Step 3: all ridges at once.

    @cached_property
    def wide(self) -> list[int]:
        """The classes with delta_i > 0."""
        return [i for i in range(self.teacher.r) if self.inner[0][i] > 1e-9]

    @cached_property
    def scale(self) -> ndarray:
        return numpy.tan(self.inner[0])

    @cached_property
    def integral(self) -> ndarray:
        """I_i."""
        return numpy.array([ridge_integral(t) for t in self.scale])

    @cached_property
    def ridge_size(self) -> ndarray:
        """f_i."""
        return numpy.sqrt(2 * self.scale * self.integral)

    @cached_property
    def ridge_projected(self) -> ndarray:
        """e_i."""
        return numpy.array([self.teacher.projected(self.teacher.ridge_blocks(i, t, self.d)) for i, t in enumerate(self.scale)])

    @cached_property
    def Y(self) -> ndarray:
        return self.excess + self.outer_mass * self.inner_bend

    @cached_property
    def u0(self) -> float:
        return self.x / self.c.A

    @cached_property
    def u(self) -> ndarray:
        result = numpy.zeros(self.teacher.r)
        for i in self.wide:
            result[i] = max(8 * self.integral[i] * self.Y[i] / self.rho - self.ridge_projected[i] * self.x, 0.0) / self.ridge_size[i]
        return result

    @cached_property
    def u_size(self) -> float:
        return math.sqrt(self.u0 ** 2 + float(self.u @ self.u))

    @cached_property
    def r_with_g0(self) -> float:
        """E[R G0] = ||V|| + E[C V] / ||V|| + S E[g R]."""
        return self.size_v + self.c_with_v / self.size_v + self.c.x["S"] * self.with_g

    # Step 5: descent; Steps 6 and 7: the sums of squares.

    @cached_property
    def z(self) -> ndarray:
        """z_j = w_j m_i; 0 for far students."""
        return numpy.where(self.kind < 0, 0.0, self.inner[1] * self.ratio[self.kind])

    @cached_property
    def gradient(self) -> ndarray:
        """gamma_j = E[R sign(p_j.x) x]."""
        return slopes(self, self.b)

    @cached_property
    def move(self) -> ndarray:
        """D_j."""
        return self.p - (self.mass * self.z)[:, None] * numpy.where((self.kind < 0)[:, None], 0.0, self.a[self.kind])

    @cached_property
    def descent(self) -> float:
        return float((self.gradient * self.move).sum())

    @cached_property
    def turned(self) -> float:
        """E[V E']: only students with a weight count."""
        total = 0.0
        for i in range(self.teacher.r):
            members = numpy.flatnonzero((self.kind == i) & (self.z > 0) & (self.angle > 1e-12))
            if len(members):
                blocks = self.teacher.turned_blocks(self.b[members], i)
                total += float((self.mass[members] * self.z[members]) @ (blocks * self.v).sum(axis=(1, 2)))
        return total

    @cached_property
    def small_moves(self) -> ndarray:
        """|d_j|^2, d_j = J_j^(-1) D_j with J_j^(-1) = |w_j|^(-1) (I - b b^T / 2)."""
        along = (self.move * self.b).sum(axis=1)
        return ((self.move - along[:, None] * self.b / 2) ** 2).sum(axis=1) / self.mass

    def gradient_norm(self, form: str) -> float:
        """||grad L||_F: J_j gamma_j in norm form, J_j = |w_j| (I + b b^T)."""
        if form == "unit":
            return length(self.gradient)
        along = (self.gradient * self.b).sum(axis=1)
        return math.sqrt(float(self.mass @ ((self.gradient + along[:, None] * self.b) ** 2).sum(axis=1)))


def kernels(u: ndarray, v: ndarray) -> ndarray:
    """E|u.x||v.x| for rows of unit vectors: cos t + (2/pi)(sin t - t cos t)."""
    cosine = numpy.clip(u @ v.T, -1, 1)
    sine = numpy.sqrt((1 - cosine) * (1 + cosine))
    return cosine + 2 / numpy.longdouble(PI) * (sine - numpy.arctan2(sine, cosine) * cosine)


def slopes(s: Students, b: ndarray) -> ndarray:
    """E[R sign(b.x) x] for rows b: the sum of mass G(b, q) q over students and teachers."""
    result = numpy.zeros_like(b)
    for weight, directions in ((s.mass, s.b), (-s.teacher.mass, s.a)):
        cosine = numpy.clip(b @ directions.T, -1, 1)
        tau = numpy.arctan2(numpy.sqrt((1 - cosine) * (1 + cosine)), cosine)
        result += ((1 - 2 * tau / PI) * weight) @ directions + 2 / PI * (numpy.sin(tau) @ weight)[:, None] * b
    return result


def violated(value: float, bound: float) -> bool:
    """Whether value <= bound fails by more than rounding explains."""
    return not value <= bound * (1 + ROUNDING) + NOISE


class Ledger:
    """Checks inequalities and keeps, for each, the sides with the largest ratio."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.best: dict[str, tuple[float, float, float]] = {}

    def look(self, sides: Sides) -> None:
        for name, value, bound in sides:
            self.report.check(not violated(value, bound), name, lambda: f"{value!r} > {bound!r}")
            ratio = value / bound if bound > 1e3 * NOISE else -math.inf
            if ratio > self.best.get(name, (-math.inf,))[0]:
                self.best[name] = (ratio, value, bound)

    def finish(self, reach: dict[str, float]) -> None:
        """Every inequality was met, and with its bound multiplied by its reach it is reported as violated."""
        self.report.check(set(self.best) == set(reach), "inequalities that students reached", lambda: str(set(self.best) ^ set(reach)))
        for name, share in reach.items():
            ratio, value, bound = self.best.get(name, (-math.inf, 0.0, 1.0))
            self.report.check(violated(value, share * bound), f"reach of: {name}", lambda: f"ratio {ratio:.5f}, wanted {share}")


def step_1(s: Students) -> Sides:
    """||V|| <= A rho and its parts; Corollary 4; the masses of Step 2 and (4.2), at every loss."""
    c, x = s.c, s.c.x
    if s.size_v > 0:
        yield "1: -E[CV] <= ||V|| S E[gR]", -s.c_with_v / s.size_v, x["S"] * s.with_g
        yield "1: |v_i| <= ||V|| / sqrt mu", max(map(length, s.v)), s.size_v / math.sqrt(x["mu"])
        yield "1: sum |v_i| <= sqrt(r/mu) ||V||", sum(map(length, s.v)), math.sqrt(c.r / x["mu"]) * s.size_v
    yield "1: E[gR] <= N rho", s.with_g, c.norm_g * s.rho
    yield "1: ||V|| <= A rho", s.size_v, c.A * s.rho
    yield "2: |p*_i| - Mass_i <= A rho / sqrt mu", float(max(s.teacher.mass - s.class_mass)), c.A * s.rho / math.sqrt(x["mu"])
    residual = float(s.mass @ s.bend)
    near = s.kind >= 0
    psi = s.teacher.psi(s.b)
    yield "6: class residual <= Z sum |p_j| psi", residual, x["Z"] * float(s.mass[near] @ psi[near])
    yield "6: class residual <= Z N rho", residual, x["Z"] * c.norm_g * s.rho
    if s.far_mass > 0:
        yield "6: psi_far far mass <= sum |p_j| psi", x["psi_far"] * s.far_mass, float(s.mass[~near] @ psi[~near])
        yield "6: far mass <= N rho / psi_far", s.far_mass, c.norm_g * s.rho / x["psi_far"]
    more = s.class_mass - s.teacher.mass
    yield "7: Mass_i - |p*_i| <= (A / sqrt mu + ZN) rho", float(max(more)), c.growth * s.rho
    yield "6: sum Mass_i - |p*_i| <= (sqrt(r/mu) A + ZN) rho", float(sum(more)), c.spread * s.rho


def scales(s: Students, i: int) -> list[float]:
    """delta_cap and the largest angle of class i below it."""
    cap = s.c.x["delta_cap"]
    below = s.angle[(s.kind == i) & (s.angle <= cap) & (s.angle > 1e-9)]
    return [cap] + ([float(below.max())] if len(below) else [])


def ridge_test(s: Students) -> Sides:
    """The test of Step 2 with a ridge at delta_cap and below, and the mass law of Step 7, at every loss."""
    c, x = s.c, s.c.x
    for i in range(c.r):
        for scale in scales(s, i):
            t, low = math.tan(scale), PHI0 * (J2 - math.tan(scale) ** 2 * J2_PRIME / 2)
            mass = float(s.mass[(s.kind == i) & (s.angle >= scale * (1 - 1e-12))].sum())
            bend = 2 * math.sin(scale / 2) ** 2
            with_c, with_v = s.c_with_ridge(i, t), s.v_with_ridge(i, t)
            yield "2: 8 I (1 - cos) mass <= E[CF]", 8 * low * bend * mass, with_c
            yield "2: E[RF] <= rho sqrt(2 t I_high)", with_c + with_v, s.rho * math.sqrt(2 * t * c.high)
            if s.size_v > 0:
                yield "2: -E[VF] <= ||V|| e' t", -with_v, s.size_v * x["e_prime"] * t
            yield ("2: 8 I (1 - cos) mass <= rho (sqrt(2 t I_high) + A e' t)", 8 * low * bend * mass,
                   s.rho * (math.sqrt(2 * t * c.high) + c.A * x["e_prime"] * t))
            yield "7: mass(theta >= x) <= b rho u^(-3/2)", mass, c.b * s.rho * (2 * math.sin(scale / 2)) ** -1.5


def step_2(s: Students) -> Sides:
    x = s.c.x
    yield "2: q |p*_i| <= M_i", float(max(x["q"] * s.teacher.mass / s.inner_mass)), 1.0
    yield "2: h' rho <= Mout_i", x["h_prime"] * s.rho, float(min(s.outer_mass))
    yield "2: delta_i <= delta_cap", float(max(s.inner[0])), x["delta_cap"]


def step_3(s: Students) -> Sides:
    c = s.c
    for i in s.wide:
        t = s.scale[i]
        with_c, with_v = s.c_with_ridge(i, t), s.v_with_ridge(i, t)
        eight = 8 * s.integral[i] * s.Y[i]
        yield "3: 8 I_i Y_i <= E[CF_i]", eight, with_c
        yield "3: 8 I_i Y_i <= E[RF_i] + e_i ||V||", eight, with_c + with_v + s.ridge_projected[i] * s.size_v
        yield "3: E[RF_i] <= rho f_i", with_c + with_v, s.rho * s.ridge_size[i]
    gram = s.teacher.test_gram(s.v, {i: float(s.scale[i]) for i in s.wide})
    if s.u_size > 0:
        u = numpy.concatenate([[s.u0], s.u[s.wide]])
        with_r = s.u0 / c.A * s.r_with_g0 if s.size_v > 0 else 0.0
        with_r += sum(s.u[i] / s.ridge_size[i] * (s.c_with_ridge(i, s.scale[i]) + s.v_with_ridge(i, s.scale[i])) for i in s.wide)
        yield "3: |u|^2 <= E[RH] / rho", s.u_size ** 2, with_r / s.rho
        yield "3: E[RH] / rho <= ||H||", with_r / s.rho, math.sqrt(float(u @ gram @ u))
        yield "3: ||H||^2 <= (1 + nu) |u|^2", float(u @ gram @ u), (1 + c.nu) * s.u_size ** 2
        yield "3: |u| <= Lambda", s.u_size, c.lam


def test_functions(teacher: Teacher, share: float) -> Sides:
    """What Steps 3 and 4 say of the ridges at any scale up to delta_cap, of any V and any u >= 0."""
    c, x = teacher.c, teacher.c.x
    delta = share * x["delta_cap"]
    t, d = math.tan(delta), teacher.span + 1
    size = math.sqrt(2 * t * ridge_integral(t))
    v = numpy.zeros((teacher.r, d))
    for i in range(c.r):
        blocks = teacher.ridge_blocks(i, t, d)
        v += teacher.solve(blocks)
        e = float(teacher.projected(blocks))
        yield "3: e_i <= e' t_i", e, x["e_prime"] * t
        yield "3: E[gF_i] <= gam t_i", teacher.ridge_g(i, t), x["gam"] * t
        gram = teacher.test_gram(teacher.solve(blocks), {i: t})
        yield "3: E[G0 F_i] <= e_i + S gam t_i", c.A * gram[0, 1] * size, e + x["S"] * x["gam"] * t
        yield "3: E[G0 F_i] / (A f_i) <= t (e' + S gam) / (A sqrt(2 t I))", gram[0, 1], c.t * (x["e_prime"] + x["S"] * x["gam"]) / (
            c.A * math.sqrt(2 * c.t * c.low))
        for k in range(i):
            yield ("3: E[F_i F_k] / (f_i f_k) <= t / (16 pi I sin)", teacher.ridge_pair(i, k, t, t) / size ** 2,
                   c.t / (16 * PI * c.low * c.sines[i, k]))
    gram = teacher.test_gram(v, {i: t for i in range(c.r)})
    yield "3: ||H||^2 <= (1 + nu) |u|^2 for any u", float(numpy.linalg.eigvalsh(gram)[-1]) - 1, c.nu
    yield "3: ||G0|| <= A", gram[0, 0], 1.0
    yield "4: om t_i^2 <= 1 - cos delta_i", c.om * t * t, 2 * math.sin(delta / 2) ** 2


def step_4(s: Students) -> Sides:
    c = s.c
    for i in s.wide:
        t = s.scale[i]
        yield "4: Y_i / rho <= b0 u_i sqrt(t_i) + kap u_0 t_i", s.Y[i] / s.rho, c.b0 * s.u[i] * math.sqrt(t) + c.kap * s.u0 * t
        yield "4: h' om t_i^2 <= Mout_i (1 - cos delta_i) / rho", c.x["h_prime"] * c.om * t * t, s.outer_mass[i] * s.inner_bend[i] / s.rho
        yield "4: X_i / rho <= the maximum of the brackets", s.excess[i] / s.rho, c.bracket(s.u[i], s.u0, 1.0, 1.0)
    if s.wide:
        u = s.u[s.wide]
        yield "4: sum u_i^(4/3) <= r^(1/3) (sum u_i^2)^(2/3)", float((u ** (4 / 3)).sum()), c.r ** (1 / 3) * float(u @ u) ** (2 / 3)
        yield "4: sum X_i <= rho Theta(u_0)", float(s.excess.sum()), s.rho * c.theta(s.u0)


def step_5(s: Students) -> Sides:
    c, x = s.c, s.c.x
    yield "5: rho^2 + E[VE'] <= sum <gamma_j, D_j>", s.rho ** 2 + s.turned, s.descent
    if s.size_v > 0:
        yield "5: -E[VE'] / ||V|| <= T sum m_i X_i", -s.turned / s.size_v, x["T"] * float(s.ratio @ s.excess)
    yield "5: q sum m_i X_i <= rho Theta(u_0)", x["q"] * float(s.ratio @ s.excess), s.rho * c.theta(s.u0)
    yield "5: c rho^2 <= sum <gamma_j, D_j>", x["c"] * s.rho ** 2, s.descent


def worst(values: ndarray, bounds: ndarray) -> tuple[float, float]:
    """The pair with the largest ratio."""
    j = int(numpy.argmax(values / numpy.maximum(bounds, 1e-300)))
    return float(values[j]), float(bounds[j])


def step_6(s: Students) -> Sides:
    c, q = s.c, s.c.x["q"]
    near, w = s.kind >= 0, s.inner[1]
    m = numpy.where(near, s.ratio[s.kind], 1.0)
    bound = s.mass * (0.25 * (1 - w) + w * (0.5 * (1 - m) ** 2 + 2 * m ** 2 * s.bend))
    heavy = s.mass > 1e-6 * s.rho
    yield "6: |d_j|^2 <= its bound", *worst(s.small_moves[heavy] - 1e-15 * s.mass[heavy], bound[heavy])
    yield "6: M_i (1 - m_i)^2 <= h rho (1 - q) / q", float(max(s.inner_mass * (1 - s.ratio) ** 2)), c.h * s.rho * (1 - q) / q
    total = float(s.small_moves.sum())
    parts = 0.25 * float(s.outer_mass.sum()) + 0.5 * float(s.inner_mass @ (1 - s.ratio) ** 2) + 2 / q ** 2 * float(s.excess.sum()) + 0.25 * s.far_mass
    yield "6: sum |d_j|^2 <= the sum of the four parts", total, parts
    yield "6: sum Mout_i <= (rh + sqrt(r/mu) A + ZN) rho", float(s.outer_mass.sum()), (c.r * c.h + c.spread) * s.rho
    yield "6: the four parts <= Q_N rho", parts, c.Q_N * s.rho
    yield "6: c rho^2 / sqrt(Q_N rho) <= ||grad L||", c.x["c"] * s.rho ** 1.5 / math.sqrt(c.Q_N), s.gradient_norm("norm")


def step_7(s: Students) -> Sides:
    c, q = s.c, s.c.x["q"]
    near = s.kind >= 0
    stretched = float(((s.mass * (1 - s.z))[near] ** 2).sum())
    far = float((s.mass[~near] ** 2).sum())
    yield "7: the stretched parts of classes", math.sqrt(stretched), float(s.outer_mass.sum()) + c.r * c.h * s.rho
    yield "7: stretched and far parts <= R_U rho", math.sqrt(stretched + far), c.R_U * s.rho
    rest = float((s.mass ** 2 * s.z * 2 * s.bend)[near].sum())
    room = s.teacher.mass + c.growth * c.rho0
    yield "7: turned parts <= Lemma 4", rest, 3 * 0.75 ** (2 / 3) * (c.b * s.rho) ** (4 / 3) / q * float((room ** (2 / 3)).sum())
    yield "7: sum |D_j|^2 <= Q_U rho^(4/3)", stretched + far + rest, c.Q_U * s.rho ** (4 / 3)
    yield "7: c rho^2 / sqrt(Q_U rho^(4/3)) <= ||grad L||", c.x["c"] * s.rho ** (4 / 3) / math.sqrt(c.Q_U), s.gradient_norm("unit")


def everything(s: Students) -> Sides:
    """All inequalities that the student is covered by."""
    groups: list[Callable[[Students], Sides]] = [step_1, ridge_test]
    if s.small:
        groups += [step_2, step_3, step_4, step_5, step_6, step_7]
    for group in groups:
        yield from group(s)


# Students.

def assembled(teacher: Teacher, v: ndarray, b: ndarray, mass: ndarray) -> Students:
    """Students mass_j b_j, and beside them one a class that makes the class residuals v."""
    kind, oriented, _ = teacher.classify(b)
    used = numpy.array([(mass[kind == i, None] * oriented[kind == i]).sum(axis=0) for i in range(teacher.r)])
    main = teacher.mass[:, None] * teacher.placed(b.shape[1]) + v - used
    return Students(teacher, numpy.concatenate([main, mass[:, None] * b]))


def moved(teacher: Teacher, v: ndarray) -> Students:
    """One student a class."""
    return assembled(teacher, v, numpy.zeros((0, v.shape[1])), numpy.zeros(0))


def best_direction(teacher: Teacher, b: ndarray, gain: ndarray, pull: ndarray) -> tuple[ndarray, ndarray]:
    """(masses x >= 0, v) that maximise (gain . x + pull . v) / ||C + V||, C = sum x_j C_{b_j}: nonnegative least squares."""
    kind, b, _ = teacher.classify(b)
    blocks = teacher.wedge_blocks(b, kind)
    shadows = teacher.shadows(b)
    # E[C_b C_b'] = E|b.x||b'.x| - E[|b.x| sign(a_i'.x) b'.x] - E[sign(a_i.x) b.x C_b']
    products = kernels(b, b).astype(float)
    for i in range(teacher.r):
        chosen = kind == i
        products[:, chosen] -= shadows[:, i] @ b[chosen].T
        products[chosen] -= b[chosen] @ blocks[:, i].T
    flat, solved = blocks.reshape(len(b), -1), teacher.solve(blocks).reshape(len(b), -1)
    values, vectors = numpy.linalg.eigh(products - flat @ solved.T)
    root = numpy.sqrt(numpy.maximum(values, values[-1] * 1e-13))
    x, _ = optimize.nnls(root[:, None] * vectors.T, vectors.T @ (gain - solved @ pull.ravel()) / root, maxiter=20 * len(b))
    return x, teacher.solve(pull - numpy.tensordot(x, blocks, 1))


def random_directions(rng: numpy.random.Generator, teacher: Teacher, count: int, d: int) -> ndarray:
    """Unit vectors at all distances from the teachers."""
    b = rng.normal(size=(count, d))
    near = numpy.arange(count) % 2 == 1
    b[near] = teacher.placed(d)[rng.integers(teacher.r, size=near.sum())] + 10 ** rng.uniform(-2.5, 0, size=(near.sum(), 1)) * b[near]
    return b / numpy.linalg.norm(b, axis=1)[:, None]


def extremal_direction(rng: numpy.random.Generator, teacher: Teacher, value: Callable[[ndarray], ndarray], d: int) -> ndarray:
    """A direction of R^d with nearly the largest value: sampling, then smaller and smaller steps."""
    best = random_directions(rng, teacher, 4000, d)
    for step in (None, 0.1, 0.03, 0.01, 0.003, 0.001):
        if step is not None:
            best = numpy.concatenate([best, numpy.repeat(best, 40, axis=0) + step * rng.normal(size=(40 * len(best), d))])
            best /= numpy.linalg.norm(best, axis=1)[:, None]
        best = best[numpy.argsort(value(best))[-8:]]
    return best[-1]


def infinitesimal(teacher: Teacher, x: ndarray, v: ndarray, b: ndarray, size: float) -> Students:
    """The student of best_direction, with C + V of about the given size."""
    scale = size / (x.sum() + length(v))
    used = x > 1e-9 * x.max() if len(x) and x.max() > 0 else numpy.zeros(len(x), bool)
    return assembled(teacher, scale * v, b[used], scale * x[used])


class Pool:
    """Directions in R^(span + 6): points of the unit ball of span(a), lifted along every other axis both ways."""

    def __init__(self, rng: numpy.random.Generator, teacher: Teacher) -> None:
        self.rng, self.teacher, self.d = rng, teacher, teacher.span + 6
        self.points = numpy.zeros((0, teacher.span))
        self.refill()

    def refill(self) -> None:
        """Half of the new points are near those that were kept."""
        rng, span = self.rng, self.teacher.span
        fresh = rng.normal(size=(18 - len(self.points), span))
        fresh *= rng.uniform(0, 1, size=(len(fresh), 1)) ** (1 / span) / numpy.linalg.norm(fresh, axis=1)[:, None]
        if len(self.points):
            near = self.points[rng.integers(len(self.points), size=len(fresh) // 2)]
            fresh[:len(near)] = near + 0.05 * rng.normal(size=near.shape)
        self.points = numpy.concatenate([self.points, fresh])
        self.points /= numpy.maximum(numpy.linalg.norm(self.points, axis=1), 1)[:, None]
        off = numpy.sqrt(numpy.maximum(1 - (self.points ** 2).sum(axis=1), 0))
        flat = numpy.pad(self.points, ((0, 0), (0, self.d - span)))
        self.b = numpy.concatenate([flat + sign * off[:, None] * e for e in numpy.eye(self.d)[span:] for sign in (1, -1)])
        self.kind, _, theta = self.teacher.classify(self.b)
        self.bend = numpy.where(self.kind < 0, 0, 1 - numpy.cos(theta))

    def keep(self, x: ndarray) -> None:
        """Forgets the points that a solution does not use, and all but its 9 heaviest."""
        used = x.reshape(-1, len(self.points)).sum(axis=0)
        heaviest = numpy.argsort(used)[-9:]
        self.points = self.points[heaviest[used[heaviest] > 0]]


ROUNDS = 4


def linear_students(rng: numpy.random.Generator, teacher: Teacher) -> Iterator[Students]:
    """Small combinations of many students that maximise one side of an inequality of Step 1 at a given rho."""
    r, d = teacher.r, teacher.span + 6
    a, nothing = teacher.placed(d), numpy.zeros((r, d))
    first = numpy.where(numpy.arange(r) == 0, 1.0, 0.0)[:, None] * a
    goals: list[tuple[Callable[[Pool], ndarray], ndarray]] = [
        (lambda pool: teacher.psi(pool.b), nothing),
        (lambda pool: pool.bend, nothing),
        (lambda pool: (pool.kind < 0).astype(float), nothing),
        (lambda pool: -pool.bend * (pool.kind == 0), -first),
        (lambda pool: pool.bend * (pool.kind == 0), first),
        (lambda pool: pool.bend, a),
    ]
    for gain, pull in goals:
        pool = Pool(rng, teacher)
        for _ in range(ROUNDS):
            pool.refill()
            x, v = best_direction(teacher, pool.b, gain(pool), pull)
            found = infinitesimal(teacher, x, v, pool.b, 1e-5)
            pool.keep(x)
        yield found
    pool = Pool(rng, teacher)
    v = -teacher.solve(teacher.wedge_blocks(pool.b[:1], pool.kind[:1]))[0]
    for _ in range(3 * ROUNDS):  # ||V||: its linear form at the last V
        pull = numpy.array([sum(teacher.times(i, k, v[k]) for k in range(r)) for i in range(r)]) / math.sqrt(teacher.gram_form(v, v))
        pool.refill()
        x, v = best_direction(teacher, pool.b, numpy.zeros(len(pool.b)), pull)
        found = infinitesimal(teacher, x, v, pool.b, 1e-5)
        pool.keep(x)
    yield found


def extremal_students(rng: numpy.random.Generator, teacher: Teacher) -> Iterator[Students]:
    """One tiny student at the worst direction of each condition on the sphere, the rest chosen to turn V against it."""
    d = teacher.span + 1

    def wedge(b: ndarray) -> ndarray:
        kind, oriented, _ = teacher.classify(b)
        return teacher.projected(teacher.wedge_blocks(oriented, kind)) / teacher.psi(b)
    def bend(b: ndarray) -> ndarray:
        kind, _, theta = teacher.classify(b)
        return numpy.where(kind < 0, 0, (1 - numpy.cos(theta)) / teacher.psi(b))
    def shallow(b: ndarray) -> ndarray:
        return numpy.where(teacher.classify(b)[0] < 0, 1 / teacher.psi(b), 0)
    for value in (wedge, bend, shallow):
        b = extremal_direction(rng, teacher, value, d)[None]
        kind, oriented, _ = teacher.classify(b)
        v = -teacher.solve(teacher.wedge_blocks(oriented, kind))[0]
        yield assembled(teacher, 1e-6 * v, b, numpy.array([1e-6]))
        for tiny in (1e-9, 1e-12):
            yield assembled(teacher, tiny * v, b, numpy.array([1e-6]))
    unit = numpy.eye(d)
    _, vectors = numpy.linalg.eigh(numpy.block([[teacher.times(i, k, unit) for k in range(teacher.r)] for i in range(teacher.r)]))
    yield moved(teacher, 1e-7 * vectors[:, 0].reshape(teacher.r, d))
    for t in (1.0, 0.3, 0.01):
        v = -teacher.solve(teacher.ridge_blocks(0, t * teacher.c.t, d))
        yield moved(teacher, 1e-7 * v / length(v))


def ring(teacher: Teacher, i: int, delta: float, count: int) -> ndarray:
    """2 count unit vectors at the angle delta from a_i, in opposite pairs."""
    e = numpy.eye(teacher.span + count)[teacher.span:]
    return math.cos(delta) * teacher.placed(teacher.span + count)[i] + math.sin(delta) * numpy.concatenate([e, -e])


RING = 180


def rings(teacher: Teacher, deltas: list[float], share: float) -> Students:
    """A share of every teacher's mass on a ring and the rest on its line, V = 0 up to rounding."""
    b = numpy.concatenate([ring(teacher, i, delta, RING) for i, delta in enumerate(deltas)])
    mass = numpy.concatenate([numpy.full(2 * RING, share * m / (2 * RING) / math.cos(delta)) for m, delta in zip(teacher.mass, deltas)])
    return assembled(teacher, numpy.zeros((teacher.r, b.shape[1])), b, mass)


def ring_students(teacher: Teacher) -> Iterator[Students]:
    """R is a multiple of the ridges as the dimension grows."""
    c, cap = teacher.c, teacher.c.x["delta_cap"]
    best = math.atan((c.b0 / math.sqrt(c.r) / (4 * c.x["h_prime"] * c.om)) ** (2 / 3))
    widest = math.atan((0.99 * c.rho0 / (2 * math.sqrt(2 * c.high))) ** (2 / 3))
    for deltas in ([best] * c.r, [widest] + [1e-9] * (c.r - 1)):
        yield rings(teacher, deltas, 1.0)
    yield rings(teacher, [cap * (1 + 1e-9)] + [1e-9] * (c.r - 1), 0.05)
    yield rings(teacher, [cap * (1 - 1e-9)] * c.r, 0.05)
    one = rings(teacher, [cap * (1 + 1e-9)] + [1e-9] * (c.r - 1), 0.05)
    blocks = numpy.tensordot(one.mass, teacher.wedge_blocks(one.b, one.kind), 1)
    for y in (0.2, 1.0):
        p = one.p.copy()
        p[:c.r] -= y * teacher.solve(blocks)
        yield Students(teacher, p)


def pairs(teacher: Teacher, rho: float) -> Optional[Students]:
    """Two students a teacher at equal angles on both sides of it."""
    shape = numpy.zeros((2 * teacher.r, teacher.span + 1))
    shape[:, -1] = numpy.tile([1.0, -1.0], teacher.r)
    return scaled(teacher, shape, numpy.zeros((0, teacher.span + 1)), rho)


def wedge_student(rng: numpy.random.Generator, teacher: Teacher, i: int, theta: float) -> Students:
    """All inner mass of class i at one angle, in the direction that makes ||Pi E'_b|| largest; helpers turn V against E'_b."""
    d = teacher.span + 1
    a = teacher.placed(d)
    def tilted(e: ndarray) -> ndarray:
        e = e - (e @ a[i])[:, None] * a[i]
        return math.cos(theta) * a[i] + math.sin(theta) * e / numpy.linalg.norm(e, axis=1)[:, None]
    e = rng.normal(size=(2000, d))
    b = tilted(e)
    b = b[[int(numpy.argmax(teacher.projected(teacher.turned_blocks(b, i))))]]
    v = -teacher.solve(teacher.turned_blocks(b, i))[0]
    v *= 2 * theta / length(v)
    main = [(teacher.mass[k] - 8 * theta) * (b[0] if k == i else a[k]) for k in range(teacher.r)]
    helpers = [teacher.mass[k] * a[k] + v[k] - main[k] for k in range(teacher.r)]
    return Students(teacher, numpy.array(main + helpers))


def scaled(teacher: Teacher, shape: ndarray, extra: ndarray, rho: float) -> Optional[Students]:
    """p*_i split and moved by a multiple of `shape`, and the same multiple of `extra` students, such that ||R|| = rho."""
    lo, hi = 0.0, 1.0
    count = len(shape) // teacher.r
    base = numpy.repeat(teacher.mass[:, None] * teacher.placed(shape.shape[1]) / count, count, axis=0)
    found = None
    for _ in range(40):
        mid = math.sqrt(lo * hi) if lo > 0 else hi * 1e-3
        found = Students(teacher, numpy.concatenate([base + mid * shape, mid * extra]))
        if abs(found.rho - rho) <= 1e-3 * rho:
            break
        lo, hi = (mid, hi) if found.rho < rho else (lo, mid)
    return found if found is not None and found.rho <= rho * 1.01 else None


def random_student(rng: numpy.random.Generator, teacher: Teacher) -> Optional[Students]:
    """A student within rho0: classes of one to three students, spread across their teacher more than along it, and a few others."""
    d, count = teacher.span + int(rng.integers(1, 4)), int(rng.integers(1, 4))
    shape = rng.normal(size=(teacher.r * count, d)) * 10 ** rng.uniform(-1.5, 0.0, size=(teacher.r * count, 1))
    for i in range(teacher.r):
        group = shape[i * count:(i + 1) * count]
        group -= group.mean(axis=0) * (1 - 10 ** rng.uniform(-3, 0))
    extra = random_directions(rng, teacher, int(rng.integers(0, 4)), d)
    extra *= 10 ** rng.uniform(-3, 0, size=(len(extra), 1))
    return scaled(teacher, shape, extra, teacher.c.rho0 * 10 ** rng.uniform(-2, 0) * 0.999)


def exact_rho0(teacher: Teacher) -> Students:
    """One student a class, moved such that rho = rho0 up to rounding: there M_i = q |p*_i| for the smallest teacher."""
    size, d = teacher.c.rho0, teacher.span + 1
    v = numpy.zeros((teacher.r, d))
    v[:, -1] = 1 / math.sqrt(teacher.r)
    for _ in range(30):
        found = moved(teacher, size * v)
        size *= teacher.c.rho0 * (1 - 1e-9) / found.rho
    return found


# The closed forms against quadrature of their definitions.

def plane_nodes(lines: ndarray, angles: int = 24, radii: int = 20) -> tuple[ndarray, ndarray]:
    """Nodes and weights for N(0, I) in the plane, for functions that are smooth between the lines orthogonal to the given vectors."""
    kinks = numpy.sort(numpy.mod(numpy.arctan2(lines[:, 1], lines[:, 0]) + PI / 2, PI))
    omega, w_omega = pieces([0.0, *kinks, PI], angles)
    omega, w_omega = numpy.concatenate([omega, omega + PI]), numpy.concatenate([w_omega, w_omega])
    radius, w_radius = pieces([0, 1, 3, 6, 11], radii)
    x = radius[:, None, None] * numpy.stack([numpy.cos(omega), numpy.sin(omega)], axis=-1)
    weight = (w_radius * radius * numpy.exp(-radius ** 2 / 2))[:, None] * w_omega / (2 * PI)
    return x.reshape(-1, 2), weight.ravel()


def space_nodes(teacher: Teacher, b: ndarray) -> tuple[ndarray, ndarray, int]:
    """The same in space, the teachers in the plane, for functions with kinks at b and at the teachers; how often each point of the plane occurs."""
    x, weight = plane_nodes(numpy.concatenate([teacher.placed(2), b[None, :2]]), 12, 14)
    ends = numpy.concatenate([numpy.tile([-9.0, -4.0, -1.5, 0.0, 1.5, 4.0, 9.0], (len(x), 1)), numpy.clip(-(x @ b[:2]) / b[2], -9, 9)[:, None]], axis=1)
    ends.sort(axis=1)
    node, w = numpy.polynomial.legendre.leggauss(6)
    half = numpy.diff(ends, axis=1)[:, :, None] / 2
    height = (ends[:, :-1, None] + half * (1 + node)).reshape(len(x), -1)
    whole = weight[:, None] * (half * w).reshape(len(x), -1) * density(height)
    count = height.shape[1]
    return numpy.column_stack([numpy.repeat(x, count, axis=0), height.ravel()]), whole.ravel(), count


def sign(y: ndarray) -> ndarray:
    return numpy.where(y < 0, -1.0, 1.0)


def signed_blocks(teacher: Teacher, x: ndarray, weight: ndarray, f: ndarray) -> ndarray:
    """E[f sign(a_k.x) x]."""
    return numpy.array([(weight * f * sign(x @ u)) @ x for u in teacher.placed(x.shape[1])])


def check_plane(report: Report, rng: numpy.random.Generator, teacher: Teacher) -> None:
    """Every expectation of a student in the plane, and of the ridges and g."""
    s = Students(teacher, numpy.concatenate([teacher.mass[:, None] * teacher.placed(2), numpy.zeros((2, 2))]) + 0.3 * rng.normal(size=(teacher.r + 2, 2)))
    x, weight = plane_nodes(numpy.concatenate([s.b, s.a]))
    a_x = numpy.abs(x @ s.a.T)
    big_r = numpy.abs(x @ s.p.T).sum(axis=1) - a_x @ teacher.mass
    big_v = sum(sign(x @ s.a[i]) * (x @ s.v[i]) for i in range(teacher.r))
    g = teacher.g(x)

    def close(what: str, value: Any, wanted: Any) -> None:
        error = float(numpy.max(numpy.abs(numpy.asarray(value) - numpy.asarray(wanted))))
        report.check(error < 2e-8, "closed forms against quadrature", lambda: f"{teacher.name}: {what}: {value} {wanted}")

    close("rho", s.rho ** 2, weight @ big_r ** 2)
    close("||V||", s.size_v ** 2, weight @ big_v ** 2)
    close("E[CV]", s.c_with_v, weight @ ((big_r - big_v) * big_v))
    close("E[gR]", s.with_g, weight @ (g * big_r))
    close("E[gV] = 0", 0.0, weight @ (g * big_v))
    close("N", teacher.c.norm_g ** 2, weight @ g ** 2)
    for i, t in enumerate((0.5, 0.3)[:teacher.r]):
        f = ridge(a_x[:, i] / t)
        close("E[CF]", s.c_with_ridge(i, t), weight @ ((big_r - big_v) * f))
        close("E[VF]", s.v_with_ridge(i, t), weight @ (big_v * f))
        close("E[gF]", teacher.ridge_g(i, t), weight @ (g * f))
        close("||F||", 2 * t * ridge_integral(t), weight @ f ** 2)
        close("E[F sign x]", teacher.ridge_blocks(i, t, 2), signed_blocks(teacher, x, weight, f))
        for k in range(i):
            close("E[F_i F_k]", teacher.ridge_pair(i, k, t, 0.5), weight @ (f * ridge(a_x[:, k] / 0.5)))
    projected = signed_blocks(teacher, x, weight, big_r)
    v = teacher.solve(projected)
    close("Pi R", teacher.projected(projected) ** 2, weight @ sum(sign(x @ s.a[i]) * (x @ v[i]) for i in range(teacher.r)) ** 2)
    close("gamma_j", s.gradient, [(weight * big_r * sign(x @ b)) @ x for b in s.b])
    if all((s.kind == i).any() for i in range(teacher.r)):
        share = numpy.array([m / s.class_mass[k] if k >= 0 else 0.0 for m, k in zip(s.mass, s.kind)])
        s.z = numpy.where(s.kind < 0, 0.0, share * teacher.mass[s.kind] / s.mass)
        turned = sum(share[j] * teacher.mass[i] * (a_x[:, i] - sign(x @ s.b[j]) * (x @ s.a[i])) for j, i in enumerate(s.kind) if i >= 0)
        close("E[VE']", s.turned, weight @ (big_v * turned))
        close("Step 5, sum <gamma_j, D_j> = E[R^2] + E[RE']", s.descent, weight @ (big_r * (big_r + turned)))
        k = numpy.cos(s.angle)
        close("(2.1), D_j", (s.move ** 2).sum(axis=1), s.mass ** 2 * ((1 - s.z) ** 2 + 2 * s.z * (1 - k)))
        close("(2.1), d_j", s.small_moves, s.mass * numpy.where(s.kind < 0, 0.25, 0.25 * (1 - s.z * k) ** 2 + (s.z * numpy.sin(s.angle)) ** 2))


def check_slopes(report: Report, rng: numpy.random.Generator, teacher: Teacher) -> None:
    """The gradient in both forms against differences of the loss."""
    w = teacher.mass[:, None] * teacher.placed(3) + 0.3 * rng.normal(size=(teacher.r, 3))
    for form in ("unit", "norm"):
        def loss(w: ndarray, form: str = form) -> float:
            return 0.5 * Students(teacher, w * numpy.linalg.norm(w, axis=1)[:, None] if form == "norm" else w).rho ** 2
        step, gradient = 1e-5, numpy.zeros_like(w)
        for index in numpy.ndindex(*w.shape):
            e = numpy.zeros_like(w)
            e[index] = step
            gradient[index] = (loss(w + e) - loss(w - e)) / (2 * step)
        s = Students(teacher, w * numpy.linalg.norm(w, axis=1)[:, None] if form == "norm" else w)
        equal(report, "closed forms against differences", s.gradient_norm(form), length(gradient), 1e-6)


def check_space(report: Report, rng: numpy.random.Generator, teacher: Teacher) -> None:
    """Directions off the plane of the teachers: C_b and E'_b against V, g and the ridges."""
    for tangent in (0.4, 0.8, 3.0):
        b = teacher.placed(3)[-1] + tangent * numpy.array([*rng.uniform(-0.3, 0.3, size=2), 1.0])
        kind, oriented, _ = teacher.classify(b[None] / length(b))
        b = oriented[0]
        x, weight, count = space_nodes(teacher, b)
        y = x @ b

        def close(what: str, value: Any, wanted: Any) -> None:
            error = float(numpy.max(numpy.abs(numpy.asarray(value) - numpy.asarray(wanted))))
            report.check(error < 1e-5, "closed forms against quadrature", lambda: f"{teacher.name}: {what}: {value} {wanted}")

        i = int(kind[0])
        c_b = numpy.abs(y) - (sign(x @ teacher.placed(3)[i]) * y if i >= 0 else 0.0)
        close("E[C_b sign x]", teacher.wedge_blocks(oriented, kind)[0], signed_blocks(teacher, x, weight, c_b))
        close("psi", teacher.psi(oriented)[0], weight @ (numpy.repeat(teacher.g(x[::count]), count) * numpy.abs(y)))
        equal(report, "the kernel against quadrature", float(kernels(oriented, teacher.placed(3))[0, 0]), kernel(b, teacher.placed(3)[0]))
        if i >= 0:
            turned = numpy.abs(x @ teacher.placed(3)[i]) - sign(y) * (x @ teacher.placed(3)[i])
            close("E[E'_b sign x]", teacher.turned_blocks(oriented, i)[0], signed_blocks(teacher, x, weight, turned))
        student = Students(teacher, numpy.concatenate([teacher.mass[:, None] * teacher.placed(3), 0.5 * oriented]))
        for k in range(teacher.r):
            f = ridge(numpy.abs(x @ teacher.placed(3)[k]) / 0.4)
            close("E[C_b F]", student.c_with_ridge(k, 0.4), 0.5 * weight @ (c_b * f))


def certificate(report: Report, programs: Programs, folder: Path, name: str) -> Optional[dict[str, Any]]:
    """What lojacert proves about a teacher, once lojaverify has accepted it."""
    neuron = "unit" if name == "60 degrees" else "norm"
    instance = write_json(folder / "instance.json", {"format": "lojacert-instance/1", "activation": "abs", "neuron": neuron, "teacher": TEACHERS[name]})
    proof = folder / "proof.json"
    run = programs.cert("prove", "threshold", instance, "-o", proof)
    if not report.check(run.status == "PROVED", "certificates proved", run.describe):
        return None
    run = programs.verify(instance, proof)
    if not report.check(run.status == "VERIFIED", "certificates verified", run.describe):
        return None
    return json.loads(proof.read_text(encoding="utf-8"))


def check_constants(report: Report, teacher: Teacher, claim: dict[str, Any]) -> None:
    """The constants of this file are those of the claim, up to its rounding and the cells of Theta."""
    c = teacher.c
    kappa = c.x["c"] * (2 ** 0.75 / math.sqrt(c.Q_N) if claim["beta"] == "3/4" else 2 ** (2 / 3) / math.sqrt(c.Q_U))
    equal(report, "eps0 of the claim", float(parse_number(claim["eps0"])), c.rho0 ** 2 / 2, 1e-3)
    equal(report, "kappa of the claim", float(parse_number(claim["kappa"])), kappa, 1e-3)
    report.check(c.x["T"] * c.A / c.x["q"] * c.most_turned <= 1 - c.x["c"], "(*)")
    report.check(c.b_cap < c.x["h_prime"] * 2 * math.sin(c.x["delta_cap"] / 2) ** 2, "(**)")


def students(rng: numpy.random.Generator, teacher: Teacher, count: int) -> Iterator[Optional[Students]]:
    yield from linear_students(rng, teacher)
    yield from extremal_students(rng, teacher)
    yield from ring_students(teacher)
    for i in range(teacher.r):
        for share in (0.25, 0.05):
            yield wedge_student(rng, teacher, i, share * teacher.c.rho0)
    for share in (1.0, 0.3, 0.01):
        yield pairs(teacher, share * 0.999 * teacher.c.rho0)
    yield exact_rho0(teacher)
    for _ in range(count):
        yield random_student(rng, teacher)


def main() -> int:
    report, programs, rng = Report("steps_test"), Programs(folder_of_programs()), numpy.random.default_rng(option("--seed", 1))
    for n, (name, rows) in enumerate(TEACHERS.items()):
        report.context = f"{name}: "
        with workspace() as folder:
            found = certificate(report, programs, Path(folder), name)
        if found is None:
            continue
        teacher = Teacher(name, rows, found["evidence"])
        check_constants(report, teacher, found["claim"])
        for check in (check_plane, check_slopes, check_space):
            check(report, rng, teacher)
        ledger = Ledger(report)
        for share in (1.0, 0.5, 0.02):
            ledger.look(test_functions(teacher, share))
        for student in students(rng, teacher, option("--count", 120)):
            if report.check(student is not None, "students"):
                ledger.look(everything(student))
        ledger.finish({what: shares[n] for what, shares in REACH.items() if shares[n] is not None})
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
