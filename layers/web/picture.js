// The map as a picture: what is on the screen, with title, legend, scale and sources.
(function (PlanMap) {
  "use strict";
  const { svg } = PlanMap.dom;
  const FONT = '"Noto Sans SC","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';
  const SCALE = 2; // pixels of the picture for one of the screen
  const EDGE = 16;
  const NICE = [50, 100, 200, 250, 500, 1000, 2000, 2500, 5000];

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
  function drawings(box, from) {
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
      const points = cutAt(one.parentNode, from);
      if (!points) return copy;
      const id = `pm-cut-${number}`;
      return svg("g", { "clip-path": `url(#${id})` }, svg("clipPath", { id }, svg("polygon", { points })), copy);
    });
  }

  function labels(box, from) {
    return [...box.querySelectorAll(".pm-label")].filter((one) => one.offsetParent !== null).map((one) => {
      const at = one.getBoundingClientRect();
      const look = window.getComputedStyle(one);
      const turn = /rotate\(([-\d.]+)deg\)/.exec(one.style.transform);
      const x = (at.left + at.right) / 2 - from.left;
      const y = (at.top + at.bottom) / 2 - from.top;
      return words(x, y, one.textContent, { "font-size": parseFloat(look.fontSize), "font-weight": look.fontWeight,
        fill: look.color, "text-anchor": "middle", "dominant-baseline": "central", stroke: "#fff", "stroke-width": 3,
        "stroke-linejoin": "round", "paint-order": "stroke", transform: turn ? `rotate(${turn[1]} ${x} ${y})` : "" });
    });
  }

  function scaleBar(app, x, y) {
    const { map } = app;
    const middle = map.getSize().divideBy(2);
    const metres = map.distance(map.containerPointToLatLng(middle), map.containerPointToLatLng(middle.add([100, 0])));
    const length = NICE.filter((one) => (one / metres) * 100 <= 150).pop() || NICE[0];
    const wide = (length / metres) * 100;
    return [svg("path", { d: `M${x} ${y - 6}v6h${wide}v-6`, fill: "none", stroke: "#1f2937", "stroke-width": 2 }),
      words(x + wide + 8, y, length >= 1000 ? `${length / 1000} km` : `${length} m`, {})];
  }

  // The items that show, in columns; returns the nodes and the height that they take.
  function legend(app, zones, top, width) {
    const across = app.state.lang === "en" ? 330 : 250;
    const columns = Math.max(1, Math.floor((width - 2 * EDGE) / across));
    const plan = (zone) => (app.state.view === "compare" ? `${app.pick(app.plan(zone.plan).name)} · ` : "");
    const nodes = zones.map((zone, number) => {
      const x = EDGE + (number % columns) * across;
      const y = top + 22 * Math.floor(number / columns);
      const sample = PlanMap.dom.swatch(app.data, zone);
      [["x", x], ["y", y]].forEach(([name, value]) => sample.setAttribute(name, value));
      const stated = zone.figures && zone.figures.stated ? `  ${zone.figures.stated} ${app.t("map.unit_km2")}` : "";
      return svg("g", {}, sample, words(x + 30, y + 12, plan(zone) + app.pick(zone.short || zone.name) + stated, {}));
    });
    return { nodes, height: 22 * Math.ceil(zones.length / columns) };
  }

  // Resolves to a PNG. Tiles of another host are left out: a browser gives no picture with them.
  PlanMap.picture = function picture(app, zones) {
    const box = app.map.getContainer();
    const from = box.getBoundingClientRect();
    const [width, high] = [Math.round(from.width), Math.round(from.height)];
    const head = 54;
    const key = legend(app, zones, head + high + 14, width);
    const named = app.state.view === "compare" ? [app.state.from, app.state.to] : [app.state.plan];
    const plans = named.map((id) => app.pick(app.plan(id).name)).join(" ⇄ ");
    const notes = [app.t("notice.disclaimer"), app.pick(app.data.attribution),
      `${app.t("map.data_version")} ${app.data.version}`].filter(Boolean).join(" · ");
    const height = head + high + key.height + 66;
    const patterns = [...box.querySelectorAll("pattern")].map((one) => one.cloneNode(true));
    const map = svg("svg", { x: 0, y: head, width, height: high, overflow: "hidden" },
      svg("rect", { width, height: high, fill: "#ece9e1" }), ...drawings(box, from), ...labels(box, from));
    const whole = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width: width * SCALE, height: height * SCALE,
      viewBox: `0 0 ${width} ${height}` }, svg("defs", {}, ...patterns), svg("rect", { width, height, fill: "#fff" }),
      words(EDGE, 36, `${app.pick(app.data.title)} · ${plans}`, { "font-size": 22, "font-weight": 600 }),
      map, ...key.nodes, ...scaleBar(app, EDGE, height - 34), words(EDGE, height - 12, notes, { "font-size": 11.5, fill: "#4b5563" }));
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
