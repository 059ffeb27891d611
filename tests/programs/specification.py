"""The specification of certificates/README.md once more, in Python: numbers, instances, digests, statements.

Both programs are tested against this third reading of the same page. Nothing here is shared with either of them.
"""
from __future__ import annotations

import hashlib
import json
import re
import sys
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Optional, Sequence

sys.set_int_max_str_digits(0)

Box = tuple[Fraction, Fraction]
Rows = list[list[Box]]

_DECIMAL = re.compile(r"([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?")
_RATIONAL = re.compile(r"([+-]?[0-9]+)/([0-9]+)")
_HEX = re.compile(r"([+-]?)0[xX](?:([0-9a-fA-F]+)(?:\.([0-9a-fA-F]*))?|\.([0-9a-fA-F]+))(?:[pP]([+-]?[0-9]+))?")
_UNCERTAIN = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?\?([0-9]*)([udUD]?)(?:[eE]([+-]?[0-9]+))?")
_BRACKETS = re.compile(r"\[ *([^ ,\]]+) *(?:, *([^ ,\]]+) *)?\]")


class SpecificationError(ValueError):
    """The text breaks a rule of certificates/README.md."""


def _exponent(text: Optional[str], limit: int) -> int:
    value = int(text) if text else 0
    if abs(value) > limit:
        raise SpecificationError(f"exponent {value} beyond {limit}")
    return value


def _scaled(sign: str, whole: str, part: str, base: int, digit_power: int, scale: Fraction) -> Fraction:
    digits = int(whole + part or "0", base)
    value = Fraction(digits, digit_power ** len(part)) * scale
    return -value if sign == "-" else value


def parse_number(text: str) -> Fraction:
    """An exact `number` of section 1."""
    if len(text) > 20000:
        raise SpecificationError("number longer than 20000 characters")
    if match := _DECIMAL.fullmatch(text):
        sign, whole, part, only_part, exponent = match.groups()
        scale = Fraction(10) ** _exponent(exponent, 20000)
        return _scaled(sign, whole or "", part or only_part or "", 10, 10, scale)
    if match := _RATIONAL.fullmatch(text):
        if int(match[2]) == 0:
            raise SpecificationError("denominator zero")
        return Fraction(int(match[1]), int(match[2]))
    if match := _HEX.fullmatch(text):
        sign, whole, part, only_part, exponent = match.groups()
        scale = Fraction(2) ** _exponent(exponent, 65536)
        return _scaled(sign, whole or "", part or only_part or "", 16, 16, scale)
    raise SpecificationError(f"not a number: {text[:40]!r}")


def _parse_uncertain(match: re.Match[str]) -> Box:
    sign, whole, part, radius, direction, exponent = match.groups()
    scale = Fraction(10) ** _exponent(exponent, 20000)
    unit = scale / 10 ** len(part or "")
    middle = _scaled(sign, whole, part or "", 10, 10, scale)
    width = unit * int(radius) if radius else unit / 2
    return (middle - (0 if direction in ("u", "U") else width), middle + (0 if direction in ("d", "D") else width))


def parse_entry(entry: Any) -> Box:
    """An entry of a row: a JSON number (a float here) or a string with a number or a box."""
    if isinstance(entry, float):
        return (Fraction(entry), Fraction(entry))
    if isinstance(entry, int) and not isinstance(entry, bool):
        return (Fraction(float(entry)), Fraction(float(entry)))
    if not isinstance(entry, str):
        raise SpecificationError(f"not an entry: {entry!r}")
    if len(entry) > 20000:
        raise SpecificationError("number longer than 20000 characters")
    if match := _BRACKETS.fullmatch(entry):
        lo = parse_number(match[1])
        hi = parse_number(match[2]) if match[2] is not None else lo
        if lo > hi:
            raise SpecificationError("lower end above upper end")
        return (lo, hi)
    if match := _UNCERTAIN.fullmatch(entry):
        return _parse_uncertain(match)
    value = parse_number(entry)
    return (value, value)


def exact_text(value: Fraction) -> str:
    """The reduced fraction p/q, as in the canonical text."""
    return f"{value.numerator}/{value.denominator}"


