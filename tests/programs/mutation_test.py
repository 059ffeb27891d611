"""Certificates of every kind, mutated; each mutation is judged by the specification and the oracle.

Every certificate that must be refused ends with exit 1 or 2 (3 for an unknown kind or version), every harmless change keeps
it verified, nothing crashes, and status line and exit code agree.
"""
from __future__ import annotations

import copy
import json
import random
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Callable, Iterator, Optional

import generate
import truth
from agreement_test import decimal, ratio, recovery_is_defined
from judge import Judgement, judge
from oracle import Range
from programs import Programs, Report, as_arguments, folder_of_programs, in_parallel, long_run, option, workspace, write_json
from specification import Instance, exact_text, parse_number, statement

KINDS = ("loss", "gradient", "lojasiewicz", "recovery", "not-pl")


@dataclass(frozen=True)
class Base:
    """A certificate that verifies, with its instance; `embed`: the verifier gets the certificate alone."""

    instance: Instance
    document: dict[str, Any]
    embed: bool


@dataclass(frozen=True)
class Mutant:
    """A changed certificate: its bytes, the instance file beside it (or None), and what was done."""

    what: str
    certificate: bytes
    instance: Optional[bytes]
    harmless: bool = False


def dump(document: Any) -> bytes:
    return json.dumps(document).encode()


# ----------------------------------------------------------------------------------------------------------- bases

def options_for(rng: random.Random, kind: str, instance: Instance, holds: bool) -> Optional[dict[str, str]]:
    """Constants with a comfortable margin on the wanted side; on boxes judged at the middle."""
    at = next(iter(truth.sample_points(instance, rng))) if not instance.is_point else instance
    evaluation = truth.evaluation(at)
    factor = Fraction(3, 2) if holds else Fraction(2, 3)
    if kind == "loss":
        return {rng.choice(("hi",)): decimal(evaluation.loss.middle * factor, 12)}
    if kind == "gradient":
        if holds:
            return {}
        return {"norm-lo": "0", "norm-hi": decimal(evaluation.norm.middle * factor, 12)}
    if kind == "lojasiewicz":
        beta = rng.choice(("1", "3/4", "2/3"))
        return {"kappa": decimal(ratio(evaluation, beta) / factor, 12), "beta": beta}
    if kind == "not-pl":
        critical = evaluation.norm.power(2).middle / (2 * evaluation.loss.middle)
        return {"constant": decimal(critical * factor, 12)}
    return recovery_options(at, factor)


def recovery_options(at: Instance, factor: Fraction) -> Optional[dict[str, str]]:
    if not recovery_is_defined(at):
        return None
    point = truth.point_of(at)
    assignment = truth.propose_assignment(point, Fraction(1, 2))
    ranges = truth.recovery_ranges(point, assignment)
    residual = max(ranges[3 * i + 2].middle for i in range(at.r))
    return {"residual": decimal(residual * factor, 12), "angle": "1.6"}


def make_base(programs: Programs, folder: Path, rng: random.Random, kind: str, holds: bool, box: bool,
              embed: bool) -> Optional[Base]:
    """Proves one certificate with the real prover."""
    for _ in range(20):
        instance = draw_base(rng, box)
        options = options_for(rng, kind, instance, holds)
        if options is None:
            continue
        path = write_json(folder / "instance.json", instance.to_json())
        target = folder / "base.json"
        target.unlink(missing_ok=True)
        programs.cert("prove", kind, path, *as_arguments(options), *(["--embed"] if embed else []), "-o", target)
        if target.exists():
            document = json.loads(target.read_text(encoding="utf-8"))
            if document["claim"]["negated"] is not holds:
                return Base(instance, document, embed)
    return None


