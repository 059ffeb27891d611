"""Completions for bash, zsh and fish, and the manual pages: written by the build, loaded and asked as a user's shell does.

What they offer is compared with --help.
"""
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator

from programs import Programs, Report, folder_of_programs, workspace

# Everything that --help shows must be offered; these words on a command line, and what has to come.
VALUES = [(["prove", "lojasiewicz", "x.json", "--by", ""], {"direct", "theoremA", "better"}), (["prove", "lojasiewicz", "--by", "th"], {"theoremA"}),
          (["eval", "--activation", "relu"], {"relu", "relu+linear"}), (["completion", ""], {"bash", "zsh", "fish"}),
          (["prove", "lo"], {"loss", "lojasiewicz"}), (["ev"], {"eval"}), (["eval", "--quie"], {"--quiet"})]
BASH = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
"_$1" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
((${#COMPREPLY[@]} == 0)) || printf '%s\\n' "${COMPREPLY[@]}"
"""
# zsh's own functions say what they were given; $words and $state are what they would have set.
ZSH = """
compdef() { announced=$2 }
_arguments() { print -rl -- "$@"; state=$wanted; return 0 }
_describe() { print -rl -- "${(@P)4}" }
_files() { }
source $1; shift
print -r -- "announced $announced"
wanted=$1; shift
typeset -a words; words=("$@[2,-1]")
"$1"
"""


def run(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=60, **options)  # type: ignore[call-overload]


def helps(program: str, *path: str) -> Iterator[tuple[tuple[str, ...], list[str], set[str]]]:
    """(command, the commands below, its long options) from --help, of the program and of everything below."""
    text = run(program, *path, "--help").stdout
    text = text.partition("\nExamples:")[0]
    _, _, below = text.partition("\nSubcommands:\n")
    names = re.findall(r"^  ([a-z][a-z-]*)(?= |$)", below, flags=re.M)
    yield path, names, set(re.findall(r"^  (?:-\w,? ?)?(--[a-z][a-z0-9-]+)", text, flags=re.M))
    for name in names:
        yield from helps(program, *path, name)


def check_bash(report: Report, programs: Programs, scripts: Path, folder: Path) -> None:
    def offered(program: str, *words: str) -> set[str]:
        done = run("bash", "--norc", "-c", BASH, "bash", scripts / program, program, *words, cwd=folder)
        report.check(done.returncode == 0 and done.stderr == "", "bash completions", f"{words}: {done.stderr}")
        return set(done.stdout.splitlines())

    for program in ("lojacert", "lojaverify"):
        for path, names, options in helps(str(Path(programs.lojacert).parent / program)):
            report.check(options <= offered(program, *path, "--"), "commands whose options bash completes", " ".join(path))
            if names:
                report.check(offered(program, *path, "") == set(names), "commands whose commands bash completes", " ".join(path))
    for words, wanted in VALUES:
        report.check(offered("lojacert", *words) == wanted, "values that bash completes", f"{words}: {offered('lojacert', *words)}")
    equals = offered("lojacert", "prove", "lojasiewicz", "--by", "=", "d")  # as bash splits --by=d
    report.check(equals == {"direct"}, "values that bash completes", str(equals))
    (folder / "one file.json").touch()
    for words in (["eval", "one"], ["prove", "loss", "x", "-o", "one"], ["show", "one"], ["eval", "--teacher", "one"]):
        report.check("one file.json" in offered("lojacert", *words), "files that bash completes", str(words))
    report.check("one file.json" in offered("lojaverify", "one"), "files that bash completes", "lojaverify")
    report.check(not offered("lojacert", "prove", "loss", "--hi", ""), "values that are not files", "--hi")


def check_fish(report: Report, programs: Programs, scripts: Path, folder: Path) -> None:
    asked: list[tuple[str, set[str]]] = []
    for program in ("lojacert", "lojaverify"):
        for path, names, options in helps(str(Path(programs.lojacert).parent / program)):
            asked.append((" ".join([program, *path, "--"]), options))
            if names:
                asked.append((" ".join([program, *path, ""]), set(names)))
    asked += [(" ".join(["lojacert", *words]), wanted) for words, wanted in VALUES]
    script = "".join(f"echo '? {line}'\ncomplete -C '{line}'\n" for line, _ in asked)
    sources = [word for program in ("lojacert", "lojaverify") for word in ("-C", f"source {scripts / program}.fish")]
    done = run("fish", "--no-config", *sources, "-c", script, cwd=folder)
    report.check(done.returncode == 0 and done.stderr == "", "fish scripts", done.stderr)
    answers = {part.splitlines()[0]: {line.split("\t")[0] for line in part.splitlines()[1:]} for part in done.stdout.split("? ")[1:]}
    for line, wanted in asked:
        report.check(wanted <= answers.get(line, set()), "lines that fish completes", f"{line}: {answers.get(line)}")


def check_zsh(report: Report, programs: Programs, scripts: Path) -> None:
    for program in ("lojacert", "lojaverify"):
        done = run("zsh", "-f", "-n", scripts / f"_{program}")
        report.check(done.returncode == 0 and done.stderr == "", "zsh scripts", done.stderr)
        report.check((scripts / f"_{program}").read_text(encoding="utf-8").startswith(f"#compdef {program}\n"), "zsh scripts", program)
        for path, names, options in helps(str(Path(programs.lojacert).parent / program)):
            function = "_" + "_".join([program, *path]).replace("-", "_")
            done = run("zsh", "-f", "-c", ZSH, "zsh", scripts / f"_{program}", "command", function)
            good = done.returncode == 0 and done.stderr == "" and done.stdout.startswith(f"announced {program}\n")
            report.check(good, "zsh functions", f"{function}: {done.stderr}")
            report.check(all(re.search(rf"^(\(.*\))?{option}=?\[", done.stdout, flags=re.M) for option in options), "commands whose options zsh completes", function)
            for name in names:
                report.check(f"\n{name}:" in done.stdout, "commands that zsh completes", f"{function} {name}")


def check_manual(report: Report, programs: Programs, pages: Path) -> None:
    wanted = set()
    for program in ("lojacert", "lojaverify"):
        for path, names, options in helps(str(Path(programs.lojacert).parent / program)):
            name = "-".join([program, *path])
            wanted.add(f"{name}.1")
            text = (pages / f"{name}.1").read_text(encoding="utf-8").replace("\\-", "-")
            report.check(all(option in text for option in options), "pages with every option", name)
            report.check(all(f"{name}-{below}" in text for below in names), "pages with every command", name)
            report.check("SH EXAMPLES\n" in text and "SH EXIT STATUS\n" in text, "pages with examples", name)
            done = run("mandoc", "-T", "lint", "-W", "warning", pages / f"{name}.1")
            report.check(done.returncode == 0 and done.stdout + done.stderr == "", "pages without a warning", done.stdout)
    report.check({path.name for path in pages.iterdir()} == wanted, "a page for every command")


def main() -> int:
    report = Report("interface_test")
    programs = Programs(folder_of_programs())
    written = Path(programs.lojacert).parent.parent / "interface"
    with workspace() as name:
        check_bash(report, programs, written / "bash", Path(name))
        check_fish(report, programs, written / "fish", Path(name))
    check_zsh(report, programs, written / "zsh")
    check_manual(report, programs, written / "man")
    for shell, file in (("bash", "bash/lojacert"), ("zsh", "zsh/_lojacert"), ("fish", "fish/lojacert.fish")):
        printed = programs.cert("completion", shell)
        report.check(printed.code == 0 and printed.out == (written / file).read_text(encoding="utf-8"), "scripts as the build wrote them", shell)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
