#!/usr/bin/python3
"""Writes the forged certificates of this folder and expected.json.

Each forgery has an honest twin that must be VERIFIED, so that the forgery is refused for the right reason and not for a slip in
everything around it. Most forgeries carry their instance inside: `lojaverify tests/rejected/kappa-just-too-large.json` shows
one by hand. Where the instance stands beside the certificate, the forgery is a folder with `instance.json` and
`certificate.json`. `forge.py` writes the files; `forge.py --check` says whether they are what it would write.
"""
from __future__ import annotations

import copy
import json
import random
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Callable, Optional

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "programs")]

from changes import drop, put  # noqa: E402
import truth  # noqa: E402
from forge_descent import all_forged as all_forged_of_descent  # noqa: E402
from forge_teachers import all_forged  # noqa: E402
from forge_theorems import all_forged as all_forged_of_theorems  # noqa: E402
from judge import judge  # noqa: E402
from oracle import Range  # noqa: E402
from specification import Certificate, Instance, instance_from_json, make_claim, statement, with_statement  # noqa: E402
from agreement_test import decimal, ratio  # noqa: E402

Document = dict[str, Any]


def instance(student: list[list[str]], teacher: list[list[str]], activation: str = "abs", neuron: str = "norm",
             teacher_neuron: str = "unit") -> Instance:
    return instance_from_json({"activation": activation, "neuron": neuron, "teacher_neuron": teacher_neuron,
                               "teacher": teacher, "student": student})


NEAR = instance([["7/10", "1/100"], ["7/10", "-1/50"], ["1/80", "1"], ["0", "0.05"]], [["1", "0"], ["0", "1"]])
EASIER = instance([["7/10", "1/100"], ["7/10", "-1/50"], ["0", "1"], ["0", "0"]], [["1", "0"], ["0", "1"]])
FAR = instance([["1", "0"], ["0.6", "0.7"]], [["1", "0"], ["0", "1"]], neuron="unit")
BOX = instance([["[0.69, 0.71]", "0.01"], ["0.7", "[-0.03, -0.01]"]], [["1", "0"]])
ZERO = instance([["3/5", "0"], ["-2/5", "0"]], [["1", "0"]], neuron="unit")
DEAD = instance([["0", "0"]], [["1", "0"]])
UNDEFINED = instance([["0", "0"], ["1", "1"]], [["1", "0"]], neuron="unit")
OPPOSITE = instance([["-1", "0"], ["1/2", "-4/5"], ["1/2", "4/5"]], [["1", "0"], ["-1/2", "4/5"], ["-1/2", "-4/5"]], "relu", "unit")


@dataclass(frozen=True)
class Forgery:
    """A forged certificate: its bytes, the instance beside it (or None), its honest twin and what must happen to it."""

    name: str
    forged: bytes
    exit_code: int
    reason: Optional[str]
    honest: bytes
    beside: Optional[Instance] = None
    message: Optional[str] = None  # what stderr must contain


FORGERIES: list[Forgery] = []


def dump(document: Document) -> bytes:
    return (json.dumps(document, indent=1) + "\n").encode()


def certificate(at: Instance, claim: Document, evidence: Optional[Document] = None) -> Document:
    """A certificate with its statement and its instance inside."""
    return Certificate(at, with_statement(at, claim), evidence or {}, embed=True).to_json()


def add(name: str, honest: Document, change: Callable[[Document], None], exit_code: int, reason: Optional[str],
        restate: Optional[Instance] = None) -> None:
    """Forges a copy of the honest certificate; with `restate` the statement is made to fit the changed claim."""
    forged = copy.deepcopy(honest)
    change(forged)
    if restate is not None:
        forged["claim"].pop("statement", None)
        forged["claim"]["statement"] = statement(restate, forged["claim"])
    FORGERIES.append(Forgery(name, dump(forged), exit_code, reason, dump(honest)))


def both(*changes: Callable[[Document], None]) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        for one in changes:
            one(document)
    return change


def past(value: Fraction, factor: str) -> str:
    return decimal(value * Fraction(factor), 40)


