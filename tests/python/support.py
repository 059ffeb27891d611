"""What the tests of the Python module share with those of the programs."""
from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Iterator

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "programs"))

from programs import ROOT, Programs, Report, folder_of_programs  # noqa: E402

__all__ = ["ROOT", "Programs", "Report", "in_temporary_folder", "programs"]


def programs() -> Programs:
    """The programs of the build, named on the command line."""
    return Programs(folder_of_programs())


@contextlib.contextmanager
def in_temporary_folder() -> Iterator[Path]:
    """A new folder that is the working folder meanwhile."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="lojacert-test-") as folder:
        os.chdir(folder)
        try:
            yield Path(folder)
        finally:
            os.chdir(before)
