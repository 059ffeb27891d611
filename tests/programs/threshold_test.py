"""Claims `threshold` against an oracle in mpmath.

What lojacert finds follows from Theorem G as the oracle evaluates it, its evidence holds at sampled directions, lojaverify
accepts it, and refuses every constant that is moved past what the samples show.
"""
from __future__ import annotations

import copy
import json
import random
import sys
from pathlib import Path
from typing import Any, Optional

import teacher_oracle
import threshold_oracle as oracle
from programs import Programs, Report, folder_of_programs, in_parallel, long_run, option, workspace, write_json
from schema import schema_problem
from specification import parse_number
from teacher_oracle import mpf, mpmath, real

Document = dict[str, Any]


def network(teacher: Any, activation: str = "abs", neuron: str = "norm", teacher_neuron: str = "unit") -> Document:
    return {"format": "lojacert-instance/1", "activation": activation, "neuron": neuron, "teacher_neuron": teacher_neuron, "teacher": teacher}


TEACHERS = [network([["2"]]), network([["1", "0"], ["0", "1"]]), network([["2", "1"], ["1/3", "-1"]], "abs", "unit", "norm"),
            network([["1", "0"], ["3", "1"]], "relu"), network([["1", "1/2"], ["-1", "1"], ["0.1", "2"]], "relu+linear", "unit")]
LONG_TEACHERS = [network([["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]), network([["1", "0", "0"], ["1", "2", "0"], ["0.3", "1", "-1"]], "relu", "unit")]


def decimal(value: Any, factor: str) -> str:
    return mpmath.nstr(value * mpf(factor), 20, min_fixed=-mpmath.inf, max_fixed=mpmath.inf).rstrip(".")


class Case:
    """One teacher, with the certificate that lojacert finds."""

    def __init__(self, report: Report, programs: Programs, folder: Path, document: Document) -> None:
        self.report, self.programs, self.folder, self.document = report, programs, folder, document
        self.rows = [[parse_number(x) for x in row] for row in document["teacher"]]
        self.gram = teacher_oracle.gram_of(self.rows)
        self.norms = teacher_oracle.masses(self.gram, document["teacher_neuron"])
        self.file = write_json(folder / "instance.json", document)
        run = programs.cert("prove", "threshold", self.file, "-o", folder / "proved.json", timeout=900)
        self.report.check_run(run)
        self.certificate: Optional[Document] = None
        if report.check(run.status == "PROVED", "proofs", run.describe):
            self.certificate = json.loads((folder / "proved.json").read_text(encoding="utf-8"))

    def prepare(self, certificate: Document) -> None:
        evidence = certificate["evidence"]
        self.x = {key: real(parse_number(evidence[key])) for key in oracle.CONSTANTS if key in evidence}
        psi = evidence["psi"]
        terms = None if psi == "product" else [(term["exponents"], parse_number(term["coefficient"])) for term in psi]
        self.terms = oracle.expanded(terms, self.gram)
        self.sphere = oracle.Sphere([[real(x) for x in row] for row in self.rows], self.terms)

    def verify(self, certificate: Document, good: bool, what: str) -> None:
        run = self.programs.verify(self.file, write_json(self.folder / "certificate.json", certificate), timeout=900)
        self.report.check_run(run)
        fits = run.code == 0 if good else run.code == 1 and run.reason_code == "bad-evidence"
        self.report.check(fits, what, lambda: f"{json.dumps(self.document)} {json.dumps(certificate)[:3000]}\n{run.describe()}")

    def changed(self, certificate: Document, part: str, **values: str) -> Document:
        result = copy.deepcopy(certificate)
        result[part].update(values)
        result["claim"].pop("statement", None)
        return result


def check_constants(case: Case, certificate: Document) -> None:
    """The claim is what Theorem G gives, and no more than that is accepted."""
    n = oracle.norm_of_g(case.terms, case.gram)
    found = oracle.theorem_g(case.gram, case.norms, n, case.x, case.document["activation"], case.document["neuron"])
    if not case.report.check(found is not None, "(C6) by the oracle", lambda: f"{case.document} {case.x}"):
        return
    claim = certificate["claim"]
    beta = real(parse_number(claim["beta"]))
    eps0 = real(parse_number(claim["eps0"]))
    given = {"eps0": found[0], "kappa": found[1], "kappa_1": found[1] * eps0 ** (beta - 1)}
    for key, value in given.items():
        claimed = real(parse_number(claim[key]))
        case.report.check(claimed <= value, "constants that Theorem G gives", lambda: f"{key} {claimed} {value} {case.document}")
        lower = {"kappa_1": decimal(given["kappa_1"], "0.9")} if key == "eps0" else {}
        case.verify(case.changed(certificate, "claim", **{key: decimal(value, "1.001"), **lower}), False, "claims above Theorem G")
        case.verify(case.changed(certificate, "claim", **{key: decimal(value, "0.99"), **lower}), True, "claims below Theorem G")


def check_evidence(case: Case, certificate: Document, rng: random.Random, count: int) -> None:
    """The conditions at sampled directions; a constant below the largest sample is refused."""
    sphere, x = case.sphere, case.x
    most, least_far = oracle.extremes(sphere, x, rng, count)
    for key, value in most.items():
        case.report.check(value <= x[key], "conditions at sampled directions", lambda: f"{key} {value} {x[key]} {case.document}")
        case.verify(case.changed(certificate, "evidence", **{key: decimal(value, "0.9999")}), False, "constants below a sample")
    if least_far < mpmath.inf:
        case.report.check(x["psi_far"] <= least_far, "conditions at sampled directions", lambda: f"psi_far {least_far} {case.document}")
        case.verify(case.changed(certificate, "evidence", psi_far=decimal(least_far, "1.0001")), False, "constants below a sample")
    mu = teacher_oracle.tangent_mu([list(u)[:-1] for u in sphere.a]) if sphere.r > 1 else mpf(1)
    case.report.check(x["mu"] <= mu, "mu", lambda: f"{x['mu']} {mu} {case.document}")
    case.verify(case.changed(certificate, "evidence", mu=decimal(mu, "1.0000001")), False, "a mu that is too large")
    if certificate["evidence"]["psi"] != "product":
        lifted = copy.deepcopy(certificate)
        for term in lifted["evidence"]["psi"]:
            if not any(term["exponents"]):
                term["coefficient"] = decimal(real(parse_number(term["coefficient"])), "1.0000000001")
        case.verify(lifted, False, "a psi that does not vanish at the teachers")


def work(item: tuple[str, int, int, int]) -> Report:
    folder_name, index, seed, count = item
    report = Report("threshold")
    with workspace() as folder:
        case = Case(report, Programs(folder_name), Path(folder), (TEACHERS + LONG_TEACHERS)[index])
        certificate = case.certificate
        if certificate is not None:
            case.prepare(certificate)
            report.check(schema_problem(certificate) is None, "certificates that fit the schema", lambda: str(schema_problem(certificate)))
            case.verify(certificate, True, "fresh certificates verify")
            check_constants(case, certificate)
            check_evidence(case, certificate, random.Random(seed + index), count)
    return report


def main() -> int:
    folder, count = folder_of_programs(), option("--count", 400 if long_run() else 60)
    teachers = range(len(TEACHERS) + (len(LONG_TEACHERS) if long_run() else 0))
    report = Report("threshold")
    for other in in_parallel(work, [(folder, index, option("--seed", 1), count) for index in teachers]):
        report.merge(other)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
