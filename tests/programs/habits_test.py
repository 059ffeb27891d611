"""The habits of a good command-line tool: help with examples that work, suggestions, quiet and verbose runs, limits, colours.

Completions and manual pages have a test of their own, interface_test.py.
"""
from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator, Optional

import numpy

from programs import ROOT, Programs, Report, Run, folder_of_programs, workspace

NEAR = ROOT / "docs" / "examples" / "near.json"
INSTANCES = ROOT / "certificates" / "instances"
SLOW = ["prove", "threshold", INSTANCES / "teacher-orthonormal-3.json"]  # takes many seconds


def commands_of(help_text: str) -> list[str]:
    _, _, below = help_text.partition("\nSubcommands:\n")
    return re.findall(r"^  ([a-z][a-z-]*)(?= |$)", below, flags=re.M)


def helps(programs: Programs, *path: str) -> Iterator[tuple[tuple[str, ...], Run]]:
    """(command, its --help) of the program and of everything below."""
    run = programs.cert(*path, "--help")
    yield path, run
    for name in commands_of(run.out):
        yield from helps(programs, *path, name)


# ----------------------------------------------------------------------------------------------------------------- help

def check_examples(report: Report, programs: Programs, folder: Path) -> None:
    """Every command's help has examples, and they run, in the order of the commands, beside the files they name."""
    for source in [*ROOT.glob("docs/examples/*.json"), *INSTANCES.glob("*.json")]:
        shutil.copy(source, folder)
    numpy.save(folder / "t.npy", numpy.eye(2))
    numpy.save(folder / "s.npy", 0.9 * numpy.eye(2))
    environment = {**os.environ, "PATH": f"{Path(programs.lojacert).parent}:/usr/bin:/bin"}
    for path, run in helps(programs):
        _, _, after = run.out.partition("\nExamples:\n")
        lines = re.findall(r"^  \$ (.*)$", after, flags=re.M)
        report.check(run.code == 0 and run.err == "" and bool(lines), "commands whose help has examples", " ".join(path))
        if not commands_of(run.out):
            report.check(all(option in run.out for option in ("--quiet", "--verbose", "--time-limit")), "commands with the common options", " ".join(path))
        for line in lines:
            done = programs.run("bash", "-c", line, cwd=folder, env=environment)
            by_design = line.split()[0] == "source" or any(word in line for word in ("--help", "--json", "completion"))
            report.check(done.code == 0 and (by_design or bool(done.status)), "examples that run", lambda: f"{line}: {done.describe()}")
    shown = programs.run(programs.lojaverify, "--help")
    for line in re.findall(r"^  \$ (.*)$", shown.out, flags=re.M):
        done = programs.run("bash", "-c", line, cwd=folder, env=environment)
        report.check(done.status == "VERIFIED", "examples that run", lambda: f"{line}: {done.describe()}")


def check_versions(report: Report, programs: Programs) -> None:
    run = programs.cert("--version")
    names = ["lojacert", "Boost", "MPFI", "MPFR", "GMP", "Eigen", "Highway", "fmt", "nlohmann-json", "OpenSSL", "libzip", "CLI11"]
    good = all(re.search(rf"^{name} \d+\.\d+", run.out, flags=re.M) for name in names) and re.search(r"^compiler \w+ ", run.out, flags=re.M)
    report.check(run.code == 0 and bool(good), "versions", run.describe)
    run = programs.verify("--version")
    good = all(re.search(rf"^{name} \d+\.\d+", run.out, flags=re.M) for name in ("lojaverify", "FLINT", "Arb", "GMP", "OpenSSL"))
    report.check(run.code == 0 and good, "versions", run.describe)


