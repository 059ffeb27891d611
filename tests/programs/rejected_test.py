"""Every forged certificate of tests/rejected is refused with the expected exit code, reason and message, and its honest twin verifies."""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from programs import ROOT, Programs, Report, folder_of_programs, workspace

FOLDER = ROOT / "tests" / "rejected"
sys.path.insert(0, str(FOLDER))
import forge as forgeries  # noqa: E402


def arguments(name: str) -> list[Path]:
    """The files of a forgery: one certificate, or an instance and a certificate in a folder."""
    folder = FOLDER / name
    if folder.is_dir():
        return [folder / "instance.json", folder / "certificate.json"]
    return [FOLDER / f"{name}.json"]


def check_forgery(report: Report, programs: Programs, name: str, expected: dict[str, Any]) -> None:
    run = programs.verify(*arguments(name))
    report.check_run(run)
    good = run.code == expected["exit"] and run.reason_code == expected.get("reason", "") and expected.get("message", "") in run.err
    report.check(good, "forged certificates", lambda: f"{name}: expected {expected}\n{run.describe()}")


def check_twins(report: Report, programs: Programs) -> None:
    """The same certificate before it was forged is VERIFIED."""
    twins = {forgery.honest: forgery.name for forgery in forgeries.build()}
    with workspace() as folder:
        for honest, name in twins.items():
            path = Path(folder) / "honest.json"
            path.write_bytes(honest)
            run = programs.verify(path)
            report.check(run.code == 0 and run.status == "VERIFIED", "honest twins", lambda: f"{name}: {run.describe()}")


def check_listing(report: Report, expected: dict[str, Any]) -> None:
    """expected.json lists exactly the forgeries that are here, at least 25."""
    here = {p.stem for p in FOLDER.glob("*.json")} - {"expected"} | {p.parent.name for p in FOLDER.glob("*/certificate.json")}
    report.check(here == set(expected) and len(here) >= 25, "the list is complete", f"{sorted(here ^ set(expected))}")
    stale = [p for p, data in forgeries.all_files().items() if (FOLDER / p).read_bytes() != data]
    report.check(not stale, "the files are what forge.py writes", str(stale))


def main() -> int:
    report, programs = Report("rejected_test"), Programs(folder_of_programs())
    expected = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
    check_listing(report, expected)
    for name, wanted in expected.items():
        check_forgery(report, programs, name, wanted)
    check_twins(report, programs)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
