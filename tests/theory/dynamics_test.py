"""Every inequality of docs/theory/convergence.md, at or near its equality case: descent, flow, recovery, theorem I.

Constants are written down once more from the page. Loss and gradient are closed forms, compared with quadrature of their definition first;
the Hessian is a difference quotient of the gradient. REACH names every inequality with the share of its bound that the cases below must
attain: with the bound multiplied by that number the same check reports a violation. SHARP ones fail if a constant is wrong by 1%.
"""
from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy
from numpy import ndarray
from scipy import integrate

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "programs"))
from lemmas_test import PHI0, PI, SHARP, equal, kernel, quad, sign_gram  # noqa: E402
from programs import Report  # noqa: E402

ACTIVATIONS = ("abs", "relu", "relu+linear")
J2 = (1 - 1 / math.sqrt(2)) / (3 * math.sqrt(PI))
J2_PRIME = (3 - 2 * math.sqrt(2)) / (10 * math.sqrt(PI))
ROUNDING = 1e-6

REACH = {
    "(1.2) gradient in p_j": SHARP,
    "1: |M - M*| (abs)": SHARP,
    "1: |M - M*| (relu)": SHARP,
    "1: |M - M*| (relu+linear)": SHARP,
    "2: largest eigenvalue, M > M* (abs)": SHARP,
    "2: largest eigenvalue, M > M* (relu)": SHARP,
    "2: largest eigenvalue, M > M* (relu+linear)": SHARP,
    "2: largest eigenvalue (abs)": SHARP,
    "2: largest eigenvalue (relu)": SHARP,
    "2: -smallest eigenvalue (abs)": 0.56,  # 0.595
    "2: -smallest eigenvalue (relu)": 0.59,  # 0.628
    "2: 3c + sqrt(4 - 3c^2) <= 4": SHARP,
    "2: lbar - 4M* (abs)": 0.81,  # 0.856
    "2: lbar - 2M* (relu)": 0.62,  # 0.660
    "3: curvature that one step meets, near the minimum": SHARP,
    "3: curvature that one step meets": 0.82,  # 0.872
    "3: beta |G|^2 of inexact steps": 0.86,  # 0.908
    "4: |w_j| shrinks": SHARP,
    "4: |w_j| grows": SHARP,
    "4: eta nu < 1/7": SHARP,
    "4: direction turns": 0.55,  # 0.585
    "5: envelope, slow outlier": SHARP,
    "5: path, slow outlier": SHARP,
    "5: distance, slow outlier": SHARP,
    "5: sum eta sqrt(2L), slow outlier": SHARP,
    "5: envelope": 0.93,  # 0.983
    "5: path": 0.94,  # 0.990
    "5: sum eta sqrt(2L)": 0.93,  # 0.986
    "6: envelope, unit form": SHARP,
    "6: path, unit form": SHARP,
    "6: envelope with an absorbed student": 0.72,  # 0.767
    "8: L from below, flow": SHARP,
    "8: L from below, descent": 0.32,  # 0.344
    "8: 1/eps, flow from s = 0": SHARP,
    "9: exponent 1": SHARP,
    "10: sum |p_j| psi": 0.88,  # 0.933
    "10: Mass_i - |p*_i|": 0.59,  # 0.626
    "10: 1 - cos theta of one student": 0.35,  # 0.369
    "11: X <= B rho, ring": SHARP,
    "11: X <= B rho": 0.53,  # 0.568
    "11: |v| <= A rho": 0.78,  # 0.825
    "11: 2 sin(theta/2) <= (b rho/|p_j|)^(2/3)": 0.43,  # 0.458
    "12: -theta'": 0.76,  # 0.809
    "12: E[2|n.x| 1_W |v.x|]": SHARP,
    "14: |p*_i| x_i <= s~ X_i": SHARP,
    "14: cos - cos^4 <= 3(1 - cos)": SHARP,
    "14: |p*_i| / s~ <= Z_i": SHARP,
    "14: rho^2 - sum <gamma, D>": 0.030,  # 0.032
    "14: 2 c' L": 0.76,  # 0.810
    "14: X with S": 0.59,  # 0.625
    "14: ||V|| with S": 0.84,  # 0.885
    "14: kappa L^(3/4)": 0.16,  # 0.169
    "15: x_j^2": SHARP,
    "15: |x_j| / (eta rho)": SHARP,
    "15: second order against K": 0.32,  # 0.338
    "16: L t": 0.17,  # 0.180
    "16: 4 FF at every t": 0.94,  # 0.995
    "16: theta_j < delta": 0.62,  # 0.659
    "16: mass of S": 0.89,  # 0.945
    "16: mass of S against chi rho": 0.014,  # 0.015
    "16: envelope": 0.90,  # 0.954
    "17: min of two lines": SHARP,
    "17: path across": SHARP,
    "18: |E[R|p*.x|] + <z, p*>|": SHARP,
    "18: 2 c' L": 0.80,  # 0.842
}


