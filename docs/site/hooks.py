"""What mkdocs.yml cannot say: the navigation by kinds, headings' fragments as elsewhere, and links to files that are no pages."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
TITLES = {"README.md": "Home", "certificates/README.md": "Certificates and instances", "certificates/gallery/README.md": "The gallery",
          "docs/theory/README.md": "Overview", "api/index.html": "C++ library"}


def slug(heading: str, separator: str) -> str:
    """The fragment of a heading as the pages' own links have it."""
    plain = re.sub(r"[`*]", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", separator)


def title(page: Path) -> str:
    """Its first heading, as plain text."""
    return page.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ").replace("`", "")


def on_config(config: Any) -> Any:
    config["mdx_configs"].setdefault("toc", {})["slugify"] = slug
    pages, seen, nav = Path(config["docs_dir"]), set(), []
    for kind, patterns in config["extra"]["kinds"].items():
        entries = []
        for pattern in patterns:
            for path in sorted(pages.glob(pattern)):
                name = path.relative_to(pages).as_posix()
                if name not in seen:
                    seen.add(name)
                    entries.append({TITLES.get(name) or title(path): name})
        nav.append({kind: entries if len(entries) > 1 else next(iter(entries[0].values()))})
    config["nav"] = nav
    return config


def on_files(files: Files, config: Any) -> Files:
    """Without the files of the site's own making; with the sources that pages link to."""
    kept = [file for file in files if not file.src_uri.startswith("docs/site/") or file.src_uri.endswith(".css")]
    known = {file.src_uri for file in kept}
    for page in [file for file in kept if file.is_documentation_page()]:
        for target in links(Path(page.abs_src_path).read_text(encoding="utf-8")):
            name = resolved(page.src_uri, target)
            if name not in known and (ROOT / name).is_file():
                known.add(name)
                kept.append(File(name, str(ROOT), config["site_dir"], config["use_directory_urls"]))
    return Files(kept)


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """A link to a folder, which a site cannot show, becomes its text."""
    def without_folders(match: re.Match[str]) -> str:
        is_folder = (ROOT / resolved(page.file.src_uri, match[2])).is_dir() and not re.match(r"[a-z]+:|#", match[2])
        return match[1] if is_folder else match[0]

    return re.sub(r"(?<!!)\[([^]]*)\]\(([^)\s]+)\)", without_folders, markdown)


def links(markdown: str) -> list[str]:
    """The targets of all links to files, without their fragments."""
    without_code = re.sub(r"^```.*?^```", "", markdown, flags=re.S | re.M)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", without_code)]
    return [target for target in targets if target and not re.match(r"[a-z]+:", target)]


def resolved(page: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
