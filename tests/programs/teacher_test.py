"""Claims about teachers, `teacher` and `landscape`, against an oracle in mpmath.

lojacert's claims contain the truth; lojaverify accepts true claims with true evidence, refuses the nearest false ones and every
mutated certificate, and answers as lojacert does.
"""
from __future__ import annotations

import copy
import functools
import hashlib
import json
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Callable, Iterator, Optional

import teacher_oracle as oracle
from programs import ROOT, Programs, Report, folder_of_programs, in_parallel, long_run, option, workspace, write_json
from schema import schema_problem
from specification import exact_text, parse_number
from teacher_oracle import mpf, mpmath

Document = dict[str, Any]
CONFORMANCE = ROOT / "tests" / "conformance"
TOO_NEAR = mpf(10) ** -40  # relative distances that the oracle does not judge


def network(teacher: Any, activation: str = "abs", neuron: str = "norm", teacher_neuron: str = "unit") -> Document:
    return {"format": "lojacert-instance/1", "activation": activation, "neuron": neuron, "teacher_neuron": teacher_neuron,
            "teacher": teacher}


def gram(*rows: list[str]) -> Document:
    return {"gram": [list(row) for row in rows]}


TEACHERS: list[Document] = [
    network([["1", "0"], ["0", "1"]]),
    network(gram(["1", "1/2"], ["1/2", "1"]), "abs", "unit"),
    network([["3", "4", "0"]], "relu", "unit"),
    network(gram(["9/4"]), "relu+linear", "norm", "norm"),
    network([["1", "0", "0"], ["17/10", "3/10", "0"]], "relu", "norm", "norm"),
    network([["1", "0", "0"], ["0.1", "2", "0"], ["1/3", "0", "-1"]], "relu+linear", "unit", "norm"),
    network([["1", "0"], ["1/2", "7/8"], ["-1/2", "7/8"]], "abs", "unit"),  # dependent
    network([["1", "0"], ["1", "1e-4"]]),
    network(gram(["2", "1", "0"], ["1", "3", "-1"], ["0", "-1", "1"]), "relu", "unit", "unit"),
]
BAD_TEACHERS: list[Document] = [
    network([["1", "2"], ["2", "4"]]), network([["1", "2"], ["-1", "-2"]]), network([["1", "2"], ["-1", "-2"]], "relu"),
    network([["1", "2"], ["0", "0"]]), network([["1", "[0, 1]"], ["0", "1"]]), network(gram(["1", "2"], ["2", "1"])),
    network(gram(["1", "1", "0"], ["1", "1", "1"], ["0", "1", "1"])), network(gram(["0"]))]


class Truth:
    """What the oracle knows of a teacher."""

    def __init__(self, document: Document) -> None:
        teacher = document["teacher"]
        if isinstance(teacher, dict):
            self.gram = [[parse_number(x) for x in row] for row in teacher["gram"]]
            directions = oracle.directions_of_gram(self.gram)
        else:
            rows = [[parse_number(x) for x in row] for row in teacher]
            self.gram = oracle.gram_of(rows)
            directions = oracle.directions_of_rows(rows)
        self.document = document
        self.r = len(self.gram)
        self.mu = oracle.tangent_mu(directions)
        self.norms = oracle.masses(self.gram, document["teacher_neuron"])
        self.separation = oracle.separation(self.gram) if self.r > 1 else None

    def theorem_l(self, delta: Fraction, s: Fraction, mu: Fraction) -> Optional[tuple[Any, ...]]:
        values = [[oracle.real(x) for x in row] for row in self.gram]
        return oracle.theorem_l(values, self.norms, oracle.real(mu), oracle.real(delta), oracle.real(s),
                                self.document["activation"], self.document["neuron"])


