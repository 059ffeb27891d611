"""The wheel that `pip install .` would make of this build: its record, and that it works unpacked as pip does it, away from the build."""
from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from support import ROOT, Report, in_temporary_folder

sys.path.insert(0, str(ROOT / "lib" / "python"))
import build_wheel  # noqa: E402

SCRIPT = """
import lojacert, numpy
instance = lojacert.Instance.from_arrays(numpy.eye(2), 0.9 * numpy.eye(2), activation="abs", neuron="norm")
answer = lojacert.verify(lojacert.prove("lojasiewicz", instance, best=True), instance)
print(answer.status, lojacert.__version__, lojacert._programs.find_program("lojaverify"))
"""


def check_record(report: Report, wheel: zipfile.ZipFile) -> None:
    record = next(name for name in wheel.namelist() if name.endswith("/RECORD"))
    lines = [line.split(",") for line in wheel.read(record).decode().splitlines()]
    report.check({line[0] for line in lines} == set(wheel.namelist()), "the record lists every file")
    for path, digest, size in lines[:-1]:
        content = wheel.read(path)
        found = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        report.check((digest, int(size)) == (f"sha256={found}", len(content)), "entries of the record", path)


def unpack(wheel: zipfile.ZipFile, prefix: Path) -> Path:
    """Scripts to bin, all else to site-packages."""
    site = prefix / "lib" / "python3" / "site-packages"
    for entry in wheel.infolist():
        target = prefix / "bin" / Path(entry.filename).name if ".data/scripts/" in entry.filename else site / entry.filename
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(wheel.read(entry))
        target.chmod(entry.external_attr >> 16 or 0o644)
    return site


def check_wheel(report: Report, folder: Path, build: Path) -> None:
    with zipfile.ZipFile(folder / build_wheel.pack(build, folder)) as wheel:
        check_record(report, wheel)
        site = unpack(wheel, folder / "prefix")
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, cwd="/",
                         env={"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin"})
    expected = f"VERIFIED {build_wheel.version()} {folder / 'prefix' / 'bin' / 'lojaverify'}\n"
    report.check(run.stdout == expected, "the wheel works", f"{run.stdout!r} {run.stderr}")


def check_sdist(report: Report, folder: Path) -> None:
    with tarfile.open(folder / build_wheel.build_sdist(str(folder))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = {"pyproject.toml", "PKG-INFO", "lib/python/build_wheel.py", "lib/python/lojacert/py.typed", "checkers/lojaverify/main.cpp"}
    report.check(needed <= names, "the source archive has what is needed", str(needed - names))


def main() -> int:
    report = Report("wheel_test")
    with in_temporary_folder() as folder:
        check_wheel(report, folder, Path(sys.argv[1]).resolve().parent)
        check_sdist(report, folder)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
