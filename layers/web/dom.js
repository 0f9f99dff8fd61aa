// Small tools for building the page: elements, marks, numbers. Words reach it as text only.
(function (PlanMap) {
  "use strict";

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined && text !== null) node.textContent = text;
    return node;
  }

  // A button whose click stops here: it may take itself off the page, and Leaflet would then
  // take the click for one on the map.
  function button(className, text, onClick) {
    const node = element("button", className, text);
    node.type = "button";
    node.addEventListener("click", (event) => {
      event.stopPropagation();
      onClick(event);
    });
    return node;
  }

  // The children of a node, in place of those it has.
  PlanMap.put = function put(node, ...children) {
    node.textContent = "";
    node.append(...children);
  };

  const SVG = "http://www.w3.org/2000/svg";

  function svg(tag, attributes, ...children) {
    const node = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    node.append(...children);
    return node;
  }

  // The shape of a verdict; its word stands beside it or in `label`.
  function verdictMark(look, label) {
    const node = svg("svg", { viewBox: "0 0 14 14", width: 14, height: 14, class: "pm-mark" });
    if (label) {
      node.setAttribute("role", "img");
      node.appendChild(svg("title", {}, label));
    } else {
      node.setAttribute("aria-hidden", "true");
    }
    ((look && look.shapes) || []).forEach(([tag, attributes]) => {
      const shape = svg(tag, attributes);
      ["fill", "stroke"].forEach((name) => {
        if (attributes[name] === "colour") shape.setAttribute(name, look.colour);
      });
      node.appendChild(shape);
    });
    return node;
  }

  const ICONS = {
    map: "M3 5l6-2 6 2 6-2v16l-6 2-6-2-6 2zM9 3v16M15 5v16",
    compare: "M4 8h14l-4-4M20 16H6l4 4",
    check: "M4 12l5 6L20 5",
    place: "M12 21s7-6.5 7-11.5a7 7 0 0 0-14 0C5 14.500 12 21 12 21zM12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
    own: "M12 3v12M7 8l5-5 5 5M4 15v5h16v-5",
    more: "M5 12h.01M12 12h.01M19 12h.01",
    search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13zM15.500 15.500L21 21",
    layers: "M12 3l9 5-9 5-9-5zM3 13l9 5 9-5",
    plus: "M12 5v14M5 12h14",
    minus: "M5 12h14",
    whole: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5M9 9h6v6H9z",
    ruler: "M3 16L16 3l5 5L8 21zM7 12l2 2M10 9l2 2M13 6l2 2",
    full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
    eye: "M2 12s4-6.500 10-6.500S22 12 22 12s-4 6.500-10 6.500S2 12 2 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
    eyeOff: "M2 12s4-6.500 10-6.500S22 12 22 12s-4 6.500-10 6.500S2 12 2 12zM4 20L20 4",
    close: "M5 5l14 14M19 5L5 19",
    chevron: "M8 5l7 7-7 7",
    back: "M16 5l-7 7 7 7",
    up: "M5 15l7-7 7 7",
    down: "M5 9l7 7 7-7",
    list: "M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01",
  };

  function icon(name, size) {
    return svg("svg", { viewBox: "0 0 24 24", width: size || 20, height: size || 20, class: "pm-icon-line",
      "aria-hidden": "true" }, svg("path", { d: ICONS[name], fill: "none", stroke: "currentColor",
      "stroke-width": name === "more" ? 3.2 : 1.8, "stroke-linecap": "round", "stroke-linejoin": "round" }));
  }

  // A square button with a picture; its words are read and shown on hover.
  function iconButton(className, name, words, onClick) {
    const node = button(`pm-icon-button ${className}`, null, onClick);
    node.appendChild(icon(name));
    node.setAttribute("aria-label", words);
    node.title = words;
    return node;
  }

  // A sample of how a place is drawn.
  function swatch(data, zone) {
    const style = data.styles[zone.place];
    const node = svg("svg", { width: 22, height: 15, viewBox: "0 0 22 15", class: "pm-swatch", "aria-hidden": "true" });
    if (zone.t === "point") {
      node.appendChild(svg("circle", { cx: 11, cy: 7.5, r: 4.6, fill: "#fff", stroke: style.edge, "stroke-width": 2.2 }));
    } else if (zone.t === "line") {
      node.appendChild(svg("path", { d: "M1 7.5H21", stroke: style.edge, "stroke-width": 3.4,
        "stroke-dasharray": data.dashes[zone.basis] || "" }));
    } else if (zone.t) {
      node.appendChild(svg("rect", { x: 1, y: 1, width: 20, height: 13, stroke: style.edge, "stroke-width": 1.6,
        "stroke-dasharray": zone.basis === "stated" ? "" : data.dashes[zone.basis] || "",
        fill: style.filled && zone.kind !== "belt" ? `url(#pm-fill-${zone.place})` : "none" }));
    }
    return node;
  }

  // A sample of a shape that a host draws over the zones: its style is Leaflet's.
  function styleSwatch({ color, weight, dashArray, fill, fillOpacity }) {
    return svg("svg", { width: 22, height: 15, viewBox: "0 0 22 15", class: "pm-swatch", "aria-hidden": "true" },
      svg("rect", { x: 2, y: 2, width: 18, height: 11, stroke: color, "stroke-width": Math.min(weight, 2.5),
        "stroke-dasharray": dashArray ? "4 3" : "", fill: fill ? color : "none", "fill-opacity": fillOpacity || 0 }));
  }

  // A number with a true minus sign.
  const number = (value, digits) => value.toFixed(digits).replace("-", "\u2212");
  const signed = (value, digits) => (value > 0 ? "+" : "") + number(value, digits);

  // Lists of names in the reader's way: a Chinese list has its own comma.
  const list = (words, lang) => words.join(lang === "en" ? ", " : "、");

  // Fills {name} in a text of the catalogue; {name:result|results} by whether the number is 1.
  const fill = (words, values) => Object.entries(values || {}).reduce(
    (all, [name, value]) => all.split(`{${name}}`).join(value)
      .replace(new RegExp(`\\{${name}:([^{}|]*)\\|([^{}|]*)\\}`, "g"), String(value) === "1" ? "$1" : "$2"), words);

  // The reader's day, ISO 8601.
  PlanMap.today = () => {
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  };

  PlanMap.dom = { element, button, svg, verdictMark, icon, iconButton, swatch, styleSwatch, number, signed, list, fill };
})((window.PlanMap = window.PlanMap || {}));