def teacher_digest(document: Document) -> str:
    """Section 3, the text that ends before `student`."""
    teacher = document["teacher"]
    rows = teacher["gram"] if isinstance(teacher, dict) else teacher
    shape = f"gram {len(rows)}" if isinstance(teacher, dict) else f"teacher {len(rows)} {len(rows[0])}"
    lines = ["lojacert-canonical/1 teacher", f"activation {document['activation']}", f"neuron {document['neuron']}",
             f"teacher_neuron {document['teacher_neuron']}", shape]
    lines += [" ".join("[0/1,1/1]" if x == "[0, 1]" else exact_text(parse_number(x)) for x in row) for row in rows]
    return "sha256:" + hashlib.sha256(("\n".join(lines) + "\n").encode("ascii")).hexdigest()


def statement(document: Document, claim: Document) -> str:
    """The sentences of sections 4.7 and 4.8."""
    teacher = document["teacher"]
    r = len(teacher["gram"] if isinstance(teacher, dict) else teacher)
    if claim["kind"] == "teacher":
        parts = []
        if "separation" in claim:
            parts.append("the smallest angle between two of their lines lies in"
                         f" [{claim['separation']['lo']}, {claim['separation']['hi']}] radians")
        if "norms" in claim:
            parts.append("every norm |p_i*| lies in its listed interval")
        if "mu" in claim:
            parts.append("the smallest eigenvalue of their tangent Gram matrix lies in"
                         f" [{claim['mu']['lo']}, {claim['mu']['hi']}]")
        return (f"For the r = {r} {document['teacher_neuron']}-form teachers, "
                + ("it is not true that " if claim["negated"] else "") + " and ".join(parts) + ".")
    unit = document["neuron"] == "unit"
    return (f"For the {document['activation']} network with r = {r} {document['teacher_neuron']}-form teachers, for every number of"
            f" {document['neuron']}-form students, in every dimension, and every choice W of their {'nonzero ' if unit else ''}weights"
            f" in which every {'' if unit else 'nonzero '}student lies within {claim['delta']} radians of a teacher's"
            f" {'direction' if document['activation'] == 'relu' else 'line'} and L(W) <= {claim['eps0']}:"
            f" ||grad L(W)||_F >= {claim['kappa']} * L(W)^({claim['beta']}) and ||grad L(W)||_F >= {claim['kappa_1']} * L(W).")


def certificate(document: Document, claim: Document, evidence: Optional[Document] = None, embed: bool = False) -> Document:
    teacher = document["teacher"]
    rows = teacher["gram"] if isinstance(teacher, dict) else teacher
    bound: Document = {"digest": teacher_digest(document), "r": len(rows)}
    if embed:
        bound["embedded"] = document
    return {"format": "lojacert-certificate/1", "claim": {**claim, "statement": statement(document, claim)}, "instance": bound,
            "evidence": evidence or {}}


def teacher_claim(negated: bool = False, **constants: Any) -> Document:
    return {"kind": "teacher", "quantifier": "forall", "negated": negated, **constants}


# ------------------------------------------------------------------------------------------------ decimals near a number

def decimal(value: Any, relative: Any, digits: int = 45) -> str:
    """value (1 + relative) as a decimal, exact to far less than `relative`."""
    return mpmath.nstr(value * (1 + mpf(relative)), digits, min_fixed=-mpmath.inf, max_fixed=mpmath.inf).rstrip(".")


def around(value: Any, relative: str) -> Document:
    return {"lo": decimal(value, "-" + relative), "hi": decimal(value, relative)}


def value_of(text: str) -> Any:
    return oracle.real(parse_number(text))


# --------------------------------------------------------------------------------------------------------------- the truth

def holds_within(bounds: Document, value: Any) -> Optional[bool]:
    """lo <= value <= hi, or None where too near to judge."""
    lo, hi = value_of(bounds["lo"]), value_of(bounds["hi"])
    if min(abs(lo - value), abs(hi - value)) < TOO_NEAR * abs(value):
        return None
    return bool(lo <= value <= hi)


def conjunction(parts: list[Optional[bool]]) -> Optional[bool]:
    return False if False in parts else None if None in parts else True


