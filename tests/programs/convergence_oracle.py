"""Descent and flow below a threshold in mpmath, written from docs/theory/convergence.md: an oracle that shares no code with the programs.

`bounds` gives the best constants that a claim may have by the proof that its evidence names, `judge` whether a certificate must be
accepted, and for what reason not.
"""
from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Optional

import teacher_oracle
import threshold_oracle
from specification import instance_from_json, parse_number, threshold_statement
from teacher_oracle import mp, mpf, mpmath, real, ridge_integrals

Document = dict[str, Any]
NEAR = mpf(10) ** -25  # sides of an inequality that are relatively nearer than this are not told apart
NEAR_OF_EIGENVALUES = mpf(10) ** -8  # the same where a verifier needs a bound of an eigenvalue


class Conditions:
    """The conditions of a proof that fail, and those that are too near to say."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.open: list[str] = []
        self.malformed: list[str] = []

    def need(self, good: bool, what: str) -> bool:
        if not good:
            self.failed.append(what)
        return good

    def at_most(self, small: Any, large: Any, what: str, near: mpf = NEAR) -> bool:
        """small <= large; the strict inequality is not told apart from it."""
        size = max(abs(small), abs(large))
        if size and abs(large - small) <= near * size:
            self.open.append(what)
            return True
        return self.need(small <= large, what)

    def shape(self, good: bool, what: str) -> bool:
        if not good:
            self.malformed.append(what)
        return good

    @property
    def holds(self) -> Optional[bool]:
        """True, False, or None where it is too near."""
        if self.failed or self.malformed:
            return False
        return None if self.open else True


class Stop(Exception):
    """What follows has no meaning."""


def number(text: Any) -> mpf:
    return real(parse_number(text))


def kernel(uu: Fraction, vv: Fraction, uv: Fraction) -> mpf:
    """E|u.x||v.x| from the squares and the product of u and v."""
    sine, cosine = mpmath.sqrt(real(uu * vv - uv * uv)), real(uv)
    return 2 / mp.pi * (sine + (mp.pi / 2 - mpmath.atan2(sine, cosine)) * cosine) if uu and vv else mpf(0)


def inner(u: list[Fraction], v: list[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(u, v)), Fraction(0))


class Network:
    """A point instance: masses, angles, loss."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.activation, self.neuron = document["activation"], document["neuron"]
        self.teacher_neuron = document.get("teacher_neuron", "unit")
        self.teacher = [[parse_number(x) for x in row] for row in document["teacher"]]
        self.student = [[parse_number(x) for x in row] for row in document.get("student", [])]
        self.r, self.m, self.d = len(self.teacher), len(self.student), len(self.teacher[0])
        self.gram = teacher_oracle.gram_of(self.teacher)
        self.norms = [self.mass(row, self.teacher_neuron) for row in self.teacher]
        self.masses = [self.mass(row, self.neuron) for row in self.student]
        self.lengths = [mpmath.sqrt(real(inner(w, w))) for w in self.student]

    @staticmethod
    def mass(row: list[Fraction], form: str) -> mpf:
        square = real(inner(row, row))
        return square if form == "norm" else mpmath.sqrt(square)

    @property
    def quarter(self) -> bool:
        """Whether the loss is a quarter of that of the same vectors under abs, but for a linear part."""
        return self.activation != "abs"

    @functools.cached_property
    def digest(self) -> str:
        return instance_from_json(self.document).digest()

    @functools.cached_property
    def teacher_digest(self) -> str:
        text = instance_from_json({**self.document, "student": self.document["teacher"]}).canonical_text()
        lines = text.splitlines()[1:4 + 1 + self.r]
        return "sha256:" + hashlib.sha256("\n".join(["lojacert-canonical/1 teacher", *lines, ""]).encode("ascii")).hexdigest()

    @functools.cached_property
    def excluded(self) -> bool:
        """Zero teachers, and two on one line."""
        if any(self.gram[i][i] == 0 for i in range(self.r)):
            return True
        return any(self.gram[i][k] ** 2 == self.gram[i][i] * self.gram[k][k] for i in range(self.r) for k in range(i))

    @functools.cached_property
    def independent(self) -> bool:
        rows, rank = [list(row) for row in self.teacher], 0
        for column in range(self.d):
            pivot = next((k for k in range(rank, self.r) if rows[k][column]), None)
            if pivot is None:
                continue
            rows[rank], rows[pivot] = rows[pivot], rows[rank]
            for k in range(rank + 1, self.r):
                factor = rows[k][column] / rows[rank][column]
                rows[k] = [x - factor * y for x, y in zip(rows[k], rows[rank])]
            rank += 1
        return rank == self.r

    @functools.cached_property
    def loss(self) -> mpf:
        rows = [(1, w, self.neuron) for w in self.student] + [(-1, w, self.teacher_neuron) for w in self.teacher]
        scaled = [(s, w, mpmath.sqrt(real(inner(w, w))) if form == "norm" else mpf(1)) for s, w, form in rows]
        twice = sum(s * t * a * b * kernel(inner(u, u), inner(v, v), inner(u, v)) for s, u, a in scaled for t, v, b in scaled)
        if self.activation == "abs":
            return twice / 2
        if self.activation == "relu+linear":
            return twice / 8
        z = [sum(s * a * real(w[k]) for s, w, a in scaled) for k in range(self.d)]
        return twice / 8 + sum(x * x for x in z) / 8

    @functools.cached_property
    def mu(self) -> mpf:
        """The smallest eigenvalue of the tangent Gram matrix."""
        if self.r == 1:
            return mpf(1)
        if self.r == 2:
            angle = teacher_oracle.separation(self.gram)
            return 2 / mp.pi * (angle - mpmath.sin(angle))
        if all(self.gram[i][k] == 0 for i in range(self.r) for k in range(i)):
            return 1 - 2 / mp.pi
        return teacher_oracle.tangent_mu(teacher_oracle.directions_of_rows(self.teacher))

    def sine_of_teachers(self, i: int, k: int) -> mpf:
        product = self.gram[i][i] * self.gram[k][k]
        return mpmath.sqrt(real(product - self.gram[i][k] ** 2) / real(product))

    def sine(self, j: int, i: int) -> mpf:
        """sin of the angle of student j and teacher i."""
        w, q = self.student[j], self.teacher[i]
        product = inner(w, w) * inner(q, q)
        return mpmath.sqrt(real(product - inner(w, q) ** 2) / real(product))

    def angle(self, j: int, i: int) -> mpf:
        """The angle of student j to teacher i in Section 5: of lines, for relu of directions."""
        cosine = real(inner(self.student[j], self.teacher[i]))
        cosine /= self.lengths[j] * mpmath.sqrt(real(self.gram[i][i]))
        return mpmath.atan2(self.sine(j, i), cosine if self.activation == "relu" else abs(cosine))

    @property
    def rho(self) -> mpf:
        """rho of Sections 4 and 5 at the start."""
        return mpmath.sqrt((8 if self.quarter else 2) * self.loss)

    @property
    def lbar(self) -> mpf:
        """Section 2, the table."""
        total, root = sum(self.norms), mpmath.sqrt(mp.pi / 2)
        if self.activation == "abs":
            return 4 * total + (4 * root + 2) * mpmath.sqrt(2 * self.loss)
        if self.activation == "relu+linear":
            return total + (root + mpf(1) / 2) * mpmath.sqrt(8 * self.loss)
        return 2 * total + (2 * mpmath.sqrt(2 * mp.pi) + mpmath.sqrt(2)) * mpmath.sqrt(2 * self.loss)


