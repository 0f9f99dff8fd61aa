// Distance and area by the reader's own points, on the ellipsoid whatever the base map.
(function (PlanMap) {
  "use strict";
  const { button: plainButton, element } = PlanMap.dom;

  class Measure {
    // host: {map, box to draw into, t(key), toWgs84(latlng) -> [lat, lng], toDisplay([lat, lng]),
    // number(value, digits), changed(words for the address)}
    constructor(host) {
      this.host = host;
      this.box = host.box;
      this.mode = null;
      this.points = [];
      this.layer = L.layerGroup().addTo(host.map);
      const map = host.map;
      map.on("click", (event) => this.mode && !this.done && this.add(event.latlng));
      map.on("dblclick", () => this.mode && this.finish());
      map.getContainer().addEventListener("keydown", (event) => {
        if (this.mode && event.key === "Enter" && event.target === map.getContainer()) this.finish();
      });
    }

    // The panel opens with a distance, and forgets its points when it closes.
    shown(on) {
      if (on && !this.mode) this.start("distance");
      if (!on && this.mode) this.stop();
    }

    // Words for the address: the kind and the points, WGS84.
    words() {
      if (!this.mode || !this.points.length) return "";
      return [this.mode, ...this.points.map((point) => this.host.toWgs84(point).map((n) => n.toFixed(5)).join(","))].join(",");
    }

    restore(words) {
      const [mode, ...rest] = words.split(",");
      const numbers = rest.map(Number);
      if (!["distance", "area"].includes(mode) || !numbers.every(Number.isFinite) || numbers.length % 2) return;
      this.start(mode);
      for (let i = 0; i < numbers.length; i += 2) {
        this.points.push(L.latLng(this.host.toDisplay([numbers[i], numbers[i + 1]])));
      }
      this.finish();
    }

    get active() {
      return this.mode !== null && !this.done;
    }

    start(mode) {
      this.stop();
      this.mode = mode;
      this.host.map.doubleClickZoom.disable();
      this.host.map.getContainer().classList.add("pm-measuring");
      this.render();
    }

    stop() {
      this.mode = null;
      this.done = false;
      this.points = [];
      this.layer.clearLayers();
      this.host.map.doubleClickZoom.enable();
      this.host.map.getContainer().classList.remove("pm-measuring");
      this.render();
    }

    finish() {
      this.done = true;
      this.host.map.getContainer().classList.remove("pm-measuring");
      this.render();
    }

    add(latlng) {
      const last = this.points[this.points.length - 1];
      if (last && this.host.map.latLngToContainerPoint(last)
        .distanceTo(this.host.map.latLngToContainerPoint(latlng)) < 3) return;
      this.points.push(latlng);
      this.render();
    }

    undo() {
      this.points.pop();
      this.render();
    }

    result() {
      const points = this.points.map((point) => this.host.toWgs84(point));
      const { length, area } = PlanMap.geodesy;
      if (this.mode === "distance") return { metres: length(points) };
      const ring = points.concat(points.slice(0, 1));
      return { metres: length(ring), squareMetres: points.length > 2 ? area(points) : 0 };
    }

    draw() {
      this.layer.clearLayers();
      const style = { color: "#b4321f", weight: 2, dashArray: "5 4", interactive: false,
        pane: "measure" };
      if (this.mode === "area" && this.points.length > 2) {
        L.polygon(this.points, Object.assign({}, style, { fillOpacity: 0.12 })).addTo(this.layer);
      } else if (this.points.length > 1) {
        L.polyline(this.points, style).addTo(this.layer);
      }
      this.points.forEach((point) =>
        L.circleMarker(point, Object.assign({}, style, { dashArray: "", radius: 3.5, fill: true, fillColor: "#fff", fillOpacity: 1 })).addTo(this.layer));
    }

    button(label, title, onClick, pressed) {
      const button = plainButton("pm-tool", label, onClick);
      button.title = title;
      if (pressed !== undefined) button.setAttribute("aria-pressed", String(pressed));
      return button;
    }

    render() {
      const { t, number } = this.host;
      this.draw();
      PlanMap.put(this.box);
      this.box.hidden = this.mode === null;
      this.host.changed(this.words());
      if (!this.mode) return;
      const tools = element("div", "pm-tools");
      [["distance", "map.measure_distance"], ["area", "map.measure_area"]].forEach(([mode, key]) => {
        const on = this.mode === mode;
        tools.appendChild(this.button(t(key), t(key), () => this.start(mode), on));
      });
      this.box.appendChild(tools);
      const panel = element("div", "pm-measure-panel");
      const { metres, squareMetres } = this.result();
      const lengthText = metres < 1000
        ? `${number(metres, 0)} ${t("map.unit_m")}` : `${number(metres / 1000, 2)} ${t("map.unit_km")}`;
      const value = this.mode === "distance" ? lengthText
        : `${number(squareMetres / 1e6, 3)} ${t("map.unit_km2")} · ${number(squareMetres / 1e4, 1)} ${t("map.unit_ha")}`;
      const output = element("output", "pm-measure-value", value);
      output.setAttribute("aria-live", "polite");
      panel.appendChild(output);
      if (this.mode === "area") {
        panel.appendChild(element("div", "pm-measure-more", `${t("map.perimeter")} ${lengthText}`));
      }
      panel.appendChild(element("div", "pm-measure-more",
        t(this.done ? "map.measure_method" : "map.measure_hint")));
      const actions = element("div", "pm-tools");
      if (!this.done) {
        actions.appendChild(this.button(t("map.measure_centre"), t("map.measure_centre_title"),
          () => this.add(this.host.map.getCenter())));
        actions.appendChild(this.button(t("map.measure_undo"), t("map.measure_undo"), () => this.undo()));
        actions.appendChild(this.button(t("map.measure_finish"), t("map.measure_finish"), () => this.finish()));
      }
      actions.appendChild(this.button(t("map.measure_clear"), t("map.measure_clear"), () => this.stop()));
      panel.appendChild(actions);
      this.box.appendChild(panel);
    }
  }

  PlanMap.Measure = Measure;
})((window.PlanMap = window.PlanMap || {}));
