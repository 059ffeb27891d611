"""Runs the benchmark and writes its raw samples.

Groups of things that are compared are run interleaved: those of the benchmark program by its own random interleaving, processes in
rounds, one of each a round. Before anything is timed the program checks all its peers against Landscape at 200 bits; mpmath's
enclosure is checked against lojacert eval.
"""
from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Callable, Optional, Sequence

sys.path.insert(0, str(Path(__file__).resolve().parent))
import table  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
INSTANCES = ROOT / "certificates" / "instances"
COUNTERS = ("bits", "peak_MiB", "width_of_loss", "width_of_gradient", "cells_per_second")


@dataclass(frozen=True)
class Group:
    """Benchmarks that are run interleaved: a regular expression of their names."""

    name: str
    filter: str
    repetitions: int
    min_time: float
    is_quick: bool = True


GROUPS = [
    Group("fast 50x100x50", r"^loss_gradient/(plain_.*|ball|ladder)/50x100x50$", 25, 0.05),
    Group("slow 50x100x50", r"^loss_gradient/(plain_fused|ball|arb_.*|mpfi)/50x100x50$", 7, 0.05),
    Group("fast 100x1000x100", r"^loss_gradient/(plain_.*|ball|ladder)/100x1000x100$", 25, 0.1, is_quick=False),
    Group("slow 100x1000x100", r"^loss_gradient/(plain_fused|ball|arb_.*|mpfi)/100x1000x100$", 3, 0.05, is_quick=False),
    Group("loss 50x1000x50", r"^loss/.*/50x1000x50$", 15, 0.05),
    Group("loss 50x5000x50", r"^loss/.*/50x5000x50$", 15, 0.1, is_quick=False),
    Group("near 1e-03", r"^near_convergence/.*/1e-03$", 7, 0.02),
    Group("near 1e-06", r"^near_convergence/.*/1e-06$", 7, 0.02),
    Group("near 1e-10", r"^near_convergence/.*/1e-10$", 7, 0.02),
    Group("ladders 10x20x10", r"^loss_gradient/(ball|ladder|landscape|narrow)/10x20x10$", 9, 0.05),
    Group("ladders 50x100x50", r"^loss_gradient/(ball|ladder|landscape|narrow)/50x100x50$", 7, 0.05, is_quick=False),
    Group("lambda_min", r"^lambda_min/.*/1000$", 9, 0.05, is_quick=False),
    Group("sphere", r"^sphere/prove/.*$", 1, 0.05, is_quick=False),
]
HUGE = [("ball_1", "100x12500x100"), ("ball_1", "100x50000x100"), ("ball_2", "100x50000x100")]


@dataclass
class Run:
    """What is measured so far."""

    programs: Path
    only: re.Pattern[str]
    quick: bool
    samples: list[table.Sample] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)

    def wants(self, name: str, is_quick: bool = True) -> bool:
        wanted = self.only.search(name) is not None and (is_quick or not self.quick)
        if wanted:
            print(f"bench: {name}", file=sys.stderr, flush=True)
        return wanted

    def add(self, group: str, name: str, round_: int, seconds: float) -> None:
        self.samples.append(table.Sample(group, name, round_, seconds))