def teacher_truth(truth: Truth, claim: Document) -> Optional[bool]:
    parts = []
    if "separation" in claim:
        parts.append(holds_within(claim["separation"], truth.separation))
    for bounds, norm in zip(claim.get("norms", []), truth.norms):
        parts.append(holds_within(bounds, norm))
    if "mu" in claim:
        parts.append(holds_within(claim["mu"], truth.mu))
    together = conjunction(parts)
    return together if together is None or not claim["negated"] else not together


def landscape_truth(truth: Truth, claim: Document, evidence: Document) -> Optional[bool]:
    """Whether Theorem L gives the claim with this evidence."""
    mu, s, delta = (parse_number(text) for text in (evidence["mu"], evidence["s"], claim["delta"]))
    if mu <= 0 or s <= 1 or not 0 < delta <= Fraction(3, 2):
        return False
    if claim["beta"] != ("3/4" if truth.document["neuron"] == "norm" else "2/3"):
        return False
    if truth.r == 1:
        if mu > 1:
            return False
    elif abs(oracle.real(mu) - truth.mu) < TOO_NEAR * truth.mu:
        return None
    elif oracle.real(mu) > truth.mu:
        return False
    found = truth.theorem_l(delta, s, mu)
    if found is None:
        return False
    eps0 = value_of(claim["eps0"])
    least = eps0 ** (oracle.real(1 - parse_number(claim["beta"])))
    parts: list[Optional[bool]] = []
    for claimed, given in ((eps0, found[0]), (value_of(claim["kappa"]), found[1]), (value_of(claim["kappa_1"]), found[1] / least)):
        parts.append(None if abs(claimed - given) < TOO_NEAR * given else bool(0 < claimed <= given))
    return conjunction(parts)


# ------------------------------------------------------------------------------------------------------------------ checks

class Bench:
    """Both programs on one teacher."""

    def __init__(self, report: Report, programs: Programs, folder: Path, document: Document) -> None:
        self.report, self.programs, self.folder, self.document = report, programs, folder, document
        self.file = write_json(folder / "instance.json", document)

    def prove(self, kind: str, *options: str) -> tuple[Any, Optional[Document]]:
        target = self.folder / "proved.json"
        target.unlink(missing_ok=True)
        run = self.programs.cert("prove", kind, self.file, *options, "-o", target)
        self.report.check_run(run)
        return run, json.loads(target.read_text(encoding="utf-8")) if target.exists() else None

    def verify(self, data: Document | bytes, file: Optional[Path] = None) -> Any:
        target = self.folder / "certificate.json"
        target.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        run = self.programs.verify(file or self.file, target)
        self.report.check_run(run)
        return run

    def expect(self, data: Document, good: bool, what: str, reason: Optional[str] = None) -> None:
        run = self.verify(data)
        fits = run.code == (0 if good else 1) and (reason is None or run.reason_code == reason)
        self.report.check(fits, what, lambda: f"{json.dumps(self.document)} {json.dumps(data)[:1500]}\n{run.describe()}")


def check_found(bench: Bench, truth: Truth) -> Iterator[Document]:
    """What lojacert finds by itself is true, fits the schema, has the sentence of the specification, and verifies."""
    for kind, options in (("teacher", []), ("landscape", ["--best"]), ("landscape", ["--best", "--maximise", "eps0"])):
        run, document = bench.prove(kind, *options)
        report = bench.report
        if not report.check(run.status == "PROVED" and document is not None, "proofs", run.describe):
            continue
        claim = document["claim"]
        fits = teacher_truth(truth, claim) if kind == "teacher" else landscape_truth(truth, claim, document["evidence"])
        report.check(fits is not False, "proofs that the oracle confirms", lambda: f"{bench.document} {claim}")
        report.check(schema_problem(document) is None, "certificates that fit the schema", lambda: str(schema_problem(document)))
        report.check(claim["statement"] == statement(bench.document, claim), "statements", lambda: claim["statement"])
        report.check(document["instance"]["digest"] == teacher_digest(bench.document), "digests", lambda: str(document["instance"]))
        bench.expect(document, True, "fresh certificates verify")
        yield document


