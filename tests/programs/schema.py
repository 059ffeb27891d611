"""Validation against certificates/schema (JSON Schema 2020-12)."""
from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, Optional

from jsonschema import Draft202012Validator, RefResolver

FOLDER = Path(__file__).resolve().parents[2] / "certificates" / "schema"
SCHEMA_OF_FORMAT = {"lojacert-instance/1": "lojacert-instance-1.schema.json",
                    "lojacert-certificate/1": "lojacert-certificate-1.schema.json"}


@functools.lru_cache(maxsize=None)
def validators() -> dict[str, Draft202012Validator]:
    """One validator per format; the certificate's schema refers to the instance's."""
    schemas = {name: json.loads((FOLDER / name).read_text(encoding="utf-8")) for name in SCHEMA_OF_FORMAT.values()}
    store = {schema["$id"]: schema for schema in schemas.values()}
    result = {}
    for format_name, name in SCHEMA_OF_FORMAT.items():
        Draft202012Validator.check_schema(schemas[name])
        resolver = RefResolver.from_schema(schemas[name], store=store)
        result[format_name] = Draft202012Validator(schemas[name], resolver=resolver)
    return result


def schema_problem(document: Any, format_name: Optional[str] = None) -> Optional[str]:
    """The first way in which a document breaks the schema of its format, or None."""
    known = validators()
    name = format_name or (document.get("format") if isinstance(document, dict) else None)
    if name not in known:
        return f"unknown format {name!r}"
    error = next(iter(sorted(known[name].iter_errors(document), key=str)), None)
    return None if error is None else f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
