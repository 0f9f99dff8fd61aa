// The words of one zone. Plan text is data: it reaches the page through textContent alone.
(function (PlanMap) {
  "use strict";

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  // A button whose click stops here: it may take itself off the page, and Leaflet would then
  // take the click for one on the map.
  function button(className, text, onClick) {
    const node = element("button", className, text);
    node.type = "button";
    node.addEventListener("click", (event) => {
      event.stopPropagation();
      onClick();
    });
    return node;
  }

  const SVG = "http://www.w3.org/2000/svg";

  function svg(tag, attributes) {
    const node = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    return node;
  }

  // The same shapes as layers/legend.py draws for the page.
  function verdictMark(shape, colour) {
    const mark = svg("svg", { viewBox: "0 0 14 14", width: 13, height: 13, "aria-hidden": "true" });
    const line = { fill: "none", stroke: colour, "stroke-width": 2 };
    const parts = {
      disc: [["circle", { cx: 7, cy: 7, r: 5.5, fill: colour }]],
      "half-disc": [
        ["circle", { cx: 7, cy: 7, r: 5.2, ...line }],
        ["path", { d: "M7 1.8a5.2 5.2 0 0 0 0 10.4z", fill: colour }],
      ],
      cross: [["path", { d: "M2.5 2.5l9 9m0-9l-9 9", ...line, "stroke-width": 2.6 }]],
      square: [["rect", { x: 2.5, y: 2.5, width: 9, height: 9, ...line }]],
      dash: [["path", { d: "M2 7h10", ...line }]],
      ring: [["circle", { cx: 7, cy: 7, r: 5.2, ...line, "stroke-dasharray": "2.4 1.8" }]],
    };
    (parts[shape] || []).forEach(([tag, attributes]) => mark.appendChild(svg(tag, attributes)));
    return mark;
  }

  // zone: record of the data; view: {t, pick, verdicts, hits, onPick, onZoom, name}
  function build(zone, view) {
    const { t, pick } = view;
    const about = zone.about;
    const box = element("div", "pm-popup");
    if (view.hits.length > 1) {
      const chooser = element("div", "pm-chooser");
      chooser.setAttribute("role", "group");
      chooser.setAttribute("aria-label", t("map.overlapping"));
      chooser.appendChild(element("div", "pm-chooser-title", t("map.overlapping")));
      view.hits.forEach((hit) => {
        const choice = button("pm-choice", view.name(hit), () => view.onPick(hit));
        choice.setAttribute("aria-pressed", String(hit.id === zone.id));
        chooser.appendChild(choice);
      });
      box.appendChild(chooser);
    }
    box.appendChild(element("h2", "pm-title", pick(zone.name)));
    box.appendChild(element("p", "pm-sub", pick(about.sub)));
    if (about.figures.length) {
      const list = element("dl", "pm-figures");
      about.figures.forEach(([key, zh, en]) => {
        list.appendChild(element("dt", "", t(key)));
        list.appendChild(element("dd", "", pick([zh, en])));
      });
      box.appendChild(list);
    }
    if (about.verdict) {
      const verdict = element("p", "pm-verdict");
      const style = view.verdicts[about.verdict];
      verdict.style.color = style.colour;
      verdict.appendChild(verdictMark(style.shape, style.colour));
      verdict.appendChild(element("strong", "", t(`verdict.${about.verdict}`)));
      box.appendChild(verdict);
      if (pick(about.reason)) box.appendChild(element("p", "pm-reason", pick(about.reason)));
    }
    about.passages.forEach(([key, text]) => {
      box.appendChild(element("h3", "pm-label-key", t(key)));
      const quote = element("blockquote", "", text);
      quote.lang = "zh";
      box.appendChild(quote);
    });
    about.notes.forEach(([key, zh, en]) => {
      box.appendChild(element("h3", "pm-label-key", t(key)));
      box.appendChild(element("p", "pm-note", pick([zh, en])));
    });
    if (pick(about.citation)) box.appendChild(element("p", "pm-citation", pick(about.citation)));
    box.appendChild(button("pm-zoom", t("map.zoom_here"), view.onZoom));
    return box;
  }

  PlanMap.popup = { build, button, element, svg, verdictMark };
})((window.PlanMap = window.PlanMap || {}));
