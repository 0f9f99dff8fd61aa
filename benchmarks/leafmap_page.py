"""The same page on leafmap's Folium back end, written in an hour.

`leafmap.foliumap.Map` with one `add_gdf` per zone and `to_streamlit`. The full-screen button
that leafmap adds by default is off: its code is in no installed package.
"""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import leafmap.foliumap as leafmap
import streamlit as st

DATA = Path(os.environ.get("GEO_DATA", Path(__file__).parents[1] / "data"))
PLANS = {"11th": "十一五", "13th": "十三五", "14th": "十四五"}
COLOURS = ["#1b9e77", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#e6ab02", "#a6761d"]
WORDS = {
    "name": "名称",
    "stated_area": "规划面积",
    "computed_area_km2": "量算面积（平方公里）",
    "verdict_reason": "核对",
    "limits_text": "范围",
    "positioning": "功能定位",
    "strategy": "实施策略",
    "reasoning": "依据",
    "citation": "出处",
}


@st.cache_data
def read(name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / name)


st.set_page_config(page_title="规划空间图", layout="wide")
st.title("规划空间图")

with st.sidebar:
    plans = st.pills(
        "规划", list(PLANS), selection_mode="multi", default=["13th"], format_func=PLANS.get
    )
    tables = []
    for plan in plans:
        zones = read(f"zones/{plan}.geojson")
        zones = zones[zones.geom_type.isin(["Polygon", "MultiPolygon"])]
        names = dict(zip(zones["zone_id"], zones["name"], strict=True))
        shown = st.pills(
            f"片区（{PLANS[plan]}）",
            list(names),
            selection_mode="multi",
            default=[zone for zone in names if "slow-traffic" not in zone],
            format_func=lambda zone, names=names: names[zone],
        )
        tables.append(zones[zones["zone_id"].isin(shown)])

chart = leafmap.Map(
    center=[39.117, 117.2], zoom=14, tiles=None, fullscreen_control=False, height=640
)
chart.add_gdf(read("base/district.geojson")[["geometry"]], "区界", info_mode=None)
for name, label in (("roads", "道路"), ("river", "海河"), ("landmarks", "地点")):
    chart.add_gdf(read(f"base/{name}.geojson")[["name", "geometry"]], label, zoom_to_layer=False)
for table in tables:
    for number in range(len(table)):
        zone = table.iloc[[number]]
        style = {
            "color": COLOURS[number % len(COLOURS)],
            "fillOpacity": 0.4,
            "className": "zone",
        }
        chart.add_gdf(
            zone[[*WORDS, "geometry"]].rename(columns=WORDS),
            zone["name"].iloc[0],
            info_mode="on_click",
            zoom_to_layer=False,
            style_function=lambda _, style=style: style,
        )
chart.to_streamlit(height=640)

st.subheader("面积")
columns = ["name", "stated_area_km2", "computed_area_km2", "verdict"]
for table in tables:
    st.dataframe(table[columns])
st.caption("示意图，不具法律效力")
