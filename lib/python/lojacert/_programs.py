"""Finding and running the programs lojacert and lojaverify."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from ._core import InputError, LimitReachedError, UndecidedError, UnsupportedError

Labels = Sequence[Tuple[str, str]]


@dataclass(frozen=True)
class Run:
    """What a program that ran left behind: exit code and standard output."""

    code: int
    out: str

    @property
    def status(self) -> str:
        """The word of the status line, or nothing."""
        lines = self.out.splitlines()
        return lines[-1][2:] if lines and lines[-1].startswith("s ") else ""

    @property
    def comments(self) -> List[str]:
        """The lines of detail."""
        return [line[2:] for line in self.out.splitlines() if line.startswith("c ")]

    @property
    def reason(self) -> str:
        """What follows the word reason, or nothing."""
        return next((line[len("reason"):].lstrip(": ") for line in self.comments if line.startswith("reason")), "")


def find_program(name: str) -> str:
    """By the environment variable of that name in capitals, beside this module (a build or an installation), on PATH."""
    variable = name.upper()
    if os.environ.get(variable):
        named = shutil.which(os.environ[variable])
        if named:
            return os.path.abspath(named)
        raise FileNotFoundError(f"{variable}={os.environ[variable]}: no program is there")
    # Not resolved: in a build folder the files of the module are links to the sources.
    places = [parent / "bin" / name for parent in Path(__file__).absolute().parents[:6]]
    for place in places:
        if shutil.which(place):
            return str(place)
    found = shutil.which(name)
    if found:
        return os.path.abspath(found)
    raise FileNotFoundError(f"the program {name} was not found: not beside this module, in {places[1].parent} or "
                            f"{places[4].parent}, and not on PATH; set the environment variable {variable} to its path")


def run(program: str, arguments: Sequence[str], labels: Labels = (), folder: Optional[Path] = None) -> Run:
    """Runs it to its end; an interrupt ends it too. Raises InputError where it refuses its input; each (path, label) of
    `labels` says what its messages are to call a temporary file. `folder` is where it works."""
    done = subprocess.run([find_program(program), *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          encoding="utf-8", errors="replace", cwd=folder)
    if done.returncode == 2:
        message = done.stderr.strip()
        for path, label in labels:
            message = message.replace(path, label)
        message = message.removeprefix(f"{program}: ")
        if message and not message.startswith("internal error"):
            raise InputError(message)
    if done.returncode not in (0, 1, 3, 4):
        raise RuntimeError(f"{program} ended with {done.returncode}: {done.stderr.strip() or 'no message'}")
    return Run(done.returncode, done.stdout)


def run_json(arguments: Sequence[str], labels: Labels = (), parse_float: Callable[[str], Any] = float) -> Dict[str, Any]:
    """The object that lojacert prints with --json. Raises what its status means where it prints none."""
    answer = run("lojacert", [*arguments, "--json"], labels)
    if not answer.status:  # a text in place of the object
        found: Dict[str, Any] = json.loads(answer.out, parse_float=parse_float)
        return found
    if answer.status == "UNSUPPORTED":
        raise UnsupportedError(answer.reason)
    raise (LimitReachedError if answer.code == 4 else UndecidedError)(answer.reason)