def check_suggestions(report: Report, programs: Programs) -> None:
    """One line on standard error that names the word and the nearest known one; nothing where none is near."""
    cases: list[tuple[str, str, Optional[str]]] = [
        ("prov", "prov", "prove"), ("porve", "porve", "prove"), ("explian near.json", "explian", "explain"), ("evaluate near.json", "evaluate", None),
        ("prove los", "los", "loss"), ("prove lojasiewitz near.json", "lojasiewitz", "lojasiewicz"), ("prove not-plc near.json", "not-plc", "not-pl"),
        ("prove conv near.json", "conv", "convergence"), ("make splitt near.json", "splitt", "split"), ("zzzzzz", "zzzzzz", None),
        ("prove lojasiewicz near.json --bes", "--bes", "--best"), ("prove loss near.json --max-bit=9", "--max-bit", "--max-bits"),
        ("prove trajectory near.json --trajectry x", "--trajectry", "--trajectory"), ("eval near.json --qiuet", "--qiuet", "--quiet"),
        ("prove lojasiewicz near.json --best --by dirct", "dirct", "direct"), ("eval near.json --activation rleu", "rleu", "relu"),
        ("make orthonormal --r 2 -o x.json --neuron nrom", "nrom", "norm"), ("prove convergence near.json --flow --by theorem", "theorem", "theoremI"),
        ("eval near.json --xyzxyz 1", "--xyzxyz", None), ("completion bahs", "bahs", "bash"), ("--quiet eval near.json", "--quiet", None),
        ("eval near.json \x1b[31m--x", "", None), ("prove " + "a" * 5000, "aaa", None)]
    for words, word, suggestion in cases:
        run = programs.cert(*words.split(" "))
        asked = f'did you mean "{suggestion}"?' if suggestion else ""
        good = run.code == 2 and not run.out and run.err.count("\n") == 1 and word in run.err and "\x1b" not in run.err and len(run.err) < 600
        good = good and (asked in run.err if suggestion else "did you mean" not in run.err)
        report.check(good, "suggestions", lambda: f"{words[:60]}: {run.describe()}")
    for words in ("", "prove", "make"):
        run = programs.cert(*words.split())
        report.check(run.code == 2 and "name a " in run.err and not run.out, "commands that name no command", run.describe)
    run = programs.verify("--explan", NEAR)
    report.check(run.code == 2 and "--explan'" in run.err and "--explain" in run.err.replace("--explan'", ""), "suggestions", run.describe)


# ---------------------------------------------------------------------------------------------------- quiet and verbose

def check_verbosity(report: Report, programs: Programs, folder: Path) -> None:
    commands = {"eval": ["eval", NEAR], "prove": ["prove", "lojasiewicz", NEAR, "--best"], "claims": ["claims"],
                "make": ["make", "orthonormal", "--r", "2", "-o", folder / "made.json"], "disproved": ["prove", "loss", NEAR, "--hi", "1e-9"],
                "train": ["train", ROOT / "docs" / "examples" / "trajectory.json", "-o", folder / "trained.json"]}
    for what, words in commands.items():
        plain, quiet, verbose = (programs.cert(*words, *more) for more in ([], ["--quiet"], ["-v"]))
        report.check((quiet.code, quiet.out, quiet.err) == (plain.code, f"s {plain.status}\n", ""), "quiet runs", lambda: f"{what}: {quiet.describe()}")
        timeless = [re.sub(r"\d\.\d{3} seconds", "", run.out) for run in (plain, verbose)]
        report.check(timeless[0] == timeless[1], "verbose runs that print the same", lambda: f"{what}: {verbose.describe()}")
    steps = programs.cert("prove", "loss", NEAR, "--verbose").err
    report.check(all(re.match(r"lojacert: \d+\.\d{3} s: ", line) for line in steps.splitlines()) and re.search(r"at \d+ bits: PROVED", steps) is not None,
                 "steps of verbose runs", steps)
    run = programs.cert("eval", NEAR, "--json", "--quiet")
    report.check("loss" in json.loads(run.out), "quiet JSON", run.describe)
    run = programs.cert("eval", NEAR, "-q", "-v")
    report.check(run.code == 2 and "exclude" in run.err, "quiet and verbose", run.describe)
    proof = folder / "proof.json"
    programs.cert("prove", "loss", NEAR, "-o", proof)
    run = programs.verify("--quiet", "--explain", NEAR, proof)
    report.check((run.code, run.out, run.err) == (0, "s VERIFIED\n", ""), "quiet runs", run.describe)


# --------------------------------------------------------------------------------------------------------------- limits

