"""Check zone and edge files against their JSON Schema; each fault is an Issue with its place."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from geo.errors import DataFileError, Issue
from geo.io.forms import geometry_fault
from geo.io.read import read_json
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
REBUILD = Text("zone-file.rebuild")
MOST_ISSUES = 20
"""More faults of one file are counted, not listed."""


def zone_file_issues(path: Path) -> list[Issue]:
    """Return what a zone or edge file breaks of its format.

    Parameters
    ----------
    path : Path
        ``<plan>.geojson`` or ``<plan>_edges.geojson``; the name tells which.

    Returns
    -------
    list of Issue
        Codes ``zone-file-unreadable``, ``zone-file-format``, ``duplicate-id``.
        Empty for a sound file.
    """
    kind = "edges" if path.stem.endswith("_edges") else "zones"
    place = f"zones/{path.name}"
    try:
        document = read_json(path)
    except DataFileError as error:
        return [Issue("zone-file-unreadable", "error", place, error.words, REBUILD)]
    errors = list(_validator(kind).iter_errors(document))
    issues = [
        Issue("zone-file-format", "error", *_place_and_message(place, document, error), REBUILD)
        for error in errors[:MOST_ISSUES]
    ]
    if len(errors) > MOST_ISSUES:
        rest = Text("zone-file.further", count=len(errors) - MOST_ISSUES)
        issues.append(Issue("zone-file-format", "error", place, rest, REBUILD))
    return issues + _id_issues(place, document, f"{kind[:-1]}_id")


def feature_fault(kind: Literal["zones", "edges"], feature: Any) -> Text | None:
    """Return what a feature of a zone or edge file breaks of its format, the first fault."""
    for error in _feature_validator(kind).iter_errors(feature):
        where = _dotted([part for part in error.absolute_path if part != "properties"])
        return Text("form.schema", where=where or "Feature", said_en=_shortened(error.message))
    geometry = feature["geometry"]
    return None if geometry is None else geometry_fault(geometry, (geometry["type"],))


@cache
def _feature_validator(kind: str) -> Draft202012Validator:
    """Return the validator of one feature."""
    from jsonschema import Draft202012Validator

    schema: Any = _validator(kind).schema
    feature = schema["properties"]["features"]["items"]
    return Draft202012Validator({**feature, "$defs": schema.get("$defs", {})})


@cache
def _validator(kind: str) -> Draft202012Validator:
    """Return the validator of a schema of this project."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(read_json(SCHEMAS / f"{kind}.schema.json"))


def _place_and_message(place: str, document: Any, error: ValidationError) -> tuple[str, Text]:
    """Say where in the file a fault lies, by feature id, and what it is."""
    path = list(error.absolute_path)
    if path[:1] == ["features"] and len(path) > 1:
        feature = document["features"][path[1]]
        feature_id = feature.get("id") if isinstance(feature, dict) else None
        place = f"{place}, {feature_id or f'feature {int(path[1]) + 1}'}"
        path = path[2:]
    where = _dotted([part for part in path if part != "properties"])
    said = _shortened(error.message)
    return place, Text("zone-file.rule", rule=_rule(error), said_en=said).about(where)


def _rule(error: ValidationError) -> str:
    """Return the rule of the schema that a value breaks, as the schema writes it."""
    rule = f"{error.validator}: {error.validator_value!r}"
    return rule if len(rule) <= 120 else f"{rule[:120]}…"


def _shortened(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:200]}…"


def _dotted(path: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in path)


def _id_issues(place: str, document: Any, key: str) -> list[Issue]:
    """Return ids that stand twice or differ from the property of the same meaning."""
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        return []
    found = [feature for feature in features if isinstance(feature, dict)]
    counts = Counter(str(feature.get("id")) for feature in found)
    issues = [
        Issue(
            "duplicate-id",
            "error",
            place,
            Text("zone-file.id-twice", id=name, count=count),
            REBUILD,
        )
        for name, count in counts.items()
        if count > 1
    ]
    for feature in found:
        properties = feature.get("properties")
        inner = properties.get(key) if isinstance(properties, dict) else None
        if inner is not None and inner != feature.get("id"):
            message = Text("zone-file.ids-differ", id=feature.get("id"), key=key, inner=inner)
            issues.append(Issue("zone-file-format", "error", place, message, REBUILD))
    return issues
