"""tests/conformance/claims.json, theorem-claims.json and descent-claims.json through both real programs.

lojaverify decides a certificate made of each claim, with the stated reason where there is one; lojacert proves the same claim and must reach
the same verdict with the same statement. Where `lojaverify_conformance` stands beside the programs it runs the file too.
"""
from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Optional

import trajectory_oracle
from programs import ROOT, Programs, Report, as_arguments, folder_of_programs, workspace, write_json
from specification import Certificate, instance_from_json, parse_number
from teacher_test import teacher_digest

FOLDER = ROOT / "tests" / "conformance"
OPTION_OF_KEY = {"lo": "lo", "hi": "hi", "kappa": "kappa", "beta": "beta", "constant": "constant", "delta1": "delta1", "angle": "angle",
                 "residual": "residual", "far_mass": "far-mass"}
BOUNDS = ("distance", "misalignment", "far_mass", "residual", "deficit", "excess", "opposed", "heavy", "angle")  # smaller ones say more
FIVE_DIGITS = Fraction(1, 5000)


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


def proved_claim(report: Report, programs: Programs, folder: Path, case: dict[str, Any], words: list[Any]) -> Optional[dict[str, Any]]:
    """What lojacert proves with these words about the instance of a case, if anything."""
    target = folder / "proved.json"
    target.unlink(missing_ok=True)
    run = programs.cert("prove", *words, write_json(folder / "instance.json", case["instance"]), "-o", target)
    report.check_run(run)
    if case["verdict"] == "VERIFIED":
        report.check(run.status == "PROVED" and target.exists(), "claims that lojacert proves", lambda: f"{case}\n{run.describe()}")
    return json.loads(target.read_text(encoding="utf-8"))["claim"] if target.exists() else None


def cited_file(folder: Path, evidence: dict[str, Any]) -> list[Any]:
    """--threshold with the certificate that the evidence cites."""
    holder = evidence.get("hand_over", evidence)
    return ["--threshold", write_json(folder / "threshold.json", holder["threshold"])] if "threshold" in holder else []


def reaches(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """The bounds of a verified claim that those of lojacert, of five digits, do not come near to."""
    missed = [key for key, text in wanted.items() if key in BOUNDS and parse_number(found[key]) > parse_number(text) * (1 + FIVE_DIGITS)]
    return missed + [key for key in ("a", "c") if key in wanted and parse_number(found[key]) < parse_number(wanted[key]) * (1 - FIVE_DIGITS)]


def prove_course(report: Report, programs: Programs, folder: Path, case: dict[str, Any]) -> None:
    """convergence: proved by the same theorem, with a hand-over by either, by Theorem G with constants that are no worse."""
    claim, evidence = case["claim"], case["evidence"]
    if case["verdict"] != "VERIFIED":
        return
    moves = ["--step", claim["step"]] if "step" in claim else ["--flow"]
    by = "better" if "hand_over" in evidence else {"G": "threshold", "I": "theoremI"}[evidence["by"]]
    found = proved_claim(report, programs, folder, case, ["convergence", "--by", by, *moves, *cited_file(folder, evidence)])
    if found is None or by != "threshold":
        return
    missed = reaches(found, claim) + reaches(found["envelope"][0], claim["envelope"][0]) + reaches(found["recovery"], claim.get("recovery", {}))
    report.check(not missed, "constants that lojacert finds too", lambda: f"{missed} {case}\n{found}")


def prove_for_all(report: Report, programs: Programs, folder: Path, case: dict[str, Any]) -> None:
    """recovery-for-all: proved with constants that are no worse."""
    claim = case["claim"]
    if case["verdict"] != "VERIFIED":
        return
    words = ["recovery", "--for-all", "--loss", claim["loss"], "--mass", claim["mass"], *cited_file(folder, case["evidence"])]
    found = proved_claim(report, programs, folder, case, words)
    missed = ["everything"] if found is None else reaches(found, claim)
    report.check(not missed, "constants that lojacert finds too", lambda: f"{missed} {case}\n{found}")


def prove_trajectory(report: Report, programs: Programs, folder: Path, case: dict[str, Any]) -> None:
    """trajectory, recorded in a file: proved without the envelope where it holds, with the same statement; else not."""
    instance = case["instance"]
    claim = {key: value for key, value in case["claim"].items() if key != "envelope"}
    if claim != case["claim"] and case["verdict"] != "VERIFIED":
        return
    forms = {key: instance[key] for key in ("activation", "neuron", "teacher_neuron", "teacher")}
    lines = [{"format": "lojacert-trajectory/1", **forms, "m": len(instance["student"]), "step": claim["step"], "record_every": 1}]
    lines += [{"iteration": t, "student": rows} for t, rows in enumerate([instance["student"], *claim["iterates"]])]
    file = folder / "walk.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    found = proved_claim(report, programs, folder, case, ["trajectory", "--trajectory", file, "--epsilon", claim["epsilon"]])
    if case["verdict"] == "VERIFIED":
        text = trajectory_oracle.statement(instance, claim)
        same = found is not None and found["statement"] == text
        same = same and list(map(trajectory_oracle.rows_of, found["iterates"])) == list(map(trajectory_oracle.rows_of, claim["iterates"]))
        report.check(same, "claims that lojacert proves with the same statement", lambda: f"{case}\n{found}")
    else:
        report.check(found is None, "claims that lojacert does not prove", lambda: f"{case}\n{found}")


def instance_has_boxes(case: dict[str, Any]) -> bool:
    return not instance_from_json(case["instance"]).is_point


PROVERS = {"not-convex": prove_with_rows, "lojasiewicz": prove_by_theorem, "threshold": prove_about_teacher, "convergence": prove_course,
           "recovery-for-all": prove_for_all, "trajectory": prove_trajectory}
CORPORA = {"claims": 20, "theorem-claims": 11, "descent-claims": 8}  # kinds that differ in the claim's kind, negation, verdict or reason


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
        for corpus in ("theorem-claims", "descent-claims"):
            for case in check_listing(report, corpus):
                verify_case(report, programs, Path(name), case)
                PROVERS[case["claim"]["kind"]](report, programs, Path(name), case)
    own = Path(binaries) / "lojaverify_conformance"
    if own.exists():
        for corpus in ("claims.json", "theorem-claims.json", "descent-claims.json", "numbers.json", "digests.json"):
            run = programs.run(own, FOLDER / corpus)
            report.check(run.code == 0, "lojaverify_conformance", run.describe)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
