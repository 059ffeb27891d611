"""Builds the wheel of the module, with the two programs, by CMake: the PEP 517 hooks that `pip install .` calls.

They need CMake, a compiler and the packages of tests/support/packages.txt (group build), and nothing from an index. The hooks' setting
`build-dir` (pip: --config-settings build-dir=FOLDER) names a folder to build in that is kept.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Tuple

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("CMakeLists.txt", "LICENSE", "README.md", "pyproject.toml", "lib", "checkers")
PROGRAMS = ("lojacert", "lojaverify")
EXECUTABLE = 0o100755 << 16
PLAIN = 0o100644 << 16

Settings = Optional[Dict[str, Any]]


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: Optional[str] = None) -> str:
    """Builds everything and returns the wheel's name."""
    with tempfile.TemporaryDirectory(prefix="lojacert-wheel-") as folder:
        build = Path((config_settings or {}).get("build-dir") or folder)
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        run("cmake", "-S", ROOT, "-B", build, *generator, "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF",
            "-DLOJACERT_BUILD_REPORT=OFF",  # its page needs the npm registry
            f"-DPython_EXECUTABLE={sys.executable}")
        run("cmake", "--build", build, "--parallel", "--target", "lojacert_python", "lojacert_program", "lojaverify")
        return pack(build, Path(wheel_directory))


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """Packs the sources that a wheel needs and returns the archive's name."""
    base = f"lojacert-{version()}"
    with tarfile.open(Path(sdist_directory) / f"{base}.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name in SOURCES:
            archive.add(ROOT / name, f"{base}/{name}", filter=lambda entry: None if "__pycache__" in entry.name else entry)
        info = tarfile.TarInfo(f"{base}/PKG-INFO")
        info.size = len(metadata())
        archive.addfile(info, io.BytesIO(metadata()))
    return f"{base}.tar.gz"


def pack(build: Path, wheel_directory: Path) -> str:
    """The wheel of a finished build."""
    tag = "cp{0}{1}-cp{0}{1}-{2}".format(*sys.version_info[:2], re.sub(r"[-.]", "_", sysconfig.get_platform()))
    name = f"lojacert-{version()}-{tag}.whl"
    record = f"lojacert-{version()}.dist-info/RECORD"
    lines = []
    with zipfile.ZipFile(wheel_directory / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content, mode in contents(build, tag):
            entry = zipfile.ZipInfo(path)
            entry.external_attr = mode
            wheel.writestr(entry, content, zipfile.ZIP_DEFLATED)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            lines.append(f"{path},sha256={digest},{len(content)}\n")
        wheel.writestr(record, "".join([*lines, f"{record},,\n"]))
    return name


def contents(build: Path, tag: str) -> Iterator[Tuple[str, bytes, int]]:
    """(path in the wheel, content, mode) of everything but the record."""
    with tempfile.TemporaryDirectory(prefix="lojacert-wheel-") as stage:
        run("cmake", "--install", build, "--component", "python", "--prefix", stage)
        package = next(Path(stage).rglob("lojacert/__init__.py")).parent
        if not list(package.glob("_core*")):
            raise RuntimeError("the extension was not built: are pybind11-dev and python3-dev installed?")
        for file in sorted(package.iterdir()):
            yield f"lojacert/{file.name}", file.read_bytes(), PLAIN
    for program in PROGRAMS:
        yield f"lojacert-{version()}.data/scripts/{program}", (build / "bin" / program).read_bytes(), EXECUTABLE
    info = f"lojacert-{version()}.dist-info"
    yield f"{info}/METADATA", metadata(), PLAIN
    yield f"{info}/LICENSE", (ROOT / "LICENSE").read_bytes(), PLAIN
    yield f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: lojacert\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(), PLAIN


def metadata() -> bytes:
    return (f"Metadata-Version: 2.1\nName: lojacert\nVersion: {version()}\n"
            "Summary: Verified numerical proof-checking for the local convergence theory of two-layer networks\n"
            "License: BSD-3-Clause\nRequires-Python: >=3.9\nRequires-Dist: numpy\n").encode()


def version() -> str:
    found = re.search(r"project\(lojacert VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))
    if not found:
        raise RuntimeError("CMakeLists.txt names no version")
    return found[1]


def run(*command: Any) -> None:
    subprocess.run([str(part) for part in command], check=True)
