"""The JSON schemas: every file of certificates/ and every kind of certificate fits, malformed ones do not."""
from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any, Callable

from programs import ROOT, Programs, Report, folder_of_programs, workspace, write_json
from schema import SCHEMA_OF_FORMAT, schema_problem

INSTANCE = {"format": "lojacert-instance/1", "name": "schema", "activation": "abs", "neuron": "norm", "teacher_neuron": "unit",
            "teacher": [["1", "0"], ["1/2", "0x1.bb67ae8584caap-1"]],
            "student": [["0.7", 0.01], [0.49, "-0x1p-20"]], "provenance": {"by": "hand"}}
BOXES = {**INSTANCE, "student": [["[0.69, 0.71]", 0.01], ["[0.49]", "3.56?1"]]}
GRAM = {"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher": {"gram": [["1", "1/2"], ["1/2", 1]]}}

PROOFS: list[tuple[str, list[str]]] = [
    ("loss", []), ("loss", ["--hi", "1e-9"]), ("gradient", []), ("gradient", ["--norm-lo", "0", "--norm-hi", "1e-9"]),
    ("lojasiewicz", ["--best"]), ("lojasiewicz", ["--kappa", "1e9", "--beta", "3/4"]), ("recovery", ["--best"]),
    ("recovery", ["--residual", "1e-9", "--delta1", "1.5"]), ("not-pl", ["--constant", "100"]),
    ("not-pl", ["--constant", "1e-9"]), ("teacher", []), ("teacher", ["--mu-lo", "0", "--mu-hi", "1e-9"]),
    ("landscape", ["--best"])]
# Points only, and near enough to two orthonormal teachers for every route.
NEAR = {"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher": [["1", "0"], ["0", "1"]],
        "student": [["0.99999", "0.00001"], ["0.00001", "1"]]}
PROOFS_NEAR: list[tuple[str, list[str]]] = [
    ("threshold", []), ("recovery", ["--for-all", "--loss", "1e-12", "--mass", "0.01"]), ("convergence", ["--flow"]),
    ("convergence", ["--step", "1/10", "--by", "threshold", "--to", "1e-30"])]