# ------------------------------------------------------------------------------------------- a cited threshold certificate

TRUSTED: set[str] = set()  # the evidence of Theorem G of certificates that were verified by themselves


def exact_text(value: Any) -> Any:
    """A number's text by its value: whoever writes a certificate afresh may write 1/8 for 0.125."""
    try:
        return str(parse_number(value))
    except (ValueError, TypeError, AttributeError):
        return value


def evidence_key(evidence: Document) -> str:
    normal = {k: v if k in ("by", "psi") else exact_text(v) for k, v in evidence.items() if k != "precision_bits"}
    if isinstance(normal.get("psi"), list):
        terms = [{**term, "coefficient": exact_text(term.get("coefficient"))} for term in normal["psi"]]
        normal["psi"] = sorted(terms, key=lambda term: json.dumps(term, sort_keys=True))
    return json.dumps(normal, sort_keys=True)


@functools.lru_cache(maxsize=None)
def theorem_g_of(key: str, document: str) -> tuple[mpf, Any]:
    """(N, (eps0, kappa) or None) for evidence and a teacher, both as JSON."""
    evidence, network = json.loads(key), Network(json.loads(document))
    psi = evidence["psi"]
    terms = None if psi == "product" else [(t["exponents"], parse_number(t["coefficient"])) for t in psi]
    n = threshold_oracle.norm_of_g(threshold_oracle.expanded(terms, network.gram), network.gram)
    x = {k: number(evidence[k]) for k in threshold_oracle.CONSTANTS if k in evidence}
    return n, threshold_oracle.theorem_g(network.gram, network.norms, n, x, network.activation, network.neuron, cells=4)


