"""Runs the commands of a Markdown page and compares what they print with what the page shows; checks the page's links.

Arguments: the folder of the built programs, then the page, relative to the top of the sources.

In a ```console block a line `$ command` runs in bash (`> ` continues it) in a temporary copy of the sources' data, all commands
of a page in order and in one shell. The lines below it are its output: `...` stands for any text within a line, alone in a line
for any lines. A command must end with the exit code of the status line it shows, with 0 where it shows none; or `$ echo $?` follows
and shows the code. The lines of ```sh blocks are not run here: each must be one of SET_UP. Commands stand in no other block.
```json blocks that are whole documents are read by the program. Python blocks are run by tests/python/examples_test.py.
"""

import difflib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Commands that set up, test or install the whole project, and who runs them: .ci/run the scripts; tests/downstream the build of the
# verifier alone, the installation and pkg-config; tests/packaging makes and unpacks the package, which to install needs root;
# tests/docs/site_test.py docs/build. tests/bench/run, which measures for minutes, is run by hand; tests/bench/table_test.py runs its
# table. The debug preset differs from release in its flags only, and is only looked up here. Nobody runs
# run.py --write, which would replace the gallery.
SET_UP = {
    "tests/run",
    "tests/run -R docs",
    "certificates/reproduce",
    "certificates/reproduce --quick",
    ".ci/run",
    ".ci/lint",
    ".ci/lint --fix-format",
    "cmake --preset debug",
    "cmake --build --preset debug",
    "ctest --preset debug",
    "cmake -S checkers/lojaverify -B build-verifier",
    "cmake --build build-verifier",
    "certificates/gallery/run.py --bin build/bin --write",
    "cmake --install build --prefix ~/.local",
    "cpack -G DEB --config build/CPackConfig.cmake -B build/package",
    "apt-get install ./build/package/lojacert_0.1.0-1_amd64.deb",
    "docs/build",
    "tests/bench/run",
    "tests/bench/run --quick",
}


EXIT_CODES = {"s DISPROVED": 1, "s NOT VERIFIED": 1, "s UNDECIDED": 3, "s UNSUPPORTED": 3}


def blocks(text, language):
    """(line number, lines) of every fenced block in that language."""
    found, current, start = [], None, 0
    for number, line in enumerate(text.splitlines(), 1):
        if current is None and line.strip() == f"```{language}":
            current, start = [], number
        elif current is not None and line.strip() == "```":
            found.append((start, current))
            current = None
        elif current is not None:
            current.append(line)
    return found


def commands(lines):
    """(command, expected output lines) of one console block."""
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1][0] += "\n" + line[2:]
        elif found:
            found[-1][1].append(line.rstrip())
        else:
            raise ValueError("a console block must begin with `$ `")
    return [(command, output) for command, output in found]


def matches(expected, got):
    """Whether the printed lines are the shown ones; `...` alone is any number of lines."""
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == "..." else ".*".join(re.escape(part) for part in line.split("...")) + r"\n"
        for line in expected)
    return re.fullmatch(pattern, "".join(line.rstrip() + "\n" for line in got)) is not None


class Shell:
    """One bash that keeps its folder, its variables and $? between commands."""

    MARK = "--end-of-command--"

    def __init__(self, folder, programs):
        environment = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8",
                       "PYTHONPATH": str(programs.parent / "python"), "PYTHONDONTWRITEBYTECODE": "1"}
        self.bash = subprocess.Popen(["/bin/bash"], cwd=folder, env=environment, text=True, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, command):
        # Nothing to read: a command that asks for input must not swallow the next one.
        self.bash.stdin.write(f"{{ {command}\n}} </dev/null\ncode=$?; printf '\\n{self.MARK}%d\\n' $code; (exit $code)\n")
        self.bash.stdin.flush()
        lines = []
        for line in self.bash.stdout:
            if line.startswith(self.MARK):
                break
            lines.append(line.rstrip("\n"))
        else:
            raise RuntimeError("the shell ended")
        code = int(line[len(self.MARK):])
        if lines and not lines[-1]:  # the line break before the mark
            lines.pop()
        return code, lines

    def close(self):
        self.bash.stdin.close()
        self.bash.wait()


