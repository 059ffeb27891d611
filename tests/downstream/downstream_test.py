"""Builds a small project against lojacert, installed or from its sources, or the verifier's folder alone, and runs it.

Arguments: the folder of the built programs, then `installed`, `sources` or `verifier`, then the C++ compiler.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def run(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}\nended with {done.returncode}")
    return done.stdout


def configure_and_build(source, build, compiler, target, *options):
    # Without optimisation: this is about what users can reach, and it is compiled faster so.
    run("cmake", "-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0",
        f"-DCMAKE_CXX_COMPILER={compiler}", *options)
    run("cmake", "--build", build, "--target", target)
    return next(path for path in build.rglob(target) if path.is_file())


def installed_prefix(programs, folder):
    run("cmake", "--install", programs.parent, "--prefix", folder / "prefix")
    for program in ("lojacert", "lojaverify"):
        run(folder / "prefix" / "bin" / program, "--version")
    return folder / "prefix"


def check_verifier_alone(folder, compiler):
    shutil.copytree(ROOT / "checkers" / "lojaverify", folder / "verifier")
    verifier = configure_and_build(folder / "verifier", folder / "build", compiler, "lojaverify")
    run(verifier, ROOT / "certificates" / "instances" / "figure-1c.json",
        ROOT / "certificates" / "gallery" / "figure-1c-kappa.cert.json")


def check_downstream(folder, compiler, *options):
    output = run(configure_and_build(HERE, folder / "build", compiler, "downstream", *options))
    expected = "L(W) >= 1e-6. PROVED"
    if expected not in output:
        sys.exit(f"expected {expected!r} in the output:\n{output}")


def main():
    programs, way, compiler = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    with tempfile.TemporaryDirectory(prefix="lojacert-downstream-") as folder:
        folder = pathlib.Path(folder)
        if way == "verifier":
            check_verifier_alone(folder, compiler)
        elif way == "installed":
            check_downstream(folder, compiler, f"-DCMAKE_PREFIX_PATH={installed_prefix(programs, folder)}")
        else:
            check_downstream(folder, compiler, f"-DLOJACERT_SOURCES={ROOT}", "-DLOJACERT_BUILD_PROGRAMS=OFF")


if __name__ == "__main__":
    main()