def check_teacher_sides(bench: Bench, truth: Truth) -> None:
    """Bounds on both sides of the truth, as close as 1e-30, the claim and its negation."""
    values = {"mu": truth.mu, **({"separation": truth.separation} if truth.separation is not None else {})}
    for near in ("1e-6", "1e-30"):
        for key, value in values.items():
            good, above, below = around(value, near), around(value * (1 + 2 * mpf(near)), near), around(value * (1 - 2 * mpf(near)), near)
            for bounds, holds in ((good, True), (above, False), (below, False)):
                for negated in (False, True):
                    claim = teacher_claim(negated, **{key: bounds})
                    bench.expect(certificate(bench.document, claim), holds != negated, "teacher claims on both sides of the truth")
                if key == "mu":
                    run, _ = bench.prove("teacher", "--mu-lo", bounds["lo"], "--mu-hi", bounds["hi"])
                    bench.report.check(run.status == ("PROVED" if holds else "DISPROVED"), "bounds of mu decided by lojacert", run.describe)
    norms = [around(norm, "1e-30") for norm in truth.norms]
    bench.expect(certificate(bench.document, teacher_claim(norms=norms)), True, "norms")
    norms[-1] = {"lo": norms[-1]["hi"], "hi": norms[-1]["hi"]}
    bench.expect(certificate(bench.document, teacher_claim(norms=norms)), False, "norms", "refuted")
    bench.expect(certificate(bench.document, teacher_claim(True, norms=norms)), True, "norms")


def best_landscape(truth: Truth, document: Document) -> tuple[Document, Document]:
    """A claim and evidence that Theorem L just gives, built by the oracle."""
    claim, evidence = document["claim"], document["evidence"]
    mu = Fraction(1) if truth.r == 1 else parse_number(decimal(truth.mu, "-1e-20"))
    eps0, kappa, _, _ = truth.theorem_l(parse_number(claim["delta"]), parse_number(evidence["s"]), mu)
    beta = oracle.real(parse_number(claim["beta"]))
    exact = {**claim, "eps0": decimal(eps0, "-1e-25"), "kappa": decimal(kappa, "-1e-25")}
    exact["kappa_1"] = decimal(kappa * value_of(exact["eps0"]) ** (beta - 1), "-1e-25")
    del exact["statement"]
    return exact, {"mu": exact_text(mu), "s": evidence["s"], "by": "L"}


def check_landscape_sides(bench: Bench, truth: Truth, document: Document) -> None:
    """The theorem's own constants verify; a little more of any is bad evidence."""
    claim, evidence = best_landscape(truth, document)
    what = "landscape claims on both sides of Theorem L"
    bench.expect(certificate(bench.document, claim, evidence), True, what)
    for key in ("eps0", "kappa", "kappa_1"):
        for relative in ("1e-2", "1e-20"):
            more = {**claim, key: decimal(value_of(claim[key]), relative)}
            if key == "eps0":  # with kappa_1 lowered, so that only eps0 is too much
                more["kappa_1"] = decimal(value_of(claim["kappa_1"]), "-1e-1")
            bench.expect(certificate(bench.document, more, evidence), False, what, "bad-evidence")
    for mu in ("1.0000001", "1.00000000000000000001", "2", "1e9"):
        larger = {**evidence, "mu": decimal(truth.mu, mpf(mu) - 1)}
        bench.expect(certificate(bench.document, claim, larger), False, "a mu that is too large", "bad-evidence")
    for delta, s in (("1.5", "1.5"), ("1", "1.0001"), ("0.2", "10"), (claim["delta"], "1000")):
        wide = {**claim, "delta": delta, "eps0": "1e-30", "kappa": "1e-30", "kappa_1": "1e-30"}
        bench.expect(certificate(bench.document, wide, {**evidence, "s": s}), False, "a delta that is too large", "bad-evidence")


def put(value: Any, *path: Any) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value
    return change


def drop(*path: Any) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        for key in path[:-1]:
            document = document[key]
        del document[path[-1]]
    return change


