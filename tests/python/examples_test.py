"""The examples in the module's docstrings, and every Python block of the pages that show it, run as they stand."""
from __future__ import annotations

import doctest
import importlib
import inspect
import re
import sys
import traceback
from pathlib import Path
from typing import Any

import lojacert
from support import ROOT, Report, in_temporary_folder

MODULES = ("", *(f".{file.stem}" for file in sorted(Path(lojacert.__file__).parent.glob("_*.py")) if file.stem != "__init__"))
PAGES = ("README.md", *(str(page.relative_to(ROOT)) for folder in ("docs", "certificates", "checkers")
                        for page in sorted((ROOT / folder).rglob("*.md")) if "```python\n" in page.read_text(encoding="utf-8")))



def check_docstrings(report: Report) -> None:
    for name in MODULES:
        module = importlib.import_module("lojacert" + name)
        result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
        report.count("examples in docstrings", result.attempted)
        report.check(result.failed == 0, "docstrings whose examples hold", module.__name__)


def check_documentation(report: Report) -> None:
    """Everything public says what it is, and the reference page names it."""
    page = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    for name in lojacert.__all__:
        report.check(f"`{name}" in page, "public names on the reference page", name)
        value = getattr(lojacert, name)
        is_class = isinstance(value, type) and not issubclass(value, Exception)
        members = [member for key, member in vars(value).items() if not key.startswith("_")] if is_class else []
        for item in [value, *members] if is_class or inspect.isfunction(value) else []:
            if callable(item) or isinstance(item, (property, classmethod)):
                report.check(bool(item.__doc__), "public things with a docstring", f"{name}: {item}")


def blocks(text: str) -> list[tuple[int, str]]:
    """(line number, source) of every Python block."""
    found = re.finditer(r"^```python\n(.*?)^```$", text, flags=re.M | re.S)
    return [(text.count("\n", 0, match.start()) + 1, match[1]) for match in found]


def check_page(report: Report, page: str) -> None:
    """The blocks of a page in order, with common variables; one with prompts is compared with what it shows."""
    text, names = (ROOT / page).read_text(encoding="utf-8"), {}  # type: str, dict[str, Any]
    report.check(bool(blocks(text)), "pages with Python blocks", page)
    with in_temporary_folder() as folder:
        (folder / "docs").symlink_to(ROOT / "docs")
        (folder / "certificates").symlink_to(ROOT / "certificates")
        for line, source in blocks(text):
            place = f"{page}:{line}"
            if source.startswith(">>> "):
                runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
                test = doctest.DocTestParser().get_doctest(source, names, place, page, line)
                runner.run(test, clear_globs=False)
                names.update(test.globs)
                report.check(runner.summarize(verbose=False).failed == 0, "Python blocks of pages", place)
                continue
            try:
                exec(compile("\n" * line + source, page, "exec"), names)
                report.check(True, "Python blocks of pages")
            except Exception:
                report.check(False, "Python blocks of pages", f"{place}\n{traceback.format_exc()}")


def main() -> int:
    report = Report("examples_test")
    with in_temporary_folder():
        check_docstrings(report)
    check_documentation(report)
    report.check("docs/howto/use-from-python.md" in PAGES, "the page about Python is among them")
    for page in PAGES:
        check_page(report, page)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
