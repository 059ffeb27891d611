"""The arrows between the rooms of lib/, written down here once more so that no page can relax them, and the top level.

claims -> proof, theory, certificate -> landscape -> ball -> kernel -> network, linalg -> enclosure -> exact. The untrusted room `search`
is used by claims, audit, stress and the commands only and sees no enclosure.
"""
from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Iterator

from programs import ROOT, Report

LEVELS = [["exact"], ["enclosure"], ["network", "linalg"], ["kernel"], ["ball"], ["landscape"], ["proof", "theory", "certificate"], ["claims"], ["audit", "stress", "report"], ["python"]]
SEARCH_MAY_USE = {"search", "exact", "network", "certificate"}
MAY_USE_SEARCH = {"search", "claims", "audit", "stress"}
TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "CHANGELOG.md", "CITATION.cff", "pyproject.toml", "certificates", "checkers", "docs",
             "lib", "tests"}
BUILT = re.compile(r"^(build.*|dist|site|node_modules|__pycache__)$")


def level_of(room: str) -> int:
    return next(k for k, rooms in enumerate(LEVELS) if room in rooms)


def may_include(room: str, other: str) -> bool:
    """Whether a file of `room` may include a header of `other`."""
    if room == "search":
        return other in SEARCH_MAY_USE
    if other == "search":
        return room in MAY_USE_SEARCH
    return level_of(other) <= level_of(room)


def included_rooms(path: Path) -> Iterator[str]:
    for name in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(encoding="utf-8"), flags=re.M):
        parts = name.split("/")
        if parts[0] == "lojacert" and len(parts) > 2:
            yield parts[1]


def files_of(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in (".cpp", ".hpp"))


def check_rooms(report: Report) -> None:
    rooms = [p.name for p in sorted((ROOT / "lib").iterdir()) if files_of(p)] if (ROOT / "lib").is_dir() else []
    known = {room for level in LEVELS for room in level} | {"search"}
    report.check(set(rooms) <= known, "rooms that the table knows", str(set(rooms) - known))
    for room in set(rooms) & known:
        for path in files_of(ROOT / "lib" / room):
            for other in included_rooms(path):
                report.check(other in known and may_include(room, other), "include lines", f"{path}: {other}")
    report.check(not may_include("kernel", "claims") and not may_include("proof", "search") and may_include("claims", "search"), "the table forbids")


def check_proof_beside_theory(report: Report) -> None:
    """Rooms of one level that must not know each other: certificate knows no proof, no theory, no landscape."""
    for path in files_of(ROOT / "lib" / "certificate"):
        for other in included_rooms(path):
            report.check(other in ("certificate", "exact", "network", "enclosure"), "certificate knows no mathematics", f"{path}: {other}")


def check_interval(report: Report) -> None:
    """Only one file names the number type inside Interval."""
    pattern = re.compile(r"mpfi_float|multiprecision/mpfi|mpfi\.h")
    naming = [p for p in files_of(ROOT / "lib" / "enclosure") if pattern.search(p.read_text(encoding="utf-8"))]
    report.check([p.name for p in naming] == ["interval.cpp"], "one file of enclosure names MPFI", str(naming))
    elsewhere = [p for p in files_of(ROOT / "lib") if "mpfi_float" in p.read_text(encoding="utf-8") and p not in naming]
    report.check(not elsewhere, "no other room names mpfi_float", str(elsewhere))


def check_top_level(report: Report) -> None:
    """What stands at the top: the few agreed entries, dot-files, and folders that a build makes."""
    for path in sorted(ROOT.iterdir()):
        good = path.name in TOP_LEVEL or path.name.startswith(".") or BUILT.match(path.name)
        report.check(bool(good), "entries of the top level", path.name)


def main() -> int:
    report = Report("layers_test")
    for check in (check_rooms, check_proof_beside_theory, check_interval, check_top_level):
        check(report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
