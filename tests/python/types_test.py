"""mypy --strict on the module, on the stub of its extension against the extension itself, and on a user's program."""
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from support import ROOT, Report

HERE = Path(__file__).resolve().parent
PACKAGE = ROOT / "lib" / "python" / "lojacert"


def mypy(*arguments: str) -> str:
    done = subprocess.run(["/usr/bin/mypy", "--strict", "--cache-dir=/dev/null", *arguments], capture_output=True, text=True,
                          check=False, env={"MYPYPATH": str(PACKAGE.parent), "PATH": "/usr/bin:/bin"})
    return done.stdout + done.stderr


def check_types(report: Report) -> None:
    found = re.findall(r"^(.*?):(\d+): error: (.*)$", mypy(str(HERE / "sample.py"), *map(str, sorted(PACKAGE.glob("*.py")))), flags=re.M)
    lines = (HERE / "sample.py").read_text(encoding="utf-8").splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# mistake")}
    in_sample = {int(line) for file, line, _ in found if file.endswith("sample.py")}
    elsewhere = [error for error in found if not error[0].endswith("sample.py")]
    report.check(not elsewhere, "the module has no type errors", str(elsewhere))
    report.check(in_sample == marked, "a user's mistakes are found, and nothing else", f"lines {in_sample ^ marked}: {found}")


def check_stub(report: Report) -> None:
    """The stub names what the extension has."""
    import lojacert._core as core

    stub = (PACKAGE / "_core.pyi").read_text(encoding="utf-8")
    for cls in (core.Instance, core.Evaluation):
        block = stub.partition(f"class {cls.__name__}:")[2].partition("\n\n")[0]
        promised = set(re.findall(r"def (\w+)\(", block))
        present = {name for name in vars(cls) if not name.startswith("_")}
        report.check(promised == present, "the stub and the extension agree", f"{cls.__name__}: {promised ^ present}")
    functions = set(re.findall(r"^def (\w+)\(", stub, flags=re.M))
    present = {name for name, value in vars(core).items() if type(value).__name__ == "builtin_function_or_method"}
    report.check(functions == present, "the stub and the extension agree", str(functions ^ present))


def main() -> int:
    report = Report("types_test")
    check_types(report)
    check_stub(report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