def check_limit(report: Report, what: str, run: Run, reason: str, started: float) -> None:
    lines = run.out.splitlines()
    good = run.code == 4 and lines[-1:] == ["s UNDECIDED"] and any(line.startswith("c reason: ") and reason in line for line in lines)
    report.check(good and time.monotonic() - started < 20, "runs ended by a limit", lambda: f"{what}: {run.describe()}")


def check_time_limit(report: Report, programs: Programs, folder: Path) -> None:
    explained = ["explain", INSTANCES / "teacher-orthonormal-2.json"]
    made = ["make", "critical", "--k", "12", "-o", folder / "critical.json"]
    for what, words in (("prove", [*SLOW, "-o", folder / "slow.json"]), ("explain", explained), ("make", made), ("eval", ["eval", NEAR])):
        started = time.monotonic()
        limit = "0.2" if what in ("prove", "make") else "0"
        check_limit(report, what, programs.cert(*words, "--time-limit", limit), f"the time limit of {limit} s", started)
    report.check(not list(folder.iterdir()), "no file left by a limit", str(list(folder.iterdir())))
    run = programs.cert(*SLOW, "--time-limit", "0.1", "--quiet")
    report.check((run.code, run.out) == (4, "s UNDECIDED\n"), "quiet runs ended by a limit", run.describe)
    run = programs.cert("prove", "loss", NEAR, "--time-limit", "100")
    report.check(run.code == 0, "limits that are not reached", run.describe)
    for value in ("-1", "nan", "x", "", "1e10", "inf"):
        run = programs.cert("eval", NEAR, f"--time-limit={value}")
        report.check(run.code == 2 and "time-limit" in run.err and not run.out, "bad limits", run.describe)


def check_moments(report: Report, programs: Programs, folder: Path) -> None:
    """Whenever the limit strikes: either a certificate with its verdict, or neither; and nothing half-written."""
    proof, outcomes = folder / "moment.json", set()
    for moment in range(60):
        run = programs.cert("prove", "loss", NEAR, "-o", proof, "--time-limit", f"{moment * 0.00005:.5f}")
        outcomes.add(run.code)
        whole = run.code == 0 and run.status == "PROVED" and programs.verify(NEAR, proof).code == 0
        none = run.code == 4 and run.status == "UNDECIDED" and not proof.exists()
        report.check((whole or none) and {path.name for path in folder.iterdir()} <= {"moment.json"}, "moments of a limit", run.describe)
        proof.unlink(missing_ok=True)
    report.check(outcomes == {0, 4}, "limits on both sides of the end", str(outcomes))


def interrupted(programs: Programs, words: list[object], with_signal: int, ignored: bool = False) -> Run:
    command = [programs.lojacert, *map(str, words)]
    before = (lambda: signal.signal(with_signal, signal.SIG_IGN)) if ignored else None
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=before) as process:
        time.sleep(0.5)
        process.send_signal(with_signal)
        try:
            out, err = process.communicate(timeout=2 if ignored else 20)
        except subprocess.TimeoutExpired:
            process.kill()
            return Run(command, -1000, "", "went on")
    return Run(command, process.returncode, out, err)