class Bounds:
    """Counts value <= bound and keeps the largest share of every bound that was attained."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.share: dict[str, float] = {}

    def __call__(self, what: str, value: float, bound: float, noise: float = 0.0) -> None:
        self.report.check(value <= bound + ROUNDING * abs(bound) + noise, what, lambda: f"{value!r} against {bound!r}")
        if bound > 100 * noise:
            self.share[what] = max(self.share.get(what, -math.inf), value / bound)

    def finish(self) -> None:
        for what in sorted(REACH.keys() | self.share.keys()):
            share, wanted = self.share.get(what, -math.inf), REACH.get(what, math.inf)
            print(f"dynamics_test: {share:8.4f} of the bound, at least {wanted}: {what}")
            self.report.check(share > wanted, "shares of the bounds", f"{what}: {share} of the bound, wanted {wanted}")


@dataclass
class State:
    """What the network computes at given effective vectors: closed forms."""

    loss: float
    slope: ndarray  # grad_{p_j} L
    z: ndarray
    abs_loss: float


def closed_forms(students: ndarray, others: ndarray) -> tuple[ndarray, ndarray]:
    """K(p, q) and E[sign(p.x)|q.x| x] for all pairs; p, q may be zero (then 0)."""
    u, v = numpy.linalg.norm(students, axis=1), numpy.linalg.norm(others, axis=1)
    b = students / numpy.where(u > 0, u, 1)[:, None]
    inner = b @ others.T
    off = others[None, :, :] - inner[:, :, None] * b[:, None, :]
    sine = numpy.linalg.norm(off, axis=2)
    t = numpy.arctan2(sine, inner)
    sums = inner + 2 / PI * (sine - t * inner)  # K / |p|
    force = (1 - 2 * t / PI)[:, :, None] * others[None, :, :] + 2 / PI * sine[:, :, None] * b[:, None, :]
    return u[:, None] * numpy.where(v > 0, sums, 0.0), force * (u > 0)[:, None, None]


def state(p: ndarray, teacher: ndarray, activation: str = "abs") -> State:
    q = numpy.vstack([p, teacher])
    sign = numpy.concatenate([numpy.ones(len(p)), -numpy.ones(len(teacher))])
    own, force = closed_forms(p, q)
    rest = closed_forms(teacher, teacher)[0].sum()
    double = own[:, : len(p)].sum() - 2 * own[:, len(p):].sum() + rest
    gamma = numpy.einsum("jqx,q->jx", force, sign)
    z = p.sum(axis=0) - teacher.sum(axis=0)
    abs_loss = max(float(double) / 2, 0.0)
    if activation == "abs":
        return State(abs_loss, gamma, z, abs_loss)
    if activation == "relu":
        return State(abs_loss / 4 + float(z @ z) / 8, (gamma + z) / 4, z, abs_loss)
    return State(abs_loss / 4, gamma / 4, z, abs_loss)


def effective(w: ndarray) -> ndarray:
    return numpy.linalg.norm(w, axis=1)[:, None] * w


def rows(p: ndarray) -> ndarray:
    """The norm-form rows of effective vectors."""
    n = numpy.linalg.norm(p, axis=1)
    return p / numpy.sqrt(numpy.where(n > 0, n, 1))[:, None]


def gradient(w: ndarray, teacher: ndarray, activation: str = "abs") -> tuple[State, ndarray]:
    s = state(effective(w), teacher, activation)
    n = numpy.linalg.norm(w, axis=1)
    b = w / numpy.where(n > 0, n, 1)[:, None]
    return s, n[:, None] * (s.slope + (s.slope * b).sum(axis=1)[:, None] * b)


def hessian(w: ndarray, teacher: ndarray, activation: str) -> ndarray:
    """A central difference quotient of the gradient."""
    columns = []
    for j in range(w.shape[0]):
        step = 1e-4 * float(numpy.linalg.norm(w[j]))
        for k in range(w.shape[1]):
            e = numpy.zeros_like(w)
            e[j, k] = step
            difference = gradient(w + e, teacher, activation)[1] - gradient(w - e, teacher, activation)[1]
            columns.append(difference.ravel() / (2 * step))
    h = numpy.array(columns)
    return (h + h.T) / 2


def masses(p: ndarray) -> float:
    return float(numpy.linalg.norm(p, axis=1).sum())


def lbar(teacher: ndarray, loss: float, activation: str) -> float:
    total = masses(teacher)
    if activation == "abs":
        return 4 * total + (4 * math.sqrt(PI / 2) + 2) * math.sqrt(2 * loss)
    if activation == "relu":
        return 2 * total + (2 * math.sqrt(2 * PI) + math.sqrt(2)) * math.sqrt(2 * loss)
    return total + (math.sqrt(PI / 2) + 0.5) * math.sqrt(8 * loss)


def pull(loss: float, activation: str) -> float:
    """(1.2): the bound of |grad_{p_j} L|."""
    return {"abs": math.sqrt(2 * loss), "relu": math.sqrt(loss), "relu+linear": math.sqrt(2 * loss) / 2}[activation]


def unit(v: ndarray) -> ndarray:
    return v / numpy.linalg.norm(v)


def random_instance(rng: numpy.random.Generator, spread: float) -> tuple[ndarray, ndarray]:
    """Teachers, and students around some of them and anywhere."""
    r, d, m = int(rng.integers(1, 4)), 4, int(rng.integers(2, 7))
    teacher = numpy.array([unit(v) for v in rng.normal(size=(r, d))]) * rng.uniform(0.5, 1.5, size=(r, 1))
    share = rng.dirichlet(numpy.ones(m))
    p = numpy.array([share[j] * m / r * teacher[j % r] + spread * rng.normal(size=d) * 10.0 ** rng.integers(-2, 1) for j in range(m)])
    return rows(p), teacher


def check_definitions(report: Report) -> None:
    rng = numpy.random.default_rng(1)
    for _ in range(4):
        p, teacher = rng.normal(size=(3, 3)), rng.normal(size=(2, 3))
        everyone = [(1.0, v) for v in p] + [(-1.0, v) for v in teacher]
        double = sum(s * t * kernel(u, v) for s, u in everyone for t, v in everyone)
        slope = [sum(s * sign_gram(unit(u), unit(v)) @ v for s, v in everyone) for u in p]
        got = state(p, teacher)
        equal(report, "the loss is its definition", got.loss, double / 2)
        report.check(bool(numpy.allclose(got.slope, slope, atol=1e-9)), "the gradient is its definition")
        z = p.sum(axis=0) - teacher.sum(axis=0)
        equal(report, "relu is abs and the sum", state(p, teacher, "relu").loss, double / 8 + float(z @ z) / 8)
    for activation in ACTIVATIONS:  # grad_w against differences of L
        w, teacher = random_instance(rng, 0.3)
        s, g = gradient(w, teacher, activation)
        u = rng.normal(size=w.shape)
        h = 1e-5
        change = (state(effective(w + h * u), teacher, activation).loss - state(effective(w - h * u), teacher, activation).loss) / (2 * h)
        equal(report, "the gradient is the derivative", float((g * u).sum()), change, 1e-5)


def check_mass(report: Report, bounds: Bounds) -> None:
    """Lemma 1: orthonormal students without a teacher; for relu in opposite pairs."""
    m = 120
    tiny = numpy.zeros((1, m))
    tiny[0, 0] = 1e-9
    rng = numpy.random.default_rng(2)
    cases = [("abs", numpy.eye(m), tiny), ("relu", numpy.vstack([numpy.eye(m), -numpy.eye(m)]), tiny), ("relu+linear", numpy.eye(m), tiny)]
    for activation in ACTIVATIONS:
        for spread in (0.05, 1.0):
            w, teacher = random_instance(rng, spread)
            cases.append((activation, effective(w), teacher))
    for activation, p, teacher in cases:
        constant = math.sqrt(PI / 2 if activation == "abs" else 2 * PI)
        loss = state(p, teacher, activation).loss
        bounds(f"1: |M - M*| ({activation})", abs(masses(p) - masses(teacher)), constant * math.sqrt(2 * loss))


def check_curvature(report: Report, bounds: Bounds) -> None:
    """Lemma 2 and lbar, with the Hessian from differences; a path through a zero student."""
    rng = numpy.random.default_rng(3)
    a = numpy.array([[1.0, 0, 0]])

    def both_ends(w: ndarray, teacher: ndarray, activation: str, sharp: bool = False) -> None:
        ends = numpy.linalg.eigvalsh(hessian(w, teacher, activation))
        loss, big_m, total = state(effective(w), teacher, activation).loss, float((w * w).sum()), masses(teacher)
        if activation == "relu":
            upper, lower, slope = 2 * big_m + 2 * math.sqrt(loss), 2 * math.sqrt(loss) + total / PI, 2.0
        else:
            rho = math.sqrt(2 * loss) if activation == "abs" else math.sqrt(8 * loss)
            share = 1 if activation == "abs" else 4
            upper, lower, slope = (4 * big_m + 2 * rho) / share, (2 * rho + 4 / PI * total) / share, 4.0 / share
        if sharp:
            bounds(f"2: largest eigenvalue, M > M* ({activation})", ends[-1], upper, 1e-6)
        bound = lbar(teacher, loss, activation)
        if activation != "relu+linear":
            bounds(f"2: largest eigenvalue ({activation})", ends[-1], upper, 1e-6)
            bounds(f"2: -smallest eigenvalue ({activation})", -ends[0], lower, 1e-6)
            bounds(f"2: lbar - {slope:.0f}M* ({activation})", ends[-1] - slope * total, bound - slope * total, 1e-6)
        report.check(ends[-1] <= bound + 1e-6 and -ends[0] <= lower + 1e-6, "lbar bounds the Hessian", f"{ends} {bound}")

    for activation in ACTIVATIONS:
        for big_m in (1.001, 1.5, 30.0):
            both_ends(math.sqrt(big_m) * a, a, activation, sharp=True)
        for trial in range(25):
            both_ends(*random_instance(rng, (0.05, 0.5, 2.0)[trial % 3]), activation)
        for t in (1.2, 1.4, 1.5, PI / 2 - 1e-3):  # a tiny student across a teacher that nobody has found
            both_ends(1e-3 * numpy.array([[math.cos(t), math.sin(t), 0]]), a, activation)
    for c in numpy.linspace(0, 1, 101):
        bounds("2: 3c + sqrt(4 - 3c^2) <= 4", 3 * c + math.sqrt(4 - 3 * c * c), 4)
    # f(s) = L(W + sU) with student 1 at 0 for s = 1/2: the gradient stays continuous and Lipschitz
    w = numpy.array([[0.9, 0.1, 0], [0.3, -0.2, 0.1]])
    u = numpy.zeros_like(w)
    u[1] = -2 * w[1]
    parts = [gradient(w + s * u, a)[1] for s in numpy.linspace(0, 1, 401)]
    worst = max(float(numpy.linalg.norm(y - x)) for x, y in zip(parts, parts[1:])) * 400 / float(numpy.linalg.norm(u))
    report.check(worst <= lbar(a, 2.0, "abs"), "the gradient is Lipschitz across a zero student", str(worst))


def check_steps(report: Report, bounds: Bounds) -> None:
    """Theorem D and Lemma 4."""
    rng = numpy.random.default_rng(4)
    a = numpy.array([[1.0, 0, 0]])

    def meets(what: str, w: ndarray, teacher: ndarray, activation: str, share: float) -> None:
        """L_+ = L - eta (1 - eta x/2) |G|^2 defines x; the theorem is x <= lbar."""
        s, g = gradient(w, teacher, activation)
        bound = lbar(teacher, s.loss, activation)
        eta, square = share / bound, float((g * g).sum())
        after = state(effective(w - eta * g), teacher, activation).loss
        met = 2 / eta * (1 - (s.loss - after) / (eta * square))
        bounds(what, met, bound, 2 / eta * 1e-14 / (eta * square))

    for activation in ACTIVATIONS:
        for share in (0.5, 1.0, 1.9, 1.99):
            for x in (1e-3, -1e-3):
                meets("3: curvature that one step meets, near the minimum", (1 + x) * a, a, activation, share)
            for trial in range(30):
                meets("3: curvature that one step meets", *random_instance(rng, (0.02, 0.3, 1.5)[trial % 3]), activation, share)
    for trial in range(60):  # 30% errors along the steepest curvature, and against the gradient
        activation = ACTIVATIONS[trial % 3]
        w, teacher = random_instance(rng, (0.02, 0.3, 1.5)[trial % 3])
        s, g = gradient(w, teacher, activation)
        bound, norm, wrong = lbar(teacher, s.loss, activation), float(numpy.linalg.norm(g)), 0.3
        top = numpy.linalg.eigh(hessian(w, teacher, activation))[1][:, -1].reshape(w.shape)
        for share in (0.1, 0.4, 0.8):
            eta = share / bound
            beta = eta * (1 - wrong - eta * bound * (1 + wrong) ** 2 / 2)
            for error in (top, -top, g / norm, -g / norm):
                after = state(effective(w - eta * g + wrong * eta * norm * error), teacher, activation).loss
                bounds("3: beta |G|^2 of inexact steps", beta * norm ** 2, s.loss - after, 1e-12)
    for trial in range(150):
        activation = ACTIVATIONS[trial % 3]
        w, teacher = random_instance(rng, (0.02, 0.3, 1.5)[trial % 3])
        if trial < 18:  # alone on a teacher's line: too long, too short, far too long
            w, teacher = (1.2, 0.05, 30.0)[trial // 3 % 3] * a, a
        if trial % 7 == 0:
            w[-1] = 0
        s, g = gradient(w, teacher, activation)
        eta, nu = 1 / lbar(teacher, s.loss, activation), pull(s.loss, activation)
        after = w - eta * g
        if activation != "relu+linear":
            bounds("4: eta nu < 1/7", eta * nu, 1 / 7)
        for x, y, slope in zip(w, after, s.slope):
            n = float(numpy.linalg.norm(x))
            if n == 0:
                report.check(not y.any(), "zero students stay zero")
                continue
            bounds("(1.2) gradient in p_j", float(numpy.linalg.norm(slope)), nu)
            change = float(numpy.linalg.norm(y)) / n - 1
            bounds("4: |w_j| grows", change, 2 * eta * nu, 1e-12)
            bounds("4: |w_j| shrinks", -change, 2 * eta * nu, 1e-12)
            bounds("4: direction turns", math.acos(min(1.0, float(unit(x) @ unit(y)))), 1.4 * eta * nu, 1e-7)


def slow_outlier(eps: float, eta: float, steps: int) -> tuple[ndarray, ndarray]:
    """(s, eps) of Proposition 8 along descent: p_1 = (1 - s) a, p_2 = eps b."""
    s = 2 / PI * eps
    found = [(s, eps)]
    for _ in range(steps):
        one, two = 2 / PI * eps - s, eps - 2 / PI * s
        s, eps = 1 - (1 - s) * (1 - 2 * eta * one) ** 2, eps * (1 - 2 * eta * two) ** 2
        found.append((s, eps))
    both = numpy.array(found)
    return both[:, 0], both[:, 1]


def outlier_loss(s: ndarray, eps: ndarray) -> tuple[ndarray, ndarray]:
    """L and |G| of the pair (1 - s) a, eps b."""
    one, two = 2 / PI * eps - s, eps - 2 / PI * s
    return (s * s - 4 / PI * s * eps + eps * eps) / 2, 2 * numpy.sqrt((1 - s) * one ** 2 + eps * two ** 2)


def check_envelope(report: Report, bounds: Bounds) -> None:
    """Theorem 5 with the smallest ratio kappa seen: constant along the slow outlier, where all of it is sharp."""
    eps0, a = 1e-3, numpy.array([[1.0, 0.0]])
    p = numpy.array([[1 - 2 / PI * eps0, 0], [0, eps0]])
    loss = float(outlier_loss(numpy.array(2 / PI * eps0), numpy.array(eps0))[0])
    limit = lbar(a, loss, "abs")
    eta = 0.005 / limit
    after = rows(p) - eta * gradient(rows(p), a)[1]
    s, eps = slow_outlier(eps0, eta, 300000)
    equal(report, "the slow outlier is descent", float(numpy.linalg.norm(after[1])) ** 2, float(eps[1]), 1e-9)
    equal(report, "the slow outlier is descent", 1 - float(numpy.linalg.norm(after[0])) ** 2, float(s[1]), 1e-6)
    losses, norms = outlier_loss(s, eps)
    envelope_checks(bounds, losses, norms, eta, limit, ", slow outlier")
    report.check(bool((losses * (1 + ROUNDING) >= (1 - 4 / PI ** 2) / 2 * (1 / eps0 + 12 * eta * numpy.arange(len(losses))) ** -2.0).all()),
                 "Proposition 8, descent")
    # the distance to W_T, in the coordinates sqrt(1 - s), sqrt(eps)
    kappa, beta = float((norms / losses ** 0.75).min()), eta * (1 - eta * limit / 2)
    far = math.hypot(math.sqrt(1 - s[0]) - math.sqrt(1 - s[-1]), math.sqrt(eps[0]) - math.sqrt(eps[-1]))
    bounds("5: distance, slow outlier", far, 4 * eta / (beta * kappa) * (losses[0] ** 0.25 - losses[-1] ** 0.25))
    lower = (1 - 4 / PI ** 2) / 2 * (1 / eps0 + 12 * eta * (len(losses) - 1)) ** -2.0
    bounds("8: L from below, descent", math.sqrt(lower), math.sqrt(losses[-1]))
    # the flow, and its start at s = 0
    def flow(_: float, x: ndarray) -> list[float]:
        return [4 * (1 - x[0]) * (2 / PI * x[1] - x[0]), -4 * x[1] * (x[1] - 2 / PI * x[0])]
    for start in (0.0, 2 / PI * 0.3):
        for end in (1e-3, 30.0):
            x = integrate.solve_ivp(flow, (0, end), [start, 0.3], rtol=1e-11, atol=1e-14).y[:, -1]
            bounds("8: L from below, flow", math.sqrt((1 - 4 / PI ** 2) / 2) / (1 / 0.3 + 4 * end), math.sqrt(outlier_loss(x[0], x[1])[0]))
            if start == 0.0:
                bounds("8: 1/eps, flow from s = 0", 1 / x[1] - 1 / 0.3, 4 * end)
    check_descents(report, bounds)


def envelope_checks(bounds: Bounds, losses: ndarray, norms: ndarray, eta: float, limit: float, what: str = "") -> None:
    """(3.1) and (3.2); losses has one entry more or as many as norms."""
    beta = eta * (1 - eta * limit / 2)
    n = len(losses) - 1
    kappa = float((norms[:n] / losses[:n] ** 0.75).min())
    t = numpy.arange(n + 1)
    q = losses[0] ** -0.5 + beta * kappa ** 2 * t / 2
    for k in sorted({1, n // 3, n}):
        bounds(f"5: envelope{what}", q[k] - q[0], losses[k] ** -0.5 - losses[0] ** -0.5)
        bounds(f"5: path{what}", eta * float(norms[:k].sum()), 4 * eta / (beta * kappa) * (losses[0] ** 0.25 - losses[k] ** 0.25))
        total = eta * float(numpy.sqrt(2 * losses[:k]).sum())
        bounds(f"5: sum eta sqrt(2L){what}", total, math.sqrt(2) * eta / (beta * kappa ** 2) * math.log(losses[0] / losses[k]))
        one = float((norms[:n] / losses[:n]).min())
        bounds("9: exponent 1", 1 / losses[0] + beta * one ** 2 * k, 1 / losses[k])
        worse = kappa * losses[0] ** -0.25  # kappa_1 at eps0 = L_0
        bounds("9: exponent 1", 1 / losses[0] + beta * worse ** 2 * k, float(q[k]) ** 2)


def check_descents(report: Report, bounds: Bounds) -> None:
    rng = numpy.random.default_rng(5)
    for trial in range(18):
        activation = ACTIVATIONS[trial % 3]
        w, teacher = random_instance(rng, (0.03, 0.3)[trial % 2])
        limit = lbar(teacher, state(effective(w), teacher, activation).loss, activation)
        eta = (0.02, 0.5, 1.0, 1.9)[trial % 4] / limit
        losses, norms, quarter = [], [], w.copy()
        for _ in range(150):
            s, g = gradient(w, teacher, activation)
            losses.append(s.loss)
            norms.append(float(numpy.linalg.norm(g)))
            w = w - eta * g
            if activation == "relu+linear":  # the abs problem with a quarter of the step
                quarter = quarter - eta / 4 * gradient(quarter, teacher)[1]
        if activation == "relu+linear":
            report.check(bool(numpy.allclose(w, quarter, atol=1e-12)), "relu+linear is the abs problem")
            equal(report, "relu+linear is the abs problem", limit, lbar(teacher, 4 * losses[0], "abs") / 4)
        if losses[-1] > 1e-10:
            envelope_checks(bounds, numpy.array(losses), numpy.array(norms), eta, limit)


def check_unit_flow(report: Report, bounds: Bounds) -> None:
    """Proposition 6: the pair of two students beside the teacher, and an outlier that is absorbed."""
    a = numpy.array([[1.0, 0.0]])

    def pair(_: float, x: ndarray) -> ndarray:
        return -state(numpy.array([[x[0], x[1]], [x[0], -x[1]]]), a).slope[0]
    times = numpy.linspace(0, 400, 200)
    run = integrate.solve_ivp(pair, (0, 400), [0.5, 0.05], t_eval=times, rtol=1e-9, atol=1e-12, method="LSODA").y
    states = [state(numpy.array([[x, y], [x, -y]]), a) for x, y in run.T[5:]]
    losses = numpy.array([s.loss for s in states])
    kappa = min(float(numpy.linalg.norm(s.slope)) / s.loss ** (2 / 3) for s in states)
    path = float(numpy.linalg.norm(numpy.diff(run[:, 5:], axis=1), axis=0).sum()) * math.sqrt(2)
    bounds("6: envelope, unit form", kappa ** 2 / 3 * (times[-1] - times[5]), losses[-1] ** (-1 / 3) - losses[0] ** (-1 / 3), 1e-2)
    bounds("6: path, unit form", path, 3 / kappa * (losses[0] ** (1 / 3) - losses[-1] ** (1 / 3)))

    def outlier(_: float, x: ndarray) -> list[float]:
        return [2 / PI * x[1] - x[0], 2 / PI * x[0] - x[1]] if x[1] > 0 else [-x[0], 0.0]
    x, t, dt, rows_of = numpy.array([-0.2, 0.03]), 0.0, 1e-3, []
    while t < 1:
        x = numpy.maximum(x + dt * numpy.array(outlier(t, x)), [-math.inf, 0.0])
        t += dt
        p = numpy.array([[1 - x[0], 0.0], [0.0, x[1]]][: 2 if x[1] > 0 else 1])
        s = state(p, a)
        rows_of.append((t, s.loss, float(numpy.linalg.norm(s.slope)), x[1]))
    found = numpy.array(rows_of)
    report.check(found[0, 3] > 0 and found[-1, 3] == 0, "a student is absorbed")
    kappa = float((found[:, 2] / found[:, 1] ** (2 / 3)).min())
    bounds("6: envelope with an absorbed student", kappa ** 2 / 3 * (t - found[0, 0]), found[-1, 1] ** (-1 / 3) - found[0, 1] ** (-1 / 3))


@dataclass
class Local:
    """The constants of theorem-l.md, Section 1, and of convergence.md, 5.3."""

    teacher: ndarray
    mu: float
    delta: float
    chi: float = 0.0

    def __post_init__(self) -> None:
        r, n = len(self.teacher), numpy.linalg.norm(self.teacher, axis=1)
        a = self.teacher / n[:, None]
        t = math.tan(self.delta)
        self.masses, self.directions, self.root = n, a, math.sqrt(self.mu)
        low, high = PHI0 * (J2 - t * t / 2 * J2_PRIME), PHI0 * J2
        self.wedge = 4 / PI * math.sqrt(r / self.mu)
        e = r * t * math.sqrt((r - 1) * (1 + 4 / 9 * t * t) / (4 * PI ** 2) + t * t / (9 * PI ** 2)) / self.root
        pairs = sum(1 / (8 * PI * math.sqrt(1 - float(a[i] @ a[k]) ** 2)) for i in range(r) for k in range(r) if i != k)
        f = math.sqrt(2 * r * t * high + t * t * pairs)
        far = self.chi * math.sqrt(r / self.mu)
        self.denominator = 8 * low - e * self.wedge
        self.B = (f + e * (1 + far)) / self.denominator
        self.A = 1 + far + self.wedge * self.B
        self.b = 2 * self.B / math.sqrt(2 * math.sin(self.delta / 2))

    def with_loss(self, rho0: float, activation: str = "abs") -> "Local":
        least = float(self.masses.min())
        self.s = 1 / (1 - self.A * rho0 / (self.root * least))
        self.s_tilde = 1 / (1 - (self.A / self.root + 3 * self.B) * rho0 / least)
        self.c = 1 - self.wedge * self.A * self.B * self.s
        self.share = 1 - self.s_tilde * self.B * ((math.sqrt(2) if activation == "relu" else 1) + self.wedge * self.A)
        self.Q = self.s * (self.A / self.root + self.B) ** 2 * rho0 * float((1 / self.masses).sum()) / 2 + 2 * self.s ** 2 * self.B + self.chi / 4
        power = 0.75 if activation == "abs" else 0.25
        self.kappa = self.c * 2 ** power / math.sqrt(self.Q) if self.Q > 0 else math.nan
        self.K = (1 + 5 * self.s_tilde) / 4
        return self

    def valid(self) -> bool:
        return self.denominator > 0 and min(self.s, self.s_tilde) >= 1 and min(self.c, self.share) > 0


@dataclass
class Classed:
    """Everything that Sections 5.2 to 5.4 say about students p with fixed classes (-1: the set S)."""

    X: ndarray
    Z: ndarray
    V: float
    FF: float
    descent: float  # sum <grad_{p_j} L, D_j>
    far: float
    v: ndarray


def classed(p: ndarray, classes: ndarray, teacher: ndarray, activation: str = "abs") -> Classed:
    r, n = len(teacher), numpy.linalg.norm(p, axis=1)
    s = state(p, teacher, activation)
    star = numpy.linalg.norm(teacher, axis=1)
    a = teacher / star[:, None]
    big_x, big_z, ff, descent = numpy.zeros(r), numpy.zeros(r), 0.0, 0.0
    v = numpy.zeros_like(teacher)
    for i in range(r):
        own = classes == i
        sign = numpy.where(p[own] @ a[i] >= 0, 1.0, -1.0)
        b = sign[:, None] * p[own] / n[own, None]
        cosine = b @ a[i]
        big_x[i] = float((n[own] * ((b - a[i]) ** 2).sum(axis=1) / 2).sum())
        big_z[i] = float((n[own] * cosine ** 4).sum())
        v[i] = (sign[:, None] * p[own]).sum(axis=0) - teacher[i]
        ff += (float(n[own].sum()) - star[i] - star[i] * math.log(big_z[i] / star[i])) / 4
        weight = n[own] * cosine ** 3 / big_z[i]
        descent += float((s.slope[own] * (p[own] - (weight * sign)[:, None] * teacher[i])).sum())
    rest = classes < 0
    descent += float((s.slope[rest] * p[rest]).sum())
    ff += float(n[rest].sum()) / 4
    gram = sum(float(v[i] @ sign_gram(a[i], a[k]) @ v[k]) for i in range(r) for k in range(r))
    return Classed(big_x, big_z, math.sqrt(max(gram, 0.0)), ff, descent, float(n[rest].sum()), v)


TEACHERS: list[tuple[ndarray, float]] = [
    (numpy.array([[1.0, 0, 0, 0]]), 1.0),
    (numpy.array([[1.0, 0, 0, 0], [0, 1.3, 0, 0]]), 1 - 2 / PI),
    (numpy.array([[1.0, 0, 0, 0], [0.5, math.sqrt(0.75), 0, 0]]), 2 / PI * (PI / 3 - math.sin(PI / 3))),
]


def near_students(rng: numpy.random.Generator, teacher: ndarray, delta: float, each: int, off: float) -> tuple[ndarray, ndarray]:
    """Students at angles up to delta, masses of each class within a factor 1 + off of the teacher's."""
    p, classes = [], []
    for i, star in enumerate(teacher):
        a = unit(star)
        side = rng.normal(size=(each, len(a)))
        side -= (side @ a)[:, None] * a
        if rng.random() < 0.5 and each > 1:
            side -= side.mean(axis=0)
        share = rng.dirichlet(numpy.full(each, 3.0)) if rng.random() < 0.5 else numpy.full(each, 1 / each)
        theta = delta * rng.random(each) ** rng.uniform(0, 1)
        for w, x, t in zip(share, side, theta):
            e = unit(x) if each > 1 or numpy.linalg.norm(x) > 0 else x
            p.append(w * numpy.linalg.norm(star) * (1 + off * rng.normal()) * (math.cos(t) * a + math.sin(t) * e))
            classes.append(i)
    return numpy.array(p), numpy.array(classes)


