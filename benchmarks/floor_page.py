"""The least that Streamlit and streamlit-folium can show: one polygon, and nothing beside it."""

from __future__ import annotations

import folium
from streamlit_folium import st_folium

chart = folium.Map(location=[39.117, 117.2], zoom_start=14, tiles=None)
folium.Polygon(
    [(39.11, 117.19), (39.11, 117.21), (39.12, 117.20)], class_name="zone", color="#1b9e77"
).add_to(chart)
st_folium(chart, key="map", returned_objects=[])
