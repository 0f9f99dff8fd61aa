"""The page that a user would write in an hour: Streamlit, streamlit-folium, `folium.GeoJson`.

Same data, same words in the popups, same choices as ours at the start. No tiles: neither
page has a base map from the web.
"""

from __future__ import annotations

import json
import os
from html import escape
from pathlib import Path

import folium
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

DATA = Path(os.environ.get("GEO_DATA", Path(__file__).parents[1] / "data"))
PLANS = {"11th": "十一五", "13th": "十三五", "14th": "十四五"}
COLOURS = ["#1b9e77", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#e6ab02", "#a6761d"]
WORDS = {
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
def read(name: str) -> dict:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def popup(properties: dict) -> str:
    rows = [f"<h4>{escape(properties['name'])}</h4>"]
    for key, label in WORDS.items():
        if properties.get(key):
            rows.append(f"<p><b>{label}</b>：{escape(str(properties[key]))}</p>")
    return "".join(rows)


st.set_page_config(page_title="规划空间图", layout="wide")
st.title("规划空间图")

with st.sidebar:
    plans = st.pills(
        "规划", list(PLANS), selection_mode="multi", default=["13th"], format_func=PLANS.get
    )
    drawn = [
        feature
        for plan in plans
        for feature in read(f"zones/{plan}.geojson")["features"]
        if feature["geometry"] and feature["geometry"]["type"] in ("Polygon", "MultiPolygon")
    ]
    shown = []
    for plan in plans:
        ids = {
            f["properties"]["zone_id"]: f["properties"]["name"]
            for f in drawn
            if f["properties"]["plan"] == plan
        }
        shown += st.pills(
            f"片区（{PLANS[plan]}）",
            list(ids),
            selection_mode="multi",
            default=[zone for zone in ids if "slow-traffic" not in zone],
            format_func=lambda zone, ids=ids: ids[zone],
        )

chart = folium.Map(location=[39.117, 117.2], zoom_start=14, tiles=None)
folium.GeoJson(read("base/district.geojson"), name="区界").add_to(chart)
folium.GeoJson(
    read("base/roads.geojson"),
    name="道路",
    style_function=lambda _: {"color": "#888", "weight": 2},
    tooltip=folium.GeoJsonTooltip(["name"]),
).add_to(chart)
folium.GeoJson(
    read("base/river.geojson"), name="海河", tooltip=folium.GeoJsonTooltip(["name"])
).add_to(chart)
folium.GeoJson(
    read("base/landmarks.geojson"),
    name="地点",
    marker=folium.CircleMarker(radius=3),
    tooltip=folium.GeoJsonTooltip(["name"]),
).add_to(chart)
for number, feature in enumerate(drawn):
    properties = feature["properties"]
    if properties["zone_id"] not in shown:
        continue
    colour = COLOURS[number % len(COLOURS)]
    folium.GeoJson(
        {"type": "Feature", "properties": {}, "geometry": feature["geometry"]},
        name=properties["name"],
        style_function=lambda _, colour=colour: {
            "color": colour,
            "fillOpacity": 0.4,
            "className": "zone",
        },
        tooltip=escape(properties["name"]),
        popup=folium.Popup(popup(properties), max_width=400),
    ).add_to(chart)
folium.LayerControl().add_to(chart)
st_folium(
    chart, key="map", use_container_width=True, height=640, returned_objects=["last_active_drawing"]
)

st.subheader("面积")
st.dataframe(
    pd.DataFrame(
        [
            {
                "名称": f["properties"]["name"],
                "规划": f["properties"]["stated_area_km2"],
                "量算": f["properties"]["computed_area_km2"],
                "结论": f["properties"]["verdict"],
            }
            for f in drawn
            if f["properties"]["zone_id"] in shown
        ]
    )
)
st.caption("示意图，不具法律效力")