def draw_base(rng: random.Random, box: bool) -> Instance:
    """A small instance with a defined gradient and a positive loss."""
    while True:
        instance = rng.choice((lambda: generate.near_convergence(rng, rng.randint(2, 3), rng.randint(1, 2), rng.randint(1, 8)),
                               lambda: generate.plain(rng, rng.randint(2, 3), rng.randint(1, 3), rng.randint(1, 2)),
                               lambda: generate.pair_family(rng, rng.randint(1, 6))))()
        point = truth.point_of(instance)
        evaluation = None if point.gradient_is_undefined() else truth.evaluation(instance)
        if evaluation is None or evaluation.loss.lo <= 0 or evaluation.norm.lo <= 0:
            continue
        return generate.boxed(rng, instance, Fraction(1, 10 ** 12), rng.random() < 0.4) if box else instance


# ----------------------------------------------------------------------------------------------- changes of constants

def constant_places(claim: dict[str, Any]) -> list[tuple[Any, str]]:
    """Every constant of a claim as (object, key)."""
    places: list[tuple[Any, str]] = [(claim, key) for key in ("lo", "hi", "kappa", "beta", "constant", "delta1", "angle",
                                                              "residual", "far_mass") if key in claim]
    if "gradient_norm" in claim:
        places += [(claim["gradient_norm"], key) for key in ("lo", "hi")]
    for row in claim.get("gradient", []):
        places += [(bounds, key) for bounds in row for key in ("lo", "hi")]
    return places


def restate(instance: Instance, document: dict[str, Any]) -> None:
    """Gives the claim the statement that belongs to it, so that only the constant is wrong."""
    document["claim"].pop("statement", None)
    document["claim"]["statement"] = statement(instance, document["claim"])


def boundary(base: Base) -> Optional[Fraction]:
    """The value at which the claim's constant would be exactly true, at the point or at the witness."""
    claim = base.document["claim"]
    at = base.instance if base.instance.is_point else next(iter(truth.sample_points(base.instance, random.Random(1))))
    evaluation = truth.evaluation(at)
    if claim["kind"] == "loss":
        return evaluation.loss.middle
    if claim["kind"] == "lojasiewicz":
        return ratio(evaluation, claim["beta"])
    if claim["kind"] == "not-pl":
        return evaluation.norm.power(2).middle / (2 * evaluation.loss.middle)
    if claim["kind"] == "gradient":
        return evaluation.norm.middle
    ranges = truth.recovery_ranges(truth.point_of(at), claim["assignment"])
    return max(ranges[3 * i + 2].middle for i in range(at.r))


def main_constant(claim: dict[str, Any]) -> tuple[Any, str]:
    """The constant that `boundary` belongs to."""
    if claim["kind"] == "gradient":
        return claim["gradient_norm"], "hi"
    return claim, {"loss": "hi", "lojasiewicz": "kappa", "not-pl": "constant", "recovery": "residual"}[claim["kind"]]


def changed(base: Base, change: Callable[[dict[str, Any]], None], consistent: bool = True) -> bytes:
    document = copy.deepcopy(base.document)
    change(document)
    if consistent:
        restate(base.instance, document)
    return dump(document)