def remove(*path: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        del document[path[-1]]
    return change


def put(value: Any, *path: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value
    return change


BAD_INSTANCES: list[Callable[[Any], None]] = [
    remove("format"), remove("activation"), remove("neuron"), remove("teacher"), put("lojacert-instance/2", "format"),
    put("tanh", "activation"), put("Abs", "activation"), put("unit ", "neuron"), put("none", "teacher_neuron"), put([], "teacher"),
    put([[]], "teacher"), put([], "student"), put([[]], "student"), put("1", "student"), put([["1", None]], "student"),
    put([["1", "inf"]], "student"), put([["1", "nan"]], "student"), put([["1", "1/0"]], "student"), put([["1", " 1"]], "student"),
    put([["1", "[empty]"]], "student"), put([["1", "1??"]], "student"), put([["1", "[1, inf]"]], "student"),
    put([["1", True]], "student"), put("text", "provenance"), put(3, "name"), put(1, "students"), put([["1", ""]], "student"),
    put({"gram": [["1"]]}, "teacher"), put([["1", "e5"]], "student"), put([["1", "0x"]], "student")]

BAD_CERTIFICATES: list[Callable[[Any], None]] = [
    remove("format"), remove("claim"), remove("instance"), remove("evidence"), put("lojacert-certificate/2", "format"),
    remove("claim", "negated"), remove("claim", "quantifier"), remove("claim", "kind"), put("exists", "claim", "quantifier"),
    put("no", "claim", "negated"), put(1, "claim", "hint"), put("sha256:00", "instance", "digest"), put("2", "instance", "d"),
    put(0, "instance", "m"), remove("instance", "r"), put(1, "instance", "size"), put(1, "evidence", "precision_bits"),
    put(10 ** 9, "evidence", "precision_bits"), put("53", "evidence", "precision_bits"), put(1.5, "evidence", "precision_bits"),
    put("faith", "evidence", "by"), put(1, "evidence", "trust"), put({}, "evidence", "witness"), put([], "producer"),
    put("x", "extra"), put("unheard-of", "claim", "kind")]


def check_bad(report: Report, base: Any, changes: list[Callable[[Any], None]], what: str) -> None:
    """Each change breaks a document that fitted before it."""
    report.check(schema_problem(base) is None, f"the unchanged {what} fits", lambda: str(schema_problem(base)))
    for number, change in enumerate(changes):
        document = copy.deepcopy(base)
        change(document)
        name = base["format"]
        report.check(schema_problem(document, name) is not None, f"malformed {what}", f"change {number} went unnoticed")


def stored_files() -> list[Path]:
    """Every JSON file below certificates/; those with the format of an instance or a certificate are validated."""
    return sorted((ROOT / "certificates").rglob("*.json"))


def check_stored(report: Report) -> None:
    for path in stored_files():
        if path.parent.name == "schema" or path.name.startswith("bad"):
            continue
        document = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(document, dict) and document.get("format") in SCHEMA_OF_FORMAT:
            problem = schema_problem(document)
            report.check(problem is None, "stored files", f"{path}: {problem}")


def check_produced(report: Report, programs: Programs) -> None:
    """Certificates of every kind, on points and boxes, with and without the instance inside."""
    samples: list[Any] = []
    with workspace() as name:
        folder = Path(name)
        for label, instance, proofs in (("point", INSTANCE, PROOFS), ("box", BOXES, PROOFS), ("near", NEAR, PROOFS_NEAR)):
            path = write_json(folder / f"{label}.json", instance)
            threshold = folder / f"{label}-threshold.json"
            for kind, options in proofs:
                for flags in ([], ["--embed"]):
                    # What is proved once need not be searched again for the next certificate.
                    cited = ["--threshold", threshold] if threshold.exists() and kind != "threshold" else []
                    target = folder / "certificate.json"
                    run = programs.cert("prove", kind, path, *options, *cited, *flags, "-o", target)
                    report.check(run.code in (0, 1), "proofs for the schema", run.describe)
                    if not target.exists():
                        continue
                    document = json.loads(target.read_text(encoding="utf-8"))
                    report.check(schema_problem(document) is None, "produced certificates", lambda: str(schema_problem(document)))
                    report.check(document["instance"].get("embedded") is not None if flags else True, "--embed embeds", label)
                    samples.append(document)
                    target.rename(threshold) if kind == "threshold" else target.unlink()
    report.check(len(samples) > 0 and any("witness" in s["evidence"] for s in samples), "a witness was produced")
    for sample in samples:
        check_bad(report, sample, BAD_CERTIFICATES, "certificate")


REJECTED = ROOT / "tests" / "rejected"
KINDS = ("convergence", "recovery-for-all", "trajectory")
# what lojaverify says of files whose form is good: signs and sizes of constants, and lengths that d, m and r give
BEYOND_FORM = ("must be positive", "must not be negative", "must be at most", "must be at least 0 and less than 1", "must lie in",
               "must have one entry for each", "must be null or the index", "must have m rows", "must have d entries")
STRICTER = ("threshold-that-is-this-certificate", "iterate-empty")  # form alone tells what lojaverify says of another kind, of m rows


def check_rejected(report: Report) -> None:
    """The forgeries of tests/rejected about descent: what lojaverify calls malformed breaks the schema where form alone tells it."""
    expected = json.loads((REJECTED / "expected.json").read_text(encoding="utf-8"))
    for name, wanted in expected.items():
        if not name.startswith(KINDS):
            continue
        problem = schema_problem(json.loads((REJECTED / f"{name}.json").read_text(encoding="utf-8")))
        if name.endswith(STRICTER):
            report.check(problem is not None, "rejected certificates of bad form", name)
        elif wanted["exit"] == 1 or any(words in wanted.get("message", "") for words in BEYOND_FORM):
            report.check(problem is None, "rejected certificates of good form", f"{name}: {problem}")
        elif wanted["exit"] == 2:
            report.check(problem is not None, "rejected certificates of bad form", name)


def main() -> int:
    report = Report("schema_test")
    for document in (BOXES, GRAM):
        report.check(schema_problem(document) is None, "good instances", lambda: str(schema_problem(document)))
    check_bad(report, INSTANCE, BAD_INSTANCES, "instance")
    check_stored(report)
    check_rejected(report)
    check_produced(report, Programs(folder_of_programs()))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
