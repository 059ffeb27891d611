#!/usr/bin/python3
"""Keeps the verifier small enough to read. Usage: size_test.py FOLDER

Counts the lines of code of the core (lines that are neither blank nor only a comment), and all lines of every rule.
"""

import re
import sys
from pathlib import Path

CORE = ("json", "exact", "instance", "ball", "radicals", "kernel", "verdict")
CORE_LIMIT = 1200
RULE_LIMIT = 350


def lines_of_code(path):
    return sum(not re.fullmatch(r"\s*(//.*)?", line) for line in path.read_text(encoding="utf-8").splitlines())


def main():
    folder = Path(sys.argv[1])
    core = sum(lines_of_code(folder / (name + suffix)) for name in CORE for suffix in (".hpp", ".cpp"))
    rules = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in sorted((folder / "rules").glob("*.cpp"))}
    print(f"core: {core} lines of code, at most {CORE_LIMIT}")
    for name, lines in rules.items():
        print(f"rules/{name}: {lines} lines, at most {RULE_LIMIT}")
    return 0 if rules and core <= CORE_LIMIT and max(rules.values()) <= RULE_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