def ring(delta: float) -> float:
    """The largest X/rho of students on the whole ring at the angle delta from one teacher, in many dimensions."""
    def h(t: float) -> float:
        return t ** 3 / 3 - t ** 5 / 30 + t ** 7 / 840 if t < 0.1 else math.sin(t) - t * math.cos(t)
    t = 2 * math.asin(math.sin(delta) / math.sqrt(2))
    best = 0.0
    gap = math.sqrt(h(t))
    for k in numpy.linspace(-3, 3, 6001):
        mass = (1 + k * gap) / math.cos(delta)
        square = (mass * math.cos(delta) - 1) ** 2 + 2 / PI * (mass ** 2 * h(t) - 2 * mass * h(delta))
        best = max(best, mass * 2 * math.sin(delta / 2) ** 2 / math.sqrt(square))
    return best


def check_recovery(report: Report, bounds: Bounds) -> None:
    """Theorem 10 for the product certificate of one teacher, and Corollary 11."""
    for delta in (1e-3, 0.03):
        bounds("11: X <= B rho, ring", ring(delta), Local(TEACHERS[0][0], 1.0, delta).B)
    rng = numpy.random.default_rng(6)
    for trial in range(150):
        teacher, mu = TEACHERS[trial % 3]
        delta = (0.02, 0.002, 0.0005)[trial % 3]
        local = Local(teacher, mu, delta)
        report.check(local.denominator > 0, "theorem L applies")
        p, classes = near_students(rng, teacher, delta, int(rng.integers(2, 6)), (0.0, 1e-6, 0.3)[trial // 3 % 3])
        got, rho = classed(p, classes, teacher), math.sqrt(2 * state(p, teacher).loss)
        if rho < 1e-6:
            continue
        noise = 1e-15 / rho
        bounds("11: X <= B rho", float(got.X.sum()), local.B * rho, noise)
        bounds("11: |v| <= A rho", math.sqrt(float((got.v ** 2).sum())), local.A * rho / local.root, noise)
        for x, i in zip(p, classes):
            sine = float(numpy.linalg.norm(unit(x) - local.directions[i]))
            bounds("11: 2 sin(theta/2) <= (b rho/|p_j|)^(2/3)", sine, (local.b * rho / float(numpy.linalg.norm(x))) ** (2 / 3), noise)
    # any students at all: psi = 1 - <w, a>^2, N^2 = 3 pi/2, delta1 = 1.35
    a, n, delta1 = numpy.eye(41)[:1], math.sqrt(1.5 * PI), 1.35
    z, far = 1 / (1 + math.cos(delta1)), math.sin(delta1) ** 2
    s_const = max(4 / PI * z, 1 / far)
    big_a = math.sqrt(1 + s_const ** 2 * n ** 2)
    for trial in range(120):
        rings = []
        for share in (rng.uniform(0, 3), rng.uniform(0, 1)):  # rings of 40 students, at random angles
            theta = float(rng.choice([0.02, 0.3, 1.0, PI / 2]))
            rings.append(share / 40 * (math.cos(theta) * a + math.sin(theta) * numpy.eye(41)[1:]))
        p = numpy.vstack([(0.001 + rng.uniform(0, 1)) * a, *rings][: 2 + trial % 2])
        if trial % 5 == 4:  # few and heavy
            theta, mass = rng.uniform(0.2, 0.5), rng.uniform(0.7, 1.2)
            side = math.sin(theta) * numpy.eye(41)[1:2]
            p = mass / 2 * numpy.vstack([math.cos(theta) * a + side, math.cos(theta) * a - side])
        rho = math.sqrt(2 * state(p, a).loss)
        length = numpy.linalg.norm(p, axis=1)
        cosine = numpy.minimum(abs(p[:, 0]) / length, 1.0)
        inside = cosine >= math.cos(delta1)
        bounds("10: sum |p_j| psi", float((length * (1 - cosine ** 2)).sum()), n * rho)
        report.check(float((length * (1 - cosine))[inside].sum()) / z + far * float(length[~inside].sum()) <= n * rho, "(4.1)")
        bounds("10: Mass_i - |p*_i|", float(length[inside].sum()) - 1, (big_a + z * n) * rho)
        bounds("10: Mass_i - |p*_i|", 1 - float(length[inside].sum()), big_a * rho)
        for w, c in zip(length, cosine):
            if w > n * rho / far:
                report.check(c >= math.cos(delta1), "heavy students have a class")
                bounds("10: 1 - cos theta of one student", math.sqrt(2 * (1 - c)), math.sqrt(2 * z * n * rho / w))


def check_turning(report: Report, bounds: Bounds) -> None:
    """Proposition 12."""
    for t in (1e-3, 0.4, 1.2):
        # ||C_b||^2 = (4/pi)(t - sin t cos t) from the circle, and its derivative 2 (4/pi) sin^2 t
        def square(t: float) -> float:
            return 4 * 2 * 2 / (2 * PI) * quad(lambda w: math.sin(t - w) ** 2, 0, t)
        step = 1e-4 * t
        equal(report, "E[C d_theta C]", (square(t + step) - square(t - step)) / (4 * step), 4 / PI * math.sin(t) ** 2, 1e-5)
        for along in (0.0, 0.7, PI / 2):
            def inner(w: float, along: float = along) -> float:
                al, be = math.cos(along) * math.cos(w), math.sin(along)
                return (2 * al * al + be * be) / math.sqrt(al * al + be * be)
            value = 2 / PI * quad(lambda w, t=t: math.cos(w - t) * inner(w), 0, t)
            bounds("12: E[2|n.x| 1_W |v.x|]", value, 4 / PI * math.sin(t))
    rng = numpy.random.default_rng(7)
    for trial in range(60):
        teacher, mu = TEACHERS[trial % 3]
        p, classes = near_students(rng, teacher, (0.5, 0.05)[trial % 2], 3, 0.1)
        s, got, wedge = state(p, teacher), classed(p, classes, teacher), 4 / PI * math.sqrt(len(teacher) / mu)
        for x, i, slope in zip(p, classes, s.slope):
            a, b = unit(teacher[i]), unit(x)
            theta = math.atan2(float(numpy.linalg.norm(b - (b @ a) * a)), float(b @ a))
            n = unit(b - (b @ a) * a) * math.cos(theta) - math.sin(theta) * a
            # gamma(a) with the teacher's own direction as a student of mass 0
            pulled = float(state(numpy.vstack([p, 1e-12 * a[None]]), teacher).slope[-1] @ n)
            limit = -4 / PI * float(numpy.linalg.norm(x)) * math.sin(theta) ** 2 + wedge * math.sin(theta) * got.V - pulled
            turn = -float(slope @ n)  # theta' along the flow
            report.check(turn <= limit + 1e-9, "(5.1)", f"{turn} against {limit}")
            bounds("12: -theta'", 4 / PI * float(numpy.linalg.norm(x)) * math.sin(theta) ** 2,
                   -turn - pulled + wedge * math.sin(theta) * got.V, 1e-9)


def check_lyapunov(report: Report, bounds: Bounds) -> None:
    """Lemmas 13, 14, 15 and the constants of Theorem 18."""
    rng = numpy.random.default_rng(8)
    for trial in range(60):
        activation = ("abs", "relu")[trial % 2]
        teacher, _ = TEACHERS[trial % 3]
        p, classes = near_students(rng, teacher, 0.7, 3, 0.2)
        p, classes = numpy.vstack([p, 0.1 * rng.normal(size=(2, 4))]), numpy.append(classes, [-1, -1])
        w = rows(p)
        g = gradient(w, teacher, activation)[1]
        h = 1e-5
        change = (classed(effective(w - h * g), classes, teacher).FF - classed(effective(w + h * g), classes, teacher).FF) / (2 * h)
        equal(report, "FF' = -sum <grad L, D>", change, -classed(p, classes, teacher, activation).descent, 1e-5)
    for theta in numpy.linspace(1e-3, 1.5, 50):
        c = math.cos(theta)
        bounds("14: cos - cos^4 <= 3(1 - cos)", c - c ** 4, 3 * (1 - c))
        report.check(4 * c ** 2 + c ** 4 <= 5, "4 cos^2 + cos^4 <= 5")
    for trial in range(240):
        activation = ("abs", "relu")[trial % 2]
        teacher, mu = TEACHERS[trial % 3]
        one_local(report, bounds, rng, teacher, mu, activation, trial)
    for delta in (0.02, 0.05):  # rings of too much mass: R and |p*.x| correlate
        for excess in (0.0, 1.0, 3.0):
            e = numpy.eye(31)
            p = (1 + excess * delta ** 1.5) / 30 * (math.cos(delta) * e[0] + math.sin(delta) * e[1:])
            one_state(report, bounds, p, numpy.zeros(30, int), Local(e[:1], 1.0, delta), "abs")


def one_local(report: Report, bounds: Bounds, rng: numpy.random.Generator, teacher: ndarray, mu: float, activation: str, trial: int) -> None:
    relu = activation == "relu"
    delta = (0.02, 0.002, 0.0005)[trial % 3] * (1, 0.3)[trial // 3 % 2]
    p, classes = near_students(rng, teacher, delta, int(rng.integers(1, 5)), (0.0, 1e-4, 1e-2)[trial // 6 % 3] * (1, 0.3, 0.1)[trial % 3])
    chi = 0.0
    if not relu and trial % 4 < 2:  # S: one tiny student far away
        stray = numpy.zeros(4)
        stray[3] = 1e-5 * rng.random()
        chi = 0.5
        if stray[3] <= chi * math.sqrt(2 * state(numpy.vstack([p, stray]), teacher).loss):
            p, classes = numpy.vstack([p, stray]), numpy.append(classes, -1)
    one_state(report, bounds, p, classes, Local(teacher, mu, delta, chi), activation)


def one_state(report: Report, bounds: Bounds, p: ndarray, classes: ndarray, local: Local, activation: str) -> None:
    teacher, relu = local.teacher, activation == "relu"
    s = state(p, teacher, activation)
    rho = math.sqrt((8 if relu else 2) * s.loss)
    if rho < 1e-6:
        return
    if local.denominator <= 0 or not local.with_loss(rho, activation).valid():
        return
    report.count("states to which Lemma 14 applies")
    noise = 1e-15 / rho
    got = classed(p, classes, teacher, activation)
    bounds("14: X with S", float(got.X.sum()), local.B * rho, noise)
    bounds("14: ||V|| with S", got.V, local.A * rho, noise)
    what = "18: 2 c' L" if relu else "14: 2 c' L"
    bounds(what, 2 * local.share * s.loss, got.descent, 1e-15)
    if not relu:
        bounds("14: rho^2 - sum <gamma, D>", rho ** 2 - got.descent, (1 - local.share) * rho ** 2, 1e-14)
    for i, star in enumerate(local.masses):
        bounds("14: |p*_i| / s~ <= Z_i", star / local.s_tilde, float(got.Z[i]))
        own = classes == i
        length = numpy.linalg.norm(p[own], axis=1)
        cosine = p[own] @ local.directions[i] / length
        gap = ((p[own] / length[:, None] - local.directions[i]) ** 2).sum(axis=1) / 2
        bounds("14: |p*_i| x_i <= s~ X_i", star * float((length * cosine ** 3 * gap).sum()) / float(got.Z[i]), local.s_tilde * float(got.X[i]))
    w = rows(p)
    g = gradient(w, teacher, activation)[1]
    square = float((g * g).sum())
    bounds("14: kappa L^(3/4)", local.kappa * s.loss ** 0.75, math.sqrt(square))
    one_step(report, bounds, w, g, classes, teacher, local, activation, noise)


def one_step(report: Report, bounds: Bounds, w: ndarray, g: ndarray, classes: ndarray, teacher: ndarray, local: Local,
             activation: str, noise: float) -> None:
    """Lemma 15 and the two exact formulas in its proof."""
    p = effective(w)
    s, before = state(p, teacher, activation), classed(p, classes, teacher, activation)
    square = float((g * g).sum())
    for share in (1.0, 0.3):
        eta = share / lbar(teacher, s.loss, activation)
        after = effective(w - eta * g)
        remainder = classed(after, classes, teacher, activation).FF - before.FF + eta * before.descent
        bounds("15: second order against K", remainder, local.K * eta ** 2 * square, 1e-15)
        for j, i in enumerate(classes):
            if i < 0:
                continue
            a, b, slope = local.directions[i], unit(w[j]), s.slope[j]
            along = float(slope @ b)
            across = slope - along * b
            cosine = float(b @ a)
            e = 4 * along ** 2 + float(across @ across)
            x = eta * float(slope @ (b + a / cosine))
            length = float(numpy.linalg.norm(p[j]))
            after_w = w[j] - eta * g[j]
            equal(report, "|p_j|_+ = |p_j|(1 - y_j)", float(numpy.linalg.norm(after[j])), length * (1 - 4 * eta * along + eta ** 2 * e))
            equal(report, "<w_j, a_i>_+ = <w_j, a_i>(1 - x_j)", float(after_w @ a), float(w[j] @ a) * (1 - x))
            bounds("15: x_j^2", x * x, eta ** 2 * e / cosine ** 2, 1e-20)
            bounds("15: |x_j| / (eta rho)", abs(x), eta * pull(s.loss, activation) * math.sqrt(3 + 1 / cosine ** 2), 1e-14)


def check_constants(report: Report, bounds: Bounds) -> None:
    """Lemma 15's scalar steps, the remark of 5.3, the example of 5.3, and relu's sqrt 2."""
    for x in numpy.linspace(-0.6, 0.6, 241):
        report.check(math.log(1 - x) >= -x - x * x, "log(1 - x) >= -x - x^2")
    report.check(math.sqrt(3 + 1 / math.cos(1) ** 2) / 7 < 0.37, "|x_j| < 0.37")
    for g, k, theta in ((0.3, 0.1, 0.4), (0.2, 0.4, 1.0)):
        best = max((2 * g * math.cos(u) + k * math.sin(u)) ** 2 for u in numpy.linspace(0, PI, 1001))
        equal(report, "2g + k tan is at most its norm", best, 4 * g * g + k * k, 1e-4)
        bounds("15: x_j^2", (2 * math.sin(0.3) / 2 + math.sin(theta) / math.cos(theta) * math.cos(0.3)) ** 2, 1 / math.cos(theta) ** 2)
    # 2g : k = 1 : tan theta is the equality case of both
    theta = 0.8
    bounds("15: x_j^2", (math.cos(theta) + math.tan(theta) * math.sin(theta)) ** 2, 1 / math.cos(theta) ** 2)
    size = math.hypot(2, math.tan(theta))
    bounds("15: |x_j| / (eta rho)", 2 * 2 / size + math.tan(theta) * math.tan(theta) / size, math.sqrt(3 + 1 / math.cos(theta) ** 2))
    # a denominator that is negative and not checked
    bad = Local(numpy.array([[1.0, 0.0]]), 1.0, 1.2).with_loss(0.91963)
    loss = 0.91963 ** 2 / 2
    actual = float(numpy.linalg.norm(gradient(math.sqrt(1.91963) * numpy.array([[1.0, 0.0]]), bad.teacher)[1])) / loss ** 0.75
    report.check(bad.denominator < 0 and bad.A * 0.91963 < 1 and (bad.A + 3 * bad.B) * 0.91963 < 1 and bad.c > 0.36 and bad.share > 1,
                 "the example of 5.3 meets (I2) and (I3)")
    report.check(bad.kappa > 2 * actual, "the example of 5.3 is false", f"{bad.kappa} {actual}")
    report.check(not bad.valid(), "the order of the hypotheses refuses it")
    for theta in (0.2, 0.7, PI / 2):
        mu = 2 / PI * (theta - math.sin(theta))
        pair = numpy.array([[1.0, 0.0], [math.cos(theta), math.sin(theta)]])
        report.check(Local(pair, mu, 0.081 * theta).denominator <= 0, "(I1) keeps delta below a twelfth of the teachers' angle")
    for big_m in (0.3, 4.0):
        s = state(numpy.array([[big_m, 0.0]]), numpy.array([[1.0, 0.0]]), "relu")
        bounds("18: |E[R|p*.x|] + <z, p*>|", abs((big_m - 1) + float(s.z[0])), math.sqrt(2) * math.sqrt(8 * s.loss))


def check_invariance(report: Report, bounds: Bounds) -> None:
    """Theorem I: descents from the largest of some perturbations that meet its hypotheses; S far away, and handed over; relu."""
    rng = numpy.random.default_rng(9)
    for which, activation, delta in ((0, "abs", 0.03), (0, "abs", 0.005), (1, "abs", 1.5e-3), (2, "abs", 5e-4), (0, "relu", 0.02), (1, "relu", 1e-3)):
        teacher, mu = TEACHERS[which]
        for each, stray in ((1, False), (2, False), (1, True))[: 3 if activation == "abs" else 2]:
            shift = rng.normal(size=(each * len(teacher), 4))
            applied = False
            for k in range(40):
                p = numpy.vstack([teacher / each] * each) + 0.7 * delta * 0.7 ** k * shift
                classes = numpy.tile(numpy.arange(len(teacher)), each)
                if stray:
                    p, classes = numpy.vstack([p, [0, 0, 0, 0.003 * delta * 0.7 ** k]]), numpy.append(classes, -1)
                if one_descent(bounds, p, classes, Local(teacher, mu, delta, 0.3 if stray else 0.0), activation, 0.1 if stray else 1.0):
                    applied = True
                    break
            report.check(applied, "descents to which Theorem I applies", f"teacher {which}, {activation}, {each} each, S {stray}")


def one_descent(bounds: Bounds, p: ndarray, classes: ndarray, local: Local, activation: str, share: float) -> bool:
    """False where a hypothesis of Theorem I fails; else runs the descent with eta lbar = share."""
    teacher, w = local.teacher, rows(p)
    inside = numpy.flatnonzero(classes >= 0)

    def angles() -> ndarray:
        return numpy.array([float(numpy.linalg.norm(unit(w[j]) - local.directions[classes[j]])) for j in inside])
    wall = 2 * math.sin(local.delta / 2)
    loss0 = state(p, teacher, activation).loss
    rho0 = math.sqrt((8 if activation == "relu" else 2) * loss0)
    if local.denominator <= 0 or not local.with_loss(rho0, activation).valid() or angles().max() > wall:
        return False
    limit = lbar(teacher, loss0, activation)
    eta = share / limit
    beta = eta * (1 - share / 2)
    reach = 4 * eta / (beta * local.kappa) * loss0 ** 0.25
    potential = classed(p, classes, teacher).FF + local.K * eta ** 2 / beta * loss0
    lengths = numpy.linalg.norm(w, axis=1)
    if any(lengths[j] <= reach or (lengths[j] - reach) ** 2 * (1 - math.cos(local.delta) ** 4) <= 4 * potential for j in inside):
        return False
    power = 4 * math.sqrt(2) * eta / (beta * local.kappa ** 2)
    start = float((lengths[classes < 0] ** 2).sum())
    last = loss0 / 4 if start else 0.0
    if start and start * 4 ** power > local.chi * math.sqrt(2 * last):
        return False
    for t in range(400):
        s, g = gradient(w, teacher, activation)
        if s.loss < max(last, 1e-12 * (1 if local.delta > 0.004 else 1e-2)):
            break
        got = classed(effective(w), classes, teacher)
        bounds("16: theta_j < delta", float(angles().max()), wall)
        bounds("16: 4 FF at every t", got.FF, potential)
        if t:
            bounds("16: L t", s.loss * t, potential / (2 * local.share * eta))
            bounds("16: envelope", s.loss, (loss0 ** -0.5 + beta * local.kappa ** 2 * t / 2) ** -2)
            if start:
                bounds("16: mass of S", got.far, start * (loss0 / s.loss) ** power)
                bounds("16: mass of S against chi rho", got.far, local.chi * math.sqrt(2 * s.loss))
        w = w - eta * g
    return True


def check_hand_over(report: Report, bounds: Bounds) -> None:
    """Proposition 17: sequences that grow by at least C_1 below Y and by at least C_2 above."""
    rng = numpy.random.default_rng(10)
    wrong = False
    for trial in range(400):
        first, second, start, top = rng.uniform(0.1, 2), rng.uniform(0.1, 2), rng.uniform(0.5, 2), rng.uniform(3, 6)
        slack = 0.0 if trial % 2 else rng.uniform(0, 1)
        if trial % 4 == 1:
            start = top - first * int((top - start) / first)  # hits Y exactly
        t1 = (top - start) / first
        y = start
        for t in range(40):
            lines = (start + first * t, top + second * (t - t1))
            bounds("17: min of two lines", min(lines), y)
            wrong = wrong or max(lines) > y * (1 + 1e-9)
            y += (first if y <= top else second) * (1 + slack * rng.random())
    report.check(wrong, "the maximum of the two lines is no bound")
    # the path: equal kappas leave nothing to spare
    for kappa, after in ((1.0, 1.0), (1.0, 0.4), (0.4, 1.0)):
        whole = (1.0 - 0.6) / kappa + 0.6 / after
        bounds("17: path across", whole, 1.0 / min(kappa, after))


CHECKS: tuple[Callable[[Report, Bounds], None], ...] = (
    check_mass, check_curvature, check_steps, check_envelope, check_unit_flow, check_recovery, check_turning, check_lyapunov, check_constants,
    check_invariance, check_hand_over)


def main() -> int:
    report = Report("dynamics_test")
    bounds = Bounds(report)
    check_definitions(report)
    for check in CHECKS:
        check(report, bounds)
    bounds.finish()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
