"""Every command and option that the programs' --help lists stands in docs/reference/. Argument: the folder of the programs."""

import pathlib
import re
import subprocess
import sys

REFERENCE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "reference"


def help_of(*command):
    done = subprocess.run([str(part) for part in (*command, "--help")], capture_output=True, text=True, check=True)
    return done.stdout


def words_of(help_text):
    """(subcommands, long options) of one help text."""
    _, _, below = help_text.partition("\nSubcommands:\n")
    return re.findall(r"^  ([a-z][a-z-]*)(?= |$)", below, flags=re.M), set(re.findall(r"--[a-z][a-z0-9-]+", help_text))


def missing_words(page, *command):
    subcommands, options = words_of(help_of(*command))
    for word in [*subcommands, *sorted(options - {"--help"})]:
        if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", page):
            yield f"{' '.join(str(part) for part in command[1:])} {word}".strip()
    for subcommand in subcommands:
        yield from missing_words(page, *command, subcommand)


def main():
    programs = pathlib.Path(sys.argv[1])
    missing = [f"docs/reference/{program}.md does not mention: {what}"
               for program in ("lojacert", "lojaverify")
               for what in missing_words((REFERENCE / f"{program}.md").read_text(encoding="utf-8"), programs / program)]
    if missing:
        sys.exit("\n".join(missing))


if __name__ == "__main__":
    main()
