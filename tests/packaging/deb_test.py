"""The Debian package that `cpack -G DEB` makes of the build: its fields, its files, and that it works where it is unpacked.

Argument: the folder of the built programs.
"""
from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*words: object, **variables: str) -> str:
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          env={**os.environ, **variables})
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stdout}\nended with {done.returncode}")
    return done.stdout


def expect(good: object, what: str) -> None:
    if not good:
        sys.exit(f"the package: {what}")


def check_fields(package: Path) -> None:
    fields = dict(re.findall(r"^ (\S+?): (.*)$", run("dpkg-deb", "-I", package), flags=re.M))
    version = re.search(r"project\(lojacert VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))
    expect(version and fields["Version"] == f"{version[1]}-1", f"version {fields['Version']}")
    for field in ("Package", "Architecture", "Maintainer", "Description", "Section"):
        expect(fields.get(field), f"no {field}")
    depends = {entry.split()[0] for entry in fields["Depends"].split(", ")}
    needed = {"libc6", "libgmp10", "libmpfr6", "libmpfi0", "libssl3", "python3"}  # dpkg-shlibdeps finds all but the last
    expect(needed <= depends and any(name.startswith("libflint") for name in depends), f"depends on {sorted(depends)}")


def check_files(package: Path) -> None:
    listed = run("dpkg-deb", "-c", package).splitlines()
    names = {line.split(None, 5)[5] for line in listed}
    wanted = ["bin/lojacert", "bin/lojaverify", "share/doc/lojacert/copyright", "share/doc/lojacert/changelog.Debian.gz", "share/man/man1/lojacert.1.gz",
              "share/man/man1/lojaverify.1.gz", "share/bash-completion/completions/lojacert", "share/zsh/vendor-completions/_lojacert",
              "share/fish/vendor_completions.d/lojacert.fish", "lib/pkgconfig/lojacert.pc", "lib/liblojacert.a", "include/lojacert/claims/loss.hpp"]
    missing = [name for name in wanted if f"./usr/{name}" not in names]
    expect(not missing, f"lacks {missing}")
    expect(all(name.startswith("./usr/") or name == "./" for name in names), "files outside /usr")
    expect(all(line.split()[1] == "root/root" and line[5] != "w" and line[8] != "w" for line in listed if not line.startswith("l")), "owners and modes")
    expect(not [name for name in names if "site-packages" in name or name.endswith((".pyc", ".1"))], "files that Debian places or packs otherwise")


def check_programs(package: Path, folder: Path) -> None:
    run("dpkg", "-x", package, folder / "root")
    usr = folder / "root" / "usr"
    example, proof = usr / "share" / "doc" / "lojacert" / "docs" / "examples" / "near.json", folder / "near.cert.json"
    proved = run(usr / "bin" / "lojacert", "prove", "lojasiewicz", example, "--best", "-o", proof)
    verified = run(usr / "bin" / "lojaverify", example, proof)
    expect(proved.endswith("s PROVED\n") and verified.endswith("s VERIFIED\n"), "the programs do not work")
    site = usr / "lib" / "python3" / "dist-packages"
    if site.is_dir():
        script = "import lojacert as l; print(l.verify(l.prove('loss', l.Instance.load(%r)), l.Instance.load(%r)).status)" % (str(example), str(example))
        printed = run("/usr/bin/python3", "-c", script, PYTHONPATH=str(site), PATH="/usr/bin:/bin", LOJACERT="", LOJAVERIFY="")
        expect(printed == "VERIFIED\n", f"the Python module does not work: {printed}")


def main() -> None:
    build = Path(sys.argv[1]).resolve().parent
    with tempfile.TemporaryDirectory(prefix="lojacert-deb-") as name:
        folder = Path(name)
        run("cpack", "-G", "DEB", "--config", build / "CPackConfig.cmake", "-B", folder / "package")
        packages = list((folder / "package").glob("*.deb"))
        expect(len(packages) == 1, f"one was to be made, and there are {packages}")
        check_fields(packages[0])
        check_files(packages[0])
        check_programs(packages[0], folder)


if __name__ == "__main__":
    main()