class Threshold:
    """A certificate of `threshold` that another one cites: what it claims, and the constants that Section 4 needs."""

    ROOM = mpf("0.005")  # Theta is known at the ends of cells alone

    def __init__(self, conditions: Conditions, network: Network, certificate: Document) -> None:
        own = Conditions()
        try:
            self.read(own, network, certificate)
        finally:
            conditions.failed += own.failed
            conditions.open += own.open
            conditions.malformed += own.malformed

    def read(self, own: Conditions, network: Network, certificate: Document) -> None:
        claim, evidence = certificate.get("claim", {}), certificate.get("evidence", {})
        if not own.need(claim.get("kind") == "threshold", "threshold: another kind"):
            raise Stop
        bound = certificate["instance"]
        own.shape(claim["negated"] is False and claim["quantifier"] == "forall-students", "threshold: negated")
        own.need(bound.get("digest") == network.teacher_digest and bound.get("r") == network.r, "threshold: another teacher")
        own.need(network.activation != "relu" or network.independent, "threshold: dependent teachers")
        own.need(("delta_prime" in evidence) == (network.activation == "relu"), "threshold: delta_prime")
        own.need(claim["beta"] == ("3/4" if network.neuron == "norm" else "2/3"), "threshold: beta")
        own.need(claim.get("statement") in (None, threshold_statement(network.document, claim)), "threshold: statement")
        if own.failed or own.malformed:
            raise Stop
        self.exact_eps0 = parse_number(claim["eps0"])
        self.eps0, self.kappa = real(self.exact_eps0), number(claim["kappa"])
        own.at_most(number(claim["kappa_1"]), self.kappa * self.eps0 ** (number(claim["beta"]) - 1), "threshold: kappa_1")
        key = evidence_key(evidence)
        if key not in TRUSTED:
            own.open.append("threshold: evidence")
        document = {k: v for k, v in network.document.items() if k not in ("student", "name")}
        self.n, found = theorem_g_of(key, json.dumps(document, sort_keys=True))
        if not own.need(found is not None, "threshold: (C6)"):
            raise Stop
        own.at_most(self.eps0, found[0], "threshold: eps0")
        own.need(self.kappa <= found[1], "threshold: kappa")
        if found[1] * (1 - self.ROOM) < self.kappa <= found[1]:
            own.open.append("threshold: kappa")
        self.x = {k: number(evidence[k]) for k in threshold_oracle.CONSTANTS if k in evidence}

    def recovery(self, network: Network, rho: mpf) -> dict[str, mpf]:
        """Theorem 10: the smallest bounds at a loss with this rho."""
        x, n, sqrt = self.x, self.n, mpmath.sqrt
        j2, j2_prime = ridge_integrals()
        t, phi0 = mpmath.tan(x["delta_cap"]), 1 / sqrt(2 * mp.pi)
        low, high = phi0 * (j2 - t**2 * j2_prime / 2), phi0 * j2
        big_a = sqrt(1 + (x["S"] * n) ** 2)
        b_cap = (sqrt(2 * t * high) + big_a * x["e_prime"] * t) / (8 * low)
        b = 2 * b_cap / sqrt(2 * mpmath.sin(x["delta_cap"] / 2))
        u_cap = 2 * mpmath.sin(x["delta_cap"] / 2)
        residual = big_a * rho / sqrt(x["mu"])
        result = {"misalignment": x["Z"] * n * rho, "far_mass": n * rho / x["psi_far"], "residual": residual, "deficit": residual,
                  "excess": residual + x["Z"] * n * rho}
        result.update(bent=b * rho, capped=b * rho * u_cap ** (-mpf(3) / 2))
        if network.activation == "relu":
            r = network.r
            unit = mpmath.matrix([[real(network.gram[i][k]) / sqrt(real(network.gram[i][i] * network.gram[k][k])) for k in range(r)]
                                  for i in range(r)])
            gap = sqrt(mpmath.eigsy(unit, eigvals_only=True)[0] / r) - 2 * mpmath.sin(x["delta_prime"] / 2)
            turned = (sqrt(r / x["mu"]) * big_a + n / x["psi_far"] + 1) / 2 + sqrt(2) * x["Z"] * n / (1 - mpmath.cos(x["delta_prime"]))
            result["opposed"] = turned / gap * rho
        return result


# --------------------------------------------------------------------------------------------------------------- constants

@dataclass
class Bounds:
    """The best constants by one proof: upper bounds of a, c and linear_rate, lower bounds of the others."""

    lines: list[tuple[mpf, mpf]]
    distance: mpf
    limits: list[list[int]]
    recovery: dict[str, mpf] = field(default_factory=dict)
    recovery_by: str = ""
    delta1: Optional[str] = None
    linear_rate: Optional[mpf] = None
    kappa: mpf = mpf(0)
    l0: mpf = mpf(0)
    big_f: mpf = mpf(0)


def rate(network: Network, dynamics: str, step: Optional[mpf]) -> tuple[mpf, mpf]:
    """(beta, step / beta), for the flow (1, 1)."""
    if dynamics == "flow":
        return mpf(1), mpf(1)
    beta = step * (1 - step * network.lbar / 2)
    return beta, step / beta


