"""What a verifier must answer to a certificate file, from the specification and the oracle alone.

`judge` reads the bytes as strictly as certificates/README.md asks and says `refuse` (malformed, bound to another instance,
evidence that does not fit, or false), `accept` (well-formed and true with room to spare) or `either` (an equality, a box that
sampling cannot settle, or a case that the specification leaves open).
"""
from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Optional

import oracle
import truth
from schema import schema_problem
from specification import Instance, SpecificationError, instance_from_json, parse_entry, parse_number, statement
from truth import Truth

MAX_DEPTH = 64
KINDS = ("loss", "gradient", "lojasiewicz", "recovery", "not-pl")


@dataclass(frozen=True)
class Judgement:
    """The answer that is due and why."""

    answer: str
    reason: str


class Malformed(ValueError):
    """The bytes are not a file of the specification."""


class Refused(ValueError):
    """The file is well-formed, and a verifier must not accept it."""


class Unsupported(ValueError):
    """A claim kind or a version that this specification does not know."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise Malformed("duplicate key")
    return dict(pairs)


def _constant(text: str) -> Any:
    raise Malformed(f"{text} is no JSON number")


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Malformed("beyond the range of doubles")
    return value


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def strict_json(data: bytes) -> Any:
    """RFC 8259 in UTF-8 without a byte order mark, without duplicate keys, at most 64 deep."""
    try:
        text = data.decode("utf-8")
        if text.startswith("\ufeff"):
            raise Malformed("byte order mark")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_constant, parse_float=_float)
    except RecursionError as error:
        raise Malformed("too deep") from error
    except ValueError as error:
        raise Malformed(str(error)) from error
    if _depth(value) > MAX_DEPTH:
        raise Malformed("too deep")
    return value


def read_instance(data: bytes) -> Instance:
    """An instance with rows of students."""
    return instance_from_document(strict_json(data))


def instance_from_document(document: Any) -> Instance:
    problem = schema_problem(document, "lojacert-instance/1")
    if problem:
        raise Malformed(problem)
    if isinstance(document["teacher"], dict) or "student" not in document:
        raise Malformed("no rows of students and teachers")
    try:
        instance = instance_from_json(document)
    except (SpecificationError, ValueError, OverflowError) as error:
        raise Malformed(str(error)) from error
    if len({len(row) for row in instance.teacher + instance.student}) != 1:
        raise Malformed("ragged rows")
    return instance


def _known(document: Any) -> None:
    """Unknown versions and kinds are told apart from malformed files."""
    if not isinstance(document, dict):
        raise Malformed("not an object")
    name, claim = document.get("format"), document.get("claim")
    if isinstance(name, str) and name.startswith("lojacert-certificate/") and name != "lojacert-certificate/1":
        raise Unsupported(name)
    _known_instance(document.get("instance"))
    if isinstance(claim, dict) and isinstance(claim.get("kind"), str) and claim["kind"] not in KINDS:
        raise Unsupported(claim["kind"])


def _known_instance(bound: Any) -> None:
    embedded = bound.get("embedded") if isinstance(bound, dict) else None
    name = embedded.get("format") if isinstance(embedded, dict) else None
    if isinstance(name, str) and name.startswith("lojacert-instance/") and name != "lojacert-instance/1":
        raise Unsupported(name)


def _number(claim: dict[str, Any], key: str) -> Fraction:
    try:
        return parse_number(claim[key])
    except SpecificationError as error:
        raise Malformed(f"{key}: {error}") from error


def _bounds(bounds: dict[str, str]) -> None:
    if _number(bounds, "lo") > _number(bounds, "hi"):
        raise Malformed("lo above hi")


def _check_gradient_shape(instance: Instance, claim: dict[str, Any]) -> None:
    rows = claim["gradient"]
    if len(rows) != instance.m or any(len(row) != instance.d for row in rows):
        raise Refused("the gradient has another shape than the student")
    for row in rows:
        for bounds in row:
            _bounds(bounds)


def _check_recovery(instance: Instance, claim: dict[str, Any]) -> None:
    if not 0 <= _number(claim, "delta1") <= Fraction(15707, 10000):
        raise Malformed("delta1 out of range")
    if any(_number(claim, key) < 0 for key in ("angle", "residual", "far_mass") if key in claim):
        raise Malformed("negative bound")
    assignment = claim["assignment"]
    if len(assignment) != instance.m or any(i is not None and not 0 <= i < instance.r for i in assignment):
        raise Refused("the assignment does not fit the instance")


def check_constants(instance: Instance, claim: dict[str, Any]) -> None:
    """The conditions of section 4 on the constants of each kind."""
    kind = claim["kind"]
    if kind == "loss":
        if "lo" in claim and "hi" in claim:
            _bounds(claim)
        for key in {"lo", "hi"} & set(claim):
            _number(claim, key)
    elif kind == "gradient":
        if "gradient_norm" in claim:
            _bounds(claim["gradient_norm"])
        if "gradient" in claim:
            _check_gradient_shape(instance, claim)
    elif kind == "lojasiewicz":
        beta = _number(claim, "beta")
        if _number(claim, "kappa") <= 0 or beta <= 0 or beta.numerator > 1000 or beta.denominator > 1000:
            raise Malformed("kappa or beta out of range")
    elif kind == "not-pl":
        if _number(claim, "constant") <= 0:
            raise Malformed("constant not positive")
    else:
        _check_recovery(instance, claim)


def check_binding(instance: Instance, bound: dict[str, Any]) -> None:
    if bound["digest"] != instance.digest():
        raise Refused("hash-mismatch")
    if (bound["d"], bound["m"], bound["r"]) != (instance.d, instance.m, instance.r):
        raise Refused("hash-mismatch: sizes")


def _witness_rows(instance_rows: Any, rows: Any) -> list[list[Fraction]]:
    """The rows of a witness, each entry a point of its box."""
    if len(rows) != len(instance_rows) or any(len(a) != len(b) for a, b in zip(rows, instance_rows)):
        raise Refused("the witness has another shape")
    result = []
    for row, boxes in zip(rows, instance_rows):
        values = []
        for entry, (lo, hi) in zip(row, boxes):
            try:
                low, high = parse_entry(entry)
            except SpecificationError as error:
                raise Malformed(str(error)) from error
            if low != high or not lo <= low <= hi:
                raise Refused("the witness leaves its box")
            values.append(low)
        result.append(values)
    return result


def witness_point(instance: Instance, evidence: dict[str, Any]) -> Instance:
    """The point instance of the witness."""
    if "witness" not in evidence:
        raise Refused("no witness")
    witness = evidence["witness"]
    student = _witness_rows(instance.student, witness["student"])
    if "teacher" in witness:
        return instance.at(student, _witness_rows(instance.teacher, witness["teacher"]))
    if any(lo != hi for row in instance.teacher for lo, hi in row):
        raise Refused("no teacher in the witness")
    return instance.at(student, [[lo for lo, _ in row] for row in instance.teacher])


def teachers_allowed(instance: Instance) -> bool:
    """Section 4.4: at a point, no zero and no parallel teachers (antiparallel ones only under relu)."""
    if not instance.is_point:
        return True
    point = truth.point_of(instance)
    if any(oracle.is_zero(a) for a in point.teacher):
        return False
    up_to_sign = truth.up_to_sign(instance.activation)
    return all(truth.nearness(a, b, up_to_sign) != 1 for i, a in enumerate(point.teacher) for b in point.teacher[i + 1:])


def _judge_truth(instance: Instance, document: dict[str, Any]) -> Judgement:
    claim, evidence = document["claim"], document["evidence"]
    at = witness_point(instance, evidence) if claim["negated"] and not instance.is_point else instance
    if claim["kind"] == "recovery" and not (teachers_allowed(at) and teachers_allowed(instance)):
        raise Refused("teachers that recovery does not allow")
    found = truth.truth(at, claim)
    if found is Truth.FALSE:
        return Judgement("refuse", "false")
    if found is Truth.UNKNOWN:
        return Judgement("either", "equality or box")
    if "witness" in evidence and at is instance:
        return Judgement("either", "a witness that is not needed")
    return Judgement("accept", "true")


def judge_document(document: Any, instance: Optional[Instance]) -> Judgement:
    """Judges a parsed certificate; without an instance the embedded one is used."""
    _known(document)
    problem = schema_problem(document, "lojacert-certificate/1")
    if problem:
        raise Malformed(problem)
    embedded = document["instance"].get("embedded")
    inside = None if embedded is None else instance_from_document(embedded)
    if instance is None and inside is None:
        raise Malformed("no instance")
    at = instance or inside
    check_binding(at, document["instance"])
    check_constants(at, document["claim"])
    if document["claim"].get("statement", statement(at, document["claim"])) != statement(at, document["claim"]):
        raise Refused("another statement")
    if document["evidence"].get("by", "direct") != "direct":
        raise Refused("evidence of a theorem that this judge does not follow")
    return _judge_truth(at, document)


def judge(certificate: bytes, instance: Optional[bytes]) -> Judgement:
    """Judges the bytes of a certificate and, where given, of the instance file beside it."""
    try:
        at = None if instance is None else read_instance(instance)
        return judge_document(strict_json(certificate), at)
    except Malformed as error:
        return Judgement("refuse", f"malformed: {error}")
    except Unsupported as error:
        return Judgement("unsupported", str(error))
    except Refused as error:
        return Judgement("refuse", str(error))