def run_benchmarks(run: Run, filter_: str, repetitions: int, min_time: float) -> list[dict[str, Any]]:
    """The benchmark program's own records, one for each benchmark and repetition."""
    done = subprocess.run([run.programs / "bench", f"--benchmark_filter={filter_}", f"--benchmark_repetitions={repetitions}",
                           f"--benchmark_min_time={min_time}", "--benchmark_enable_random_interleaving=true", "--benchmark_format=json"],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: the benchmark program ended with {done.returncode}:\n{done.stderr}")
    records = json.loads(done.stdout)["benchmarks"] if done.stdout.strip() else []  # no benchmark matches
    return [record for record in records if record["run_type"] == "iteration"]


def keep(run: Run, group: str, records: Sequence[dict[str, Any]], clock: str, round_: Optional[int] = None) -> None:
    for record in records:
        name = str(record["run_name"])
        run.add(group, name, int(record["repetition_index"]) if round_ is None else round_, float(record[clock]) * 1e-6)
        for counter in COUNTERS:
            if counter in record:
                run.facts[f"{counter}/{name}"] = float(record[counter])


def measure_group(run: Run, group: Group) -> None:
    if run.wants(group.name, group.is_quick):
        keep(run, group.name, run_benchmarks(run, group.filter, group.repetitions, group.min_time), "cpu_time")


def measure_huge(run: Run) -> None:
    """Each in a process of its own, so that its peak memory is its own; wall time, as there are threads."""
    if not run.wants("huge", is_quick=False):
        return
    for round_ in range(3):
        for peer, size in HUGE:
            keep(run, "huge", run_benchmarks(run, f"^huge/{peer}/{size}$", 1, 0.01), "real_time", round_)


def random_instance(dimension: int, students: int, teachers: int) -> dict[str, Any]:
    """W ~ N(0, I/d), numbers as JSON has them; all numbers are doubles."""
    generator = random.Random(20240607)
    rows = [[generator.gauss(0, dimension ** -0.5) for _ in range(dimension)] for _ in range(students + teachers)]
    return {"format": "lojacert-instance/1", "activation": "abs", "neuron": "unit", "teacher_neuron": "unit",
            "teacher": rows[students:], "student": rows[:students]}


def must(command: Sequence[Any]) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def seconds_of(command: Sequence[Any]) -> float:
    """CPU time of a process that must succeed, from its start: user and system, so that other users of the machine do not count."""
    words = [str(word) for word in command]
    files = [(os.POSIX_SPAWN_OPEN, stream, "/dev/null", os.O_WRONLY, 0) for stream in (1, 2)]
    pid = os.posix_spawn(words[0], words, os.environ, file_actions=files)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"bench: {' '.join(words)} ended with {os.waitstatus_to_exitcode(status)}")
    return float(usage.ru_utime + usage.ru_stime)


def loss_of(run: Run, instance: Path) -> tuple[Fraction, Fraction]:
    """The ends of lojacert eval's enclosure of the loss."""
    loss = json.loads(must([run.programs / "lojacert", "eval", "--json", instance]))["loss"]
    return Fraction(loss["lo"]), Fraction(loss["hi"])


def measure_mpmath(run: Run, folder: Path) -> None:
    """A small network, scaled to (50, 100, 50) by the number of pairs; same d."""
    if not run.wants("mpmath"):
        return
    instance = folder / "iv.json"
    instance.write_text(json.dumps(random_instance(50, 6, 3)), encoding="utf-8")
    lower, upper = loss_of(run, instance)
    pairs, scaled = 9 * 8 / 2, 150 * 149 / 2
    for round_ in range(3):
        found = json.loads(must(["/usr/bin/python3", Path(__file__).with_name("iv_peer.py"), instance]))
        if not Fraction(found["lower"]) <= upper or not lower <= Fraction(found["upper"]):
            sys.exit("bench: mpmath's enclosure of the loss and lojacert's have no common point")
        run.add("mpmath", "loss_gradient/mpmath_iv/50x100x50", round_, float(found["seconds"]) * scaled / pairs)
        keep(run, "mpmath", run_benchmarks(run, r"^loss_gradient/plain_.*/50x100x50$", 1, 0.02), "cpu_time", round_)


def certificate(run: Run, folder: Path, claim: str, instance: Path) -> Path:
    """A certificate of the enclosures that lojacert proves unasked."""
    path = folder / f"{claim}.cert.json"
    must([run.programs / "lojacert", "prove", claim, instance, "-o", path])
    return path


