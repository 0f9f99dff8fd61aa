// Draws the base and the zones of all plans once; afterwards only what changed.
(function (PlanMap) {
  "use strict";
  const { element, svg } = PlanMap.popup;

  const ROADS = {
    trunk: { least: 3, zoom: 12, fill: "#ffffff", casing: "#cfc8b8" },
    primary: { least: 2.6, zoom: 12, fill: "#ffffff", casing: "#d3ccbd" },
    secondary: { least: 2, zoom: 13, fill: "#ffffff", casing: "#dad4c7" },
    local: { least: 1.4, zoom: 14, fill: "#ffffff", casing: "#e0dbd0" },
    footway: { least: 1.2, zoom: 14, fill: "#fdf8ec", casing: "#ddd2b8" },
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

  class View {
    // options: {report(value) or null, link: true to offer a link, bounds: instead of the district,
    // prefix: of the names of panes where two views share one map}
    constructor(map, data, options) {
      this.map = map;
      this.data = data;
      this.options = options || {};
      this.state = { lang: "zh", shown: [], opacity: 60, labels: true, selected: null, base: null };
      this.sequence = 0;
      this.shapes = new Map();
      this.redraws = [];
      this.t = (key) => this.pick(data.texts[key] || [key, key]);
      this.pick = (pair) => (this.state.lang === "en" ? pair[1] || pair[0] : pair[0]);
      this.name = (zone) => `${this.pick(this.plan(zone).name)} · ${this.pick(zone.short)}`;
      this.toWgs84 = (latlng) => this.base && this.base.gcj02
        ? PlanMap.geodesy.gcj02ToWgs84([latlng.lat, latlng.lng]) : [latlng.lat, latlng.lng];
      this.toDisplay = (points) => this.base && this.base.gcj02
        ? deepMap(points, PlanMap.geodesy.wgs84ToGcj02) : points;
      this.panes();
      this.patterns();
      this.drawBase();
      this.prepareZones();
      this.controls();
      map.on("zoomend", () => this.widths());
      map.on("popupopen", () => this.legend.fold(true));
      map.on("popupclose", (event) => {
        if (event.popup === this.popup) this.popup = null;
        this.legend.fold(false);
      });
      const home = L.latLngBounds(data.bounds);
      map.setMaxBounds(home.pad(1.2));
      this.fit(this.options.bounds || home);
      this.openLink();
      this.widths();
    }

    // A box that changes its size, as it does while the page is put together, shows all again,
    // until the reader has moved the map.
    fit(bounds) {
      const { map } = this;
      bounds = L.latLngBounds(bounds);
      const whole = () => {
        const size = map.getSize();
        const wide = size.x > 620;
        const right = wide && this.legend.node ? 168 : 8;
        if (size.x > 60 && size.y > 120) {
          map.fitBounds(bounds, { animate: false, paddingTopLeft: [8, 8],
            paddingBottomRight: [right, wide ? 64 : 76] });
        } else {
          map.setView(bounds.getCenter(), 13, { animate: false });
        }
        this.fitted = [map.getZoom(), map.getCenter().lat, map.getCenter().lng].join();
      };
      whole();
      new ResizeObserver(() => {
        if (!map.getContainer().isConnected || !map.getPane("mapPane")) return;
        const { lat, lng } = map.getCenter();
        const untouched = [map.getZoom(), lat, lng].join() === this.fitted;
        map.invalidateSize({ animate: false });
        if (untouched) whole();
      }).observe(map.getContainer());
    }

    plan(zone) {
      return this.data.plans.find((plan) => plan.id === zone.plan) || { name: [zone.plan, zone.plan] };
    }

    panes() {
      const order = { ground: 210, water: 220, casing: 230, street: 240, outline: 380,
        zones: 400, connectors: 410, selected: 420, overlay: 430, names: 450, measure: 470 };
      const prefix = this.options.prefix || "";
      Object.entries(order).forEach(([name, z]) => {
        const pane = this.map.createPane(prefix + name);
        pane.style.zIndex = z;
        if (name !== "zones" && name !== "overlay") pane.style.pointerEvents = "none";
      });
      this.renderers = {};
      Object.keys(order).forEach((name) => {
        this.renderers[name] = L.svg({ pane: prefix + name, padding: 0.5 });
      });
      this.labels = new PlanMap.Labels(this.map, `${prefix}names`);
    }

    // Geometry that follows the display datum of the base map.
    follow(layer, points) {
      this.redraws.push(() => layer.setLatLngs(this.toDisplay(points)));
      return layer;
    }

    line(points, style) {
      return this.follow(L.polyline(this.toDisplay(points), {
        renderer: this.renderers[style.pane], interactive: false, lineCap: "round",
        lineJoin: "round", smoothFactor: 0.6, ...style,
      }), points);
    }

    polygon(points, style) {
      return this.follow(L.polygon(this.toDisplay(points), {
        renderer: this.renderers[style.pane], smoothFactor: 0.4, ...style,
      }), points);
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
        const marks = {
          diagonal: [["path", { d: "M-3 3L3-3M0 12L12 0M9 15L15 9", ...stroke }]],
          "back-diagonal": [["path", { d: "M-3 9L3 15M0 0L12 12M9-3L15 3", ...stroke }]],
          vertical: [["path", { d: "M3 0V12M9 0V12", ...stroke }]],
          horizontal: [["path", { d: "M0 3H12M0 9H12", ...stroke }]],
          cross: [["path", { d: "M0 0L12 12M0 12L12 0", ...stroke, "stroke-width": 1 }]],
          grid: [["path", { d: "M6 0V12M0 6H12", ...stroke, "stroke-width": 1 }]],
          dots: [["circle", { cx: 3, cy: 3, r: 1.3, ...dot }], ["circle", { cx: 9, cy: 9, r: 1.3, ...dot }]],
          rings: [["circle", { cx: 6, cy: 6, r: 2.6, ...stroke, "stroke-width": 1.1 }]],
          "lines-and-dots": [["path", { d: "M0 3H12", ...stroke }],
            ["circle", { cx: 6, cy: 9, r: 1.3, ...dot }]],
        };
        (marks[style.hatch] || []).forEach(([tag, attributes]) =>
          pattern.appendChild(svg(tag, attributes)));
        defs.appendChild(pattern);
      });
      this.map.getContainer().appendChild(defs);
    }

    drawBase() {
      const { data } = this;
      this.own = L.layerGroup().addTo(this.map);
      const district = decodePolygons(data.district.g);
      this.polygon(district, { pane: "ground", stroke: false, fillColor: "#fbfaf6", fillOpacity: 1,
        interactive: false }).addTo(this.own);
      this.wide = [];
      data.river.forEach((river) => {
        const layer = this.line(decodeLines(river.g), { pane: "water", color: "#c4d9e6" });
        this.wide.push({ layer, metres: river.width, least: 3 });
        layer.addTo(this.own);
      });
      data.roads.forEach((road) => {
        const look = ROADS[road.cls] || ROADS.local;
        const points = decodeLines(road.g);
        const metres = 2 * (road.half || 6);
        const casing = this.line(points, { pane: "casing", color: look.casing });
        const fill = this.line(points, { pane: "street", color: look.fill,
          dashArray: road.method === "inferred" ? "10 3" : "" });
        this.wide.push({ layer: casing, metres, least: look.least, more: 1.8, zoom: look.zoom });
        this.wide.push({ layer: fill, metres, least: look.least, zoom: look.zoom });
        casing.addTo(this.own);
        fill.addTo(this.own);
      });
      this.line(district.flat(), { pane: "outline", color: "#8b8577", weight: 1.6,
        dashArray: "9 3 2 3", lineCap: "butt" }).addTo(this.map);
    }

    metresPerPixel() {
      const centre = this.map.getCenter();
      return (156543.03392 * Math.cos((centre.lat * Math.PI) / 180)) / 2 ** this.map.getZoom();
    }

    widths() {
      const zoom = this.map.getZoom();
      const perPixel = this.metresPerPixel();
      this.wide.forEach(({ layer, metres, least, more, zoom: from }) => {
        const hidden = from && zoom < from;
        layer.setStyle({ weight: Math.max(least, metres / perPixel) + (more || 0),
          opacity: hidden ? 0 : 1 });
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
      const common = { pane: "zones", color: style.edge, weight: 1.8,
        dashArray: this.data.dashes[zone.basis] || "", className: "pm-zone" };
      if (zone.t === "polygon") {
        shape.points = decodePolygons(zone.g);
        shape.layer = this.polygon(shape.points, { ...common, fill: true,
          fillColor: style.filled ? `url(#pm-fill-${zone.place})` : style.fill,
          fillOpacity: this.fillOpacity(zone) });
      } else if (zone.t === "line") {
        shape.points = decodeLines(zone.g);
        shape.layer = this.line(shape.points, { ...common, interactive: true, weight: 4 });
      } else if (zone.t === "point") {
        const points = decodeLine(zone.g);
        shape.layer = L.layerGroup(points.map((point) => {
          const dot = L.circleMarker(this.toDisplay(point), { ...common, dashArray: "", radius: 5.5, weight: 2.4,
            renderer: this.renderers.zones, fill: true, fillColor: "#ffffff", fillOpacity: 0.9 });
          this.redraws.push(() => dot.setLatLng(this.toDisplay(point)));
          return dot;
        }));
      }
      const parts = shape.layer ? (shape.layer.getLayers ? shape.layer.getLayers() : [shape.layer]) : [];
      parts.forEach((part) => {
        part.on("click", (event) => {
          part.closeTooltip();
          this.clicked(zone, event.latlng);
        });
        part.on("add", () => this.makeReachable(part, zone));
        part.on("mouseover", () => part.setStyle({ weight: zone.t === "line" ? 6 : 3 }));
        part.on("mouseout", () => part.setStyle({ weight: zone.t === "line" ? 4 : 1.8 }));
        part.bindTooltip(() => element("span", "", this.name(zone)), { sticky: true, direction: "top",
          className: "pm-tooltip" });
      });
      this.shapes.set(zone.id, shape);
      return shape;
    }

    fillOpacity(zone) {
      return this.data.styles[zone.place].filled ? this.state.opacity / 100 : 0;
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

    setOpacity(percent) {
      this.state.opacity = percent;
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
      if (this.measure && this.measure.active) return;
      const hits = this.holding(latlng, zone);
      const filled = hits.filter((hit) => this.data.styles[hit.place].filled);
      this.open((filled[0] && zone.t === "polygon") ? filled[0] : zone, hits, latlng);
    }

    open(zone, hits, latlng) {
      const width = Math.min(330, this.map.getSize().x - 48);
      const content = PlanMap.popup.build(zone, {
        t: this.t, pick: this.pick, name: this.name, hits, verdicts: this.data.verdicts,
        onPick: (hit) => this.open(hit, hits, latlng),
        onZoom: () => this.zoomTo(zone.id),
      });
      if (this.popup && this.popup.isOpen()) {
        this.popup.setContent(content);
      } else {
        this.popup = L.popup({ maxWidth: width, minWidth: Math.min(240, width),
          maxHeight: Math.max(150, Math.min(330, this.map.getSize().y - 150)), autoPanPadding: [12, 12],
          className: "pm-popup-frame" }).setLatLng(latlng).setContent(content);
        this.popup.openOn(this.map);
      }
      this.opened = { zone, hits, latlng };
      this.select(zone.id);
      this.sequence += 1;
      if (this.options.report) {
        this.options.report({ zone_id: zone.id, sequence: this.sequence,
          also: hits.map((hit) => hit.id), at: this.toWgs84(latlng) });
      }
    }

    select(id) {
      this.state.selected = id;
      this.highlight.clearLayers();
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

    zoomTo(id) {
      const bounds = this.bounds(id);
      if (bounds) this.map.flyToBounds(bounds, { padding: [30, 30], maxZoom: 17, duration: 0.4 });
    }

    // Takes a whole state; draws only what differs from the one before.
    update(next) {
      const before = this.state;
      const state = { ...before, ...next };
      if (next.seen !== undefined && next.seen < this.sequence) state.selected = before.selected;
      this.state = state;
      const first = !this.ready;
      this.ready = true;
      const spoken = first || before.lang !== state.lang;
      if (JSON.stringify(before.base) !== JSON.stringify(state.base)) this.setBase(state.base);
      const shownBefore = first ? [] : before.shown;
      const changed = first || JSON.stringify(shownBefore) !== JSON.stringify(state.shown);
      if (changed) this.toggle(shownBefore, state.shown);
      if (first || before.selected !== state.selected) this.select(state.selected);
      if (changed || spoken || before.labels !== state.labels || before.base !== state.base) {
        this.labels.set(this.labelItems());
        this.legend.render();
      }
      if (spoken) this.speak();
      this.notice.render();
      if (JSON.stringify(before.overlay) !== JSON.stringify(state.overlay)) this.drawOverlay();
      const zoom = state.zoom;
      if (zoom && zoom.n !== this.zoomed) {
        this.zoomed = zoom.n;
        if (!(first && this.linked)) this.zoomTo(zoom.id);
      }
    }

    toggle(before, shown) {
      before.filter((id) => !shown.includes(id)).forEach((id) => {
        const shape = this.shapes.get(id);
        if (shape && shape.layer) shape.layer.remove();
        if (this.opened && this.opened.zone.id === id && this.popup) this.popup.close();
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
      this.measure.render();
      if (this.linkButton) {
        this.linkButton.textContent = this.t("map.copy_link");
        this.linkButton.title = this.t("map.copy_link_title");
      }
      this.shapes.forEach(({ zone, layer }) => {
        if (layer && layer.getElement && layer.getElement()) this.makeReachable(layer, zone);
      });
      if (this.popup && this.popup.isOpen() && this.opened) {
        const { zone, hits, latlng } = this.opened;
        this.popup.setContent(PlanMap.popup.build(zone, { t: this.t, pick: this.pick,
          name: this.name, hits, verdicts: this.data.verdicts,
          onPick: (hit) => this.open(hit, hits, latlng), onZoom: () => this.zoomTo(zone.id) }));
      }
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
          at: [shift(zone.at)], zoom: zone.t === "point" ? 13 : 12.5,
          weight: zone.t === "point" ? 58 : 90 - (zone.kind === "belt" ? 10 : 0),
          colour: this.data.styles[zone.place].edge });
      });
      if (!this.state.labels || (this.base && this.base.labels)) return items;
      this.data.river.forEach((river) => items.push({ kind: "river", text: this.pick(river.name),
        at: river.at.map(shift), zoom: 12.5, weight: 70 }));
      this.data.roads.forEach((road) => items.push({ kind: "road", text: this.pick(road.name),
        at: road.at.map(shift), zoom: LABEL_ZOOM[road.cls] || 14.5,
        weight: (LABEL_WEIGHT[road.cls] || 36) + Math.min(6, road.length / 600),
        room: (zoom) => road.length / this.metresPerPixel() }));
      this.data.points.forEach((point) => {
        const metro = point.cls === "metro";
        items.push({ kind: metro ? "metro" : "landmark", text: this.pick(point.name),
          at: [shift(point.at)], zoom: metro ? 13 : 14.75, weight: metro ? 56 : 30, symbol: true });
      });
      return items;
    }

    // base: null for the project's own, or {url, more, attribution, datum, gcj02, subdomains, max}
    setBase(base) {
      this.base = base;
      (this.tiles || []).forEach((layer) => layer.remove());
      this.tiles = [];
      if (base) {
        this.tiles = base.urls.map((url) => L.tileLayer(url, { maxZoom: 19,
          maxNativeZoom: base.max || 18, subdomains: base.subdomains || "abc" }).addTo(this.map));
        this.own.remove();
      } else {
        this.own.addTo(this.map);
      }
      this.redraws.forEach((redraw) => redraw());
      if (this.popup) this.popup.close();
      this.toggle(this.state.shown, this.state.shown);
      this.select(this.state.selected);
      this.drawOverlay();
    }

    // GeoJSON of another view: readings, an edge, a piece of an overlap, a place.
    drawOverlay() {
      this.overlay.clearLayers();
      const { overlay } = this.state;
      if (!overlay) return;
      const layer = L.geoJSON(overlay, {
        renderer: this.renderers.overlay, pane: "overlay",
        coordsToLatLng: (c) => L.latLng(this.toDisplay([c[1], c[0]])),
        style: (feature) => ({ color: "#111827", weight: 3, fill: false, ...feature.properties.style }),
        pointToLayer: (feature, latlng) => L.circleMarker(latlng, { radius: 7, color: "#111827",
          weight: 2.5, fillColor: "#ffffff", fillOpacity: 1, renderer: this.renderers.overlay }),
      });
      layer.eachLayer((part) => {
        const { label, overlay_id: id } = part.feature.properties;
        if (label) part.bindTooltip(element("span", "", label), { sticky: true, className: "pm-tooltip" });
        part.on("click", (event) => {
          if (!id || !this.options.report) return;
          L.DomEvent.stopPropagation(event);
          this.sequence += 1;
          this.options.report({ overlay_id: id, sequence: this.sequence });
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

    controls() {
      PlanMap.controls(this);
      this.map.on("click", (event) => {
        if (this.measure.active || !this.state.report_points || !this.options.report) return;
        this.sequence += 1;
        this.options.report({ sequence: this.sequence, at: this.toWgs84(event.latlng) });
      });
    }

    // ?at=latitude,longitude,zoom in the page's address opens that view.
    openLink() {
      this.linked = false;
      if (!this.options.link) return;
      try {
        const at = new URLSearchParams(window.parent.location.search).get("at");
        const [latitude, longitude, zoom, opacity] = (at || "").split(",").map(Number);
        const known = [latitude, longitude, zoom].every(Number.isFinite);
        if (at && known && this.map.options.maxBounds.contains([latitude, longitude])) {
          this.map.setView([latitude, longitude], Math.min(19, Math.max(11, zoom)), { animate: false });
          if (opacity >= 0 && opacity <= 100) this.state.opacity = opacity;
          this.linked = true;
        }
      } catch (error) {
        this.linked = false;
      }
    }
  }

  PlanMap.View = View;
  PlanMap.decode = { line: decodeLine, lines: decodeLines, polygons: decodePolygons };
})((window.PlanMap = window.PlanMap || {}));