def kept_apart(network: Network, j: int, i: int, reach: mpf) -> Optional[bool]:
    """Theorem 7(b); None where it is too near to say."""
    conditions = Conditions()
    conditions.at_most(reach, network.lengths[j], "|w_j| > D")
    if network.lengths[j]:
        for k in range(network.r):
            if k != i:
                conditions.at_most(reach, network.lengths[j] * network.sine(j, k), "|w_j| sin > D")
    return conditions.holds


def bounds_by_g(conditions: Conditions, network: Network, claim: Document, evidence: Document) -> Bounds:
    cited = Threshold(conditions, network, evidence["threshold"])
    conditions.at_most(network.loss, cited.eps0, "L(W_0) <= eps0")
    unit = network.neuron == "unit"
    step = number(claim["step"]) if claim["dynamics"] == "descent" else None
    if unit and not conditions.need(step is None, "descent in unit form"):
        raise Stop
    if step is not None and not conditions.at_most(step * network.lbar, mpf(2), "step lbar < 2"):
        raise Stop
    beta, ratio = rate(network, claim["dynamics"], step)
    if beta <= 0:
        raise Stop
    if unit:
        line, distance = (network.loss ** (-mpf(1) / 3), cited.kappa**2 / 3), 3 / cited.kappa
        reach = distance * network.loss ** (mpf(1) / 3)
    else:
        line, distance = (1 / mpmath.sqrt(network.loss), beta * cited.kappa**2 / 2), 4 * ratio / cited.kappa
        reach = distance * network.loss ** (mpf(1) / 4)
    limits = [[i for i in range(network.r) if kept_apart(network, j, i, reach)] for j in range(network.m)]
    recovery = cited.recovery(network, mpmath.sqrt(8 if network.quarter else 2))
    recovery["heavy"], recovery["angle"] = max(recovery["far_mass"], recovery.pop("capped")), recovery.pop("bent")
    return Bounds([line], distance, limits, recovery, "delta1", evidence["threshold"]["evidence"]["delta1"], kappa=cited.kappa)


@dataclass
class NearTeachers:
    """The constants of Section 5.3."""

    big_b: mpf
    big_a: mpf
    s_tilde: mpf
    c_prime: mpf
    kappa: mpf


def constants_of_theorem_i(conditions: Conditions, network: Network, mu: mpf, delta: mpf, chi: mpf, rho: mpf, literal: bool = False) -> NearTeachers:
    """(I1) to (I3), in this order; with `literal` it goes on after a condition that fails, as a careless reader would."""
    r, sqrt = network.r, mpmath.sqrt

    def need(value: mpf, what: str) -> None:
        if not conditions.at_most(mpf(0), value, what) and not literal:
            raise Stop

    t, phi0 = mpmath.tan(delta), 1 / sqrt(2 * mp.pi)
    j2, j2_prime = ridge_integrals()
    low, high = phi0 * (j2 - t**2 * j2_prime / 2), phi0 * j2
    pairs = sum(1 / (8 * mp.pi * network.sine_of_teachers(i, k)) for i in range(r) for k in range(r) if i != k)
    f = sqrt(2 * r * t * high + t**2 * pairs)
    e = r * t * sqrt((r - 1) * (1 + mpf(4) / 9 * t**2) / (4 * mp.pi**2) + t**2 / (9 * mp.pi**2)) / sqrt(mu)
    wedge = 4 / mp.pi * sqrt(r / mu)
    spread = 1 + chi * sqrt(r / mu)
    need(low, "(I1) I")
    need(8 * low - e * wedge, "(I1) 8I - eT0")
    big_b = (f + e * spread) / (8 * low - e * wedge)
    big_a = spread + wedge * big_b
    least = min(network.norms)
    need(sqrt(mu) * least - big_a * rho, "(I2) first")
    need(least - (big_a / sqrt(mu) + 3 * big_b) * rho, "(I2) second")
    s_first = 1 / (1 - big_a * rho / (sqrt(mu) * least))
    s_tilde = 1 / (1 - (big_a / sqrt(mu) + 3 * big_b) * rho / least)
    c = 1 - wedge * big_a * big_b * s_first
    c_prime = 1 - s_tilde * big_b * ((sqrt(2) if network.activation == "relu" else 1) + wedge * big_a)
    need(c, "(I3) c")
    need(c_prime, "(I3) c'")
    cost = s_first * (big_a / sqrt(mu) + big_b) ** 2 * rho * sum(1 / n for n in network.norms) / 2 + 2 * s_first**2 * big_b + chi / 4
    if cost <= 0:
        conditions.need(False, "Q > 0")
        raise Stop
    kappa = c * mpf(2) ** (mpf(1 if network.quarter else 3) / 4) / sqrt(cost)
    return NearTeachers(big_b, big_a, s_tilde, c_prime, kappa)


