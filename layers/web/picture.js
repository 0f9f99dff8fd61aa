// What the maps show beside their cards as one vector drawing; and that as a picture with title,
// legend, scale and sources.
(function (PlanMap) {
  "use strict";
  const { svg } = PlanMap.dom;
  const FONT = '"Noto Sans SC","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';
  const SCALE = 2; // pixels of the picture for one of the screen
  const EDGE = 16;
  const CARD = 100; // pixels: what covers more of a side is a card, less is a tool
  const GAP = 4; // pixels between two maps side by side
  const NICE = [50, 100, 200, 250, 500, 1000, 2000, 2500, 5000];
  let drawn = 0;

  function words(x, y, content, look) {
    return svg("text", Object.assign({ x, y, "font-family": FONT, "font-size": 13, fill: "#1f2937" }, look), content);
  }

  // Where two plans are wiped, each pane is cut by a polygon in its own pixels.
  function cutAt(pane, from) {
    const cut = /polygon\((.*)\)/.exec(window.getComputedStyle(pane).clipPath);
    if (!cut) return null;
    const at = pane.getBoundingClientRect();
    return cut[1].split(",").map((pair) => {
      const [x, y] = pair.trim().split(/\s+/).map(parseFloat);
      return `${x + at.left - from.left},${y + at.top - from.top}`;
    }).join(" ");
  }

  // Leaflet's drawings, each where it stands on the screen; they carry their looks as attributes.
  function drawings(box, from, mark) {
    const nodes = [...box.querySelectorAll(".leaflet-pane > svg")].filter((one) => {
      const look = window.getComputedStyle(one.parentNode);
      return look.display !== "none" && look.visibility !== "hidden";
    });
    const depth = (one) => Number(window.getComputedStyle(one.parentNode).zIndex) || 0;
    return nodes.sort((a, b) => depth(a) - depth(b)).map((one, number) => {
      const at = one.getBoundingClientRect();
      const copy = one.cloneNode(true);
      copy.removeAttribute("style");
      copy.removeAttribute("class");
      [["x", at.left - from.left], ["y", at.top - from.top], ["width", at.width], ["height", at.height]]
        .forEach(([name, value]) => copy.setAttribute(name, value));
      copy.querySelectorAll("[class], [tabindex], [role], [aria-label]").forEach((node) =>
        ["class", "tabindex", "role", "aria-label"].forEach((name) => node.removeAttribute(name)));
      const points = cutAt(one.parentNode, from);
      if (!points) return copy;
      const id = `pm-cut-${mark}-${number}`;
      return svg("g", { "clip-path": `url(#${id})` }, svg("clipPath", { id }, svg("polygon", { points })), copy);
    });
  }

  // Names and the signs of stations; names that a wipe cuts off are left out.
  function labels(box, from, whole) {
    return [...box.querySelectorAll(".pm-label")].filter((one) => one.offsetParent !== null).map((one) => {
      const at = one.getBoundingClientRect();
      const look = window.getComputedStyle(one);
      const turn = /rotate\(([-\d.]+)deg\)/.exec(one.style.transform);
      const x = (at.left + at.right) / 2 - from.left;
      const y = (at.top + at.bottom) / 2 - from.top;
      const group = svg("g", {});
      const sign = one.parentNode.querySelector(".pm-symbol");
      if (sign) {
        const spot = sign.getBoundingClientRect();
        const [cx, cy] = [(spot.left + spot.right) / 2 - from.left, (spot.top + spot.bottom) / 2 - from.top];
        group.appendChild(sign.classList.contains("pm-symbol-landmark")
          ? svg("path", { d: `M${cx} ${cy - 3.5}l3.500 3.500-3.500 3.500-3.500-3.500z`, fill: "#8a6d47" })
          : svg("circle", { cx, cy, r: 3, fill: "#fff", stroke: "#3b3f58", "stroke-width": 2 }));
      }
      const points = cutAt(one.closest(".leaflet-pane"), from);
      if (points) {
        const xs = points.split(" ").map((pair) => parseFloat(pair));
        if (x < Math.min(...xs) || x > Math.max(...xs)) return null;
      }
      // A name at the edge would be cut: it has no business half on the sheet.
      const half = turn ? 0 : at.width / 2;
      if (x - half < whole.x || x + half > whole.x + whole.width) return null;
      group.appendChild(words(x, y, one.textContent, { "font-size": parseFloat(look.fontSize), "font-weight": look.fontWeight,
        "font-style": look.fontStyle, "letter-spacing": look.letterSpacing === "normal" ? 0 : parseFloat(look.letterSpacing),
        fill: look.color, "text-anchor": "middle", "dominant-baseline": "central", stroke: "#fff", "stroke-width": 3,
        "stroke-linejoin": "round", "paint-order": "stroke", transform: turn ? `rotate(${turn[1]} ${x} ${y})` : "" }));
      return group;
    }).filter(Boolean);
  }

  // Length of a round number of metres, and north, on a light ground.
  function scaleBar(app, x, y) {
    const { map } = app;
    const middle = map.getSize().divideBy(2);
    const metres = map.distance(map.containerPointToLatLng(middle), map.containerPointToLatLng(middle.add([100, 0])));
    const length = NICE.filter((one) => (one / metres) * 100 <= 150).pop() || NICE[0];
    const wide = (length / metres) * 100;
    const name = length >= 1000 ? `${length / 1000} ${app.t("map.unit_km")}` : `${length} ${app.t("map.unit_m")}`;
    return svg("g", {}, svg("rect", { x, y: y - 34, width: wide + 46, height: 34, rx: 4, fill: "#fff", "fill-opacity": 0.88 }),
      svg("path", { d: `M${x + 10} ${y - 12}v5h${wide}v-5`, fill: "none", stroke: "#1f2937", "stroke-width": 2 }),
      words(x + 10 + wide / 2, y - 16, name, { "font-size": 12, "text-anchor": "middle" }),
      svg("path", { d: `M${x + wide + 28} ${y - 18}l5 12-5-3-5 3z`, fill: "#1f2937" }),
      words(x + wide + 28, y - 21, "N", { "font-size": 11, "font-weight": 600, "text-anchor": "middle" }));
  }

  // Which plan stands on which side of a wipe.
  function planChip(x, y, content, atRight) {
    const width = 13 * [...content].reduce((sum, one) => sum + (one.charCodeAt(0) > 255 ? 1 : 0.56), 0) + 22;
    const left = atRight ? x - width : x;
    return svg("g", {}, svg("rect", { x: left, y, width, height: 25, rx: 12.5, fill: "#1f3a5f" }),
      words(left + width / 2, y + 13, content, { fill: "#fff", "font-weight": 600, "text-anchor": "middle", "dominant-baseline": "central" }));
  }

  // {node, width, height}: an <svg> in pixels of the screen.
  PlanMap.mapDrawing = (app) => app.compare.withoutCards(() => drawing(app));

  function drawing(app) {
    drawn += 1;
    const mark = drawn;
    const first = app.map.getContainer();
    const second = first.parentNode.querySelector(".pm-second");
    const boxes = second ? [first, second] : [first];
    const inset = app.inset();
    const covered = (side) => (inset[side] > CARD ? inset[side] : 0);
    const node = svg("svg", { xmlns: "http://www.w3.org/2000/svg" });
    let across = 0;
    let height = 0;
    boxes.forEach((box, number) => {
      const from = box.getBoundingClientRect();
      const last = number === boxes.length - 1;
      const x = number ? 0 : Math.min(covered("left"), from.width / 2);
      const crop = { x, y: 0, width: from.width - x - (last ? Math.min(covered("right"), from.width / 2) : 0),
        height: from.height - Math.min(covered("bottom") && app.phone ? covered("bottom") : 0, from.height / 2) };
      const patterns = [...first.querySelectorAll("pattern")].map((one) => one.cloneNode(true));
      const part = svg("svg", { x: across, y: 0, width: crop.width, height: crop.height, overflow: "hidden",
        viewBox: `${crop.x} ${crop.y} ${crop.width} ${crop.height}` }, svg("defs", {}, ...(number ? [] : patterns)),
      svg("rect", { x: 0, y: 0, width: from.width, height: from.height, fill: "#ece9e1" }),
      ...drawings(box, from, `${mark}-${number}`), ...labels(box, from, crop));
      node.appendChild(part);
      const heads = (app.compare.heads || []).map((head) => head.textContent);
      if (heads.length) {
        if (second) part.appendChild(planChip(crop.x + 12, 12, heads[number]));
        else part.append(planChip(crop.x + 12, 12, heads[0]), planChip(crop.x + crop.width - 12, 12, heads[1], true));
      }
      const handle = app.compare.handle;
      if (handle && !second) {
        const at = parseFloat(handle.style.left) - from.left;
        part.appendChild(svg("path", { d: `M${at} 0V${crop.height}`, stroke: "#1f3a5f", "stroke-width": 2.5 }));
      }
      if (!number) part.appendChild(scaleBar(app, crop.x + 12, crop.height - 12));
      across += crop.width + (last ? 0 : GAP);
      height = Math.max(height, crop.height);
    });
    // Ids of its own: it may stand in a page where the map's are hidden, which draws nothing.
    node.querySelectorAll("pattern").forEach((one) => one.setAttribute("id", `p${mark}-${one.id}`));
    node.querySelectorAll('[fill^="url(#"]').forEach((one) => one.setAttribute("fill", one.getAttribute("fill").replace("url(#", `url(#p${mark}-`)));
    node.appendChild(svg("rect", { x: 0.5, y: 0.5, width: across - 1, height: height - 1, fill: "none", stroke: "#555" }));
    [["width", across], ["height", height], ["viewBox", `0 0 ${across} ${height}`]].forEach(([name, value]) => node.setAttribute(name, value));
    return { node, width: across, height };
  }

  // What fills a place in the drawing that was made last.
  PlanMap.patternOf = (place) => `url(#p${drawn}-pm-fill-${place})`;

  // The items that show, in columns; returns the nodes and the height that they take.
  function legend(app, zones, top, width, id) {
    const across = app.state.lang === "en" ? 330 : 250;
    const columns = Math.max(1, Math.floor((width - 2 * EDGE) / across));
    const plan = (zone) => (app.state.view === "compare" ? `${app.pick(app.plan(zone.plan).short)} · ` : "");
    const nodes = zones.map((zone, number) => {
      const x = EDGE + (number % columns) * across;
      const y = top + 22 * Math.floor(number / columns);
      const sample = PlanMap.dom.swatch(app.data, zone);
      [["x", x], ["y", y]].forEach(([name, value]) => sample.setAttribute(name, value));
      sample.querySelectorAll('[fill^="url(#"]').forEach((one) => one.setAttribute("fill", one.getAttribute("fill").replace("url(#", `url(#${id}`)));
      const stated = zone.figures && zone.figures.stated ? `  ${zone.figures.stated} ${app.t("map.unit_km2")}` : "";
      return svg("g", {}, sample, words(x + 30, y + 12, plan(zone) + app.pick(zone.short || zone.name) + stated, {}));
    });
    return { nodes, height: 22 * Math.ceil(zones.length / columns) };
  }

  // Words in lines that fit; Chinese breaks anywhere.
  function lines(content, width, size) {
    const all = [];
    let line = "";
    let long = 0;
    (content.match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+|\s/g) || []).forEach((part) => {
      const wide = part.charCodeAt(0) > 0x2e7f ? size : part.length * size * 0.56;
      if (long + wide > width && line) {
        all.push(line);
        line = "";
        long = 0;
      }
      line += part;
      long += wide;
    });
    return all.concat(line ? [line] : []);
  }

  // Resolves to a PNG. Tiles of another host are left out: a browser gives no picture with them.
  PlanMap.picture = function picture(app, zones) {
    const { t, pick, data, state } = app;
    const map = PlanMap.mapDrawing(app);
    const id = `p${drawn}-`;
    const width = Math.round(map.width);
    const head = 54;
    const key = legend(app, zones, head + map.height + 14, width, id);
    const named = state.view === "compare" ? [state.from, state.to] : [state.plan];
    const plans = named.map((one) => app.plan(one)).map((plan) => `${pick(plan.name)} ${plan.from}–${plan.to}`).join(" ⇄ ");
    const small = 11.5;
    const notes = lines([t("notice.disclaimer"), t("notice.datum_short"), pick(data.attribution), `${t("map.data_version")} ${data.version}`,
      data.review_number && `${t("frame.approval_number")} ${data.review_number}`].filter(Boolean).join(" · "), width - 2 * EDGE, small);
    const below = head + map.height + key.height + 34;
    const height = Math.round(below + notes.length * 17);
    map.node.setAttribute("y", head);
    const titles = lines(`${pick(data.title)} · ${plans}`, width - 2 * EDGE, 22).length > 1 ? 15 : 22;
    const whole = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: width * SCALE, height: height * SCALE,
      viewBox: `0 0 ${width} ${height}` }, svg("rect", { width, height, fill: "#fff" }),
    words(EDGE, 36, `${pick(data.title)} · ${plans}`, { "font-size": titles, "font-weight": 600 }), map.node, ...key.nodes,
    ...notes.map((line, number) => words(EDGE, below + number * 17, line, { "font-size": small, fill: "#4b5563" })));
    const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(whole))}`;
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => {
        const canvas = document.createElement("canvas");
        canvas.width = width * SCALE;
        canvas.height = height * SCALE;
        canvas.getContext("2d").drawImage(image, 0, 0);
        canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("picture"))), "image/png");
      };
      image.onerror = () => reject(new Error("picture"));
      image.src = source;
    });
  };
})((window.PlanMap = window.PlanMap || {}));
