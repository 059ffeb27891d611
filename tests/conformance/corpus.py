"""What the generators of claims share: the text of a file of cases, and writing or checking it."""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Callable

HERE = Path(__file__).resolve().parent


def claims_text(cases: list[dict[str, Any]]) -> str:
    """One case a line."""
    return '{"claims": [\n' + ",\n".join("  " + json.dumps(case) for case in cases) + "\n]}\n"


def write_or_check(name: str, fresh: str, summary: Callable[[], str]) -> int:
    """Writes the file, or with --check says whether it is what its generator would write: the exit code."""
    path, generator = HERE / f"{name}.json", f"generate_{name.replace('-', '_')}.py"
    if sys.argv[1:] == ["--check"]:
        same = path.exists() and path.read_text(encoding="utf-8") == fresh
        print("as generated" if same else f"{path.name} is not what {generator} writes")
        return 0 if same else 1
    path.write_text(fresh, encoding="utf-8")
    print(summary())
    return 0