def lyapunov(network: Network, classes: list[Optional[int]]) -> mpf:
    """FF of (5.2)."""
    total = sum((network.masses[j] for j, i in enumerate(classes) if i is None), mpf(0))
    for i, norm in enumerate(network.norms):
        inside = [j for j, k in enumerate(classes) if k == i]
        mass = sum(network.masses[j] for j in inside)
        seen = sum(network.masses[j] * (1 - network.sine(j, i) ** 2) ** 2 for j in inside)
        total += mass - norm - norm * mpmath.log(seen / norm)
    return total / 4


def bounds_by_i(conditions: Conditions, network: Network, claim: Document, evidence: Document, literal: bool = False,
                rho: Optional[mpf] = None) -> Bounds:
    """Theorem I; `rho` replaces rho_0 for a reader who takes another."""
    need, at_most = conditions.need, conditions.at_most
    if not need(network.neuron == "norm", "Theorem I in unit form"):
        raise Stop
    rho = network.rho if rho is None else rho
    mu, delta, chi, classes = number(evidence["mu"]), number(evidence["delta"]), number(evidence["chi"]), evidence["classes"]
    if not need(mu > 0 and 0 < delta <= 1 and chi >= 0, "evidence out of range"):
        raise Stop
    if not (network.r == 1 and mu == 1):
        at_most(mu, network.mu, "mu")
    need(network.activation != "relu" or chi == 0, "chi for relu")
    stray = [j for j, i in enumerate(classes) if i is None and network.masses[j] > 0]
    need(all(i is None or network.masses[j] > 0 for j, i in enumerate(classes)), "a zero student in a class")
    need(not stray or network.activation != "relu", "S for relu")
    if not need(all(i in classes for i in range(network.r)), "an empty class") or conditions.failed:
        raise Stop
    step = number(claim["step"]) if claim["dynamics"] == "descent" else None
    if step is not None and not at_most(step * network.lbar, mpf(1), "step lbar <= 1") and not literal:
        raise Stop
    beta, ratio = rate(network, claim["dynamics"], step)
    if not need(network.loss > mpf(10) ** -50, "L(W_0) > 0") or beta <= 0:
        raise Stop
    found = constants_of_theorem_i(conditions, network, mu, delta, chi, rho, literal)
    kappa = found.kappa
    l0 = 4 * ratio / kappa * network.loss ** (mpf(1) / 4)
    extra = 0 if step is None else (1 + 5 * found.s_tilde) / 4 * step * ratio * network.loss
    big_f = lyapunov(network, classes) + extra
    for j, i in enumerate(classes):
        if i is not None:
            at_most(network.angle(j, i), delta, "theta_j(0) <= delta")
            at_most(l0, network.lengths[j], "(I4) |w_j| > l0")
            at_most(4 * big_f, (network.lengths[j] - l0) ** 2 * (1 - mpmath.cos(delta) ** 4), "(I4) FFbar")
    handed = evidence.get("hand_over")
    if handed is None:
        need(not stray, "(I5) without hand-over")
    first = (1 / mpmath.sqrt(network.loss), beta * kappa**2 / 2)
    if handed is None:
        distance = 4 * ratio / kappa
        linear = 2 * found.c_prime * (mpf(1) if step is None else step) / big_f
        scale = mpmath.sqrt(8 if network.quarter else 2)
        b, residual = 2 * found.big_b / mpmath.sqrt(2 * mpmath.sin(delta / 2)), found.big_a / mpmath.sqrt(mu)
        recovery = {"misalignment": found.big_b * scale, "residual": residual * scale, "deficit": residual * scale,
                    "excess": (residual + found.big_b) * scale, "angle": b * scale}
        result = Bounds([first], distance, [], recovery, "classes", None, linear, kappa)
    else:
        level = number(handed["loss"])
        if not need(level > 0, "hand_over loss > 0"):
            raise Stop
        at_most(level, network.loss, "hand_over loss < L(W_0)")
        cited = Threshold(conditions, network, handed["threshold"])
        need(parse_number(handed["loss"]) <= cited.exact_eps0, "hand_over loss <= eps0")
        if stray:
            power = (2 if network.quarter else 4) * mpmath.sqrt(2) * ratio / kappa**2
            grown = sum(network.masses[j] for j in stray) * (network.loss / level) ** power
            at_most(grown, chi * mpmath.sqrt((8 if network.quarter else 2) * level), "(I5)")
        second = beta * cited.kappa**2 / 2
        meet = (1 / mpmath.sqrt(level) - first[0]) / first[1]
        distance = 4 * ratio / min(kappa, cited.kappa)
        result = Bounds([first, (1 / mpmath.sqrt(level) - second * meet, second)], distance, [], kappa=kappa)
    result.l0, result.big_f = l0, big_f
    reach = distance * network.loss ** (mpf(1) / 4)
    for j, i in enumerate(classes):
        near = [] if i is None else [k for k in range(network.r) if kept_apart(network, j, k, reach)]
        if handed is None and i is not None and i not in near:
            if all(k == i or delta < mpmath.asin(network.sine_of_teachers(i, k)) for k in range(network.r)):
                near.append(i)
        result.limits.append(near)
    return result


