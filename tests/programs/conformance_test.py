"""tests/conformance/claims.json and theorem-claims.json through both real programs.

lojaverify decides a certificate made of each claim, with the stated reason where there is one; lojacert proves the same claim and must reach
the same verdict with the same statement. Where `lojaverify_conformance` stands beside the programs it runs the file too.
"""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Optional

from programs import ROOT, Programs, Report, as_arguments, folder_of_programs, workspace, write_json
from specification import Certificate, instance_from_json
from teacher_test import teacher_digest

FOLDER = ROOT / "tests" / "conformance"
OPTION_OF_KEY = {"lo": "lo", "hi": "hi", "kappa": "kappa", "beta": "beta", "constant": "constant", "delta1": "delta1", "angle": "angle",
                 "residual": "residual", "far_mass": "far-mass"}


def certificate_of(case: dict[str, Any]) -> dict[str, Any]:
    """The certificate of a case, bound to its instance or, for a claim about every student, to its teacher."""
    claim, evidence = {**case["claim"], "statement": case["statement"]}, case.get("evidence", {})
    if claim["quantifier"] == "forall":
        return Certificate(instance_from_json(case["instance"]), claim, evidence).to_json()
    teacher = case["instance"]["teacher"]
    bound = {"digest": teacher_digest(case["instance"]), "r": len(teacher["gram"] if isinstance(teacher, dict) else teacher)}
    return {"format": "lojacert-certificate/1", "claim": claim, "instance": bound, "evidence": evidence}


def verify_case(report: Report, programs: Programs, folder: Path, case: dict[str, Any]) -> None:
    """The certificate with the stated sentence gets the stated verdict, and the reason that is stated."""
    run = programs.verify(write_json(folder / "instance.json", case["instance"]), write_json(folder / "certificate.json", certificate_of(case)))
    report.check_run(run)
    report.check(run.status == case["verdict"] and run.code == (0 if case["verdict"] == "VERIFIED" else 1),
                 "certificates made of the claims", lambda: f"{case}\n{run.describe()}")
    if "reason" in case:
        report.check(run.reason_code == case["reason"], "reasons", lambda: f"{case}\n{run.describe()}")


def prover_options(claim: dict[str, Any]) -> Optional[dict[str, str]]:
    """The command line of the claim, or None where the prover chooses the constants itself (partial derivatives)."""
    if "gradient" in claim:
        return None
    options = {OPTION_OF_KEY[key]: value for key, value in claim.items() if key in OPTION_OF_KEY}
    if "gradient_norm" in claim:
        options.update({"norm-lo": claim["gradient_norm"]["lo"], "norm-hi": claim["gradient_norm"]["hi"]})
    return options


def prove_case(report: Report, programs: Programs, folder: Path, case: dict[str, Any]) -> None:
    """The prover's verdict agrees; where it makes the same claim, its statement is the same."""
    claim = case["claim"]
    options = prover_options(claim)
    if options is None:
        return
    path, target = write_json(folder / "instance.json", case["instance"]), folder / "proved.json"
    target.unlink(missing_ok=True)
    run = programs.cert("prove", claim["kind"], path, *as_arguments(options), "-o", target)
    report.check_run(run)
    document = json.loads(target.read_text(encoding="utf-8")) if target.exists() else None
    same = document is not None and all(document["claim"].get(k) == v for k, v in claim.items())
    if case["verdict"] == "VERIFIED":
        report.check(same and document["claim"]["statement"] == case["statement"], "claims that lojacert proves with the same statement",
                     lambda: f"{case}\n{run.describe()}\n{document and document['claim']}")
    else:
        bad_evidence_only = "evidence" in case or (claim["negated"] and instance_has_boxes(case))
        report.check(bad_evidence_only or not same, "claims that lojacert does not prove", lambda: f"{case}\n{run.describe()}")


