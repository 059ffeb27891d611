"""Builds a small project against lojacert, installed or from its sources, or the verifier's folder alone, and runs it.

Arguments: the folder of the built programs, then `installed`, `sources` or `verifier`, then the C++ compiler.

The main build has compiled these very sources already. So `sources` compiles the project, one file of the library, and links with the
main build's archive by the command that the build would run, and `verifier` compiles with the main build's flags, which ccache knows.
LOJACERT_LONG_TESTS=1 or --long compiles the library anew.
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LONG = "--long" in sys.argv or os.environ.get("LOJACERT_LONG_TESTS", "") not in ("", "0")
INSTANCE = ROOT / "certificates" / "instances" / "figure-1c.json"
CERTIFICATE = ROOT / "certificates" / "gallery" / "figure-1c-kappa.cert.json"


def run(*command, cwd=None, **environment):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=cwd,
                          env={**os.environ, **environment})
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}\nended with {done.returncode}")
    return done.stdout


def cached(build, name):
    """The value of a variable in a build folder's cache, or nothing."""
    found = re.search(rf"^{name}:\w+=(.*)$", (build / "CMakeCache.txt").read_text(encoding="utf-8"), flags=re.M)
    return found[1] if found else ""


def configure(source, build, compiler, *options):
    run("cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={compiler}", *options)


def unoptimised(main_build):
    # This is about what users can reach, and it is compiled faster so.
    return "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_FLAGS_DEBUG=-O0", f"-DCMAKE_CXX_FLAGS={cached(main_build, 'CMAKE_CXX_FLAGS')}"


def expect(text, output):
    if text not in output:
        sys.exit(f"expected {text!r} in the output:\n{output}")


def check_verdict(program):
    expect("L(W) >= 1e-6. PROVED", run(program))


# ------------------------------------------------------------------------------------------------------------ installed

def check_tree(prefix):
    """What an installation has beside library and headers."""
    wanted = ["bin/lojacert", "bin/lojaverify", "share/bash-completion/completions/lojacert", "share/bash-completion/completions/lojaverify",
              "share/zsh/site-functions/_lojacert", "share/fish/vendor_completions.d/lojacert.fish", "share/man/man1/lojacert.1",
              "share/man/man1/lojacert-prove-loss.1", "share/man/man1/lojaverify.1", "share/doc/lojacert/README.md", "share/doc/lojacert/LICENSE",
              "share/doc/lojacert/docs/tutorial/first-certificate.md", "share/doc/lojacert/docs/examples/near.json",
              "share/doc/lojacert/certificates/README.md", "share/doc/lojacert/certificates/schema/lojacert-certificate-1.schema.json",
              "share/doc/lojacert/certificates/gallery/figure-1c-kappa.cert.json", "share/doc/lojacert/certificates/instances/figure-1c.json"]
    missing = [name for name in wanted if not (prefix / name).is_file()]
    if missing:
        sys.exit(f"not installed: {missing}")


def check_programs(prefix, folder):
    """Proof and verification away from the sources, by the installed documentation's own example."""
    example = prefix / "share" / "doc" / "lojacert" / "docs" / "examples" / "near.json"
    run(prefix / "bin" / "lojacert", "prove", "lojasiewicz", example, "--best", "-o", folder / "near.cert.json")
    expect("s VERIFIED", run(prefix / "bin" / "lojaverify", example, folder / "near.cert.json"))


def check_python(prefix):
    """The installed module finds the installed programs."""
    sites = list(prefix.glob("lib/python3*/site-packages"))
    if sites:
        script = ("import lojacert as l; i = l.Instance.from_arrays([[1, 0]], [[0.9, 0.1]], activation='abs', neuron='norm'); "
                  "print(l.verify(l.prove('loss', i), i).status, l._programs.find_program('lojacert'))")
        expect(f"VERIFIED {prefix / 'bin' / 'lojacert'}", run("/usr/bin/python3", "-c", script, PYTHONPATH=str(sites[0]), PATH="/usr/bin:/bin"))


