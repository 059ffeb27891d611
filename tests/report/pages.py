"""What the tests of report pages share: certificates of every kind, pages made from them, and the data inside a page."""
from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "programs"))

from programs import ROOT, Programs, Run  # noqa: E402

GALLERY = ROOT / "certificates" / "gallery"
INSTANCES = ROOT / "certificates" / "instances"

# One of every kind, negated ones too, that are verified in a moment.
KEPT = ["figure-1c-loss", "figure-1c-gradient", "figure-1c-kappa", "figure-1c-recovery", "recovery-for-all-orthonormal-2", "teacher-60-degrees",
        "landscape-60-degrees", "threshold-60-degrees-norm", "claim2-1e-2-not-pl", "not-convex-1e-6", "convergence-init-orthonormal-2-d2",
        "convergence-m16-r2-flow", "convergence-light-student", "box-kappa-too-large", "claim2-1e-2-pl", "teacher-60-degrees-mu-too-large",
        "m4-r2-1e-600-kappa", "relu-linear-recovery"]
KINDS = {"loss", "gradient", "lojasiewicz", "recovery", "recovery-for-all", "teacher", "landscape", "threshold", "not-pl", "not-convex",
         "convergence", "trajectory"}


def certificate(name: str) -> Path:
    return GALLERY / f"{name}.cert.json"


def instance_of(name: str) -> Path:
    """The instance of a kept certificate, by the gallery's manifest."""
    lines = json.loads((GALLERY / "manifest.json").read_text(encoding="utf-8"))["lines"]
    return INSTANCES / next(line["instance"] for line in lines if line.get("certificate") == f"{name}.cert.json")


def report(programs: Programs, *arguments: Any, **options: Any) -> Run:
    return programs.cert("report", *arguments, **options)


def data_of(page: Path) -> Any:
    """The JSON inside the page."""
    found = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(encoding="utf-8"), flags=re.S)
    assert len(found) == 1, f"{len(found)} data elements"
    return json.loads(found[0])


def recorded_descent(programs: Programs, folder: Path) -> tuple[Path, Path]:
    """A recorded descent of 50 steps, and a certificate of the claim `trajectory` about it."""
    run, kept = folder / "run.jsonl", folder / "run.cert.json"
    examples = ROOT / "docs" / "examples"
    for done in (programs.cert("train", examples / "trajectory.json", "-o", folder / "last.json", "--trajectory", run),
                 programs.cert("prove", "trajectory", examples / "trajectory-start.json", "--trajectory", run, "-o", kept, "--embed")):
        assert done.code == 0, done.describe()
    return run, kept