def check_signals(report: Report, programs: Programs, folder: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        started = time.monotonic()
        check_limit(report, number.name, interrupted(programs, [*SLOW, "-o", folder / "slow.json"], number), "interrupted", started)
    run = interrupted(programs, SLOW, signal.SIGINT, ignored=True)
    report.check(run.err == "went on", "ignored signals", run.describe)
    report.check(not list(folder.iterdir()), "no file left by a signal", str(list(folder.iterdir())))


def check_training(report: Report, programs: Programs, folder: Path) -> None:
    """At a limit train writes what it has; --seed replaces the specification's."""
    spec = folder / "spec.json"
    endless = {"format": "lojacert-training/1", "activation": "abs", "neuron": "norm", "teacher": [["1", "0"], ["0", "1"]], "m": 3, "seed": 1,
               "step": "1/1000", "iterations": 10 ** 12}
    spec.write_text(json.dumps(endless), encoding="utf-8")
    words = ["train", spec, "-o", folder / "trained.json", "--trajectory", folder / "run.jsonl"]
    started = time.monotonic()
    check_limit(report, "train", programs.cert(*words, "--time-limit", "0.3"), "the last iterate is in", started)
    report.check({path.name for path in folder.iterdir()} == {"spec.json", "trained.json", "run.jsonl"}, "files of an ended training",
                 str(list(folder.iterdir())))
    report.check(programs.cert("eval", folder / "trained.json").code == 0, "instances of an ended training")
    check_limit(report, "train by a signal", interrupted(programs, words, signal.SIGTERM), "interrupted at iteration", time.monotonic())
    spec.write_text(json.dumps({**endless, "iterations": 1}), encoding="utf-8")
    by_option = programs.cert("train", spec, "-o", folder / "a.json", "--seed", "2")
    spec.write_text(json.dumps({**endless, "iterations": 1, "seed": 2}), encoding="utf-8")
    by_file = programs.cert("train", spec, "-o", folder / "b.json")
    same = [json.loads((folder / name).read_text(encoding="utf-8"))["student"] for name in ("a.json", "b.json")]
    report.check(by_option.code == by_file.code == 0 and same[0] == same[1], "seeds", by_option.describe)
    run = programs.cert("train", ROOT / "docs" / "examples" / "train-further.json", "-o", folder / "c.json", "--seed", "2")
    report.check(run.code == 2 and "--seed" in run.err, "seeds without a random start", run.describe)


# --------------------------------------------------------------------------------------------------------------- colour

def on_a_terminal(*words: object, **variables: str) -> str:
    """What a command prints where standard output is a terminal."""
    own, other = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    with subprocess.Popen([str(word) for word in words], stdout=other, env={**environment, **variables}) as process:
        os.close(other)
        text = b""
        try:
            while part := os.read(own, 65536):
                text += part
        except OSError:  # Linux says so at the end
            pass
        os.close(own)
        process.wait()
    return text.decode().replace("\r\n", "\n")


def check_colour(report: Report, programs: Programs, folder: Path) -> None:
    proof = folder / "proof.json"
    programs.cert("prove", "loss", NEAR, "-o", proof)
    for words, status, colour in (([programs.lojacert, "prove", "loss", NEAR], "PROVED", 32), ([programs.lojacert, "prove", "loss", NEAR, "--hi", "0"], "DISPROVED", 31),
                                  ([programs.lojacert, "eval", NEAR, "--time-limit", "0"], "UNDECIDED", 33),
                                  ([programs.lojaverify, NEAR, proof], "VERIFIED", 32),
                                  ([programs.lojaverify, INSTANCES / "figure-1c.json", proof], "NOT VERIFIED", 31)):
        coloured = on_a_terminal(*words, TERM="xterm")
        report.check(coloured.endswith(f"s \033[1;{colour}m{status}\033[0m\n") and coloured.count("\033") == 2, "colours on a terminal", repr(coloured[-80:]))
        for variables in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}, {}):
            plain = on_a_terminal(*words, **variables)
            report.check(plain.endswith(f"s {status}\n") and "\033" not in plain, "terminals without colours", f"{variables}: {plain[-80:]!r}")
        piped = programs.run(*words, env={**os.environ, "TERM": "xterm"})
        report.check("\033" not in piped.out and piped.status == status, "pipes without colours", piped.describe)
    text = on_a_terminal(programs.lojacert, "eval", NEAR, "--json", TERM="xterm")
    report.check("\033" not in text and json.loads(text)["status"] == "EVALUATED", "JSON without colours", text[-80:])


def check_writers(report: Report) -> None:
    """Results are written by write_result, which a limit cannot interrupt: no other file of the program writes any."""
    for path in sorted((ROOT / "checkers" / "lojacert").glob("*.cpp")):
        if path.name != "program.cpp":
            report.check("write_file_atomically" not in path.read_text(encoding="utf-8"), "files that write by write_result", path.name)


def main() -> int:
    report = Report("habits_test")
    programs = Programs(folder_of_programs())
    check_versions(report, programs)
    check_suggestions(report, programs)
    check_writers(report)
    for check in (check_examples, check_verbosity, check_time_limit, check_moments, check_signals, check_training, check_colour):
        with workspace() as name:
            started = time.monotonic()
            check(report, programs, Path(name))
            print(f"habits_test: {check.__name__} in {time.monotonic() - started:.1f} s")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
