"""Certified claims about every student, attacked: makes teachers, proves `threshold` and `landscape`, verifies, attacks.

    attack_test.py FOLDER_OF_BINARIES [--long] [--seed N] [--count N] [--only WORD] [--csv FILE]

--count is the number of students a teacher; --only keeps the case of that name, or those whose name contains it; --csv collects the tables. That
the attack can succeed is shown on the same certificates with a constant replaced by a false one.
"""
from __future__ import annotations

import csv
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "programs"))

from programs import Programs, Report, Run, folder_of_programs, in_parallel, long_run, option, workspace, write_json  # noqa: E402

SIN60 = "0.8660254037844386467637231707529"
TEACHERS = {
    "one teacher": [["1"]],
    "orthonormal 2": [["1", "0"], ["0", "1"]],
    "orthonormal 3": [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]],
    "60 degrees": [["1", "0"], ["0.5", SIN60]],
    "45 degrees": [["1", "0"], ["0.7071067811865475244", "0.7071067811865475244"]],
    "30 degrees": [["1", "0"], [SIN60, "0.5"]],
    "three lines": [["1", "0"], ["0.5", SIN60], ["-0.5", SIN60]],
    "norms 1 to 10": [["1", "0"], ["0", "10"]],
    "10 degrees": [["1", "0"], ["0.984807753012208059", "0.173648177666930348"]],
    "mutual 60 degrees": [["1", "0", "0"], ["0.5", SIN60, "0"], ["0.5", "0.28867513459481288225", "0.81649658092772603273"]],
    "orthonormal 4": [["1", "0", "0", "0"], ["0", "1", "0", "0"], ["0", "0", "1", "0"], ["0", "0", "0", "1"]],
}


@dataclass(frozen=True)
class Case:
    """A teacher, what its students compute, and the claim."""

    teacher: str
    neuron: str
    activation: str = "abs"
    claim: str = "threshold"
    extra_dimensions: int = 2

    @property
    def name(self) -> str:
        parts = [self.teacher, self.neuron]
        if self.activation != "abs":
            parts.append(self.activation)
        if self.claim != "threshold":
            parts.append(self.claim)
        return ", ".join(parts)

    @property
    def dimension(self) -> int:
        return len(TEACHERS[self.teacher][0]) + self.extra_dimensions


SHORT = [
    Case("one teacher", "norm"),
    Case("orthonormal 2", "unit"),
    Case("60 degrees", "norm", claim="landscape"),
    Case("orthonormal 2", "norm", "relu"),
]
LONG = (
    [Case(t, n) for t in ("one teacher", "orthonormal 2", "60 degrees", "orthonormal 3") for n in ("norm", "unit")]
    + [Case("orthonormal 2", n, a) for a in ("relu", "relu+linear") for n in ("norm", "unit")]
    + [Case(t, n) for t in ("norms 1 to 10", "45 degrees", "30 degrees", "three lines") for n in ("norm", "unit")]
    + [Case(t, "norm") for t in ("10 degrees", "mutual 60 degrees", "orthonormal 4")]
    + [Case(t, n, claim="landscape") for t in ("one teacher", "orthonormal 2", "60 degrees") for n in ("norm", "unit")]
    + [Case("orthonormal 2", n, "relu", "landscape") for n in ("norm", "unit")]
)


@dataclass(frozen=True)
class Job:
    case: Case
    folder: str
    binaries: str
    count: int
    seed: int


def attack(job: Job, instance: Path, certificate: Path, *options: Any, timeout: float = 36000) -> Run:
    programs = Programs(job.binaries)
    program = Path(job.binaries).resolve() / "attack"
    return programs.run(program, instance, certificate, "--seed", job.seed, "--label", job.case.name.replace(",", ""), *options,
                        timeout=timeout)


def changed(certificate: Path, path: Path, **constants: str) -> Path:
    """The certificate with other constants in its claim: nothing verifies it, but it can be attacked."""
    document = json.loads(certificate.read_text())
    document["claim"].update(constants)
    return write_json(path, document)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def check_broken(report: Report, programs: Programs, run: Run, folder: Path, eps0: float, kappa: float) -> None:
    """The attack found a violation, and lojacert finds the same of the student that it printed."""
    what = "false claims that the attack breaks"
    if not report.check(run.code == 1 and run.out.endswith("s VIOLATED\n"), what, run.describe):
        return
    student = folder / "violation.json"
    student.write_text(run.out[run.out.index("\n{") + 1:run.out.rindex("}") + 1])
    evaluated = programs.cert("eval", student, "--json", "--digits", 8)
    answer = json.loads(evaluated.out)
    instance = json.loads(student.read_text())
    beta = "3/4" if instance["neuron"] == "norm" else "2/3"
    loss = float(answer["loss"]["hi"] if isinstance(answer["loss"], dict) else answer["loss"][1])
    norm = answer["gradient_norm"]
    norm = float(norm["hi"] if isinstance(norm, dict) else norm[1])
    power = 3 / 4 if beta == "3/4" else 2 / 3
    report.check(loss <= eps0 and norm < kappa * loss ** power, "violations that lojacert eval sees too", evaluated.describe)


