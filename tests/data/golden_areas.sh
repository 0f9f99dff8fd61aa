#!/bin/sh
# Measure every polygon of data/zones with GRASS and write tests/data/golden_areas.csv.
#
#   apt-get install grass-core
#   make golden            (or: sh tests/data/golden_areas.sh)
#
# GRASS runs on its own, without a window, in a longitude-latitude location on the
# CGCS2000 ellipsoid (EPSG:4490), where v.to.db measures on the ellipsoid.
set -eu
cd "$(dirname "$0")/../.."
command -v grass >/dev/null || { echo "GRASS is missing: apt-get install grass-core" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "$work/list" <<'PYTHON'
import hashlib, json, pathlib, sys
with open(sys.argv[1], "w", encoding="utf-8") as out:
    for path in sorted(pathlib.Path("data/zones").glob("*.geojson")):
        if path.stem.endswith("_edges"):
            continue
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            geometry = feature["geometry"]
            if geometry and geometry["type"] in ("Polygon", "MultiPolygon"):
                words = json.dumps(geometry, separators=(",", ":")).encode()
                print(path, feature["id"], hashlib.sha256(words).hexdigest(), file=out)
PYTHON

cat > "$work/measure.sh" <<'GRASS'
set -eu
while read -r file zone digest; do
    v.in.ogr -o -t --quiet --overwrite input="$file" output=zone where="zone_id='$zone'" snap=-1
    v.to.db -p --quiet map=zone option=area units=meters type=centroid separator=comma |
        awk -F, -v zone="$zone" -v digest="$digest" \
            '$1 > 0 { sum += $2 } END { printf "%s,%.2f,%s\n", zone, sum, digest }'
done < "$1"
GRASS
grass --tmp-location EPSG:4490 --exec sh "$work/measure.sh" "$work/list" \
    > "$work/rows" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
sed -i '/^[0-9a-z-]*,[0-9.]*,[0-9a-f]*$/!d' "$work/rows"
test "$(wc -l < "$work/rows")" -eq "$(wc -l < "$work/list")" || {
    echo "GRASS measured fewer zones than there are:" >&2; cat "$work/log" >&2; exit 1; }

{
    echo "# Geodesic areas of data/zones measured by $(grass --version 2>&1 | grep -o "GRASS GIS [0-9.]*" | head -n 1)"
    echo "# in a location of EPSG:4490: v.in.ogr -o -t snap=-1, v.to.db option=area units=meters"
    echo "# made again by: make golden"
    echo "zone_id,area_m2,geometry_sha256"
    cat "$work/rows"
} > tests/data/golden_areas.csv
echo "wrote tests/data/golden_areas.csv ($(wc -l < "$work/rows") zones)"