def structural_changes(kind: str, other_digest: str) -> Iterator[tuple[str, Callable[[Document], None]]]:
    """Changes that no verifier may accept, whatever the numbers are."""
    yield "another digest", put(other_digest, "instance", "digest")
    yield "another r", put(7, "instance", "r")
    yield "d and m", put(2, "instance", "d")
    yield "m", put(2, "instance", "m")
    yield "no digest", drop("instance", "digest")
    yield "no r", drop("instance", "r")
    yield "quantifier", put("exists", "claim", "quantifier")
    yield "the other quantifier", put("forall" if kind == "landscape" else "forall-students", "claim", "quantifier")
    yield "no quantifier", drop("claim", "quantifier")
    yield "negated", put(True, "claim", "negated")
    yield "no negated", drop("claim", "negated")
    yield "statement", put("For all teachers.", "claim", "statement")
    yield "another kind", put("loss", "claim", "kind")
    yield "the other kind", put("teacher" if kind == "landscape" else "landscape", "claim", "kind")
    yield "extra key", put("1", "claim", "hint")
    yield "a witness", put({"student": [["1", "0"]]}, "evidence", "witness")
    yield "evidence of another theorem", put("G", "evidence", "by")
    yield "no evidence object", drop("evidence")
    if kind == "landscape":
        for key in ("delta", "eps0", "kappa", "beta", "kappa_1"):
            yield f"no {key}", drop("claim", key)
            for text in ("0", "-1", "nan", "inf", "[1, 2]", "", "1e", 1, None):
                yield f"{key} {text!r}", put(text, "claim", key)
        for key in ("mu", "s"):
            yield f"no {key}", drop("evidence", key)
            for text in ("0", "-1", "nan", "inf", "[1, 2]", "", 1, None):
                yield f"{key} {text!r}", put(text, "evidence", key)
        yield "s = 1", put("1", "evidence", "s")
        yield "beta 1", put("1", "claim", "beta")
        yield "beta spelled otherwise", put("0.75", "claim", "beta")
    else:
        yield "no bounds", lambda document: [document["claim"].pop(key, None) for key in ("separation", "norms", "mu")]
        yield "no hi", drop("claim", "mu", "hi")
        yield "bounds exchanged", put({"lo": "1", "hi": "0"}, "claim", "mu")
        yield "norms of another teacher", put([], "claim", "norms")
        yield "no list", put({"lo": "0", "hi": "9"}, "claim", "norms")
        yield "norms too many", put([{"lo": "0", "hi": "9"}] * 9, "claim", "norms")


def check_structure(bench: Bench, document: Document) -> None:
    other = teacher_digest(network([["1", "0", "0"], ["0", "1", "0"], ["1/7", "0", "3"]]))
    for what, change in structural_changes(document["claim"]["kind"], other):
        for keep_statement in (True, False):
            mutant = copy.deepcopy(document)
            change(mutant)
            if not keep_statement:
                mutant["claim"].pop("statement", None)
            if what == "statement" and not keep_statement:
                continue
            run = bench.verify(mutant)
            bench.report.check(run.code in (1, 2, 3), "structural mutants are refused", lambda: f"{what} {run.describe()} {mutant}")


def numbers_of(document: Document) -> list[list[Any]]:
    """The paths of all constants of a certificate."""
    claim, paths = document["claim"], []
    for key in ("delta", "eps0", "kappa", "kappa_1"):
        if key in claim:
            paths.append(["claim", key])
    for key in ("separation", "mu"):
        if key in claim:
            paths += [["claim", key, "lo"], ["claim", key, "hi"]]
    for i in range(len(claim.get("norms", []))):
        paths += [["claim", "norms", i, "lo"], ["claim", "norms", i, "hi"]]
    return paths + [["evidence", key] for key in ("mu", "s") if key in document["evidence"]]