def entry_text(box: Box) -> str:
    """An entry of the canonical text: a fraction, or a box of two."""
    lo, hi = box
    return exact_text(lo) if lo == hi else f"[{exact_text(lo)},{exact_text(hi)}]"


def points(rows: Sequence[Sequence[Fraction]]) -> Rows:
    """Rows of exact numbers as rows of boxes of width zero."""
    return [[(Fraction(x), Fraction(x)) for x in row] for row in rows]


@dataclass(frozen=True)
class Instance:
    """An instance of section 2 whose teacher is given by rows (not by a Gram matrix) and whose students are present."""

    activation: str
    neuron: str
    teacher_neuron: str
    teacher: Rows
    student: Rows
    name: Optional[str] = None

    @property
    def d(self) -> int:
        return len(self.teacher[0])

    @property
    def m(self) -> int:
        return len(self.student)

    @property
    def r(self) -> int:
        return len(self.teacher)

    @property
    def is_point(self) -> bool:
        return all(lo == hi for rows in (self.teacher, self.student) for row in rows for lo, hi in row)

    def canonical_text(self) -> str:
        """The text of section 3."""
        lines = ["lojacert-canonical/1 instance", f"activation {self.activation}", f"neuron {self.neuron}",
                 f"teacher_neuron {self.teacher_neuron}", f"teacher {self.r} {self.d}"]
        lines += [" ".join(map(entry_text, row)) for row in self.teacher]
        lines += [f"student {self.m} {self.d}"]
        lines += [" ".join(map(entry_text, row)) for row in self.student]
        return "\n".join(lines) + "\n"

    def digest(self) -> str:
        return "sha256:" + hashlib.sha256(self.canonical_text().encode("ascii")).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """A `lojacert-instance/1` object with exact fractions."""
        document: dict[str, Any] = {"format": "lojacert-instance/1"}
        if self.name is not None:
            document["name"] = self.name
        document.update(activation=self.activation, neuron=self.neuron, teacher_neuron=self.teacher_neuron)
        document["teacher"] = [[entry_text(x) for x in row] for row in self.teacher]
        document["student"] = [[entry_text(x) for x in row] for row in self.student]
        return document

    def at(self, student: Sequence[Sequence[Fraction]], teacher: Sequence[Sequence[Fraction]]) -> "Instance":
        """The point instance with these rows."""
        return replace(self, student=points(student), teacher=points(teacher))


def instance_from_json(document: dict[str, Any]) -> Instance:
    """Reads a `lojacert-instance/1` object with rows of teachers and students."""
    teacher = [[parse_entry(x) for x in row] for row in document["teacher"]]
    student = [[parse_entry(x) for x in row] for row in document["student"]]
    return Instance(document["activation"], document["neuron"], document.get("teacher_neuron", "unit"), teacher, student,
                    document.get("name"))


def _loss_body(claim: dict[str, Any], negated: bool) -> str:
    lo, hi = claim.get("lo"), claim.get("hi")
    if lo is not None and hi is not None:
        return f"L(W) < {lo} or L(W) > {hi}" if negated else f"{lo} <= L(W) <= {hi}"
    if lo is not None:
        return f"L(W) < {lo}" if negated else f"L(W) >= {lo}"
    return f"L(W) > {hi}" if negated else f"L(W) <= {hi}"


def _gradient_body(claim: dict[str, Any], negated: bool) -> str:
    if "gradient" in claim and "gradient_norm" in claim:
        return ("a partial derivative of L or ||grad L(W)||_F lies outside its listed interval" if negated
                else "every partial derivative of L and ||grad L(W)||_F lie in the listed intervals")
    if "gradient" in claim:
        return ("a partial derivative of L lies outside its listed interval" if negated
                else "every partial derivative of L lies in its listed interval")
    lo, hi = claim["gradient_norm"]["lo"], claim["gradient_norm"]["hi"]
    return (f"||grad L(W)||_F < {lo} or ||grad L(W)||_F > {hi}" if negated
            else f"{lo} <= ||grad L(W)||_F <= {hi}")


