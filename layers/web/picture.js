// What the maps show beside their cards as one vector drawing; and that as a picture with title,
// legend, scale and sources.
(function (PlanMap) {
  "use strict";
  const { svg } = PlanMap.dom;
  const FONT = '"Noto Sans SC","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';
  const SCALE = 2; // pixels of the picture for one of its letters' sizes
  const SHEET = { width: 255, height: 190 }; // mm of a picture's map at most: wide, whatever the screen
  const PER_MM = 4.4; // a smallest name of 2.5 mm has 11 pixels
  const EDGE = 16;
  const CARD = 100; // pixels: what covers more of a side is a card, less is a tool
  const GAP = 4; // pixels between two maps side by side
  const ROUND = 24; // pixels of ground round what is drawn
  const LETTERS = 2.5 / 11; // mm of paper for a pixel of letters: 7 points for the smallest
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
  function labels(box, from, whole, times) {
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
          ? svg("path", { d: "M0-3.5l3.500 3.500-3.500 3.500-3.500-3.500z", fill: "#8a6d47", transform: `translate(${cx} ${cy}) scale(${times})` })
          : svg("circle", { cx, cy, r: 3 * times, fill: "#fff", stroke: "#3b3f58", "stroke-width": 2 * times }));
      }
      const points = cutAt(one.closest(".leaflet-pane"), from);
      if (points) {
        const xs = points.split(" ").map((pair) => parseFloat(pair));
        if (x < Math.min(...xs) || x > Math.max(...xs)) return null;
      }
      // A name at the edge would be cut: it has no business half on the sheet.
      const [half, tall] = [at.width / 2, at.height / 2];
      if (x - half < whole.x || x + half > whole.x + whole.width || y - tall < whole.y || y + tall > whole.y + whole.height) return null;
      group.appendChild(words(x, y, one.textContent, { "font-size": parseFloat(look.fontSize), "font-weight": look.fontWeight,
        "font-style": look.fontStyle, "letter-spacing": look.letterSpacing === "normal" ? 0 : parseFloat(look.letterSpacing),
        fill: look.color, "text-anchor": "middle", "dominant-baseline": "central", stroke: "#fff", "stroke-width": 3 * times,
        "stroke-linejoin": "round", "paint-order": "stroke", transform: turn ? `rotate(${turn[1]} ${x} ${y})` : "" }));
      return group;
    }).filter(Boolean);
  }

  // Names of the reader's own shapes, each in the middle of its own; zones beside them have theirs.
  function ownNames(app, crop, times) {
    if (app.state.view !== "own") return [];
    const names = [];
    app.view.overlay.eachLayer((layer) => layer.eachLayer((part) => {
      const { label, overlay_id: id } = part.feature.properties;
      if (!label || !part.getBounds || app.zones.has(id)) return;
      const { x, y } = app.map.latLngToContainerPoint(part.getBounds().getCenter());
      if (x < crop.x || x > crop.x + crop.width || y < crop.y || y > crop.y + crop.height) return;
      names.push(words(x, y, label, { "font-size": 11 * times, "font-weight": 650, fill: (part.options || {}).color || "#1f2937",
        "text-anchor": "middle", "dominant-baseline": "central", stroke: "#fff", "stroke-width": 3 * times,
        "stroke-linejoin": "round", "paint-order": "stroke" }));
    }));
    return names;
  }

  // Length of a round number of metres, and north, on a light ground.
  function scaleBar(app, left, bottom, times) {
    const { map } = app;
    const middle = map.getSize().divideBy(2);
    const metres = map.distance(map.containerPointToLatLng(middle), map.containerPointToLatLng(middle.add([100, 0])));
    const length = NICE.filter((one) => (one / metres) * 100 <= 150 * times).pop() || NICE[0];
    const wide = ((length / metres) * 100) / times;
        const name = length >= 1000 ? `${length / 1000} ${app.t("map.unit_km")}` : `${length} ${app.t("map.unit_m")}`;
    return svg("g", { transform: `translate(${left} ${bottom}) scale(${times})` }, svg("rect", { y: -34, width: wide + 46, height: 34, rx: 4, fill: "#fff", "fill-opacity": 0.88 }),
      svg("path", { d: `M10-12v5h${wide}v-5`, fill: "none", stroke: "#1f2937", "stroke-width": 2 }),
      words(10 + wide / 2, -16, name, { "font-size": 12, "text-anchor": "middle" }),
      svg("path", { d: `M${wide + 28}-18l5 12-5-3-5 3z`, fill: "#1f2937" }),
      words(wide + 28, -21, "N", { "font-size": 11, "font-weight": 600, "text-anchor": "middle" }));
  }

  // Which plan stands on which side of a wipe.
  function planChip(x, y, content, times, atRight) {
    const width = 13 * [...content].reduce((sum, one) => sum + (one.charCodeAt(0) > 255 ? 1 : 0.56), 0) + 22;
    const left = atRight ? x - width * times : x;
    return svg("g", { transform: `translate(${left} ${y}) scale(${times})` }, svg("rect", { width, height: 25, rx: 12.5, fill: "#1f3a5f" }),
      words(width / 2, 13, content, { fill: "#fff", "font-weight": 600, "text-anchor": "middle", "dominant-baseline": "central" }));
  }

  // Of what is in sight: without empty ground, then as wide or high as the paper, under cards too.
  function onPaper(app, open, size, ratio) {
    const { map, view, state } = app;
    const home = [map.latLngToContainerPoint(view.home.getNorthWest()), map.latLngToContainerPoint(view.home.getSouthEast())];
    const most = state.view === "compare" ? open : { x: 0, y: 0, width: size.width, height: size.height };
    // One direction: begin and end, first cut to what is drawn, then grown to a length.
    const cut = (from, length, low, high) => {
      const [start, end] = [Math.max(from, low - ROUND), Math.min(from + length, high + ROUND)];
      return end - start < length / 4 ? [from, from + length] : [start, end];
    };
    const grow = ([start, end], length, from, whole) => {
      const more = Math.min(length, whole) - (end - start);
      if (more <= 0) return [start, end];
      const low = Math.min(Math.max(from, start - more / 2), from + whole - (end - start) - more);
      return [low, low + (end - start) + more];
    };
    let across = cut(open.x, open.width, home[0].x, home[1].x);
    let down = cut(open.y, open.height, home[0].y, home[1].y);
    across = grow(across, (down[1] - down[0]) * ratio, most.x, most.width);
    down = grow(down, (across[1] - across[0]) / ratio, most.y, most.height);
    return { x: across[0], y: down[0], width: across[1] - across[0], height: down[1] - down[0] };
  }

  // {node, width, height}: an <svg> in pixels of the screen, cut to what is drawn, with names in the
  // size of print on a sheet of {width, height} in mm.
  PlanMap.mapDrawing = (app, sheet) => app.compare.withoutCards(() => {
    const parts = crops(app, sheet);
    const width = parts.reduce((sum, { crop }) => sum + crop.width, 0);
    const times = LETTERS / Math.min(sheet.width / width, sheet.height / parts[0].crop.height);
    const views = [app.view, app.compare.second].filter(Boolean);
    const before = views.map(({ labels: { grown, covered } }) => [grown, covered]);
    views.forEach((view) => {
      view.labels.covered = () => [];
      view.labels.large(times);
    });
    const drawn = drawing(app, parts, times);
    views.forEach((view, number) => {
      const [grown, covered] = before[number];
      view.labels.covered = covered;
      view.labels.large(grown);
    });
    return drawn;
  });

  // The maps, and the part of each that is drawn.
  function crops(app, sheet) {
    const first = app.map.getContainer();
    const second = first.parentNode.querySelector(".pm-second");
    const boxes = second ? [first, second] : [first];
    const inset = app.inset();
    const covered = (side) => (inset[side] > CARD ? inset[side] : 0);
    return boxes.map((box, number) => {
      const from = box.getBoundingClientRect();
      const last = number === boxes.length - 1;
      const x = number ? 0 : Math.min(covered("left"), from.width / 2);
      const open = { x, y: 0, width: from.width - x - (last ? Math.min(covered("right"), from.width / 2) : 0),
        height: from.height - Math.min(covered("bottom") && app.phone ? covered("bottom") : 0, from.height / 2) };
      return { box, from, crop: onPaper(app, open, from, sheet.width / sheet.height / boxes.length) };
    });
  }

  function drawing(app, parts, times) {
    drawn += 1;
    const mark = drawn;
    const first = parts[0].box;
    const second = parts[1];
    const node = svg("svg", { xmlns: "http://www.w3.org/2000/svg" });
    const edge = 12 * times;
    let across = 0;
    let height = 0;
    parts.forEach(({ box, from, crop }, number) => {
      const last = number === parts.length - 1;
      const patterns = [...first.querySelectorAll("pattern")].map((one) => one.cloneNode(true));
      const part = svg("svg", { x: across, y: 0, width: crop.width, height: crop.height, overflow: "hidden",
        viewBox: `${crop.x} ${crop.y} ${crop.width} ${crop.height}` }, svg("defs", {}, ...(number ? [] : patterns)),
      svg("rect", { x: 0, y: 0, width: from.width, height: from.height, fill: "#ece9e1" }),
      ...drawings(box, from, `${mark}-${number}`), ...labels(box, from, crop, times), ...ownNames(app, crop, times));
      node.appendChild(part);
      const heads = (app.compare.heads || []).map((head) => head.textContent);
      const top = crop.y + edge;
      if (heads.length) {
        if (second) part.appendChild(planChip(crop.x + edge, top, heads[number], times));
        else part.append(planChip(crop.x + edge, top, heads[0], times), planChip(crop.x + crop.width - edge, top, heads[1], times, true));
      }
      const handle = app.compare.handle;
      if (handle && !second) {
        const at = parseFloat(handle.style.left) - from.left;
        part.appendChild(svg("path", { d: `M${at} ${crop.y}v${crop.height}`, stroke: "#1f3a5f", "stroke-width": 2.5 * times }));
      }
      if (!number) part.appendChild(scaleBar(app, crop.x + edge, crop.y + crop.height - edge, times));
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
    // What closes a clause stays with the sign before it.
    (content.match(/[\u2e80-\uffff][，。；：、）》]*|[^\s\u2e80-\uffff]+[，。；：、）》]*|\s/g) || []).forEach((part) => {
      const wide = part.charCodeAt(0) > 0x2e7f ? part.length * size : part.length * size * 0.56;
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
    const map = PlanMap.mapDrawing(app, SHEET);
    const id = `p${drawn}-`;
    const times = PER_MM * Math.min(SHEET.width / map.width, SHEET.height / map.height);
    const width = Math.round(map.width * times);
    const tall = map.height * times;
    map.node.setAttribute("width", width);
    map.node.setAttribute("height", tall);
    const head = 54;
    const key = legend(app, zones, head + tall + 14, width, id);
    const named = state.view === "compare" ? [state.from, state.to] : [state.plan];
    const plans = named.map((one) => app.plan(one)).map((plan) => `${pick(plan.name)} ${plan.from}–${plan.to}`).join(" ⇄ ");
    const small = 11.5;
    const notes = lines([t("notice.disclaimer"), t("notice.datum_short"), pick(data.attribution), `${t("map.data_version")} ${data.version}`,
      data.review_number && `${t("frame.approval_number")} ${data.review_number}`].filter(Boolean).join(" · "), width - 2 * EDGE, small);
    const below = head + tall + key.height + 34;
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
