"""Builds a small project against lojacert, installed or from its sources, and runs it.

Arguments: the folder of the built programs, then `installed` or `sources`, then the C++ compiler.
"""

import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}\nended with {done.returncode}")
    return done.stdout


def main():
    programs, way, compiler = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    with tempfile.TemporaryDirectory(prefix="lojacert-downstream-") as folder:
        folder = pathlib.Path(folder)
        if way == "installed":
            prefix = folder / "prefix"
            run("cmake", "--install", programs.parent, "--prefix", prefix)
            for program in ("lojacert", "lojaverify"):
                run(prefix / "bin" / program, "--version")
            where = [f"-DCMAKE_PREFIX_PATH={prefix}"]
        else:
            where = [f"-DLOJACERT_SOURCES={HERE.parent.parent}", "-DLOJACERT_BUILD_PROGRAMS=OFF"]
        # Debug: this is about what users can reach, and the library is compiled faster so.
        run("cmake", "-S", HERE, "-B", folder / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
            "-DCMAKE_CXX_FLAGS_DEBUG=-O0", f"-DCMAKE_CXX_COMPILER={compiler}", *where)
        run("cmake", "--build", folder / "build", "--target", "downstream")
        programs_made = [path for path in folder.glob("build/**/downstream") if path.is_file()]
        output = run(programs_made[0])
        expected = "L(W) >= 1e-6. PROVED"
        if expected not in output:
            sys.exit(f"expected {expected!r} in the output:\n{output}")


if __name__ == "__main__":
    main()