def prove_with_rows(report: Report, programs: Programs, folder: Path, case: dict[str, Any]) -> None:
    """not-convex at points: PROVED where the claim holds, DISPROVED where its negation does, with the same statement as the case that is verified."""
    claim = case["claim"]
    if case["verdict"] != "VERIFIED":
        return
    key = "direction" if "direction" in claim else "chord"
    options = [f"--{key}", write_json(folder / "rows.json", claim[key]), *([f"--lambda={claim['lambda']}"] if key == "chord" else [])]
    target = folder / "proved.json"
    target.unlink(missing_ok=True)
    run = programs.cert("prove", "not-convex", write_json(folder / "instance.json", case["instance"]), *options, "-o", target)
    report.check_run(run)
    good = run.status == ("DISPROVED" if claim["negated"] else "PROVED") and target.exists()
    good = good and json.loads(target.read_text(encoding="utf-8"))["claim"]["statement"] == case["statement"]
    report.check(good, "claims that lojacert proves with the same statement", lambda: f"{case}\n{run.describe()}")


def prove_by_theorem(report: Report, programs: Programs, folder: Path, case: dict[str, Any]) -> None:
    """lojasiewicz by Theorem A: what holds with the weights of the case, lojacert proves with weights of its own."""
    claim = case["claim"]
    if case["verdict"] != "VERIFIED":
        return
    options = ["--by", "theoremA", "--kappa", claim["kappa"], "--beta", claim["beta"]]
    target = folder / "proved.json"
    target.unlink(missing_ok=True)
    run = programs.cert("prove", "lojasiewicz", write_json(folder / "instance.json", case["instance"]), *options, "-o", target)
    report.check_run(run)
    good = run.status == "PROVED" and json.loads(target.read_text(encoding="utf-8"))["claim"]["statement"] == case["statement"]
    report.check(good, "claims that lojacert proves with the same statement", lambda: f"{case}\n{run.describe()}")


def prove_about_teacher(report: Report, programs: Programs, folder: Path, case: dict[str, Any]) -> None:
    """A threshold and a kappa that lojacert's own certificate of the same teacher reaches too."""
    claim = case["claim"]
    if case["verdict"] != "VERIFIED":
        return
    target = folder / "proved.json"
    target.unlink(missing_ok=True)
    options = ["--eps0", claim["eps0"], "--kappa", claim["kappa"], "-o", target]
    run = programs.cert("prove", "threshold", write_json(folder / "instance.json", case["instance"]), *options)
    report.check_run(run)
    good = run.status == "PROVED" and json.loads(target.read_text(encoding="utf-8"))["claim"]["eps0"] == claim["eps0"]
    report.check(good, "claims that lojacert proves", lambda: f"{case}\n{run.describe()}")


def instance_has_boxes(case: dict[str, Any]) -> bool:
    return not instance_from_json(case["instance"]).is_point


PROVERS = {"not-convex": prove_with_rows, "lojasiewicz": prove_by_theorem, "threshold": prove_about_teacher}
CORPORA = {"claims": 20, "theorem-claims": 11}  # kinds that differ in the claim's kind, negation, verdict or reason


def check_listing(report: Report, name: str) -> list[dict[str, Any]]:
    cases = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["claims"]
    kinds = {(c["claim"]["kind"], c["claim"]["negated"], c["verdict"], c.get("reason")) for c in cases}
    report.check(len(cases) >= 30 and len(kinds) == CORPORA[name], "every kind, negation and verdict occurs", f"{name} {len(cases)} {sorted(map(str, kinds))}")
    generator = FOLDER / f"generate_{name.replace('-', '_')}.py"
    fresh = subprocess.run([sys.executable, str(generator), "--check"], capture_output=True, text=True, check=False)
    report.check(fresh.returncode == 0, f"{name}.json is what its generator writes", fresh.stdout + fresh.stderr)
    return cases


def main() -> int:
    report, binaries = Report("conformance_test"), folder_of_programs()
    programs = Programs(binaries)
    with workspace() as name:
        for case in check_listing(report, "claims"):
            verify_case(report, programs, Path(name), case)
            prove_case(report, programs, Path(name), case)
        for case in check_listing(report, "theorem-claims"):
            verify_case(report, programs, Path(name), case)
            PROVERS[case["claim"]["kind"]](report, programs, Path(name), case)
    own = Path(binaries) / "lojaverify_conformance"
    if own.exists():
        for corpus in ("claims.json", "theorem-claims.json", "numbers.json", "digests.json"):
            run = programs.run(own, FOLDER / corpus)
            report.check(run.code == 0, "lojaverify_conformance", run.describe)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