def constants_past_the_truth() -> None:
    """Certificates that would be true with a constant a little smaller or larger."""
    found = truth.evaluation(NEAR)
    best, critical = ratio(found, "3/4"), found.norm.power(2).middle / (2 * found.loss.middle)
    lojasiewicz = certificate(NEAR, make_claim("lojasiewicz", kappa=past(best, "0.999999999"), beta="3/4"))
    add("kappa-just-too-large", lojasiewicz, put(past(best, "1.000000001"), "claim", "kappa"), 1, "refuted", NEAR)
    tight = Fraction(1) + Fraction(1, 2 ** 39)
    add("kappa-too-large-by-2-to-the-minus-39", lojasiewicz, put(decimal(best * tight, 40), "claim", "kappa"), 1, "refuted", NEAR)
    add("beta-too-small", lojasiewicz, put("1/2", "claim", "beta"), 1, "refuted", NEAR)
    loss = certificate(NEAR, make_claim("loss", lo=past(found.loss.middle, "0.999999"), hi=past(found.loss.middle, "1.000001")))
    add("loss-below-the-truth", loss, both(put("0", "claim", "lo"), put(past(found.loss.middle, "0.9999999"), "claim", "hi")), 1,
        "refuted", NEAR)
    add("loss-above-the-truth", loss, put(past(found.loss.middle, "1.0000001"), "claim", "lo"), 1, "refuted", NEAR)
    not_pl = certificate(NEAR, make_claim("not-pl", constant=past(critical, "1.000000001")))
    add("not-pl-constant-just-too-small", not_pl, put(past(critical, "0.999999999"), "claim", "constant"), 1, "refuted", NEAR)
    norm = {"lo": past(found.norm.middle, "0.999999"), "hi": past(found.norm.middle, "1.000001")}
    gradient = certificate(NEAR, make_claim("gradient", gradient=enclosures(found.gradient), gradient_norm=norm))
    add("gradient-norm-too-small", gradient, put({"lo": "0", "hi": past(found.norm.middle, "0.9999999")}, "claim", "gradient_norm"),
        1, "refuted", NEAR)
    wrong = dict(gradient["claim"]["gradient"][0][1])
    sign_changed = {"lo": "-" + wrong["hi"], "hi": "-" + wrong["lo"]} if wrong["lo"][0] != "-" else {
        "lo": wrong["hi"][1:], "hi": wrong["lo"][1:]}
    add("one-partial-derivative-with-the-wrong-sign", gradient, put(sign_changed, "claim", "gradient", 0, 1), 1, "refuted", NEAR)
    rows = gradient["claim"]["gradient"]
    add("gradient-rows-exchanged", gradient, put([rows[1], rows[0]] + rows[2:], "claim", "gradient"), 1, "refuted", NEAR)
    add("gradient-of-one-student-missing", gradient, put(rows[:-1], "claim", "gradient"), 2, None, NEAR)


def enclosures(rows: list[list[Range]]) -> list[list[Document]]:
    def around(x: Range) -> Document:
        width = max(abs(x.middle), Fraction(1, 10 ** 9)) / 10 ** 6
        return {"lo": signed(x.middle - width), "hi": signed(x.middle + width)}
    return [[around(x) for x in row] for row in rows]


def signed(value: Fraction) -> str:
    return "-" + decimal(-value, 20) if value < 0 else decimal(value, 20)


