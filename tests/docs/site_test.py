"""Builds the documentation as a site, without a warning, and follows every link in it.

Arguments: a folder to build in.
"""
from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
KINDS = ["Home", "Tutorial", "How-to", "Reference", "Explanation"]


class Page(HTMLParser):
    """The links, the fragments and the words of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fragments = {""}
        self.texts: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for key, value in attributes:
            if key in ("href", "src") and value:
                self.links.append(value)
            if key in ("id", "name") and value:
                self.fragments.add(value)

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def broken(site: Path, path: Path, pages: dict[Path, Page]) -> list[str]:
    found = []
    for link in pages[path].links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or not (parts.path or parts.fragment):
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if parts.path.startswith("/"):
            target = site / parts.path.lstrip("/")
        target = target / "index.html" if target.is_dir() else target
        if not target.is_file():
            found.append(f"{path.relative_to(site)}: {link} leads nowhere")
        elif target in pages and unquote(parts.fragment) not in pages[target].fragments:
            found.append(f"{path.relative_to(site)}: {link} names no heading")
    return found


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    done = subprocess.run([ROOT / "docs" / "build", folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0 or done.stdout.strip():
        sys.exit(f"docs/build ended with {done.returncode}:\n{done.stdout}")
    site = folder / "site"
    pages = {path: Page(path) for path in sorted(site.rglob("*.html")) if "api" not in path.relative_to(site).parts}
    problems = [problem for path in pages if path.name != "404.html" for problem in broken(site, path, pages)]
    home = pages[site / "index.html"]
    problems += [f"the home page has no section {kind}" for kind in KINDS if kind not in home.texts]
    listed = {(site / link).resolve() for link in home.links}
    for source in [path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md")]:
        built = (site / source.removesuffix("README.md").removesuffix(".md")).resolve()
        if built not in listed:
            problems.append(f"the navigation does not lead to {source}")
    if problems:
        sys.exit("\n".join(problems))
    print(f"site_test: {len(pages)} pages, {sum(len(page.links) for page in pages.values())} links")


if __name__ == "__main__":
    main()
