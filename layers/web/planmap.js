// Draws the base and the zones of all plans once; afterwards only what changed.
(function (PlanMap) {
  "use strict";
  const { element, svg } = PlanMap.dom;

  const ROADS = {
    trunk: { least: 3, zoom: 12, fill: "#ffffff", casing: "#cfc8b8" },
    primary: { least: 2.6, zoom: 12, fill: "#ffffff", casing: "#d3ccbd" },
    secondary: { least: 2, zoom: 13, fill: "#ffffff", casing: "#dad4c7" },
    local: { least: 1.4, zoom: 14, fill: "#ffffff", casing: "#e0dbd0" },
    footway: { least: 1.2, zoom: 14, fill: "#fdf8ec", casing: "#ddd2b8" },
    lane: { least: 0.8, zoom: 14.5, fill: "#fdfdfb", casing: "#e6e2d8" },
  };
  const LABEL_WEIGHT = { trunk: 52, primary: 48, secondary: 42, local: 36, footway: 34 };
  const LABEL_ZOOM = { trunk: 13, primary: 13.5, secondary: 14, local: 14.5, footway: 14.5 };

  // Numbers are millionths of a degree, x then y, each the step from the one before.
  function decodeLine(numbers) {
    const points = [];
    let x = 0;
    let y = 0;
    for (let i = 0; i < numbers.length; i += 2) {
      x += numbers[i];
      y += numbers[i + 1];
      points.push([y / 1e6, x / 1e6]);
    }
    return points;
  }
  const decodeLines = (lines) => lines.map(decodeLine);
  const decodePolygons = (polygons) => polygons.map(decodeLines);

  function deepMap(points, change) {
    return typeof points[0] === "number" ? change(points) : points.map((p) => deepMap(p, change));
  }

  function ringHolds(ring, point) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [yi, xi] = ring[i];
      const [yj, xj] = ring[j];
      if (yi > point[0] !== yj > point[0] &&
        point[1] < ((xj - xi) * (point[0] - yi)) / (yj - yi) + xi) inside = !inside;
    }
    return inside;
  }
  const polygonsHold = (polygons, point) =>
    polygons.some((rings) => rings.reduce((inside, ring) => inside !== ringHolds(ring, point), false));

  const BELT_FILL = 0.5; // of the opacity of a zone, so that a chosen belt hides nothing

  class View {
    // options: {click(hits, zone, latlng), overlayClick(id), point(latlng), hover(id or null),
    // inset() the pixels on each side that stand under cards, covered() the boxes that do, bounds: instead of the district,
    // prefix: of the names of panes where two views share one map, bare: without the base}
    constructor(map, data, options) {
      this.map = map;
      this.data = data;
      this.options = options || {};
      this.state = { lang: "zh", shown: [], fade: {}, labels: true, selected: null, base: null };
      this.shapes = new Map();
      this.redraws = [];
      this.t = (key) => this.pick(data.texts[key] || [key, key]);
      this.pick = (pair) => (this.state.lang === "en" ? pair[1] || pair[0] : pair[0]);
      this.name = (zone) => `${this.pick(this.plan(zone).name)} · ${this.pick(zone.name)}`;
      this.toWgs84 = (latlng) => this.base && this.base.gcj02
        ? PlanMap.geodesy.gcj02ToWgs84([latlng.lat, latlng.lng]) : [latlng.lat, latlng.lng];
      this.toDisplay = (points) => this.base && this.base.gcj02
        ? deepMap(points, PlanMap.geodesy.wgs84ToGcj02) : points;
      const home = L.latLngBounds(data.bounds);
      this.home = L.latLngBounds(this.options.bounds || home);
      // In its place before anything is drawn: every shape is projected anew when the map is set.
      if (!this.options.bare && !this.options.twin) {
        map.setView(home.getCenter(), 13, { animate: false });
        this.whole();
      }
      map.setMaxBounds(home.pad(4));
      this.panes();
      this.own = L.layerGroup();
      this.wide = [];
      if (!this.options.bare) {
        this.patterns();
        this.drawBase();
      }
      this.prepareZones();
      map.on("zoomend", () => !this.ended && this.widths());
      // A hover's words would lie over the popup, and a click opens them too.
      map.on("tooltipopen", ({ tooltip }) => {
        if (this.options.quiet && this.options.quiet()) window.setTimeout(() => map.closeTooltip(tooltip), 0);
      });
      map.on("click", (event) => this.options.point && this.options.point(event.latlng));
      if (!this.options.bare && !this.options.twin) this.watch();
      this.widths();
    }

    // The whole is shown again whenever the window changes, until the reader has moved the map.
    // What counts is that a reader did it: floats of a centre change with the window alone.
    watch() {
      const { map } = this;
      const box = map.getContainer();
      this.moved = false;
      const byReader = () => { this.moved = true; };
      map.on("dragstart", byReader);
      box.addEventListener("wheel", byReader, { passive: true });
      box.addEventListener("dblclick", byReader);
      box.addEventListener("keydown", (event) => {
        if (/^(Arrow|[+\-=])/.test(event.key)) byReader();
      });
      new ResizeObserver(() => this.resized()).observe(box);
    }

    resized() {
      const { map } = this;
      if (!map.getContainer().isConnected || !map.getPane("mapPane")) return;
      map.invalidateSize({ animate: false });
      if (this.waiting) this.fly(this.waiting, false);
      else if (!this.moved) this.whole();
    }

    padding(more) {
      const inset = (this.options.inset && this.options.inset()) || {};
      const side = (name) => (inset[name] || 0) + more;
      return { paddingTopLeft: [side("left"), side("top")], paddingBottomRight: [side("right"), side("bottom")] };
    }

    // False where the window is still too small to show anything beside its cards.
    roomy(padding) {
      const size = this.map.getSize();
      return size.x > padding.paddingTopLeft[0] + padding.paddingBottomRight[0] + 60 &&
        size.y > padding.paddingTopLeft[1] + padding.paddingBottomRight[1] + 60;
    }

    whole(animate) {
      const padding = this.padding(10);
      this.waiting = null;
      if (!this.roomy(padding)) {
        this.map.setView(this.home.getCenter(), 13, { animate: false });
        return;
      }
      const before = [this.map.getCenter(), this.map.getZoom()];
      // Where it stands already: Leaflet would project every shape anew all the same.
      const now = JSON.stringify([this.map.getSize(), padding, this.home]);
      if (now === this.fitted && this.at && before[0].equals(this.at[0]) && before[1] === this.at[1]) return;
      this.map.fitBounds(this.home, Object.assign({ animate: Boolean(animate) && !PlanMap.calm() }, padding));
      this.fitted = now;
      this.at = animate ? null : [this.map.getCenter(), this.map.getZoom()];
    }

    // Goes to bounds in the part of the window that no card covers; waits for a window.
    fly(bounds, animate) {
      const padding = this.padding(30);
      this.waiting = this.roomy(padding) ? null : bounds;
      if (this.waiting) return;
      this.moved = true;
      const options = Object.assign({ maxZoom: 17 }, padding);
      if (animate === false || PlanMap.calm()) this.map.fitBounds(bounds, Object.assign({}, options, { animate: false }));
      else this.map.flyToBounds(bounds, Object.assign({}, options, { duration: 0.4 }));
    }

    plan(zone) {
      return this.data.plans.find((plan) => plan.id === zone.plan) || { name: [zone.plan, zone.plan] };
    }

    panes() {
      const order = { ground: 210, water: 220, casing: 230, street: 240, outline: 380,
        zones: 400, connectors: 410, selected: 420, overlay: 430, names: 450, measure: 470 };
      const prefix = this.options.prefix || "";
      this.paneNames = Object.keys(order);
      Object.entries(order).forEach(([name, z]) => {
        const pane = this.map.createPane(prefix + name);
        pane.style.zIndex = z;
        if (name !== "zones" && name !== "overlay") pane.style.pointerEvents = "none";
      });
      this.renderers = {};
      Object.keys(order).forEach((name) => {
        this.renderers[name] = L.svg({ pane: prefix + name, padding: 0.5 });
      });
      this.labels = new PlanMap.Labels(this.map, `${prefix}names`, this.options.covered);
    }

    // Geometry that follows the display datum of the base map.
    follow(layer, points) {
      this.redraws.push(() => layer.setLatLngs(this.toDisplay(points)));
      return layer;
    }

    line(points, style) {
      return this.follow(L.polyline(this.toDisplay(points), Object.assign({ renderer: this.renderers[style.pane], interactive: false, lineCap: "round", lineJoin: "round", smoothFactor: 0.6 }, style)), points);
    }

    polygon(points, style) {
      return this.follow(L.polygon(this.toDisplay(points), Object.assign({ renderer: this.renderers[style.pane], smoothFactor: 0.4 }, style)), points);
    }

    patterns() {
      const defs = svg("svg", { width: 0, height: 0, "aria-hidden": "true" });
      defs.style.position = "absolute";
      Object.entries(this.data.styles).forEach(([place, style]) => {
        const pattern = svg("pattern", { id: `pm-fill-${place}`, width: 12, height: 12,
          patternUnits: "userSpaceOnUse" });
        pattern.appendChild(svg("rect", { width: 12, height: 12, fill: style.fill,
          "fill-opacity": 0.62 }));
        const stroke = { stroke: style.edge, "stroke-width": 1.3, fill: "none",
          "stroke-opacity": 0.75 };
        const dot = { fill: style.edge, "fill-opacity": 0.8 };
        const kinds = { line: ["path", stroke], ring: ["circle", stroke], dot: ["circle", dot] };
        (this.data.hatches[style.hatch] || []).forEach(([kind, shape]) => {
          const [tag, look] = kinds[kind];
          pattern.appendChild(svg(tag, Object.assign({}, look, shape)));
        });
        defs.appendChild(pattern);
      });
      this.map.getContainer().appendChild(defs);
    }

    drawBase() {
      const { data } = this;
      this.own.addTo(this.map);
      const district = decodePolygons(data.district.g);
      this.polygon(district, { pane: "ground", stroke: false, fillColor: "#fbfaf6", fillOpacity: 1,
        interactive: false }).addTo(this.own);
      this.blocks(data.blocks || []);
      data.river.forEach((river) => {
        const draw = (g, faded) => {
          const layer = this.line(decodeLines(g), { pane: "water", color: "#c4d9e6", lineCap: "butt" });
          this.wide.push({ layer, metres: river.width, least: 3, faded });
          layer.addTo(this.own);
        };
        river.fade.forEach((g) => draw(g, river.opacity));
        draw(river.g, 1);
      });
      data.roads.forEach((road) => {
        const look = ROADS[road.cls] || ROADS.local;
        const points = decodeLines(road.g);
        const metres = 2 * (road.half || 6);
        const casing = this.line(points, { pane: "casing", color: look.casing });
        const fill = this.line(points, { pane: "street", color: look.fill,
          dashArray: { inferred: "10 3", estimated: "3 6" }[road.method] || "" });
        const faded = road.method === "estimated" ? 0.55 : 1;
        this.wide.push({ layer: casing, metres, least: look.least, more: 1.8, zoom: look.zoom, faded });
        this.wide.push({ layer: fill, metres, least: look.least, zoom: look.zoom, faded });
        casing.addTo(this.own);
        fill.addTo(this.own);
      });
      // What lies outside the district steps back, its streets too.
      const [[south, west], [north, east]] = data.bounds;
      const [tall, wide] = [3 * (north - south), 3 * (east - west)];
      const round = [[south - tall, west - wide], [south - tall, east + wide], [north + tall, east + wide], [north + tall, west - wide]];
      this.polygon([round, ...district.map((rings) => rings[0])], { pane: "outline", stroke: false, fillColor: "#d3cdbd",
        fillOpacity: 0.42, fillRule: "evenodd", interactive: false }).addTo(this.own);
      this.line(district.flat(), { pane: "outline", color: "#8b8577", weight: 1.6,
        dashArray: "9 3 2 3", lineCap: "butt" }).addTo(this.map);
    }

    // Built ground of the town: no names, no outline, only a tone.
    blocks(records) {
      records.forEach((record) => this.polygon(decodePolygons(record.g), { pane: "ground", stroke: false,
        fillColor: record.fill || "#efece3", fillOpacity: 1, interactive: false }).addTo(this.own));
    }

    metresPerPixel() {
      const centre = this.map.getCenter();
      return (156543.03392 * Math.cos((centre.lat * Math.PI) / 180)) / 2 ** this.map.getZoom();
    }

    widths() {
      const zoom = this.map.getZoom();
      const perPixel = this.metresPerPixel();
      this.wide.forEach(({ layer, metres, least, more, zoom: from, faded }) => {
        const hidden = from && zoom < from;
        layer.setStyle({ weight: Math.max(least, metres / perPixel) + (more || 0),
          opacity: hidden ? 0 : faded || 1 });
      });
    }

    prepareZones() {
      this.zones = new Map(this.data.zones.map((zone) => [zone.id, zone]));
      this.order = [...this.data.zones].sort((a, b) => (b.area || 0) - (a.area || 0));
      this.connectors = L.layerGroup().addTo(this.map);
      this.highlight = L.layerGroup().addTo(this.map);
      this.overlay = L.layerGroup().addTo(this.map);
    }

    shape(zone) {
      if (this.shapes.has(zone.id)) return this.shapes.get(zone.id);
      const style = this.data.styles[zone.place];
      const shape = { zone, layer: null, points: null };
      const common = { pane: "zones", color: style.edge, weight: this.weight(zone),
        dashArray: this.data.dashes[zone.basis] || "", className: "pm-zone" };
      if (zone.t === "polygon") {
        shape.points = decodePolygons(zone.g);
        shape.layer = this.polygon(shape.points, Object.assign({}, common, { fill: true, fillColor: style.filled ? `url(#pm-fill-${zone.place})` : style.fill, fillOpacity: this.fillOpacity(zone) }));
      } else if (zone.t === "line") {
        shape.points = decodeLines(zone.g);
        shape.layer = this.line(shape.points, Object.assign({}, common, { interactive: true, weight: 4 }));
      } else if (zone.t === "point") {
        const points = decodeLine(zone.g);
        shape.layer = L.layerGroup(points.map((point) => {
          const dot = L.circleMarker(this.toDisplay(point), Object.assign({}, common, { dashArray: "", radius: 5.5, weight: 2.4, renderer: this.renderers.zones, fill: true, fillColor: "#ffffff", fillOpacity: 0.9 }));
          this.redraws.push(() => dot.setLatLng(this.toDisplay(point)));
          return dot;
        }));
      }
      const parts = shape.layer ? (shape.layer.getLayers ? shape.layer.getLayers() : [shape.layer]) : [];
      parts.forEach((part) => {
        part.on("click", (event) => {
          L.DomEvent.stopPropagation(event);
          part.closeTooltip();
          this.clicked(zone, event.latlng);
        });
        part.on("add", () => this.makeReachable(part, zone));
        part.on("mouseover", () => this.options.hover && this.options.hover(zone.id));
        part.on("mouseout", () => this.options.hover && this.options.hover(null));
        part.bindTooltip(() => this.tooltip(zone), { sticky: true, direction: "top", className: "pm-tooltip" });
      });
      this.shapes.set(zone.id, shape);
      return shape;
    }

    tooltip(zone) {
      const node = element("span", "", this.pick(zone.name));
      const stated = zone.figures && zone.figures.stated;
      if (stated) node.appendChild(element("small", "", ` ${stated} ${this.t("map.unit_km2")}`));
      return node;
    }

    // A belt runs across zones: it is an outline until it is the one that is read.
    fillOpacity(zone) {
      if (!this.data.styles[zone.place].filled) return 0;
      const fade = this.state.fade[zone.group];
      const strength = (fade === undefined ? 60 : fade) / 100;
      if (zone.kind !== "belt") return strength;
      return zone.id === this.state.selected ? strength * BELT_FILL : 0;
    }

    weight(zone) {
      return (zone.t === "line" ? 4 : 1.8) + (zone.id === this.hovered ? 1.6 : 0);
    }

    hover(id) {
      const before = this.hovered;
      this.hovered = id;
      [before, id].forEach((one) => {
        const shape = one && this.shapes.get(one);
        if (shape && shape.layer) shape.layer[shape.zone.t === "point" ? "eachLayer" : "setStyle"](
          shape.zone.t === "point" ? (dot) => dot.setRadius(one === id ? 8 : 5.5)
            : { weight: this.weight(shape.zone) });
      });
    }

    // Shapes are reached by Tab and opened by Enter, and say their name.
    makeReachable(part, zone) {
      const node = part.getElement();
      if (!node) return;
      node.setAttribute("tabindex", "0");
      node.setAttribute("role", "button");
      node.setAttribute("aria-label", this.name(zone));
      node.dataset.zone = zone.id;
      if (node.dataset.reachable) return;
      node.dataset.reachable = "1";
      node.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        part.closeTooltip();
        this.clicked(zone, L.latLng(this.toDisplay(zone.at)));
      });
    }

    fills() {
      this.shapes.forEach(({ zone, layer }) => {
        if (zone.t === "polygon") layer.setStyle({ fillOpacity: this.fillOpacity(zone) });
      });
    }

    visible() {
      return this.order.filter((zone) => this.state.shown.includes(zone.id) && zone.t);
    }

    // Every visible zone that holds the point, the smallest first.
    holding(latlng, clicked) {
      const point = this.toWgs84(latlng);
      const hits = this.visible().filter((zone) =>
        zone === clicked || (zone.t === "polygon" && polygonsHold(this.shape(zone).points, point)));
      return hits.reverse();
    }

    clicked(zone, latlng) {
      const hits = this.holding(latlng, zone);
      const first = zone.t === "polygon" && hits.find((hit) => this.data.styles[hit.place].filled &&
        hit.kind !== "belt");
      this.options.click(first || zone, hits, latlng);
    }

    select(id) {
      this.state.selected = id;
      this.highlight.clearLayers();
      this.fills();
      const zone = this.zones.get(id);
      if (!zone || !zone.t) return;
      const style = this.data.styles[zone.place];
      const points = this.toDisplay(this.shape(zone).points || decodeLine(zone.g));
      if (zone.t === "point") {
        points.forEach((point) => L.circleMarker(point, { radius: 10, color: style.edge, weight: 3,
          fill: false, renderer: this.renderers.selected, interactive: false }).addTo(this.highlight));
        return;
      }
      const lines = zone.t === "polygon" ? points.flat() : points;
      const closed = zone.t === "polygon" ? lines.map((line) => line.concat([line[0]])) : lines;
      [["#ffffff", 7, 0.9], [style.edge, 3.6, 1]].forEach(([color, weight, opacity]) =>
        L.polyline(closed, { color, weight, opacity, smoothFactor: 0.4, interactive: false,
          renderer: this.renderers.selected }).addTo(this.highlight));
    }

    bounds(id) {
      const zone = this.zones.get(id);
      if (!zone || !zone.t) return null;
      const points = this.toDisplay(this.shape(zone).points || decodeLine(zone.g)).flat(3);
      const flat = [];
      for (let i = 0; i < points.length; i += 2) flat.push([points[i], points[i + 1]]);
      return L.latLngBounds(flat);
    }

    zoomTo(id, animate) {
      const bounds = this.bounds(id);
      if (bounds) this.fly(bounds, animate);
    }

    // Takes the second plan of a comparison off the map again.
    end() {
      [this.own, this.connectors, this.highlight, this.overlay].forEach((layer) => layer.remove());
      this.shapes.forEach(({ layer }) => layer && layer.remove());
      this.labels.set([]);
      this.labels.off();
      this.ended = true;
      const prefix = this.options.prefix || "";
      Object.values(this.renderers).forEach((renderer) => renderer.remove());
      this.paneNames.forEach((name) => {
        this.map.getPane(prefix + name).remove();
        delete this.map._panes[prefix + name];
      });
    }

    // Takes a whole state; draws only what differs from the one before.
    update(next) {
      const before = this.state;
      const state = Object.assign({}, before, next);
      this.state = state;
      const first = !this.ready;
      this.ready = true;
      const differs = (key) => first || JSON.stringify(before[key]) !== JSON.stringify(state[key]);
      const spoken = differs("lang");
      const based = differs("base");
      if (based && !(first && !state.base)) this.setBase(state.base);
      const changed = differs("shown");
      if (changed) this.toggle(first ? [] : before.shown, state.shown);
      if (changed || differs("selected")) this.select(state.selected);
      if (differs("fade")) this.fills();
      if (changed || spoken || differs("labels") || based) this.labels.set(this.labelItems());
      if (spoken) this.speak();
      if (differs("overlay")) this.drawOverlay();
    }

    toggle(before, shown) {
      before.filter((id) => !shown.includes(id)).forEach((id) => {
        const shape = this.shapes.get(id);
        if (shape && shape.layer) shape.layer.remove();
      });
      this.visible().forEach((zone) => {
        const { layer } = this.shape(zone);
        if (!this.map.hasLayer(layer)) layer.addTo(this.map);
        if (layer.bringToFront) layer.bringToFront();
      });
      this.connectors.clearLayers();
      (this.data.connectors || []).forEach((connector) => {
        if (!shown.includes(connector.zone)) return;
        L.polyline(this.toDisplay(decodeLines(connector.g)), { color: "#ffffff", weight: 3,
          dashArray: this.data.connector_dash, interactive: false,
          renderer: this.renderers.connectors }).addTo(this.connectors);
      });
    }

    speak() {
      this.map.getContainer().setAttribute("aria-label", this.t("map.aria"));
      this.shapes.forEach(({ zone, layer }) => {
        if (layer && layer.getElement && layer.getElement()) this.makeReachable(layer, zone);
      });
    }

    labelItems() {
      const items = [];
      const shift = (at) => {
        const moved = this.toDisplay([at[0], at[1]]);
        return [moved[0], moved[1], at[2] || 0];
      };
      this.visible().forEach((zone) => {
        const kind = zone.t === "point" ? "place" : zone.kind === "belt" ? "belt" : "zone";
        items.push({ kind, text: this.pick(zone.short),
          at: [zone.at, ...(zone.more || [])].map(shift), zoom: zone.t === "point" ? 13 : 12.5,
          weight: zone.t === "point" ? 58 : 90 - (zone.kind === "belt" ? 10 : 0),
          colour: this.data.styles[zone.place].edge });
      });
      if (this.options.bare || !this.state.labels || (this.base && this.base.labels)) return items;
      this.data.river.forEach((river) => items.push({ kind: "river", text: this.pick(river.name),
        at: river.at.map(shift), zoom: 12.5, weight: 70 }));
      this.data.roads.forEach((road) => items.push({ kind: "road", text: this.pick(road.name),
        at: road.at.map(shift), zoom: LABEL_ZOOM[road.cls] || 14.5,
        weight: (LABEL_WEIGHT[road.cls] || 36) + Math.min(6, road.length / 600),
        room: (zoom) => road.length / this.metresPerPixel() }));
      this.data.points.forEach((point) => {
        if (point.cls === "neighbour") {
          items.push({ kind: "neighbour", text: this.pick(point.name), at: [shift(point.at)], zoom: 0, weight: 58, symbol: false });
          return;
        }
        const metro = point.cls === "metro";
        items.push({ kind: metro ? "metro" : "landmark", text: this.pick(point.name),
          at: [shift(point.at)], zoom: metro ? 13 : 14.75, weight: metro ? 60 : 30, symbol: true });
      });
      return items;
    }

    // base: null for the project's own, or {url, more, attribution, datum, gcj02, subdomains, max}
    setBase(base) {
      this.base = base;
      (this.tiles || []).forEach((layer) => layer.remove());
      this.tiles = [];
      // Our own base stays until a first tile is there: a service out of reach leaves no void.
      if (!this.options.bare) this.own.addTo(this.map);
      if (base && !this.options.bare) {
        let came = false;
        let lost = 0;
        this.tiles = base.urls.map((url) => L.tileLayer(url, { maxZoom: 19,
          maxNativeZoom: base.max || 18, subdomains: base.subdomains || "abc" })
          .on("tileload", () => {
            if (came || this.base !== base) return;
            came = true;
            this.own.remove();
            if (this.options.online) this.options.online(true);
          })
          .on("tileerror", () => {
            lost += 1;
            if (!came && lost === 2 && this.base === base && this.options.online) this.options.online(false);
          })
          .addTo(this.map));
      }
      this.redraws.forEach((redraw) => redraw());
      this.toggle(this.state.shown, this.state.shown);
      this.select(this.state.selected);
      this.drawOverlay();
    }

    // Where the shapes of another view lie; null without any.
    overlayBounds() {
      const layers = this.overlay.getLayers();
      return layers.length && layers[0].getBounds().isValid() ? layers[0].getBounds() : null;
    }

    // GeoJSON of another view: readings, an edge, a piece of an overlap, a place.
    drawOverlay() {
      this.overlay.clearLayers();
      const { overlay } = this.state;
      if (!overlay) return;
      const layer = L.geoJSON(overlay, {
        renderer: this.renderers.overlay, pane: "overlay",
        coordsToLatLng: (c) => L.latLng(this.toDisplay([c[1], c[0]])),
        style: (feature) => (Object.assign({ color: "#111827", weight: 3, fill: false }, feature.properties.style)),
        pointToLayer: (feature, latlng) => L.circleMarker(latlng, { radius: 7, color: "#111827",
          weight: 2.5, fillColor: "#ffffff", fillOpacity: 1, renderer: this.renderers.overlay }),
      });
      layer.eachLayer((part) => {
        const { label, overlay_id: id } = part.feature.properties;
        // streamlit-folium hears of clicks by the group, and would send the shape after what is told of it.
        part.removeEventParent(layer);
        if (label) part.bindTooltip(element("span", "", label), { sticky: true, className: "pm-tooltip" });
        part.on("click", (event) => {
          if (!id || !this.options.overlayClick) return;
          L.DomEvent.stopPropagation(event);
          this.options.overlayClick(id);
        });
        part.on("add", () => {
          const node = part.getElement && part.getElement();
          if (node && id) {
            node.setAttribute("tabindex", "0");
            node.setAttribute("role", "button");
            node.setAttribute("aria-label", label || id);
          }
        });
      });
      layer.addTo(this.overlay);
    }
  }

  // No flights for who asks the system for less motion.
  PlanMap.calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  PlanMap.View = View;
  PlanMap.polygonsHold = polygonsHold;
  PlanMap.decode = { line: decodeLine, lines: decodeLines, polygons: decodePolygons };
})((window.PlanMap = window.PlanMap || {}));
