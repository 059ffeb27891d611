"""lojaverify shares nothing with the provers: no include, no symbol, no library for enclosures, no copied code."""
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from programs import ROOT, Programs, Report, folder_of_programs

LIBRARY = ROOT / "lib"
VERIFIER = ROOT / "checkers" / "lojaverify"
PROVER = ROOT / "checkers" / "lojacert"
WINDOW = 6
ALLOWED_LIBRARIES = {"linux-vdso", "libflint", "libflint-arb", "libarb", "libgmp", "libmpfr", "libcrypto", "libntl", "libgf2x", "libstdc++", "libgcc_s",
                     "libc", "libm", "libpthread", "libdl", "ld-linux-x86-64", "ld-linux-aarch64", "libasan", "libubsan", "libtsan", "libblas", "libopenblas",
                     "libgfortran", "libquadmath"}
FORBIDDEN_SYMBOLS = re.compile(r"\b(lojacert::|boost::|fmt::|mpfi_|Eigen::)")


def sources(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in (".cpp", ".hpp", ".h", ".inc"))


def includes(path: Path) -> list[str]:
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(encoding="utf-8"), flags=re.M)


def check_includes(report: Report) -> None:
    """No file of the verifier names a file outside its folder, and none of the prover's names one of the verifier's."""
    for path in sources(VERIFIER):
        for name in includes(path):
            bad = name.startswith(("lojacert", "boost/", "fmt/", "mpfi", "Eigen", "gmpxx")) or "lib/" in name
            outside = name.startswith("..") and VERIFIER not in (path.parent / name).resolve().parents
            report.check(not bad and not outside, "includes of lojaverify", f"{path}: {name}")
    own = {p.name for p in sources(VERIFIER)}
    for path in sources(LIBRARY) + sources(PROVER):
        for name in includes(path):
            report.check("lojaverify" not in name and not (name in own and not (path.parent / name).exists()),
                         "includes of the prover", f"{path}: {name}")
    build = (VERIFIER / "CMakeLists.txt").read_text(encoding="utf-8")
    report.check("lojacert::" not in build and "/lib" not in build, "the verifier's build names no library of the prover")


def normal_lines(text: str) -> list[str]:
    """Lines without comments, white space, includes and lone braces."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    lines = [re.sub(r"\s+", "", re.sub(r"//.*", "", line)) for line in text.splitlines()]
    return [line for line in lines if line.strip("{}();") and not line.startswith(("#include", "#pragma", "namespace", "}//"))]


def windows(text: str) -> set[tuple[str, ...]]:
    lines = normal_lines(text)
    return {tuple(lines[k:k + WINDOW]) for k in range(len(lines) - WINDOW + 1)}


def check_copies(report: Report) -> None:
    """No six consecutive lines of code stand in both programs."""
    known: dict[tuple[str, ...], Path] = {}
    for path in sources(LIBRARY) + sources(PROVER):
        for window in windows(path.read_text(encoding="utf-8")):
            known[window] = path
    report.check(len(known) > 1000, "windows of the prover", f"only {len(known)}")
    for path in sources(VERIFIER):
        shared = [w for w in windows(path.read_text(encoding="utf-8")) if w in known]
        report.check(not shared, "files of the verifier without copied code", lambda: f"{path} and {known[shared[0]]}: {shared[0]}")
    sample = sources(LIBRARY / "enclosure")[0].read_text(encoding="utf-8")
    report.check(any(w in known for w in windows("// moved\n" + sample.replace("\n", "\n\n  "))), "a copy would be noticed")


def command(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def check_binary(report: Report, binary: str) -> None:
    """Linked libraries and symbols of the built verifier."""
    for line in command("ldd", binary).splitlines():
        name = Path(line.split()[0]).name.split(".so")[0]
        report.check(name in ALLOWED_LIBRARIES, "libraries of lojaverify", line.strip())
    symbols = command("nm", "-C", binary).splitlines()
    bad = [line for line in symbols if FORBIDDEN_SYMBOLS.search(line)]
    report.check(len(symbols) > 10 and not bad, "symbols of lojaverify", f"{len(symbols)} symbols, {bad[:3]}")
    texts = subprocess.run(["grep", "-c", "lojacert::", binary], capture_output=True, text=True, check=False).stdout.strip()
    report.check(texts == "0", "strings of lojaverify", texts)


def check_prover(report: Report, binary: str) -> None:
    """The other way round: the prover does not use the verifier's enclosures, and the check above finds what it seeks."""
    names = command("ldd", binary)
    report.check("flint" not in names and "libarb" not in names, "libraries of lojacert", names)
    found = [line for line in command("nm", "-C", binary).splitlines() if FORBIDDEN_SYMBOLS.search(line)]
    report.check(bool(found), "the search for symbols finds them where they are")


def main() -> int:
    report, programs = Report("independence_test"), Programs(folder_of_programs())
    check_includes(report)
    check_copies(report)
    check_binary(report, programs.lojaverify)
    check_prover(report, programs.lojacert)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