def bounds(conditions: Conditions, network: Network, claim: Document, evidence: Document, **options: Any) -> Bounds:
    """The constants by the proof that the evidence names; Stop where there are none."""
    if evidence["by"] == "G":
        return bounds_by_g(conditions, network, claim, evidence)
    return bounds_by_i(conditions, network, claim, evidence, **options)


# ------------------------------------------------------------------------------------------------------------------ judging

BOUNDED = ("misalignment", "far_mass", "residual", "deficit", "excess", "opposed")


def binding(conditions: Conditions, network: Network, certificate: Document, about_teacher: bool) -> None:
    bound = certificate["instance"]
    good = bound["digest"] == (network.teacher_digest if about_teacher else network.digest) and bound["r"] == network.r
    if not about_teacher:
        good = good and (bound.get("d"), bound.get("m")) == (network.d, network.m)
    conditions.need(good, "hash-mismatch")


def shape_of_convergence(conditions: Conditions, network: Network, claim: Document) -> None:
    shape, positive = conditions.shape, lambda text: number(text) > 0
    shape(claim["negated"] is False and claim["quantifier"] == "forall", "negated")
    shape(claim["dynamics"] in ("descent", "flow"), "dynamics")
    shape(("step" in claim) == (claim["dynamics"] == "descent"), "step")
    shape(len(claim["envelope"]) in (1, 2), "envelope")
    texts = [claim[key] for key in ("step", "linear_rate", "distance") if key in claim]
    texts += [line[key] for line in claim["envelope"] for key in ("a", "c")]
    shape(all(map(positive, texts)), "constants out of range")
    if "limit" in claim:
        shape("distance" in claim and len(claim["limit"]) == network.m, "limit")
        shape(all(i is None or 0 <= i < network.r for i in claim["limit"]), "limit")
    if "target" in claim:
        shape(positive(claim["target"]["loss"]) and number(claim["target"]["steps"]) >= 0, "target")
    recovery = claim.get("recovery")
    if recovery is None:
        return
    by_classes = "classes" in recovery
    shape(by_classes != ("delta1" in recovery), "recovery: one of delta1 and classes")
    shape(by_classes == ("delta" in recovery), "recovery: delta")
    shape(any(key in recovery for key in BOUNDED), "recovery: no bound")
    shape(all(number(recovery[key]) >= 0 for key in BOUNDED if key in recovery), "recovery: negative")
    if by_classes:
        shape(not any(key in recovery for key in ("far_mass", "opposed", "heavy")), "recovery: with classes")
        shape(0 < number(recovery["delta"]) <= 1, "recovery: delta")
        shape(len(recovery["classes"]) == network.m and all(i is None or 0 <= i < network.r for i in recovery["classes"]), "recovery: classes")
    else:
        shape(("heavy" in recovery) == ("angle" in recovery), "recovery: heavy and angle")
        shape(0 < number(recovery["delta1"]) < mp.pi / 2, "recovery: delta1")
        conditions.need("opposed" not in recovery or network.activation == "relu", "opposed")
    shape(all(positive(recovery[key]) for key in ("heavy", "angle") if key in recovery), "recovery: heavy and angle")


def shape_of_evidence(conditions: Conditions, network: Network, evidence: Document) -> None:
    wanted = {"G": {"threshold"}, "I": {"mu", "delta", "chi", "classes"}}.get(evidence["by"])
    if not conditions.need(wanted is not None, "by"):
        return
    keys = set(evidence) - {"by", "precision_bits"}
    conditions.shape(keys - {"hand_over"} == wanted and ("hand_over" not in keys or evidence["by"] == "I"), "evidence: keys")
    if "classes" in evidence:
        classes = evidence["classes"]
        conditions.shape(len(classes) == network.m and all(i is None or 0 <= i < network.r for i in classes), "evidence: classes")


