// Two plans on one map: a handle wipes between them, or the map stands twice and moves as one;
// and the table of what became of what.
(function (PlanMap) {
  "use strict";
  const { element, svg, button, iconButton, number, list } = PlanMap.dom;
  const KEY_STEP = 0.02;
  const CLIPPED = ["zones", "connectors", "selected", "names"];

  class Compare {
    constructor(app) {
      this.app = app;
      this.node = element("section", "pm-card pm-table-card");
      this.node.hidden = true;
      this.node.tabIndex = -1;
      this.belts = false;
      this.pairs = null;
      this.mode = null;
    }

    t(key, values) { return this.app.t(key, values); }

    planName(id) { return this.app.pick(this.app.plan(id).name); }

    zoneName(id) {
      const zone = this.app.zones.get(id);
      return zone ? this.app.pick(zone.name) : id;
    }

    // English names are sentences: a table has room for the short ones.
    headName(id) {
      const zone = this.app.zones.get(id);
      return zone ? this.app.pick(this.app.state.lang === "en" ? zone.short : zone.name) : id;
    }

    headPlan(id) { return this.app.pick(this.app.plan(id).short); }

    cellOf() {
      const { cell } = this.app.state;
      return cell ? cell.split("|") : null;
    }

    draw(keys) {
      const { app } = this;
      const { state } = app;
      const on = state.view === "compare";
      const mode = on ? state.mode : null;
      const has = (...names) => keys.includes("all") || names.some((name) => keys.includes(name));
      if (on && !this.pairs && !this.asked) {
        this.asked = true;
        app.host.load("pairs", (pairs) => {
          this.pairs = pairs;
          this.renderTable();
          app.room();
          app.drawMap();
        });
      }
      if (mode !== this.mode) this.build(mode);
      app.overlays.cell = on ? this.overlay() : null;
      if (this.second) this.update();
      if (has("lang", "view", "from", "to", "mode", "table", "cell")) this.renderTable();
    }

    // The second plan is a second drawing: on the same map, or on one that moves with it.
    build(mode) {
      const { app } = this;
      const { map } = app;
      this.end();
      this.mode = mode;
      if (!mode) return;
      this.heads = [0, 1].map((side) => {
        const head = element("p", `pm-plan-chip pm-plan-chip-${side}`);
        app.main.appendChild(head);
        return head;
      });
      const options = { click: (zone, hits, latlng) => app.clicked(zone, hits, latlng), hover: (id) => app.hover(id),
        covered: mode === "side" ? null : () => app.covered() };
      if (mode === "side") {
        const box = element("div", "pm-second");
        map.getContainer().after(box);
        this.other = L.map(box, { zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 90, minZoom: 11, maxZoom: 19,
          attributionControl: false, zoomAnimation: false, zoomControl: false });
        this.other.setView(map.getCenter(), map.getZoom(), { animate: false });
        box.setAttribute("role", "region");
        map.invalidateSize({ animate: false });
        this.second = new PlanMap.View(this.other, app.data, Object.assign({}, options, { inset: () => app.inset(), twin: true }));
        this.together(map, this.other);
      } else {
        this.second = new PlanMap.View(map, app.data, Object.assign({}, options, { prefix: "b-", bare: true }));
        this.swipe(map);
      }
    }

    end() {
      const { map } = this.app;
      (this.heads || []).forEach((head) => head.remove());
      this.heads = null;
      if (this.other) {
        map.off("move zoomend resize", this.follow);
        const box = this.other.getContainer();
        this.other.remove();
        box.remove();
        this.other = null;
        window.setTimeout(() => map.invalidateSize({ animate: false }), 0);
      } else if (this.second) {
        this.second.end();
      }
      if (this.handle) {
        this.handle.remove();
        this.handle = null;
        map.off("move zoomend viewreset resize", this.clipping);
        CLIPPED.forEach((name) => { map.getPane(name).style.clipPath = ""; });
      }
      this.second = null;
    }

    update() {
      const { app, second } = this;
      const { state } = app;
      const shown = app.shownIn(state.to);
      const base = app.baseOf(state.base, true);
      second.update({ lang: state.lang, shown, fade: state.fade, labels: state.labels, base,
        selected: app.selectedIn(shown) });
      [state.from, state.to].forEach((id, side) => {
        const plan = app.plan(id);
        this.heads[side].textContent = `${app.pick(plan.short)} ${plan.from}–${plan.to}`;
      });
      if (this.other) {
        this.other.getContainer().setAttribute("aria-label", this.t("compare.map_aria", { plan: this.planName(state.to) }));
      }
      if (this.handle) {
        this.handle.setAttribute("aria-label", this.t("compare.handle"));
        this.clip();
      }
    }

    // Two maps, one view; the pointer on one shows its place on the other.
    together(first, other) {
      let busy = false;
      const tie = (one, two) => () => {
        if (busy) return;
        busy = true;
        two.setView(one.getCenter(), one.getZoom(), { animate: false });
        busy = false;
      };
      this.follow = tie(first, other);
      first.on("move zoomend resize", this.follow);
      other.on("move zoomend resize", tie(other, first));
      other.on("dragstart", () => { this.app.view.moved = true; });
      this.follow();
    }

    // The handle is a slider; the panes of either plan are clipped at it.
    swipe(map) {
      const { app } = this;
      const handle = element("div", "pm-handle");
      handle.tabIndex = 0;
      Object.entries({ role: "slider", "aria-valuemin": 0, "aria-valuemax": 100, "aria-orientation": "horizontal" })
        .forEach(([name, value]) => handle.setAttribute(name, value));
      handle.appendChild(element("span", "pm-handle-grip", "⇆"));
      // In sight once it stands where the cards leave room.
      handle.style.visibility = "hidden";
      window.setTimeout(() => {
        this.clip();
        handle.style.visibility = "";
      }, 60);
      app.main.appendChild(handle);
      this.handle = handle;
      const move = (share) => {
        app.state.split = Math.min(1, Math.max(0, share));
        this.clip();
      };
      const at = (event) => {
        const box = map.getContainer().getBoundingClientRect();
        const [from, width] = this.span();
        move((event.clientX - box.left - from) / width);
      };
      handle.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        handle.focus();
        handle.setPointerCapture(event.pointerId);
        handle.addEventListener("pointermove", at);
      });
      ["pointerup", "pointercancel"].forEach((name) => handle.addEventListener(name, () => {
        handle.removeEventListener("pointermove", at);
        app.write(false);
      }));
      handle.addEventListener("keydown", (event) => {
        const steps = { ArrowLeft: -KEY_STEP, ArrowDown: -KEY_STEP, ArrowRight: KEY_STEP, ArrowUp: KEY_STEP,
          PageDown: -5 * KEY_STEP, PageUp: 5 * KEY_STEP, Home: -1, End: 1 };
        if (!(event.key in steps)) return;
        event.preventDefault();
        event.stopPropagation();
        move(app.state.split + steps[event.key]);
        app.write(false);
      });
      this.clipping = () => this.clip();
      map.on("move zoomend viewreset resize", this.clipping);
    }

    // What is drawn for paper while cards that leave a strip beside them are away.
    withoutCards(draw) {
      const { app } = this;
      const { map, view } = app;
      const cards = (app.state.mode === "side" ? [this.node, app.list.node] : [this.node]).filter((one) => !one.hidden);
      if (app.state.view !== "compare" || !cards.length) return draw();
      const [centre, zoom] = [map.getCenter(), map.getZoom()];
      const away = (on) => {
        cards.forEach((one) => { one.hidden = on; });
        if (on && !view.moved) view.whole();
        if (!on) map.setView(centre, zoom, { animate: false });
        this.clip();
      };
      away(true);
      const drawn = draw();
      away(false);
      return drawn;
    }

    // The part of the map that no card covers: where it begins, and how wide it is.
    span() {
      const inset = this.app.inset();
      return [inset.left, Math.max(80, this.app.map.getSize().x - inset.left - (inset.right > 60 ? inset.right : 0))];
    }

    clip() {
      if (!this.handle) return;
      const { map, state } = this.app;
      const size = map.getSize();
      const from = map.containerPointToLayerPoint([0, 0]);
      const to = map.containerPointToLayerPoint(size);
      const [start, width] = this.span();
      const across = start + width * state.split;
      const x = from.x + across;
      const area = (left, right) => `polygon(${left}px ${from.y}px, ${right}px ${from.y}px, ` +
        `${right}px ${to.y}px, ${left}px ${to.y}px)`;
      CLIPPED.forEach((name) => {
        map.getPane(name).style.clipPath = area(from.x, x);
        map.getPane(`b-${name}`).style.clipPath = area(x, to.x);
      });
      this.handle.style.left = `${across}px`;
      const percent = Math.round(100 * state.split);
      this.handle.setAttribute("aria-valuenow", percent);
      this.handle.setAttribute("aria-valuetext", this.t("compare.handle_value", { percent,
        left: this.planName(state.from), right: this.planName(state.to) }));
    }

    // The pair as it stands in the data, turned round where the reader asks for it backwards.
    pair() {
      const { from: left, to: right } = this.app.state;
      const kind = this.belts ? "all" : "zones";
      const direct = this.pairs[`${left}|${right}`];
      if (direct) return direct[kind];
      const turned = this.pairs[`${right}|${left}`];
      if (!turned) return null;
      const back = turned[kind];
      return { rows: back.columns, columns: back.rows, undrawn: [...back.undrawn].reverse(),
        cells: back.cells.map((cell) => (Object.assign({}, cell, { a: cell.b, b: cell.a, sa: cell.sb, sb: cell.sa }))) };
    }

    overlay() {
      const pair = this.pairs && this.pair();
      const chosen = this.cellOf();
      const cell = pair && chosen && pair.cells.find((one) => one.a === chosen[0] && one.b === chosen[1]);
      if (!cell) return null;
      const ring = (points) => points.concat([points[0]]).map(([y, x]) => [x, y]);
      return { features: [{ type: "Feature", geometry: { type: "MultiPolygon",
        coordinates: PlanMap.decode.polygons(cell.g).map((rings) => rings.map(ring)) },
      properties: { label: this.sentence(cell), style: { color: "#111827", weight: 3, fill: true,
        fillColor: "#111827", fillOpacity: 0.28, dashArray: "" } } }] };
    }

    km2(value) { return number(value, 2); }

    percent([share, low, high]) {
      const words = (value) => (100 * value).toFixed(1);
      return high - low < 0.0005 ? `${words(share)}%` : `${words(share)}% (${words(low)}–${words(high)}%)`;
    }

    sentence(cell) {
      const { from: left, to: right } = this.app.state;
      const values = { km2: this.km2(cell.km2[0]), low: this.km2(cell.km2[1]), high: this.km2(cell.km2[2]),
        from: this.planName(left), to: this.planName(right),
        a: this.zoneName(cell.a || cell.b), b: this.zoneName(cell.b || cell.a),
        sa: cell.sa ? this.percent(cell.sa) : "", sb: cell.sb ? this.percent(cell.sb) : "" };
      const key = !cell.b ? "compare.left_over" : !cell.a ? "compare.right_over" : "compare.piece";
      return [this.t(key, values), ...cell.notes.map((note) => this.t(`compare.note_${note}`))].join(" ");
    }

    pickCell(cell) {
      const { app } = this;
      const words = `${cell.a}|${cell.b}`;
      const same = app.state.cell === words;
      app.set({ cell: same ? null : words });
      if (same) return;
      const bounds = L.latLngBounds(app.view.toDisplay(PlanMap.decode.polygons(cell.g)).flat(2));
      if (!app.map.getBounds().contains(bounds)) app.view.fly(bounds);
    }

    renderTable() {
      const { app } = this;
      const { state } = app;
      const was = this.node.hidden;
      this.node.hidden = state.view !== "compare" || !state.table;
      if (was !== this.node.hidden) window.setTimeout(() => !app.view.moved && app.view.whole(), 0);
      if (this.node.hidden) { PlanMap.put(this.node); return; }
      this.node.setAttribute("aria-label", this.t("frame.overlaps"));
      const close = iconButton("pm-close", "close", this.t("frame.close"), () => app.set({ table: false }));
      const pair = this.pairs && this.pair();
      if (!pair || state.from === state.to) {
        PlanMap.put(this.node, close, element("p", "pm-quiet", this.t(this.pairs ? "compare.same_period" : "frame.loading")));
        return;
      }
      const heading = element("h2", "", this.t("compare.matrix", {
        from: this.planName(state.from), to: this.planName(state.to) }));
      heading.id = "cmp-matrix";
      if (!pair.rows.length || !pair.columns.length) {
        const empty = pair.rows.length ? state.to : state.from;
        PlanMap.put(this.node, close, heading, element("p", "cmp-quiet",
          this.t("compare.no_areas", { plan: this.planName(empty) })));
        return;
      }
      const { rows, columns } = pair;
      const toggle = element("label", "cmp-belts");
      const box = element("input", "");
      Object.assign(box, { type: "checkbox", checked: this.belts });
      box.addEventListener("change", () => {
        this.belts = box.checked;
        this.renderTable();
        this.node.querySelector("input").focus();
      });
      toggle.append(box, element("span", "", this.t("compare.with_belts")));
      const table = element("table", "");
      const head = element("tr", "");
      const corner = this.headCell("", `${this.headPlan(state.from)} ↓`);
      corner.appendChild(element("span", "cmp-corner", `${this.headPlan(state.to)} →`));
      head.appendChild(corner);
      columns.forEach((column) => head.appendChild(this.headCell("col", this.headName(column.id), column)));
      ["compare.in_none", "compare.repeated", "compare.area"].forEach((key) =>
        head.appendChild(this.headCell("col", this.t(key))));
      const top = element("thead", "");
      top.appendChild(head);
      const body = element("tbody", "");
      const cells = new Map(pair.cells.map((cell) => [`${cell.a}|${cell.b}`, cell]));
      rows.forEach((row) => {
        const line = element("tr", "");
        line.appendChild(this.headCell("row", this.headName(row.id), row));
        columns.forEach((column) => line.appendChild(this.dataCell(cells.get(`${row.id}|${column.id}`))));
        line.appendChild(this.dataCell(cells.get(`${row.id}|`)));
        line.appendChild(this.sumCell(row.repeated));
        line.appendChild(this.sumCell(row.area));
        body.appendChild(line);
      });
      [["compare.in_none", (c) => this.dataCell(cells.get(`|${c.id}`))],
        ["compare.repeated", (c) => this.sumCell(c.repeated)],
        ["compare.area", (c) => this.sumCell(c.area)]].forEach(([key, cell]) => {
        const line = element("tr", "cmp-sum");
        line.appendChild(this.headCell("row", this.t(key)));
        columns.forEach((column) => line.appendChild(cell(column)));
        for (let i = 0; i < 3; i += 1) line.appendChild(element("td", ""));
        body.appendChild(line);
      });
      table.append(top, body);
      table.setAttribute("aria-labelledby", "cmp-matrix");
      const scroll = element("div", "cmp-scroll");
      scroll.tabIndex = 0;
      scroll.setAttribute("role", "region");
      scroll.setAttribute("aria-labelledby", "cmp-matrix");
      scroll.appendChild(table);
      const said = element("p", "cmp-said");
      said.setAttribute("role", "status");
      const chosen = state.cell && cells.get(state.cell);
      said.textContent = chosen ? this.sentence(chosen) : this.t("compare.pick_cell");
      const undrawn = pair.undrawn.flat().map((id) => this.zoneName(id));
      const nodes = [heading, toggle, said, scroll, element("p", "cmp-quiet", this.t("compare.rule"))];
      if (undrawn.length) nodes.push(element("p", "cmp-quiet",
        this.t("compare.undrawn", { names: list(undrawn, state.lang) })));
      PlanMap.put(this.node, close, ...nodes);
    }

    headCell(scope, words, row) {
      const cell = element(scope ? "th" : "td", "");
      if (scope) cell.scope = scope;
      const zone = row && this.app.zones.get(row.id);
      if (zone) {
        const style = this.app.data.styles[zone.place];
        const mark = svg("svg", { width: 12, height: 12, viewBox: "0 0 12 12", "aria-hidden": "true" });
        mark.appendChild(svg("rect", { x: 1, y: 1, width: 10, height: 10, fill: style.fill,
          stroke: style.edge, "stroke-width": 1.6 }));
        cell.appendChild(mark);
        cell.title = this.app.pick(zone.name);
      }
      cell.appendChild(element("span", "", words));
      return cell;
    }

    dataCell(data) {
      const cell = element("td", "");
      if (!data || data.km2[0] < 5e-4) {
        cell.appendChild(element("span", "cmp-none", "–"));
        return cell;
      }
      const pressed = this.app.state.cell === `${data.a}|${data.b}`;
      const cellButton = button("cmp-cell", null, () => {
        this.pickCell(data);
        const again = this.node.querySelector(`[data-cell="${data.a}|${data.b}"]`);
        if (again) again.focus({ preventScroll: true });
      });
      cellButton.setAttribute("aria-pressed", String(pressed));
      cellButton.dataset.cell = `${data.a}|${data.b}`;
      cellButton.setAttribute("aria-label", this.sentence(data));
      cellButton.appendChild(element("b", "", this.km2(data.km2[0])));
      const share = data.sa || data.sb;
      cellButton.appendChild(element("span", "", `${(100 * share[0]).toFixed(0)}%`));
      const marks = data.notes.filter((note) => this.app.data.texts[`compare.mark_${note}`])
        .map((note) => this.t(`compare.mark_${note}`));
      if (marks.length) cellButton.appendChild(element("small", "", marks.join(" ")));
      if (data.notes.includes("same_by_construction")) cellButton.classList.add("cmp-same");
      cell.appendChild(cellButton);
      return cell;
    }

    sumCell(value) {
      return element("td", "cmp-number", value < 5e-4 ? "–" : this.km2(value));
    }
  }

  PlanMap.Compare = Compare;
})((window.PlanMap = window.PlanMap || {}));
