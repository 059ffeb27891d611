"""Changes of a document, as functions of it: put a value somewhere, drop a key."""
from __future__ import annotations

from typing import Any, Callable

Change = Callable[[dict[str, Any]], None]


def place_of(document: Any, path: tuple[Any, ...]) -> Any:
    """The container of the last key of the path."""
    for key in path[:-1]:
        document = document[key]
    return document


def put(value: Any, *path: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        place_of(document, path)[path[-1]] = value
    return change


def drop(*path: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        del place_of(document, path)[path[-1]]
    return change