def check_numbers(bench: Bench, truth: Truth, document: Document, rng: random.Random, count: int) -> None:
    """Every constant moved by a random factor: the verifier answers as the oracle does."""
    paths = numbers_of(document)
    for _ in range(count):
        mutant = copy.deepcopy(document)
        for path in rng.sample(paths, min(len(paths), rng.choice((1, 1, 2)))):
            place: Any = mutant
            for key in path[:-1]:
                place = place[key]
            factor = 1 + rng.choice((-1, 1)) * mpf(10) ** -rng.uniform(0, 18)
            place[path[-1]] = decimal(value_of(place[path[-1]]), factor - 1, 40)
        claim = mutant["claim"]
        pairs = [claim[key] for key in ("separation", "mu") if key in claim] + claim.get("norms", [])
        if any(parse_number(pair["lo"]) > parse_number(pair["hi"]) for pair in pairs):
            continue
        claim["statement"] = statement(bench.document, claim)
        fits = teacher_truth(truth, claim) if claim["kind"] == "teacher" else landscape_truth(truth, claim, mutant["evidence"])
        if fits is None:
            continue
        run = bench.verify(mutant)
        good = run.code == 0 if fits else run.code in (1, 2)
        bench.report.check(good, f"mutated numbers, {'true' if fits else 'false'}", lambda: f"{run.describe()} {mutant}")


def check_binding(bench: Bench, document: Document) -> None:
    """Students do not matter; another teacher, activation or form does; an embedded teacher serves."""
    teacher = bench.document["teacher"]
    if not isinstance(teacher, dict):
        students = {**bench.document, "student": [["1"] * len(teacher[0]), ["[0, 1]"] * len(teacher[0])]}
        run = bench.verify(document, write_json(bench.folder / "students.json", students))
        bench.report.check(run.code == 0, "an instance with students", run.describe)
        target = bench.folder / "again.json"
        proved = bench.programs.cert("prove", "teacher", bench.folder / "students.json", "-o", target, "--embed")
        bench.report.check(proved.code == 0, "a proof beside students", proved.describe)
        run = bench.programs.verify(target)
        bench.report.check(run.code == 0, "an embedded teacher", run.describe)
    changes = {"activation": "relu" if bench.document["activation"] == "abs" else "abs",
               "neuron": "unit" if bench.document["neuron"] == "norm" else "norm",
               "teacher_neuron": "unit" if bench.document["teacher_neuron"] == "norm" else "norm"}
    for key, value in changes.items():
        run = bench.verify(document, write_json(bench.folder / "other.json", {**bench.document, key: value}))
        bench.report.check(run.code == 1 and run.reason_code == "hash-mismatch", "another teacher", run.describe)


def check_bad_teachers(report: Report, programs: Programs, folder: Path) -> None:
    """Teachers without a geometry are refused by the prover, and no claim or negation about them verifies."""
    for document in BAD_TEACHERS:
        bench = Bench(report, programs, folder, document)
        for kind, options in (("teacher", []), ("landscape", ["--delta", "1e-3"])):
            run, _ = bench.prove(kind, *options)
            report.check(run.code == 2 and "instance.json" in run.err, "bad teachers refused by lojacert", run.describe)
        teacher = document["teacher"]
        r = len(teacher["gram"] if isinstance(teacher, dict) else teacher)
        for negated in (False, True):
            for constants in ({"mu": {"lo": "0", "hi": "1"}}, {"mu": {"lo": "2", "hi": "3"}},
                              {"norms": [{"lo": "0", "hi": "99"}] * r}):
                bench.expect(certificate(document, teacher_claim(negated, **constants)), False, "claims about bad teachers", "refuted")
        claim = {"kind": "landscape", "quantifier": "forall-students", "negated": False, "delta": "1e-9", "eps0": "1e-30",
                 "kappa": "1e-30", "beta": "3/4", "kappa_1": "1e-30"}
        bench.expect(certificate(document, claim, {"mu": "1e-30", "s": "1.5"}), False, "claims about bad teachers", "refuted")


