"""The few rules of style that the check view adds."""

from __future__ import annotations

CHECK_STYLE = """
.pm-check { display: grid; gap: .1rem 1rem; align-items: center; font-size: .88rem;
  grid-template-columns: 4.5rem 5rem 8rem minmax(210px, 1.2fr) minmax(8rem, 1fr);
  color: #1f2937; font-variant-numeric: tabular-nums; }
.pm-check.head { color: #5b6270; font-size: .8rem; }
.pm-check i { display: none; }
.pm-check p { grid-column: 1 / -1; margin: 0; font-size: .8rem; color: #5b6270; }
.pm-check q { quotes: "“" "”"; }
.pm-check small { color: #5b6270; font-size: .78rem; white-space: nowrap; }
.pm-check .interval { display: flex; align-items: center; gap: .5rem; flex-wrap: wrap; }
.pm-check .chart { width: 200px; height: 24px; }
.pm-check .verdict { line-height: 1.3; }
[class*="st-key-check_row_"], [class*="st-key-check_open_"] {
  border-top: 1px solid #ebe8e0; padding-top: .3rem; margin-bottom: -.55rem; }
[class*="st-key-check_row_"] button, [class*="st-key-check_open_"] button {
  min-height: 1.6rem; height: auto; padding-top: 0; padding-bottom: 0;
  justify-content: flex-start; }
[class*="st-key-check_open_"] { background: #f7f7f4; border-radius: 4px; padding: .4rem .6rem; }
[class*="st-key-check_row_"] button p, [class*="st-key-check_open_"] button p {
  text-align: left; white-space: normal; line-height: 1.35; }
.st-key-check_head { margin-bottom: -.6rem; }
.pm-quiet { color: #5b6270; font-size: .84rem; margin: .2rem 0; }
.pm-rebuilt { color: #2e6b3f; font-size: .86rem; margin: 0; }
.pm-rebuilt.differs { color: #a12c25; }
.pm-rebuilt ul, .pm-found ul { margin: .1rem 0 .2rem; padding-left: 1.2rem; font-size: .84rem; }
.pm-found { font-size: .88rem; margin-bottom: .45rem; overflow-wrap: anywhere; }
.pm-found small { color: #5b6270; }
.pm-budget { border-collapse: collapse; width: 100%; font-size: .84rem; color: #1f2937;
  font-variant-numeric: tabular-nums; }
.pm-budget th, .pm-budget td { border: 0; border-bottom: 1px solid #e4e1d8; text-align: left;
  padding: .25rem .7rem .25rem 0; font-weight: 400; vertical-align: top; }
.pm-budget tbody th { white-space: nowrap; }
.pm-budget thead th { color: #5b6270; font-size: .78rem; white-space: nowrap; }
.pm-budget .bar { display: inline-block; height: .6rem; background: #4b5563; margin-right: .4rem;
  vertical-align: baseline; }
.pm-budget .here th, .pm-budget .here td { font-weight: 600; background: #eef1f5; }
.pm-edge { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
  gap: .1rem 1rem; margin: .4rem 0; padding: 0; }
.pm-edge dt { color: #5b6270; font-size: .78rem; margin-top: .3rem; }
.pm-edge dd { margin: 0 !important; font-size: .88rem; overflow-wrap: anywhere; }
@media (max-width: 900px) {
  .pm-check { grid-template-columns: repeat(3, 1fr); }
  .pm-check.head { display: none; }
  .pm-check i { display: block; font-style: normal; color: #5b6270; font-size: .74rem; }
  .pm-check .interval, .pm-check .verdict { grid-column: 1 / -1; }
  .st-key-check_head { display: none; }
}
"""