def measure_processes(run: Run, folder: Path) -> None:
    if not run.wants("processes"):
        return
    instance = folder / "small.json"
    instance.write_text(json.dumps(random_instance(10, 20, 10)), encoding="utf-8")
    lojacert, lojaverify = run.programs / "lojacert", run.programs / "lojaverify"
    commands: dict[str, list[Any]] = {
        "process/true": ["/bin/true"],
        "process/version": [lojacert, "--version"],
        "process/eval": [lojacert, "eval", instance],
        "process/verify_version": [lojaverify, "--version"],
        "process/verify_loss": [lojaverify, instance, certificate(run, folder, "loss", instance)],
        "process/verify_gradient": [lojaverify, instance, certificate(run, folder, "gradient", instance)],
    }
    for round_ in range(15 if run.quick else 40):
        in_rounds(run, "processes", round_, commands)
        if round_ % 5 == 0:
            records = run_benchmarks(run, r"^loss_gradient/arb_.*/10x20x10$", 5, 0.01)
            for record in records:
                run.add("processes", str(record["run_name"]), round_ + int(record["repetition_index"]), float(record["cpu_time"]) * 1e-6)


def in_rounds(run: Run, group: str, round_: int, commands: dict[str, list[Any]]) -> None:
    """One of each, in an order of its own."""
    names = list(commands)
    random.Random(round_).shuffle(names)
    for name in names:
        run.add(group, name, round_, seconds_of(commands[name]))


def measure_threshold(run: Run, folder: Path) -> None:
    if not run.wants("threshold"):
        return
    teachers = ["orthonormal-1"] if run.quick else list(table.TEACHERS)
    for teacher in teachers:
        instance, path = INSTANCES / f"teacher-{teacher}.json", folder / f"{teacher}.cert.json"
        for round_ in range(1 if run.quick else 3):
            group = f"threshold {teacher}"
            run.add(group, "process/true", round_, seconds_of(["/bin/true"]))
            run.add(group, f"threshold/prove/{teacher}", round_,
                    seconds_of([run.programs / "lojacert", "prove", "threshold", instance, "-o", path]))
            run.add(group, f"threshold/verify/{teacher}", round_, seconds_of([run.programs / "lojaverify", instance, path]))


def processor() -> str:
    found = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), flags=re.M)
    return found[1] if found else platform.processor()


def write(run: Run, path: Path) -> None:
    load = Path("/proc/loadavg").read_text(encoding="utf-8").split()[0]
    version = must([run.programs / "lojacert", "--version"]).splitlines()[0]
    document = {"context": {"date": datetime.datetime.now().isoformat(timespec="seconds"), "processor": processor(),
                            "load at the end": load, "version": version},
                "samples": [vars(sample) for sample in run.samples], "facts": run.facts}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/bench/run", description="Measures, keeps the samples and prints the table.")
    parser.add_argument("--programs", type=Path, required=True, help=argparse.SUPPRESS)
    today = datetime.date.today().isoformat()
    parser.add_argument("--samples", type=Path, default=ROOT / "build-bench" / f"samples-{today}.json",
                        help="where the raw samples go (build-bench/samples-DATE.json)")
    parser.add_argument("--quick", action="store_true", help="small sizes, less than two minutes")
    parser.add_argument("--filter", default="", help="only groups whose names match this regular expression")
    parser.add_argument("--markdown", action="store_true", help="print the table as docs/numerics/speed.md has it")
    options = parser.parse_args()
    run = Run(options.programs, re.compile(options.filter), options.quick)
    with tempfile.TemporaryDirectory(prefix="lojacert-bench-") as name:
        folder = Path(name)
        steps: list[Callable[[], None]] = [lambda group=group: measure_group(run, group) for group in GROUPS]  # type: ignore[misc]
        steps += [lambda: measure_mpmath(run, folder), lambda: measure_huge(run), lambda: measure_processes(run, folder),
                  lambda: measure_threshold(run, folder)]
        for step in steps:
            count = len(run.samples)
            step()
            if len(run.samples) > count:  # a run that is stopped keeps what it has
                write(run, options.samples)
    if not run.samples:
        sys.exit(f"bench: no group matches {options.filter!r}")
    print(f"bench: samples in {options.samples}", file=sys.stderr)
    return table.main([str(options.samples)] + (["--markdown"] if options.markdown else []))


if __name__ == "__main__":
    sys.exit(main())