def _recovery_body(claim: dict[str, Any], negated: bool) -> str:
    words = {"angle": "every mass-weighted mean angle is at most", "residual": "every residual ||v_i|| is at most",
             "far_mass": "the far mass is at most"}
    bounds = " and ".join(f"{text} {claim[key]}" for key, text in words.items() if key in claim)
    return (f"with every student assigned to a nearest teacher within {claim['delta1']} radians as listed (else far), "
            + ("it is not true that " if negated else "") + bounds)


def _not_convex_body(claim: dict[str, Any], negated: bool) -> str:
    if "direction" in claim:
        return f"the second derivative U.H(W)U of L along the listed direction U is {'not ' if negated else ''}negative"
    share = claim["lambda"]
    return (f"L((1 - {share}) W + {share} W_1) {'<=' if negated else '>'} (1 - {share}) L(W) + {share} L(W_1)"
            " for the listed W_1")


def _body(claim: dict[str, Any], negated: bool) -> str:
    kind = claim["kind"]
    if kind == "loss":
        return _loss_body(claim, negated)
    if kind == "gradient":
        return _gradient_body(claim, negated)
    if kind == "lojasiewicz":
        return f"||grad L(W)||_F {'<' if negated else '>='} {claim['kappa']} * L(W)^({claim['beta']})"
    if kind == "not-pl":
        c = claim["constant"]
        return (f"||grad L(W)||_F = 0 or ||grad L(W)||_F^2 >= 2 * {c} * L(W)" if negated
                else f"0 < ||grad L(W)||_F^2 < 2 * {c} * L(W)")
    if kind == "recovery":
        return _recovery_body(claim, negated)
    if kind == "not-convex":
        return _not_convex_body(claim, negated)
    raise SpecificationError(f"unknown kind {kind}")


def statement(instance: Instance, claim: dict[str, Any]) -> str:
    """The sentence of section 4.6."""
    negated = claim["negated"]
    if instance.is_point:
        quantifier = "at the given weights,"
    elif negated:
        quantifier = "for some choice of the weights in the given boxes,"
    else:
        quantifier = "for every choice of the weights in the given boxes,"
    return (f"For the {instance.activation} network with d = {instance.d}, m = {instance.m} {instance.neuron}-form students"
            f" and r = {instance.r} {instance.teacher_neuron}-form teachers, {quantifier} {_body(claim, negated)}.")


def threshold_statement(document: dict[str, Any], claim: dict[str, Any]) -> str:
    """The sentence of section 4.9."""
    teacher, unit = document["teacher"], document["neuron"] == "unit"
    r = len(teacher["gram"] if isinstance(teacher, dict) else teacher)
    return (f"For the {document['activation']} network with r = {r} {document.get('teacher_neuron', 'unit')}-form teachers, for every number of"
            f" {document['neuron']}-form students, in every dimension, and every choice W of their {'nonzero ' if unit else ''}weights"
            f" with L(W) <= {claim['eps0']}: ||grad L(W)||_F >= {claim['kappa']} * L(W)^({claim['beta']})"
            f" and ||grad L(W)||_F >= {claim['kappa_1']} * L(W).")


@dataclass
class Certificate:
    """A `lojacert-certificate/1` object under construction."""

    instance: Instance
    claim: dict[str, Any]
    evidence: dict[str, Any] = field(default_factory=dict)
    embed: bool = False

    def to_json(self) -> dict[str, Any]:
        bound: dict[str, Any] = {"digest": self.instance.digest(), "d": self.instance.d, "m": self.instance.m,
                                 "r": self.instance.r}
        if self.embed:
            bound["embedded"] = self.instance.to_json()
        return {"format": "lojacert-certificate/1", "claim": dict(self.claim), "instance": bound,
                "evidence": dict(self.evidence)}


def make_claim(kind: str, negated: bool = False, **constants: Any) -> dict[str, Any]:
    """A claim object without its statement."""
    return {"kind": kind, "quantifier": "forall", "negated": negated, **constants}


def with_statement(instance: Instance, claim: dict[str, Any]) -> dict[str, Any]:
    """The same claim with the sentence that belongs to it."""
    return {**claim, "statement": statement(instance, claim)}


def read_json(text: str) -> Any:
    """Strict enough JSON for files that the tests themselves wrote."""
    return json.loads(text)
