"""What the programs print with --json as objects with types, and objects as tables."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any, Iterable, List, Mapping, Optional, Sequence, Tuple, Type, TypeVar

from ._enclosure import Enclosure

Record = TypeVar("Record")


def record(cls: Type[Record], found: Mapping[str, Any]) -> Record:
    """The dataclass with the values of these keys; {"lo", "hi"} becomes an enclosure."""
    return cls(**{field.name: value_of(found[field.name]) for field in dataclasses.fields(cls)})


def records(cls: Type[Record], found: Iterable[Mapping[str, Any]]) -> Tuple[Record, ...]:
    """One for each object of the list."""
    return tuple(record(cls, entry) for entry in found)


def value_of(found: Any) -> Any:
    """An enclosure for {"lo", "hi"} with decimals; anything else as it is."""
    if isinstance(found, Mapping) and found.keys() == {"lo", "hi"}:
        return Enclosure(Fraction(found["lo"]), Fraction(found["hi"]))
    return found


def short(enclosure: Optional[Enclosure]) -> str:
    """For tables: five digits, rounded outward."""
    return "" if enclosure is None else f"{enclosure:.5}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest text, without blanks at the end of lines."""
    lines: List[Sequence[str]] = [header, *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(header))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in lines)