def negations() -> None:
    """Negations of true claims, and claims whose negation is true."""
    found = truth.evaluation(NEAR)
    loss = certificate(NEAR, make_claim("loss", hi=past(found.loss.middle, "1.1")))
    add("negation-of-a-true-bound", loss, put(True, "claim", "negated"), 1, "refuted", NEAR)
    zero = certificate(ZERO, make_claim("lojasiewicz", kappa="1e300", beta="1"))
    add("inequality-said-to-fail-at-a-global-minimum", zero, put(True, "claim", "negated"), 1, "refuted", ZERO)
    exact = certificate(ZERO, make_claim("loss", hi="0"))
    add("positive-loss-at-a-global-minimum", exact, both(drop("claim", "hi"), put("1e-700", "claim", "lo")), 1, "refuted", ZERO)
    dead = certificate(DEAD, make_claim("not-pl", True, constant="1"))
    add("not-pl-at-a-critical-point", dead, put(False, "claim", "negated"), 1, "refuted", DEAD)
    undefined = certificate(UNDEFINED, make_claim("loss", hi="10"))
    claim = make_claim("lojasiewicz", kappa="1e-300", beta="1")
    add("gradient-claim-at-a-zero-unit-student", undefined, put(with_statement(UNDEFINED, claim), "claim"), 1, "refuted")
    negated = make_claim("lojasiewicz", True, kappa="1e300", beta="1")
    add("negated-gradient-claim-at-a-zero-unit-student", undefined, put(with_statement(UNDEFINED, negated), "claim"), 1, "refuted")


def recoveries() -> None:
    """Assignments, residuals, far masses."""
    point = truth.point_of(FAR)
    ranges = truth.recovery_ranges(point, [0, None])
    residual = max(ranges[2].middle, ranges[5].middle)
    claim = make_claim("recovery", delta1="1/2", assignment=[0, None], residual=past(residual, "1.000001"),
                       far_mass=past(ranges[-1].middle, "1.000001"))
    honest = certificate(FAR, claim)
    add("residual-just-too-small", honest, put(past(residual, "0.999999"), "claim", "residual"), 1, "refuted", FAR)
    add("far-mass-forgotten", honest, put("0", "claim", "far_mass"), 1, "refuted", FAR)
    add("far-student-assigned", honest, put([0, 1], "claim", "assignment"), 1, "refuted", FAR)
    add("near-student-called-far", honest, put([None, None], "claim", "assignment"), 1, "refuted", FAR)
    add("assignment-to-the-farther-teacher", honest, both(put([0, 0], "claim", "assignment"), put("1.5", "claim", "delta1")), 1,
        "refuted", FAR)
    negated = both(put([None, None], "claim", "assignment"), put("0", "claim", "residual"), put(True, "claim", "negated"))
    add("wrong-assignment-to-make-recovery-fail", honest, negated, 1, "refuted", FAR)
    add("assignment-to-a-teacher-that-does-not-exist", honest, put([0, 2], "claim", "assignment"), 2, None, FAR)
    add("assignment-of-too-few-students", honest, put([0], "claim", "assignment"), 2, None, FAR)
    near = truth.recovery_ranges(truth.point_of(NEAR), [0, 0, 1, 1])
    angle = max(near[0].middle / near[1].middle, near[3].middle / near[4].middle)
    mean = certificate(NEAR, make_claim("recovery", delta1="0.5", assignment=[0, 0, 1, 1], angle=past(angle, "1.000001")))
    add("mean-angle-just-too-small", mean, put(past(angle, "0.999999"), "claim", "angle"), 1, "refuted", NEAR)
    relu = certificate(OPPOSITE, make_claim("recovery", delta1="0.1", assignment=[None] * 3, far_mass="10"))
    add("relu-students-opposite-to-their-teachers", relu, both(put([0, 1, 2], "claim", "assignment"), put("1e-9", "claim", "residual")),
        1, "refuted", OPPOSITE)
    for name, teacher in (("parallel", [["1", "0"], ["2", "0"]]), ("antiparallel", [["1", "0"], ["-2", "0"]]),
                          ("zero", [["1", "0"], ["0", "0"]])):
        other = instance([["1", "0"], ["0.6", "0.7"]], teacher, neuron="unit")
        forged = make_claim("recovery", delta1="1/2", assignment=[0, None], far_mass="10")
        loss = certificate(other, make_claim("loss", hi="100"))
        add(f"recovery-with-{name}-teachers", loss, put(with_statement(other, forged), "claim"), 1, "refuted")