def compare_convergence(conditions: Conditions, network: Network, claim: Document, evidence: Document, best: Bounds) -> None:
    need, at_most, lines = conditions.need, conditions.at_most, claim["envelope"]
    need(len(lines) <= len(best.lines), "two lines without hand-over")
    pairs = list(zip(lines, best.lines)) if len(lines) == len(best.lines) else [(line, other) for line in lines for other in best.lines]
    for line, (a, c) in pairs:
        at_most(number(line["a"]), a, "a")
        at_most(number(line["c"]), c, "c")
    if "distance" in claim:
        at_most(best.distance, number(claim["distance"]), "distance")
    if "linear_rate" in claim and need(best.linear_rate is not None, "linear_rate is not offered"):
        at_most(number(claim["linear_rate"]), best.linear_rate, "linear_rate")
    for j, i in enumerate(claim.get("limit", [])):
        need(i is None or i in best.limits[j], "limit")
    if "recovery" in claim:
        compare_recovery(conditions, claim["recovery"], evidence, best)
    if "target" in claim:
        compare_target(conditions, network, claim)


def compare_recovery(conditions: Conditions, recovery: Document, evidence: Document, best: Bounds) -> None:
    by = "classes" if "classes" in recovery else "delta1"
    if not conditions.need(best.recovery_by == by, f"recovery with {by} is not offered"):
        return
    if by == "delta1":
        conditions.need(number(recovery["delta1"]) == number(best.delta1), "recovery: another delta1")
    else:
        conditions.need(recovery["classes"] == evidence["classes"], "recovery: other classes")
        conditions.need(number(recovery["delta"]) == number(evidence["delta"]), "recovery: another delta")
    for key in BOUNDED + ("heavy", "angle"):
        if key in recovery:
            near = NEAR_OF_EIGENVALUES if key == "opposed" else NEAR
            conditions.at_most(best.recovery[key], number(recovery[key]), f"recovery: {key}", near)


def compare_target(conditions: Conditions, network: Network, claim: Document) -> None:
    loss, steps = number(claim["target"]["loss"]), number(claim["target"]["steps"])
    power = -mpf(1) / (3 if network.neuron == "unit" else 2)
    attempt = Conditions()
    for line in claim["envelope"]:
        attempt.at_most(loss**power, number(line["a"]) + number(line["c"]) * steps, "target")
    other = Conditions()
    other.need("linear_rate" in claim, "target")
    if "linear_rate" in claim:
        other.at_most(mpf(1), number(claim["linear_rate"]) * steps * loss, "target")
    answers = (attempt.holds, other.holds)
    if True not in answers:
        (conditions.open if None in answers else conditions.failed).append("target")


def judge_convergence(network: Network, certificate: Document) -> Conditions:
    """Whether a certificate of `convergence` must be accepted."""
    conditions, claim, evidence = Conditions(), certificate["claim"], certificate["evidence"]
    binding(conditions, network, certificate, False)
    if conditions.failed:
        return conditions
    shape_of_convergence(conditions, network, claim)
    shape_of_evidence(conditions, network, evidence)
    if conditions.malformed or conditions.failed:
        return conditions
    conditions.need(not network.excluded, "refuted: teachers")
    conditions.need(network.neuron == "norm" or min(network.masses) > 0, "a zero student in unit form")
    conditions.need(claim.get("statement") in (None, statement(network, claim)), "statement")
    if not conditions.failed:
        try:
            compare_convergence(conditions, network, claim, evidence, bounds(conditions, network, claim, evidence))
        except Stop:
            pass
    return conditions


def for_all(conditions: Conditions, network: Network, claim: Document, evidence: Document) -> dict[str, mpf]:
    """The bounds of `recovery-for-all` at the claim's loss."""
    cited = Threshold(conditions, network, evidence["threshold"])
    conditions.need(number(claim["delta1"]) == cited.x["delta1"], "another delta1")
    return cited.recovery(network, mpmath.sqrt((8 if network.quarter else 2) * number(claim["loss"])))


def least_angle(best: dict[str, mpf], delta1: mpf, mass: mpf) -> mpf:
    """The smallest angle that Section 4 gives for students of a mass above N rho / psi_far."""
    chords = [mpmath.sqrt(2 * best["misalignment"] / mass)]
    if mass > best["capped"]:
        chords.append((best["bent"] / mass) ** (mpf(2) / 3))
    return min([delta1] + [2 * mpmath.asin(min(chord / 2, mpf(1))) for chord in chords])