def check_pkg_config(prefix, folder, compiler, flags):
    """Compiled and linked by what pkg-config says of the installed library, moved elsewhere first."""
    moved = folder / "moved"
    prefix.rename(moved)
    paths = {"PKG_CONFIG_PATH": str(next(moved.rglob("lojacert.pc")).parent)}
    expect(re.search(r"VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8").partition("project(lojacert")[2])[1],
           run("pkg-config", "--modversion", "lojacert", **paths))
    compile_flags = shlex.split(run("pkg-config", "--cflags", "--static", "lojacert", **paths))
    libraries = shlex.split(run("pkg-config", "--libs", "--static", "lojacert", **paths))
    run(compiler, "-std=c++20", "-O0", *shlex.split(flags), *compile_flags, HERE / "main.cpp", "-o", folder / "by-pkg-config", *libraries)
    check_verdict(folder / "by-pkg-config")


def check_installed(programs, folder, compiler):
    main_build, prefix = programs.parent, folder / "prefix"
    run("cmake", "--install", main_build, "--prefix", prefix)
    check_tree(prefix)
    check_programs(prefix, folder)
    check_python(prefix)
    configure(HERE, folder / "build", compiler, f"-DCMAKE_PREFIX_PATH={prefix}", *unoptimised(main_build))
    run("cmake", "--build", folder / "build")
    check_verdict(folder / "build" / "downstream")
    check_pkg_config(prefix, folder, compiler, cached(main_build, "CMAKE_CXX_FLAGS"))


# -------------------------------------------------------------------------------------------------------------- sources

def link_with(archive, build):
    """Compiles the project and one file of the library, then links by the build's own last command."""
    own, of_library = "CMakeFiles/downstream.dir/main.cpp.o", "lojacert/lib/CMakeFiles/lojacert.dir/exact/number.cpp.o"
    run("cmake", "--build", build, "--target", own, of_library)
    if "number.cpp.o" not in run("ar", "t", archive).split():
        sys.exit(f"{archive} is not the library")
    shutil.copy(archive, build / "lojacert" / "lib")
    link = run("ninja", "-C", build, "-t", "commands", "-s", "downstream").splitlines()[-1]
    run("/bin/sh", "-c", link, cwd=build)


def check_sources(programs, folder, compiler):
    build = folder / "build"
    configure(HERE, build, compiler, f"-DLOJACERT_SOURCES={ROOT}", "-DLOJACERT_BUILD_PROGRAMS=OFF", *unoptimised(programs.parent))
    if LONG:
        run("cmake", "--build", build, "--target", "downstream")
    else:
        link_with(programs.parent / "lib" / "liblojacert.a", build)
    check_verdict(build / "downstream")


# ------------------------------------------------------------------------------------------------------------- verifier

def check_verifier(programs, compiler):
    """In a folder of the main build that stays the same, so that ccache also knows it from the last time."""
    main_build = programs.parent
    build, source = main_build / "downstream" / "verifier", ROOT / "checkers" / "lojaverify"
    shutil.rmtree(build, ignore_errors=True)
    same = [f"-D{name}={cached(main_build, name)}" for name in ("CMAKE_BUILD_TYPE", "CMAKE_CXX_FLAGS", "LOJACERT_WARNINGS_AS_ERRORS")]
    ccache = shutil.which("ccache")
    configure(source, build, compiler, *same, *([f"-DCMAKE_CXX_COMPILER_LAUNCHER={ccache}"] if ccache else []))
    run("cmake", "--build", build, "--target", "lojaverify")
    read = run("ninja", "-C", build, "-t", "deps").splitlines()
    files = {pathlib.Path(os.path.normpath(build / line.strip())) for line in read if line.startswith("    ")}
    own = {path for path in files if path.is_relative_to(ROOT)}
    foreign = {path for path in own if not path.is_relative_to(source)}
    if foreign or not own:
        sys.exit(f"lojaverify does not build alone: it reads {sorted(map(str, foreign))}")
    expect("s VERIFIED", run(build / "bin" / "lojaverify", INSTANCE, CERTIFICATE))


def main():
    programs, way, compiler = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3]
    with tempfile.TemporaryDirectory(prefix="lojacert-downstream-") as folder:
        if way == "verifier":
            check_verifier(programs, compiler)
        else:
            {"installed": check_installed, "sources": check_sources}[way](programs, pathlib.Path(folder), compiler)


if __name__ == "__main__":
    main()
