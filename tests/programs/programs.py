"""Running lojacert and lojaverify, and counting checks."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Optional, Sequence

ROOT = Path(__file__).resolve().parents[2]
STATUS_OF_EXIT = {
    "lojacert": {"PROVED": 0, "EVALUATED": 0, "DONE": 0, "DISPROVED": 1, "UNDECIDED": (3, 4), "UNSUPPORTED": 3},
    "lojaverify": {"VERIFIED": 0, "NOT VERIFIED": (1, 4), "UNSUPPORTED": 3},
}


@dataclass(frozen=True)
class Run:
    """What one run of a program left behind."""

    arguments: list[str]
    code: int
    out: str
    err: str

    @property
    def status(self) -> str:
        """The word of the status line, or the empty string."""
        lines = self.out.splitlines()
        return lines[-1][2:] if lines and lines[-1].startswith("s ") else ""

    @property
    def reason_code(self) -> str:
        """The verifier's reason code, or the empty string."""
        for line in self.out.splitlines():
            if line.startswith("c reason "):
                return line[len("c reason "):].split(":")[0]
        return ""

    def command(self) -> str:
        return " ".join(self.arguments)

    def describe(self) -> str:
        return f"{self.command()}\n    exit {self.code}, stdout {self.out[-600:]!r}, stderr {self.err[-600:]!r}"


class Programs:
    """The two binaries of one folder."""

    def __init__(self, folder: str) -> None:
        self.lojacert = str(Path(folder).resolve() / "lojacert")
        self.lojaverify = str(Path(folder).resolve() / "lojaverify")

    def run(self, *arguments: Any, timeout: float = 300, **options: Any) -> Run:
        """Runs a command line; a program that hangs counts as a crash (code -1000)."""
        words = [str(a) for a in arguments]
        try:
            done = subprocess.run(words, capture_output=True, timeout=timeout, errors="replace", **options)
        except subprocess.TimeoutExpired:
            return Run(words, -1000, "", f"no answer within {timeout} s")
        return Run(words, done.returncode, done.stdout, done.stderr)

    def cert(self, *arguments: Any, **options: Any) -> Run:
        return self.run(self.lojacert, *arguments, **options)

    def verify(self, *arguments: Any, **options: Any) -> Run:
        return self.run(self.lojaverify, *arguments, **options)

    def verify_each(self, instance: Path, certificates: Sequence[Path], **options: Any) -> tuple[Run, list[str]]:
        """One run on many certificates, which costs less than a run for each, and the verifier's word on each: its lines `c FILE ANSWER`."""
        run = self.verify(instance, *certificates, **options)
        if len(certificates) == 1:
            return run, ["MALFORMED" if run.code == 2 else f"{run.status} ({run.reason_code})" if run.reason_code else run.status]
        answers = {}
        for line in run.out.splitlines():
            for certificate in certificates:
                if line.startswith(f"c {certificate} "):
                    answers[certificate] = line[len(f"c {certificate} "):]
        return run, [answers.get(certificate, "") for certificate in certificates]


def consistent(run: Run) -> Optional[str]:
    """What is wrong with exit code, status line and silence of a run, if anything."""
    program = Path(run.arguments[0]).name
    if run.code not in range(5):
        return f"ended with {run.code}"
    statuses = [line for line in run.out.splitlines() if line.startswith("s ")]
    if run.code == 2:
        return "a status line although the input is bad" if statuses else None
    if len(statuses) != 1 or not run.status:
        return f"{len(statuses)} status lines, the last line is {run.out.splitlines()[-1:]}"
    wanted = STATUS_OF_EXIT[program].get(run.status)
    allowed = wanted if isinstance(wanted, tuple) else (wanted,)
    return None if run.code in allowed else f"status {run.status} with exit code {run.code}"


@dataclass
class Report:
    """Counts checks, remembers failures, ends the script."""

    name: str
    context: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def count(self, what: str, by: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + by

    def check(self, good: bool, what: str, message: Callable[[], str] | str = "") -> bool:
        self.count(what)
        if not good:
            text = f"{what}: {self.context}{message() if callable(message) else message}"
            self.failures.append(text)
            print(f"FAILED {text}", flush=True)
        return good

    def check_run(self, run: Run) -> bool:
        """Exit code in 0..4, one status line unless 2, and the two agree."""
        problem = consistent(run)
        return self.check(problem is None, "runs whose status and exit code agree", lambda: f"{problem}: {run.describe()}")

    def merge(self, other: "Report") -> None:
        """Adds the counts and failures of a report that another process made."""
        for what, count in other.counts.items():
            self.count(what, count)
        self.failures += other.failures

    def finish(self) -> int:
        for what, count in self.counts.items():
            print(f"{self.name}: {count:6d} {what}")
        if not self.counts:
            print(f"{self.name}: nothing was checked")
            return 1
        print(f"{self.name}: {len(self.failures)} failures")
        return 1 if self.failures else 0


def folder_of_programs() -> str:
    """argv[1], the folder of the binaries."""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} FOLDER_OF_BINARIES [--long]")
    return sys.argv[1]


def long_run() -> bool:
    """Whether the long version was asked for, by --long or LOJACERT_LONG_TESTS=1."""
    return "--long" in sys.argv or os.environ.get("LOJACERT_LONG_TESTS", "") not in ("", "0")


def option(name: str, default: int) -> int:
    """An integer option such as --seed 5."""
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def workspace() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="lojacert-test-")


def write_json(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def in_parallel(work: Callable[[Any], Any], items: Sequence[Any], workers: int = 2) -> list[Any]:
    """`work` on every item in two processes (mpmath's precision is global to a process), results in order."""
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(work, items))


def as_arguments(options: dict[str, str]) -> Sequence[str]:
    """{"kappa": "1"} -> ["--kappa", "1"]; a single word with = where the value starts with a minus sign."""
    words: list[str] = []
    for key, value in options.items():
        words += [f"--{key}={value}"] if value.startswith("-") else [f"--{key}", value]
    return words