def run_page(page, text, programs):
    failures = []
    with tempfile.TemporaryDirectory(prefix="lojacert-docs-") as folder:
        copy = pathlib.Path(folder) / "lojacert"
        for part in ("certificates", "docs"):
            shutil.copytree(ROOT / part, copy / part)
        shell = Shell(copy, programs)
        steps = [(start, *step) for start, lines in blocks(text, "console") for step in commands(lines)]
        for index, (start, command, expected) in enumerate(steps):
            code, got = shell.run(command)
            where = f"{page}:{start}: $ {command}"
            code_is_shown = index + 1 < len(steps) and steps[index + 1][1] == "echo $?"
            wanted = EXIT_CODES.get(expected[-1] if expected else "", 0)
            if code != wanted and not code_is_shown:
                failures.append(f"{where}\n  ended with {code} instead of {wanted}:\n" + "\n".join(got))
            elif expected and not matches(expected, got):
                failures.append(f"{where}\n" + "\n".join(difflib.unified_diff(expected, got, "shown", "printed", lineterm="")))
        shell.close()
    return failures


def anchor(heading):
    """The fragment that a heading gets on the usual web pages."""
    plain = re.sub(r"[`*]", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def anchors(text):
    without_code = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    return {anchor(found) for found in re.findall(r"^#+ (.*)$", without_code, flags=re.M)}


def broken_links(page, text):
    failures = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        if not file.exists():
            failures.append(f"{page}: the link {target} leads nowhere")
        elif fragment and file.suffix == ".md" and fragment not in anchors(file.read_text(encoding="utf-8")):
            failures.append(f"{page}: {target} names no heading")
    return failures


def misplaced_commands(page, text):
    """Lines that look like commands in blocks that nobody runs."""
    failures, language = [], None
    for number, line in enumerate(text.splitlines(), 1):
        fence = re.match(r"\s*```(\S*)", line)
        if fence:
            language = fence[1] if language is None else None
            continue
        in_block = language not in (None, "console", "sh", "python", "json") or (language is None and line.startswith("    "))
        if in_block and re.match(r"\s*(\$ |>>> |(build/bin/)?(lojacert|lojaverify) |(cmake|ctest|cpack|python3|pip|tests/run|certificates/reproduce)\b)", line):
            failures.append(f"{page}:{number}: `{line.strip()}` is run by nobody; use a console, sh or python block")
    return failures


def unreadable_documents(page, text, programs):
    """Whole instances and certificates in json blocks that the program refuses."""
    readers = {"lojacert-instance/1": ["make", "import", "-", "-o", "/dev/null"], "lojacert-certificate/1": ["show", "-"]}
    failures = []
    for start, lines in blocks(text, "json"):
        document = json.loads("\n".join(lines))
        done = subprocess.run([programs / "lojacert", *readers[document["format"]]], input="\n".join(lines), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            failures.append(f"{page}:{start}: {done.stderr.strip()}")
    return failures


def unknown_presets(page, text):
    presets = json.loads((ROOT / "CMakePresets.json").read_text(encoding="utf-8"))
    kinds = {"cmake": "configurePresets", "cmake --build": "buildPresets", "ctest": "testPresets"}
    return [f"{page}: {command} --preset {name}: there is no such preset"
            for command, name in re.findall(r"^(cmake(?: --build)?|ctest) --preset (\S+)", text, flags=re.M)
            if name not in [preset["name"] for preset in presets[kinds[command]] if not preset.get("hidden")]]


def unknown_set_up(page, text):
    return [f"{page}:{start}: `{line}` is run by nobody; use a console block or add it to SET_UP"
            for start, lines in blocks(text, "sh") for line in lines
            if line.strip() and line.split("#")[0].strip() not in SET_UP]


def main():
    programs, page = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    text = (ROOT / page).read_text(encoding="utf-8")
    failures = broken_links(page, text) + unknown_set_up(page, text) + misplaced_commands(page, text) + unknown_presets(page, text)
    failures += unreadable_documents(page, text, programs)
    if blocks(text, "console"):
        failures += run_page(page, text, programs)
    if failures:
        sys.exit("\n\n".join(failures))


if __name__ == "__main__":
    main()