def check_conformance(report: Report, programs: Programs, folder: Path) -> None:
    """tests/conformance/teacher-claims.json: the stated verdict and statement from both programs."""
    cases = json.loads((CONFORMANCE / "teacher-claims.json").read_text(encoding="utf-8"))["claims"]
    kinds = {(c["claim"]["kind"], c["claim"]["negated"], c["verdict"]) for c in cases}
    report.check(len(cases) >= 100 and len(kinds) == 6, "every kind, negation and verdict occurs", f"{len(cases)} {sorted(kinds)}")
    generator = CONFORMANCE / "generate_teacher_claims.py"
    fresh = subprocess.run([sys.executable, str(generator), "--check"], capture_output=True, text=True, check=False)
    report.check(fresh.returncode == 0, "teacher-claims.json is what its generator writes", fresh.stdout + fresh.stderr)
    for case in cases:
        bench, claim = Bench(report, programs, folder, case["instance"]), case["claim"]
        bench.expect(certificate(bench.document, claim, case.get("evidence")), case["verdict"] == "VERIFIED", "conformance cases")
        options = proving_options(claim, case.get("evidence", {}))
        if options is None:
            continue
        run, document = bench.prove(claim["kind"], *options)
        same = document is not None and all(document["claim"].get(k) == v for k, v in claim.items())
        if case["verdict"] == "VERIFIED":
            report.check(same and document["claim"]["statement"] == case["statement"], "claims that lojacert proves too", run.describe)
        elif parse_number(case.get("evidence", {}).get("mu", "0")) < oracle_mu(case["instance"]):
            report.check(not same, "claims that lojacert does not prove either", run.describe)
    binary = Path(programs.lojaverify).parent / "lojaverify_conformance"
    if binary.exists():
        run = programs.run(binary, CONFORMANCE / "teacher-claims.json")
        report.check(run.code == 0, "lojaverify_conformance", run.describe)


@functools.lru_cache(maxsize=None)
def rounded_mu(text: str) -> Fraction:
    return parse_number(decimal(Truth(json.loads(text)).mu, "-1e-12"))


def oracle_mu(document: Document) -> Fraction:
    """mu, rounded down a little: evidence above it is the verifier's business alone."""
    return rounded_mu(json.dumps(document))


def proving_options(claim: Document, evidence: Document) -> Optional[list[str]]:
    """The command line of a claim, or None where lojacert chooses the constants itself."""
    if claim["kind"] == "landscape":
        options = ["--delta", claim["delta"], "--s", evidence["s"], "--eps0", claim["eps0"], "--kappa", claim["kappa"]]
        return [*options, "--kappa-1", claim["kappa_1"]]
    if set(claim) != {"kind", "quantifier", "negated", "mu"}:
        return None
    return [f"--mu-lo={claim['mu']['lo']}", "--mu-hi", claim["mu"]["hi"]]


def check_teacher(job: tuple[str, int, int, int]) -> Report:
    """All checks of one teacher."""
    binaries, seed, number, count = job
    report, programs, rng = Report("teacher_test", f"[seed {seed}] "), Programs(binaries), random.Random(seed + number)
    document = TEACHERS[number]
    truth = Truth(document)
    with workspace() as name:
        bench = Bench(report, programs, Path(name), document)
        found = list(check_found(bench, truth))
        check_teacher_sides(bench, truth)
        for proved in found:
            proved.pop("producer", None)
            if number < 3:
                check_structure(bench, proved)
            check_numbers(bench, truth, proved, rng, count)
            check_binding(bench, proved)
            if proved["claim"]["kind"] == "landscape":
                check_landscape_sides(bench, truth, proved)
    return report


def main() -> int:
    seed = option("--seed", random.SystemRandom().randrange(10 ** 9))
    count = option("--count", 400 if long_run() else 25)
    print(f"teacher_test: seed {seed}, {count} mutants of each certificate")
    report, programs = Report("teacher_test", f"[seed {seed}] "), Programs(folder_of_programs())
    jobs = [(folder_of_programs(), seed, number, count) for number in range(len(TEACHERS))]
    for part in in_parallel(check_teacher, jobs):
        report.merge(part)
    with workspace() as name:
        check_bad_teachers(report, programs, Path(name))
        check_conformance(report, programs, Path(name))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