def bindings() -> None:
    """Digests, sizes, statements."""
    loss = certificate(NEAR, make_claim("loss", hi="1"))
    add("digest-of-an-easier-instance", loss, put(EASIER.digest(), "instance", "digest"), 1, "hash-mismatch")
    add("embedded-instance-exchanged", loss, put(EASIER.to_json(), "instance", "embedded"), 1, "hash-mismatch")
    add("size-of-another-network", loss, put(3, "instance", "m"), 1, "hash-mismatch")
    add("dimension-of-another-network", loss, put(3, "instance", "d"), 1, "hash-mismatch")
    easier = certificate(EASIER, make_claim("loss", hi="1"))
    FORGERIES.append(Forgery("certificate-of-an-easier-instance", dump(easier), 1, "hash-mismatch", dump(loss), NEAR))
    kappa = certificate(NEAR, make_claim("lojasiewicz", kappa="1/100", beta="1"))
    other = statement(NEAR, make_claim("lojasiewicz", kappa="100", beta="1"))
    add("statement-with-a-larger-kappa", kappa, put(other, "claim", "statement"), 1, "bad-evidence")
    add("statement-of-another-claim", kappa, put(statement(NEAR, make_claim("loss", hi="0")), "claim", "statement"), 1, "bad-evidence")
    add("statement-about-another-network", kappa, put(kappa["claim"]["statement"].replace("abs", "relu"), "claim", "statement"), 1,
        "bad-evidence")
    add("no-instance-at-all", loss, drop("instance", "embedded"), 2, None)


def boxes() -> None:
    """Witnesses, and claims that hold in only a part of the box."""
    middle = next(iter(truth.sample_points(BOX, random.Random(1))))
    point = [[str(lo) for lo, _ in row] for row in middle.student]
    lo = past(truth.evaluation(middle).loss.middle, "1.01")
    honest = certificate(BOX, make_claim("loss", True, lo=lo), {"witness": {"student": point}})

    def witness(j: int, k: int, text: str) -> Callable[[Document], None]:
        return put(text, "evidence", "witness", "student", j, k)
    add("witness-outside-its-box", honest, witness(0, 0, "0.7100001"), 1, "bad-evidence")
    add("witness-with-another-exact-entry", honest, witness(0, 1, "0.0100001"), 1, "bad-evidence")
    add("witness-that-violates-nothing", honest, put("1e-9", "claim", "lo"), 1, "bad-evidence", BOX)
    add("witness-missing", honest, drop("evidence", "witness"), 1, "bad-evidence")
    add("witness-of-one-student-only", honest, put(point[:1], "evidence", "witness", "student"), 1, "bad-evidence")
    add("witness-that-is-a-box", honest, witness(0, 0, "[0.69, 0.71]"), 1, "bad-evidence")
    hi = past(max(truth.evaluation(p).loss.middle for p in truth.sample_points(BOX, random.Random(1), 40)), "3")
    whole = certificate(BOX, make_claim("loss", hi=hi))
    add("bound-true-only-at-the-middle-of-the-box", whole, put(past(truth.evaluation(middle).loss.middle, "1.001"), "claim", "hi"), 1,
        "insufficient-precision", BOX)
    at_middle = certificate(middle, make_claim("loss", hi=past(truth.evaluation(middle).loss.middle, "1.001")))
    forged = copy.deepcopy(at_middle)
    FORGERIES.append(Forgery("certificate-of-the-middle-for-the-box", dump(forged), 1, "hash-mismatch", dump(whole), BOX))