def run_case(job: Job) -> tuple[Report, str, list[dict[str, str]]]:
    report = Report("attack", context=f"{job.case.name}, seed {job.seed}: ")
    programs = Programs(job.binaries)
    folder = Path(job.folder) / job.case.name.replace(" ", "-").replace(",", "").replace("+", "-")
    folder.mkdir()
    instance = write_json(folder / "teacher.json", {
        "format": "lojacert-instance/1", "activation": job.case.activation, "neuron": job.case.neuron, "teacher_neuron": "unit",
        "teacher": TEACHERS[job.case.teacher]})
    certificate = folder / "certificate.json"
    started = time.monotonic()
    best = ["--best", "--maximise", "eps0"] if job.case.claim == "landscape" else []
    proof = programs.cert("prove", job.case.claim, instance, *best, "-o", certificate, timeout=3600)
    if not report.check(proof.status == "PROVED", "claims proved", proof.describe):
        return report, "", []
    verified = programs.verify(instance, certificate, timeout=3600)
    report.check(verified.status == "VERIFIED", "claims verified", verified.describe)
    proved = time.monotonic()
    table = folder / "table.csv"
    run = attack(job, instance, certificate, "--dimension", job.case.dimension, "--count", job.count, "--csv", table)
    report.check(run.code == 0, "claims that stand", lambda: f"{' '.join(run.arguments)}\n{run.out}\n{run.err}")
    rows = rows_of(table) if table.exists() else []
    report.count("students drawn", sum(int(row["drawn"]) for row in rows))
    report.count("students evaluated", sum(int(row["evaluated"]) for row in rows))
    text = f"{run.out}c proved and verified in {proved - started:.0f} s, attacked in {time.monotonic() - proved:.0f} s\n"

    # The nearest false claims: a slope above the smallest that was seen, and a threshold above spurious critical points.
    below = [row for row in rows if float(row["loss_over_eps0_up_to"]) <= 1]
    if not report.check(bool(below), "tables with students below eps0", run.describe):
        return report, text, rows
    claim = json.loads(certificate.read_text())["claim"]
    kappa = 1.1 * min(float(row["smallest_ratio"]) for row in below)
    false = changed(certificate, folder / "slope.json", kappa=repr(kappa))
    broken = attack(job, instance, false, "--dimension", job.case.dimension, "--count", job.count)
    check_broken(report, programs, broken, folder, float(claim["eps0"]), kappa)
    if job.case == Case("one teacher", "norm"):
        false = changed(certificate, folder / "threshold.json", eps0="0.2")
        broken = attack(job, instance, false, "--dimension", 16, "--count", 0)
        check_broken(report, programs, broken, folder, 0.2, float(claim["kappa"]))
        safe = changed(certificate, folder / "below.json", eps0="0.18")
        run = attack(job, instance, safe, "--dimension", 16, "--count", 0)
        report.check(run.code == 0, "thresholds below the spurious critical points", run.describe)
    return report, text, rows


def main() -> int:
    binaries = folder_of_programs()
    is_long = long_run()
    seed = option("--seed", 1)
    count = option("--count", 100_000 if is_long else 500)
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    collected: Optional[Path] = Path(sys.argv[sys.argv.index("--csv") + 1]) if "--csv" in sys.argv else None
    print(f"attack: seed {seed}, {count} students a teacher", flush=True)
    report = Report("attack")
    tables: list[dict[str, str]] = []
    with workspace() as folder:
        cases = LONG if is_long else SHORT
        chosen = [case for case in cases if case.name == only] or [case for case in cases if only in case.name]
        jobs = [Job(case, folder, binaries, count, seed) for case in chosen]
        for part, text, rows in in_parallel(run_case, jobs):
            print(text, end="", flush=True)
            report.merge(part)
            tables += rows
    if collected and tables:
        with collected.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, list(tables[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(tables)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
