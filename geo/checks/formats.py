"""Read layers of a data folder in their form, and check zone files against their JSON Schema."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.base import BASE_FORMS, RESTORE
from geo.errors import DataFileError, GeoError, Issue
from geo.io.forms import form_fault, geometry_fault
from geo.io.geojson import layer_of
from geo.io.read import read_features, read_json
from geo.io.versions import DATA_FORMAT, format_fault
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
REBUILD = Text("zone-file.rebuild")
BUILT = ("zones", "edges")
"""The kinds of files that a build writes, each with a JSON Schema."""

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


@dataclass(frozen=True)
class SoundFeatures:
    """The features of a file of a data folder that have their form, and what was left out.

    Parameters
    ----------
    kind : str
        ``zones``, ``edges`` or a name of `geo.base.BASE_FORMS`.
    features : list of dict
        In the order of the file.
    metadata : mapping
        The member of that name; empty where it has not its form.
    issues : tuple of Issue
        Why the file, its metadata or a feature is not there.
    """

    kind: str
    features: list[dict[str, Any]]
    metadata: Mapping[str, Any]
    issues: tuple[Issue, ...] = ()

    def table(self) -> gpd.GeoDataFrame:
        """Return the features as a table, WGS84, with every column that the form names.

        ``attrs["metadata"]`` holds the metadata.
        """
        collection = {"type": "FeatureCollection", "features": self.features}
        layer = layer_of(collection | {"metadata": dict(self.metadata)}, self.kind)
        columns = layer.columns
        return layer.assign(**{c: None for c in _columns(self.kind) if c not in columns})

    def whole_table(self) -> gpd.GeoDataFrame:
        """Return `table` of a file without a fault.

        Raises
        ------
        DataFileError
            With the first fault: what is made from the file would lack a part of it.
        """
        if self.issues:
            raise DataFileError(self.issues[0].message.about(self.issues[0].place))
        return self.table()


def sound_features(path: Path, kind: str) -> SoundFeatures:
    """Read a layer of a data folder for those who show or export it; the one reader for them.

    Parameters
    ----------
    path : Path
        A file of ``zones/`` or ``base/``.
    kind : str
        ``zones``, ``edges`` or a name of `geo.base.BASE_FORMS`.

    Returns
    -------
    SoundFeatures
        A file that cannot be read has no feature and one issue; a feature
        that has not its form, or an id of another, is left out with an issue.
    """
    place = f"{path.parent.name}/{path.name}"
    built = kind in BUILT
    remedy = REBUILD if built else RESTORE
    try:
        features, metadata = read_features(path)
    except GeoError as error:
        issue = Issue("file-unreadable", "error", place, error.words, remedy)
        return SoundFeatures(kind, [], {}, (issue,))
    if not built and (fault := format_fault(metadata.get("format", DATA_FORMAT))):
        issue = Issue("file-unreadable", "error", place, fault, remedy)
        return SoundFeatures(kind, [], {}, (issue,))
    issues: list[Issue] = []
    if built and (fault := _metadata_fault(metadata)):
        issues.append(Issue("metadata-unreadable", "error", place, fault, remedy))
        metadata = {}
    sound: list[dict[str, Any]] = []
    ids: set[str] = set()
    for number, feature in enumerate(features, start=1):
        fault = feature_fault(kind, feature) if built else form_fault(feature, BASE_FORMS[kind])
        if fault is None and built and feature["id"] in ids:
            fault = Text("zone-file.id-twice", id=feature["id"], count=2)
        if fault is not None:
            at = f"{place}, {number}"
            issues.append(Issue("feature-unreadable", "error", at, fault, remedy))
            continue
        sound.append(feature)
        if built:
            ids.add(feature["id"])
    return SoundFeatures(kind, sound, metadata, tuple(issues))


def _metadata_fault(metadata: Mapping[str, Any]) -> Text | None:
    """Return what the metadata of a zone or edge file breaks of its format, the first fault."""
    for error in _metadata_validator().iter_errors(metadata):
        where = _dotted(["metadata", *error.absolute_path])
        return Text("form.schema", where=where, said_en=_shortened(error.message))
    return None


@cache
def _metadata_validator() -> Draft202012Validator:
    """Return the validator of the metadata of a zone file, which an edge file has too."""
    from jsonschema import Draft202012Validator

    schema: Any = _validator("zones").schema
    return Draft202012Validator(
        {**schema["properties"]["metadata"], "$defs": schema.get("$defs", {})}
    )


@cache
def _columns(kind: str) -> tuple[str, ...]:
    """Return the columns that the form of a layer names."""
    if kind not in BUILT:
        form = BASE_FORMS[kind]
        return tuple(name for name in ("name", "name_en") if name in (*form.needed, *form.texts))
    schema: Any = _feature_validator(kind).schema
    return tuple(schema["properties"]["properties"]["properties"])


def feature_fault(kind: str, feature: Any) -> Text | None:
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
    english = _shortened(error.message)
    return place, Text("zone-file.rule", rule=_rule(error), said_en=english).about(where)


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
    records = [feature for feature in features if isinstance(feature, dict)]
    counts = Counter(str(feature.get("id")) for feature in records)
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
    for feature in records:
        properties = feature.get("properties")
        inner = properties.get(key) if isinstance(properties, dict) else None
        if inner is not None and inner != feature.get("id"):
            message = Text("zone-file.ids-differ", id=feature.get("id"), key=key, inner=inner)
            issues.append(Issue("zone-file-format", "error", place, message, REBUILD))
    return issues