def forms() -> None:
    """Files that are no certificates of this specification."""
    kappa = certificate(NEAR, make_claim("lojasiewicz", kappa="1/100", beta="1"))
    for name, change, code in (
            ("kappa-zero", put("0", "claim", "kappa"), 2), ("kappa-negative", put("-1", "claim", "kappa"), 2),
            ("kappa-as-a-json-number", put(0.01, "claim", "kappa"), 2), ("kappa-not-a-number", put("nan", "claim", "kappa"), 2),
            ("kappa-as-an-interval", put("[0.001, 1000]", "claim", "kappa"), 2),
            ("beta-zero", put("0", "claim", "beta"), 2), ("beta-with-a-huge-denominator", put("1000/1001", "claim", "beta"), 2),
            ("a-tolerance-nobody-defined", put("1e-3", "claim", "tolerance"), 2), ("quantifier-exists", put("exists", "claim", "quantifier"), 2),
            ("negated-as-text", put("false", "claim", "negated"), 2), ("no-quantifier", drop("claim", "quantifier"), 2),
            ("precision-of-one-bit", put(1, "evidence", "precision_bits"), 2),
            ("precision-of-a-billion-bits", put(10 ** 9, "evidence", "precision_bits"), 2),
            ("precision-as-text", put("64", "evidence", "precision_bits"), 2),
            ("evidence-of-an-unknown-theorem", put("faith", "evidence", "by"), 1),
            ("claim-of-an-unknown-kind", put("landscape-of-dreams", "claim", "kind"), 3),
            ("version-2", put("lojacert-certificate/2", "format"), 3)):
        restate = NEAR if name in ("kappa-zero", "kappa-negative", "kappa-as-a-json-number", "beta-zero",
                                   "beta-with-a-huge-denominator", "kappa-not-a-number", "kappa-as-an-interval") else None
        add(name, kappa, change, code, "bad-evidence" if code == 1 else None, restate)
    loss = certificate(NEAR, make_claim("loss", lo="0", hi="1"))
    add("bounds-exchanged", loss, both(put("1", "claim", "lo"), put("0", "claim", "hi")), 2, None, NEAR)
    text = dump(kappa)
    duplicate = text.replace(b'"kappa": "1/100"', b'"kappa": "1/100", "kappa": "100"', 1)
    FORGERIES.append(Forgery("kappa-twice", duplicate, 2, None, text))
    FORGERIES.append(Forgery("text-after-the-certificate", text + b'{"claim": {}}\n', 2, None, text))
    FORGERIES.append(Forgery("truncated-in-the-digest", text[:text.index(b"sha256:") + 20], 2, None, text))


def build() -> list[Forgery]:
    """All forgeries, each confirmed by the judge to be one."""
    FORGERIES.clear()
    for make in (constants_past_the_truth, negations, recoveries, bindings, boxes, forms):
        make()
    for forgery in FORGERIES:
        beside = None if forgery.beside is None else json.dumps(forgery.beside.to_json()).encode()
        answer = judge(forgery.forged, beside)
        if answer.answer not in ("refuse", "unsupported"):
            raise AssertionError(f"{forgery.name} is no forgery: {answer}")
        twin = judge(forgery.honest, beside if forgery.beside is None else None)
        if twin.answer == "refuse":
            raise AssertionError(f"the honest twin of {forgery.name} is refused: {twin}")
    FORGERIES.extend(Forgery(*forged) for forged in all_forged())  # confirmed there
    FORGERIES.extend(Forgery(*forged, message=message) for *forged, message in all_forged_of_theorems() + all_forged_of_descent())  # likewise
    return FORGERIES


def files_of(forgery: Forgery) -> dict[str, bytes]:
    """The files that show the forgery, by their path in this folder."""
    if forgery.beside is None:
        return {f"{forgery.name}.json": forgery.forged}
    return {f"{forgery.name}/certificate.json": forgery.forged, f"{forgery.name}/instance.json": dump(forgery.beside.to_json())}


def all_files() -> dict[str, bytes]:
    """What the folder has to hold."""
    forgeries = build()
    files = {path: data for forgery in forgeries for path, data in files_of(forgery).items()}
    expected = {f.name: {"exit": f.exit_code, **({"reason": f.reason} if f.reason else {}), **({"message": f.message} if f.message else {})}
                for f in forgeries}
    files["expected.json"] = (json.dumps(expected, indent=1, sort_keys=True) + "\n").encode()
    return files


def main() -> int:
    files = all_files()
    if "--check" in sys.argv:
        wrong = [path for path, data in files.items() if not (HERE / path).exists() or (HERE / path).read_bytes() != data]
        print(f"{len(files)} files, {len(wrong)} differ: {wrong[:5]}")
        return 1 if wrong else 0
    for path, data in files.items():
        (HERE / path).parent.mkdir(exist_ok=True)
        (HERE / path).write_bytes(data)
    print(f"{len(files)} files written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