def constant_mutants(base: Base, rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Constants just past and just inside the truth, other spellings, signs, swaps."""
    value = boundary(base)
    for margin in ("1e-3", "1e-9", "1e-12", "1e-20", "1e-30"):
        for sign in (1, -1):
            moved = value * (1 + sign * parse_number(margin))

            def change(document: dict[str, Any], moved: Fraction = moved) -> None:
                target, key = main_constant(document["claim"])
                target[key] = decimal(moved, 40)
            yield f"main constant at truth * (1 {'+' if sign > 0 else '-'} {margin})", changed(base, change)
    count = len(constant_places(base.document["claim"]))
    for _ in range(12):
        index, factor = rng.randrange(count), rng.choice(("2", "1/2", "-1", "0", "1e-300", "1e300", "1000001/1000000", "999999/1000000"))

        def scale(document: dict[str, Any], index: int = index, factor: str = factor) -> None:
            target, key = constant_places(document["claim"])[index]
            target[key] = exact_text(parse_number(target[key]) * parse_number(factor))
        yield f"a constant times {factor}", changed(base, scale)
    for text in ("nan", "inf", "", " 1", "1 ", "0x", "1/0", "1e99999", "--1", "1,5", "[1,2]", "1?", "٣", "1e", "0x1p-70000", "1_0"):
        def spoil(document: dict[str, Any], text: str = text) -> None:
            target, key = main_constant(document["claim"])
            target[key] = text
        yield f"a constant spelt {text!r}", changed(base, spoil)
    for wrong in (1, 1.5, None, True, [], {}, ["1"]):
        def retype(document: dict[str, Any], wrong: Any = wrong) -> None:
            target, key = main_constant(document["claim"])
            target[key] = wrong
        yield f"a constant of type {type(wrong).__name__}", changed(base, retype)


def swap_bounds(document: dict[str, Any]) -> None:
    """Exchanges lo and hi wherever both stand."""
    claim = document["claim"]
    rows = [bounds for row in claim.get("gradient", []) for bounds in row]
    for bounds in rows + [claim.get("gradient_norm", {}), claim]:
        if "lo" in bounds and "hi" in bounds:
            bounds["lo"], bounds["hi"] = bounds["hi"], bounds["lo"]


def permute_assignment(rng: random.Random) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        claim = document["claim"]
        if "assignment" in claim:
            claim["assignment"] = rng.choice((
                rng.sample(claim["assignment"], len(claim["assignment"])), claim["assignment"][1:], claim["assignment"] + [0],
                [None] * len(claim["assignment"]), [99] * len(claim["assignment"]), [-1] * len(claim["assignment"]),
                ["0"] * len(claim["assignment"]), [0.5] * len(claim["assignment"]), [2 ** 64] * len(claim["assignment"]),
                [0 if i is None else None for i in claim["assignment"]]))
        elif "gradient" in claim:
            rng.shuffle(claim["gradient"])
            if rng.random() < 0.3:
                claim["gradient"] = claim["gradient"][1:] or [[]]
    return change


# ----------------------------------------------------------------------------------------- changes of the rest

def put(path: list[Any], value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
    return change


def drop(path: list[Any]) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        place.pop(path[-1], None)
    return change


def rename(path: list[Any], name: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        if path[-1] in place:
            place[name] = place.pop(path[-1])
    return change


def flip_digest(rng: random.Random, digest: str) -> str:
    at = rng.randrange(len("sha256:"), len(digest))
    return digest[:at] + "0123456789abcdef"[int(digest[at], 16) ^ (1 << rng.randrange(4))] + digest[at + 1:]


def structural_mutants(base: Base, rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Keys, digests, sizes, evidence, statements."""
    document, digest = base.document, base.document["instance"]["digest"]
    negated = document["claim"]["negated"]
    yield "negated flipped, statement kept", changed(base, put(["claim", "negated"], not negated), False)
    yield "negated flipped, statement regenerated", changed(base, put(["claim", "negated"], not negated))
    for wrong in ("true", 0, None):
        yield f"negated {wrong!r}", changed(base, put(["claim", "negated"], wrong), False)
    for _ in range(4):
        yield "digest bit", changed(base, put(["instance", "digest"], flip_digest(rng, digest)), False)
    for wrong in (digest.upper(), digest[:-1], digest + "0", digest[7:], "sha512:" + digest[7:], "", None, 0):
        yield "digest form", changed(base, put(["instance", "digest"], wrong), False)
    for key in ("d", "m", "r"):
        for wrong in (document["instance"][key] + 1, 0, -1, 10 ** 9, 2 ** 64, str(document["instance"][key]), 1.5, None):
            yield f"{key} = {wrong!r}", changed(base, put(["instance", key], wrong), False)
        yield f"{key} removed", changed(base, drop(["instance", key]), False)
    for wrong in (1, 0, -5, 10 ** 9, 10 ** 30, "53", 53.5, None, [53], True):
        yield f"precision_bits {wrong!r}", changed(base, put(["evidence", "precision_bits"], wrong), False)
    for wrong in ("theoremA", "", 1, None):
        yield f"by {wrong!r}", changed(base, put(["evidence", "by"], wrong), False)
    text = document["claim"]["statement"]
    for wrong in (text + " ", text[:-1], text.replace("network", "Network"), text.replace(" = ", " =  "), "", text.replace("W", "V"), None, 1):
        yield "statement edited", changed(base, put(["claim", "statement"], wrong), False)
    for key in ("kind", "quantifier", "negated"):
        yield f"{key} removed", changed(base, drop(["claim", key]), False)
        yield f"{key} renamed", changed(base, rename(["claim", key], key.capitalize()), False)
    for kind in KINDS + ("", "Loss", "theorem", "landscape", None, 1):
        if kind != document["claim"]["kind"]:
            yield f"kind {kind!r}", changed(base, put(["claim", "kind"], kind), False)
    for quantifier in ("exists", "forall-students", "", None):
        yield f"quantifier {quantifier!r}", changed(base, put(["claim", "quantifier"], quantifier), False)
    for key in ("claim", "instance", "evidence", "format"):
        yield f"{key} removed", changed(base, drop([key]), False) if key != "claim" else dump({k: v for k, v in document.items() if k != key})
        yield f"{key} null", dump({**document, key: None})
    for wrong in ("lojacert-certificate/2", "lojacert-certificate/1 ", "lojacert-instance/1", "", 1):
        yield f"format {wrong!r}", changed(base, put(["format"], wrong), False)
    for path in (["x"], ["claim", "x"], ["instance", "x"], ["evidence", "x"], ["claim", "tolerance"]):
        yield "unknown key", changed(base, put(path, "1"), False)
    yield "lo and hi swapped", changed(base, swap_bounds)
    for _ in range(6):
        yield "assignment or gradient rows permuted", changed(base, permute_assignment(rng))
    yield from witness_mutants(base, rng)


def witness_mutants(base: Base, rng: random.Random) -> Iterator[tuple[str, bytes]]:
    if "witness" not in base.document["evidence"]:
        rows = [[exact_text(lo) for lo, _ in row] for row in base.instance.student]
        yield "a witness nobody asked for", changed(base, put(["evidence", "witness"], {"student": rows}), False)
        return
    student = base.document["evidence"]["witness"]["student"]
    yield "witness removed", changed(base, drop(["evidence", "witness"]), False)
    for wrong in ({}, None, [], {"student": []}, {"student": [[]]}, {"student": student[:-1]}, {"student": student + [student[0]]},
                  {"student": student, "x": 1}, {"teacher": student}):
        yield "witness of another form", changed(base, put(["evidence", "witness"], wrong), False)
    for shift in ("1", "-1", "1e-11", "1e-300", "1e-14", "-1e-14"):
        j, k = rng.randrange(len(student)), rng.randrange(len(student[0]))
        moved = exact_text(parse_number(student[j][k]) + parse_number(shift))
        yield f"witness moved by {shift}", changed(base, put(["evidence", "witness", "student", j, k], moved), False)
    for wrong in ("[0,1]", "nan", "", None, "1e400", True):
        yield f"witness entry {wrong!r}", changed(base, put(["evidence", "witness", "student", 0, 0], wrong), False)


def textual_mutants(base: Base, rng: random.Random, count: int) -> Iterator[tuple[str, bytes]]:
    """Truncation, duplicated keys, trailing text, and single bytes changed anywhere."""
    text = dump(base.document)
    for _ in range(max(4, count // 12)):
        yield "truncated", text[:rng.randrange(len(text))]
    kind = b'"kind": "' + base.document["claim"]["kind"].encode() + b'"'
    yield "duplicate key", text.replace(kind, kind + b", " + kind, 1)
    yield "duplicate format", text[:-1] + b', "format": "lojacert-certificate/1"}'
    yield "duplicate negated", text.replace(b'"negated"', b'"negated": true, "negated"', 1)
    yield "duplicate key by escape", text.replace(kind, kind + b', "k\\u0069nd": "loss"', 1)
    yield "trailing text", text + b" x"
    yield "two values", text + text
    yield "byte order mark", b"\xef\xbb\xbf" + text
    yield "UTF-16", text.decode().encode("utf-16")
    yield "invalid UTF-8", text.replace(b"network", b"netw\xffrk", 1)
    yield "single quotes", text.replace(b'"', b"'")
    yield "comment", b"/* */" + text
    yield "empty", b""
    yield "nul", text + b"\0"
    digits = [k for k, c in enumerate(text) if chr(c).isdigit()]
    for _ in range(count):
        at = rng.choice(digits)
        yield "digit changed", text[:at] + str((int(chr(text[at])) + rng.randint(1, 9)) % 10).encode() + text[at + 1:]
    for _ in range(count // 2):
        at = rng.randrange(len(text))
        new = rng.choice((b"", bytes([rng.randrange(256)]), text[at:at + 1] * 2, b'"', b",", b"-", b"e"))
        yield "byte changed", text[:at] + new + text[at + 1:]


# ------------------------------------------------------------------------------------------- changes of the instance

def shifted_instances(base: Base, rng: random.Random) -> Iterator[tuple[str, Instance]]:
    """The instance with one entry moved a little, neurons exchanged, or another form."""
    for relative in (Fraction(1, 2 ** 52), Fraction(1, 1000), Fraction(-1, 10 ** 9)):
        student = [list(row) for row in base.instance.student]
        j, k = rng.randrange(len(student)), rng.randrange(len(student[0]))
        lo, hi = student[j][k]
        step = relative * (abs(lo) or 1)
        student[j][k] = (lo + step, hi + step)
        yield f"entry moved by {float(relative):.1e}", Instance(**{**base.instance.__dict__, "student": student})
    yield "another activation", Instance(**{**base.instance.__dict__, "activation": rng.choice(
        [a for a in generate.ACTIVATIONS if a != base.instance.activation])})
    yield "another form", Instance(**{**base.instance.__dict__, "neuron": "unit" if base.instance.neuron == "norm" else "norm"})
    yield "student twice", Instance(**{**base.instance.__dict__, "student": base.instance.student * 2})
    yield "only one student", Instance(**{**base.instance.__dict__, "student": base.instance.student[:1]})


def bound_to(base: Base, instance: Instance, rebound: bool) -> dict[str, Any]:
    """The certificate for a changed instance: with the old digest, or bound to it properly."""
    document = copy.deepcopy(base.document)
    if base.embed:
        document["instance"]["embedded"] = instance.to_json()
    if rebound:
        document["instance"].update(digest=instance.digest(), d=instance.d, m=instance.m, r=instance.r)
        restate(instance, document)
    return document


def instance_mutants(base: Base, rng: random.Random) -> Iterator[Mutant]:
    for what, instance in shifted_instances(base, rng):
        for rebound in (False, True):
            file = None if base.embed else dump(instance.to_json())
            yield Mutant(f"{what}, digest {'recomputed' if rebound else 'kept'}", dump(bound_to(base, instance, rebound)), file)


def harmless_mutants(base: Base) -> Iterator[tuple[str, bytes]]:
    """Changes of the file that change nothing of what it says."""
    document = base.document
    yield "indented", json.dumps(document, indent=3).encode()
    yield "keys in another order", json.dumps(document, sort_keys=True).encode()
    yield "no producer", dump({k: v for k, v in document.items() if k != "producer"})
    yield "no statement", changed(base, drop(["claim", "statement"]), False)
    yield "no precision", changed(base, drop(["evidence", "precision_bits"]), False)
    yield "precision 2", changed(base, put(["evidence", "precision_bits"], 2), False)
    yield "white space", b" \n\t" + dump(document) + b"\r\n"
    yield "escaped", json.dumps(document).replace("loss", "l\\u006fss").encode()


def mutants(base: Base, rng: random.Random, count: int) -> list[Mutant]:
    """All mutants of one certificate, thinned to about `count`."""
    file = None if base.embed else dump(base.instance.to_json())
    plain = list(constant_mutants(base, rng)) + list(structural_mutants(base, rng))
    texts = list(textual_mutants(base, rng, count // 3))
    chosen = rng.sample(plain, min(len(plain), count * 2 // 3)) + rng.sample(texts, min(len(texts), count // 2))
    result = [Mutant(what, data, file) for what, data in chosen]
    shifted = list(instance_mutants(base, rng))
    result += rng.sample(shifted, min(len(shifted), max(4, count // 12)))
    return result + [Mutant(what, data, file, True) for what, data in harmless_mutants(base)]


# ------------------------------------------------------------------------------------------------------------ checks

def run_mutant(report: Report, programs: Programs, folder: Path, mutant: Mutant, label: str) -> None:
    """Compares the verifier's answer with the judgement."""
    certificate = folder / "mutant.json"
    certificate.write_bytes(mutant.certificate)
    files = [certificate]
    if mutant.instance is not None:
        (folder / "file.json").write_bytes(mutant.instance)
        files.insert(0, folder / "file.json")
    run = programs.verify(*files)
    judgement = judge(mutant.certificate, mutant.instance)
    shown = lambda: (f"{label}, {mutant.what}: {judgement}\n{run.describe()}\n{mutant.certificate[:4000]!r}\n{(mutant.instance or b'')[:2000]!r}")
    report.check_run(run)
    if mutant.harmless:
        report.check(run.code == 0, "harmless changes verify", shown)
        return
    report.check(answer_fits(run.code, judgement), f"mutants to {judgement.answer}", shown)
    report.count(f"{label}")


def unchanged_verifies(report: Report, programs: Programs, folder: Path, base: Base, label: str) -> bool:
    """The certificate as the prover wrote it is VERIFIED."""
    certificate = write_json(folder / "mutant.json", base.document)
    files = [certificate] if base.embed else [write_json(folder / "file.json", base.instance.to_json()), certificate]
    run = programs.verify(*files)
    return report.check(run.code == 0, "the unchanged certificate verifies",
                        lambda: f"{label} {run.describe()} {base.document} {base.instance.to_json()}"[:6000])


def answer_fits(code: int, judgement: Judgement) -> bool:
    allowed = {"refuse": (1, 2), "unsupported": (2, 3), "accept": (0,), "either": (0, 1, 2, 3)}
    return code in allowed[judgement.answer]


def check_base(job: tuple[str, int, str, bool, bool, bool, int]) -> Report:
    """One certificate and its mutants."""
    binaries, seed, kind, holds, box, embed, count = job
    report, programs, rng = Report("mutation_test", f"[seed {seed}] "), Programs(binaries), random.Random(seed)
    label = f"{kind}{'' if holds else ' negated'}"
    with workspace() as name:
        folder = Path(name)
        base = make_base(programs, folder, rng, kind, holds, box, embed)
        if not report.check(base is not None, "certificates to mutate", f"{label} box {box} embed {embed} seed {seed}"):
            return report
        if not unchanged_verifies(report, programs, folder, base, label):
            return report
        for mutant in mutants(base, rng, count):
            run_mutant(report, programs, folder, mutant, label)
    return report


def main() -> int:
    report = Report("mutation_test")
    binaries, long = folder_of_programs(), long_run()
    seed, count = option("--seed", random.SystemRandom().randrange(10 ** 9)), option("--count", 400 if long else 60)
    print(f"mutation_test: seed {seed}, about {count} mutants of each certificate")
    jobs = [(binaries, seed + 100 * k + 10 * holds + 2 * box + embed, kind, holds, box, embed, count)
            for k, kind in enumerate(KINDS) for holds in (True, False) for box in (False, True) for embed in (False, True)]
    for part in in_parallel(check_base, jobs):
        report.merge(part)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
