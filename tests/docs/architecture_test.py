"""Holds the #include lines of lib/ against the table of rooms in docs/architecture.md: every room is there, and includes only what it may."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def allowed_includes():
    """room -> the rooms that it may include, from the table."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", text, flags=re.M)
    return {room: set(re.findall(r"`(\w+)`", cell)) for room, cell in rows}


def sources(folder):
    return [path for path in sorted(folder.rglob("*")) if path.suffix in (".hpp", ".cpp", ".inc")]


def included(path):
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(encoding="utf-8"), flags=re.M)


def findings():
    allowed = allowed_includes()
    rooms = {path.name for path in (ROOT / "lib").iterdir() if path.is_dir() and sources(path)}
    for room in sorted(rooms ^ set(allowed)):
        yield f"lib/{room} and the table in docs/architecture.md: only one of them has it"
    for room in sorted(rooms & set(allowed)):
        for path in sources(ROOT / "lib" / room):
            for name in included(path):
                other = re.match(r"lojacert/(\w+)/", name)
                if other and other[1] != room and other[1] not in allowed[room]:
                    yield f"{path.relative_to(ROOT)}: includes {name}, and {room} may not include {other[1]}"
                if name.startswith(".."):
                    yield f"{path.relative_to(ROOT)}: includes {name} by a relative path"


def main():
    found = list(findings())
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
