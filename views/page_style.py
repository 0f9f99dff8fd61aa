"""The few rules of style that the page adds to Streamlit's own."""

from __future__ import annotations

PAGE_STYLE = """
:root, .stApp, .stApp button, .stApp input, .stApp textarea {
  font-family: "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
.stMainBlockContainer { padding: 2.6rem 2rem 1.5rem; max-width: none; }
.stApp header[data-testid="stHeader"] { height: 2.4rem; min-height: 2.4rem; }
.pm-h1 { font-size: 1.55rem; font-weight: 650; letter-spacing: .02em; margin: 0; padding: 0;
  line-height: 1.3; color: #1f2937; }
.pm-h1 small { font-size: .86rem; font-weight: 400; color: #5b6270; margin-left: .9rem; }
.pm-told { margin: 0; padding: .5rem .9rem; background: #f4f1e6; border-left: 3px solid #b8862f;
  font-size: .86rem; color: #1f2937; overflow-wrap: anywhere; }
.pm-foot { font-size: .78rem; color: #5b6270; margin: .2rem 0 0; }
.pm-panel { font-size: .9rem; line-height: 1.7; color: #1f2937; overflow-wrap: anywhere; }
.pm-panel h2 { font-size: 1.12rem; font-weight: 650; margin: 0; padding: 0; line-height: 1.45; }
.pm-panel h2 svg { vertical-align: -1px; }
.pm-panel h3 { font-size: .8rem; font-weight: 500; color: #5b6270; padding: 0;
  margin: .9rem 0 .15rem; }
.pm-panel p { margin: .15rem 0; font-size: .9rem; }
.pm-panel .quiet, .pm-panel .citation { color: #5b6270; font-size: .82rem; }
.pm-panel .citation { border-top: 1px solid #e5e7eb; margin-top: .8rem; padding-top: .5rem; }
.pm-panel table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
.pm-panel th, .pm-panel td { border: 0; border-bottom: 1px solid #ebe8e0; text-align: left;
  padding: .28rem .4rem .28rem 0; font-weight: 400; font-size: .86rem; vertical-align: top; }
.pm-panel th { color: #5b6270; white-space: nowrap; padding-right: .9rem; }
.pm-panel td { font-variant-numeric: tabular-nums; }
.pm-panel .verdict svg { vertical-align: -1px; }
.pm-panel blockquote { margin: 0; padding: 0 0 0 .7rem; border-left: 3px solid #d6d3c8;
  font-size: .9rem; color: #1f2937; }
.pm-h2 { font-size: 1.05rem; font-weight: 650; margin: .4rem 0 .3rem; padding: 0; color: #1f2937; }
.pm-scroll { overflow-x: auto; }
.pm-areas { border-collapse: collapse; width: 100%; font-size: .86rem; color: #1f2937; }
.pm-areas th, .pm-areas td { padding: .34rem .9rem .34rem 0; border: 0; text-align: left;
  border-bottom: 1px solid #ebe8e0; font-weight: 400; white-space: nowrap; }
.pm-areas thead th { color: #5b6270; font-size: .8rem; border-bottom: 1px solid #cfcabd; }
.pm-areas tbody th svg { vertical-align: -2px; margin-right: .25rem; }
.pm-areas .number { font-variant-numeric: tabular-nums; }
.pm-areas .here th, .pm-areas .here td { background: #eef1f5; font-weight: 600; }
.pm-areas td svg { vertical-align: -2px; }
iframe[title="streamlit_folium.st_folium"]:not(.st-key-comparison iframe) {
  border: 1px solid #d8d4c8; border-radius: 4px; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 2.6rem .8rem 1rem; }
  .pm-h1 { font-size: 1.25rem; }
  .pm-h1 small { display: none; }
  iframe[title="streamlit_folium.st_folium"]:not(.st-key-comparison iframe) {
    height: 62vh !important; }
  .st-key-panel, .st-key-panel > div { height: auto !important; max-height: none !important; }
}
"""
