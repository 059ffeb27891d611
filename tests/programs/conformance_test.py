"""tests/conformance/claims.json through both real programs.

lojaverify decides a certificate made of each claim; lojacert proves the same claim and must reach the same verdict with the
same statement. Where `lojaverify_conformance` stands beside the programs it runs the file too.
"""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Optional

from programs import ROOT, Programs, Report, as_arguments, folder_of_programs, workspace, write_json
from specification import Certificate, instance_from_json

FOLDER = ROOT / "tests" / "conformance"
OPTION_OF_KEY = {"lo": "lo", "hi": "hi", "kappa": "kappa", "beta": "beta", "constant": "constant", "delta1": "delta1", "angle": "angle",
                 "residual": "residual", "far_mass": "far-mass"}


def verify_case(report: Report, programs: Programs, folder: Path, case: dict[str, Any]) -> None:
    """The certificate with the stated sentence gets the stated verdict."""
    instance = instance_from_json(case["instance"])
    claim = {**case["claim"], "statement": case["statement"]}
    certificate = Certificate(instance, claim, case.get("evidence", {})).to_json()
    run = programs.verify(write_json(folder / "instance.json", case["instance"]), write_json(folder / "certificate.json", certificate))
    report.check_run(run)
    report.check(run.status == case["verdict"] and run.code == (0 if case["verdict"] == "VERIFIED" else 1),
                 "certificates made of the claims", lambda: f"{case}\n{run.describe()}")


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


def instance_has_boxes(case: dict[str, Any]) -> bool:
    return not instance_from_json(case["instance"]).is_point


def check_listing(report: Report) -> list[dict[str, Any]]:
    cases = json.loads((FOLDER / "claims.json").read_text(encoding="utf-8"))["claims"]
    kinds = {(c["claim"]["kind"], c["claim"]["negated"], c["verdict"]) for c in cases}
    report.check(len(cases) >= 30 and len(kinds) == 20, "every kind, negation and verdict occurs", f"{len(cases)} {sorted(kinds)}")
    fresh = subprocess.run([sys.executable, str(FOLDER / "generate_claims.py"), "--check"], capture_output=True, text=True, check=False)
    report.check(fresh.returncode == 0, "claims.json is what its generator writes", fresh.stdout + fresh.stderr)
    return cases


def main() -> int:
    report, binaries = Report("conformance_test"), folder_of_programs()
    programs = Programs(binaries)
    with workspace() as name:
        for case in check_listing(report):
            verify_case(report, programs, Path(name), case)
            prove_case(report, programs, Path(name), case)
    own = Path(binaries) / "lojaverify_conformance"
    if own.exists():
        for corpus in ("claims.json", "numbers.json", "digests.json"):
            run = programs.run(own, FOLDER / corpus)
            report.check(run.code == 0, "lojaverify_conformance", run.describe)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