def judge_for_all(network: Network, certificate: Document) -> Conditions:
    """Whether a certificate of `recovery-for-all` must be accepted."""
    conditions, claim, evidence = Conditions(), certificate["claim"], certificate["evidence"]
    binding(conditions, network, certificate, True)
    if conditions.failed:
        return conditions
    shape = conditions.shape
    shape(claim["negated"] is False and claim["quantifier"] == "forall-students", "negated")
    shape(number(claim["loss"]) > 0 and 0 < number(claim["delta1"]) < mp.pi / 2, "constants out of range")
    shape(all(number(claim[key]) >= 0 for key in BOUNDED if key in claim), "negative")
    conditions.need("opposed" not in claim or network.activation == "relu", "opposed")
    shape(("mass" in claim) == ("angle" in claim), "mass and angle")
    shape("mass" in claim or any(key in claim for key in BOUNDED), "no bound")
    if "mass" in claim and "angle" in claim:
        shape(number(claim["mass"]) > 0 and 0 < number(claim["angle"]) <= number("1.5707"), "mass and angle")
    if conditions.malformed:
        return conditions
    conditions.need(not network.excluded, "refuted: teachers")
    conditions.need(claim.get("statement") in (None, statement_for_all(network, claim)), "statement")
    conditions.need(evidence["by"] == "G", "by")
    conditions.shape("threshold" in evidence, "evidence: keys")
    if conditions.malformed:
        return conditions
    try:
        if conditions.failed:
            raise Stop
        best = for_all(conditions, network, claim, evidence)
    except Stop:
        return conditions
    for key in BOUNDED:
        if key in claim:
            conditions.at_most(best[key], number(claim[key]), key, NEAR_OF_EIGENVALUES if key == "opposed" else NEAR)
    if "mass" in claim:
        mass = number(claim["mass"])
        conditions.at_most(best["far_mass"], mass, "mass")
        conditions.at_most(least_angle(best, number(claim["delta1"]), mass), number(claim["angle"]), "angle")
    return conditions


# --------------------------------------------------------------------------------------------------------------- statements

SENTENCES = {"misalignment": "the misalignment is at most {}", "far_mass": "the far mass is at most {}", "residual": "the residuals are at most {}",
             "deficit": "every class has at least the mass of its teacher less {}",
             "excess": "every class has at most the mass of its teacher plus {}",
             "opposed": "the mass that points away from its teacher is at most {}"}


def q_of(claim: Document) -> str:
    lines = [f"{line['a']} + {line['c']} * t" for line in claim["envelope"]]
    return f"({lines[0]})" if len(lines) == 1 else f"min({lines[0]}, {lines[1]})"


def recovery_part(claim: Document, inverse: str) -> str:
    recovery = claim["recovery"]
    found = [text.format(f"{recovery[key]} * e(t)") for key, text in SENTENCES.items() if key in recovery]
    if "classes" in recovery:
        which = f"the listed classes, every student of a class stays within {recovery['delta']} radians of its teacher and "
        heavy = "every student of mass M in a class has"
    else:
        which = f"classes by the nearest line within {recovery['delta1']} radians, "
        heavy = f"every student of mass M above {recovery.get('heavy')} * e(t) has"
    if "angle" in recovery:
        found.append(f"{heavy} 2 sin(theta / 2) <= ({recovery['angle']} * e(t) / M)^(2/3)")
    return f"with e(t) = {q_of(claim)}^({inverse}) and {which}{' and '.join(found)}"


def statement(network: Network, claim: Document) -> str:
    """The sentence of section 4.11."""
    unit = network.neuron == "unit"
    power, reach, inverse = ("-3", "-1", "-3/2") if unit else ("-2", "-1/2", "-1")
    parts = [f"L(W_t) <= {q_of(claim)}^({power})"]
    if "linear_rate" in claim:
        parts.append(f"L(W_t) * {claim['linear_rate']} * t <= 1")
    if "distance" in claim:
        parts.append(f"W_t tends to a limit of zero loss within {claim['distance']} * {q_of(claim)}^({reach})")
    if "limit" in claim:
        parts.append(f"every student with a listed limit ends on the {'ray' if network.activation == 'relu' else 'line'} of that teacher")
    if "recovery" in claim:
        parts.append(recovery_part(claim, inverse))
    if "target" in claim:
        parts.append(f"L(W_t) <= {claim['target']['loss']} for every t >= {claim['target']['steps']}")
    flow = "the absorbing gradient flow" if unit else "the gradient flow"
    moves = f"gradient descent with step {claim['step']}" if claim["dynamics"] == "descent" else flow
    return (f"For the {network.activation} network with d = {network.d}, m = {network.m} {network.neuron}-form students and r = {network.r}"
            f" {network.teacher_neuron}-form teachers, at the given weights, {moves} from there satisfies for every t: {'; '.join(parts)}.")


def statement_for_all(network: Network, claim: Document) -> str:
    """The sentence of section 4.10."""
    found = [text.format(claim[key]) for key, text in SENTENCES.items() if key in claim]
    if "mass" in claim:
        found.append(f"every student of mass at least {claim['mass']} lies within {claim['angle']} radians of a teacher's line")
    return (f"For the {network.activation} network with r = {network.r} {network.teacher_neuron}-form teachers, for every number of"
            f" {network.neuron}-form students, in every dimension, and every choice W of their {'nonzero ' if network.neuron == 'unit' else ''}weights"
            f" with L(W) <= {claim['loss']}, classes by the nearest line within {claim['delta1']} radians:"
            f" {' and '.join(found)}.")
