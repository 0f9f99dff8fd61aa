// Two plans side by side, or one map that a handle wipes between them, or one after the other;
// and the table of what became of what. The page and the offline file draw with this code.
(function (PlanMap) {
  "use strict";
  const { element, svg } = PlanMap.popup;
  const MODES = ["side", "swipe", "time"];
  const KEY_STEP = 0.02;
  const NOTHING = { render() {}, fold() {} };

  // One plan on a map: without controls of its own, and without the base where another draws it.
  class Half extends PlanMap.View {
    drawBase() {
      if (this.options.bare) {
        this.own = L.layerGroup();
        this.wide = [];
      } else {
        super.drawBase();
      }
    }

    controls() {
      this.measure = { active: false, render() {} };
      this.legend = NOTHING;
      this.notice = NOTHING;
    }
  }

  class Comparison {
    // data: of map_data; pairs: of comparison_data; options: {report(value), link, tools}
    constructor(root, data, pairs, options) {
      this.data = { ...data, texts: { ...data.texts, ...pairs.texts } };
      this.pairs = pairs;
      this.options = options;
      this.state = { lang: "zh", mode: "side", left: null, right: null, shown: {}, labels: true };
      this.split = 0.5;
      this.sequence = 0;
      this.belts = false;
      this.t = (key, values) => Object.entries(values || {}).reduce(
        (words, [name, value]) => words.replaceAll(`{${name}}`, value),
        this.pick(this.data.texts[key] || [key, key]));
      this.pick = (pair) => (this.state.lang === "en" ? pair[1] || pair[0] : pair[0]);
      this.zones = new Map(this.data.zones.map((zone) => [zone.id, zone]));
      this.root = root;
      root.classList.add("cmp");
      this.bar = element("div", "cmp-bar");
      this.stage = element("div", "cmp-stage");
      this.legend = element("ul", "cmp-legend");
      this.notice = element("p", "cmp-notice");
      this.table = element("section", "cmp-table");
      root.append(this.bar, this.stage, this.legend, this.notice, this.table);
      this.views = [];
      this.openLink();
    }

    planName(id) {
      const plan = this.data.plans.find((one) => one.id === id);
      return plan ? this.pick(plan.name) : id;
    }

    shortName(id) {
      const zone = this.zones.get(id);
      return zone ? this.pick(zone.short) : id;
    }

    // ?at=latitude,longitude,zoom and ?split=share open the view of a link.
    openLink() {
      if (!this.options.link) return;
      try {
        const asked = new URLSearchParams(window.parent.location.search);
        const at = asked.get("at") || "";
        const [latitude, longitude, zoom] = at.split(",").map(Number);
        const split = Number(asked.get("split"));
        if (at && [latitude, longitude, zoom].every(Number.isFinite)) {
          this.seen = { centre: [latitude, longitude], zoom: Math.min(19, Math.max(11, zoom)) };
        }
        if (split > 0 && split < 1) this.split = split;
      } catch (error) {
        this.seen = null;
      }
    }

    newMap(box) {
      const map = L.map(box, { zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 90, minZoom: 11,
        maxZoom: 19, attributionControl: false, zoomAnimation: false, zoomControl: false });
      map.setView([0, 0], 12);
      return map;
    }

    // Builds the maps of a mode; afterwards only what changed is drawn.
    build() {
      const kept = this.views.length ? this.views[0].map : null;
      if (kept) this.seen = { centre: kept.getCenter(), zoom: kept.getZoom() };
      new Set(this.views.map((view) => view.map)).forEach((map) => map.remove());
      this.stage.replaceChildren();
      this.stage.className = `cmp-stage cmp-${this.state.mode}`;
      this.handle = null;
      this.heads = [];
      const boxes = this.state.mode === "side" ? [0, 1] : [0];
      const maps = boxes.map((number) => {
        const frame = element("div", "cmp-frame");
        const box = element("div", "cmp-map");
        frame.appendChild(box);
        this.stage.appendChild(frame);
        this.heads[number] = element("h3", `cmp-head cmp-head-${number}`);
        frame.appendChild(this.heads[number]);
        return this.newMap(box);
      });
      // The first map was measured before the second took its half.
      maps.forEach((map) => map.invalidateSize({ animate: false }));
      const report = (value) => this.report(value);
      this.views = [new Half(maps[0], this.data, { report })];
      if (this.state.mode === "side") this.views.push(new Half(maps[1], this.data, { report }));
      if (this.state.mode === "swipe") {
        this.views.push(new Half(maps[0], this.data, { report, prefix: "b-", bare: true }));
        this.heads[1] = element("h3", "cmp-head cmp-head-1");
        this.stage.firstChild.appendChild(this.heads[1]);
        this.swipe(maps[0]);
      }
      L.control.zoom({ position: "topright" }).addTo(maps[0]);
      L.control.scale({ imperial: false, maxWidth: 110 }).addTo(maps[maps.length - 1]);
      if (this.seen && maps[0].options.maxBounds.contains(this.seen.centre)) {
        maps[0].setView(this.seen.centre, this.seen.zoom, { animate: false });
      }
      if (maps.length > 1) this.together(maps);
      this.drawn = this.state.mode;
    }

    // Two maps, one view; the pointer on one shows its place on the other.
    together(maps) {
      let busy = false;
      maps.forEach((map, number) => {
        const other = maps[1 - number];
        const follow = () => {
          if (busy) return;
          busy = true;
          other.setView(map.getCenter(), map.getZoom(), { animate: false });
          busy = false;
        };
        map.on("move zoomend resize", follow);
        const dot = L.marker([0, 0], { interactive: false, keyboard: false,
          icon: L.divIcon({ className: "cmp-pointer", iconSize: [14, 14] }) });
        map.on("mousemove", (event) => dot.setLatLng(event.latlng).addTo(other));
        map.on("mouseout", () => dot.remove());
      });
      maps[1].setView(maps[0].getCenter(), maps[0].getZoom(), { animate: false });
    }

    // The handle is a slider; the panes of either plan are clipped at it.
    swipe(map) {
      const handle = element("div", "cmp-handle");
      handle.tabIndex = 0;
      Object.entries({ role: "slider", "aria-valuemin": 0, "aria-valuemax": 100,
        "aria-orientation": "horizontal" }).forEach(([name, value]) =>
        handle.setAttribute(name, value));
      handle.appendChild(element("span", "cmp-grip", "⇆"));
      this.stage.firstChild.appendChild(handle);
      this.handle = handle;
      const move = (share) => {
        this.split = Math.min(1, Math.max(0, share));
        this.clip(map);
      };
      const at = (event) => {
        const box = this.stage.firstChild.getBoundingClientRect();
        move((event.clientX - box.left) / box.width);
      };
      handle.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        handle.focus();
        handle.setPointerCapture(event.pointerId);
        handle.addEventListener("pointermove", at);
      });
      ["pointerup", "pointercancel"].forEach((name) =>
        handle.addEventListener(name, () => handle.removeEventListener("pointermove", at)));
      handle.addEventListener("keydown", (event) => {
        const steps = { ArrowLeft: -KEY_STEP, ArrowDown: -KEY_STEP, ArrowRight: KEY_STEP,
          ArrowUp: KEY_STEP, PageDown: -5 * KEY_STEP, PageUp: 5 * KEY_STEP, Home: -1, End: 1 };
        if (!(event.key in steps)) return;
        event.preventDefault();
        event.stopPropagation();
        move(this.split + steps[event.key]);
      });
      map.on("move zoomend viewreset resize", () => this.clip(map));
      this.clip(map);
    }

    clip(map) {
      const size = map.getSize();
      const from = map.containerPointToLayerPoint([0, 0]);
      const to = map.containerPointToLayerPoint(size);
      const x = from.x + size.x * this.split;
      const area = (left, right) => `polygon(${left}px ${from.y}px, ${right}px ${from.y}px, ` +
        `${right}px ${to.y}px, ${left}px ${to.y}px)`;
      ["zones", "connectors", "selected", "names"].forEach((name) => {
        map.getPane(name).style.clipPath = area(from.x, x);
        map.getPane(`b-${name}`).style.clipPath = area(x, to.x);
      });
      this.handle.style.left = `${100 * this.split}%`;
      const percent = Math.round(100 * this.split);
      this.handle.setAttribute("aria-valuenow", percent);
      this.handle.setAttribute("aria-valuetext", this.t("compare.handle_value", {
        percent, left: this.planName(this.state.left), right: this.planName(this.state.right) }));
    }

    report(value) {
      this.sequence += 1;
      if (value.zone_id) this.select(value.zone_id);
      if (this.options.report) this.options.report({ ...value, sequence: this.sequence });
    }

    // The same place is marked in both plans.
    select(id) {
      this.state.selected = id;
      const zone = this.zones.get(id);
      this.views.forEach((view) => {
        const twin = view.visible().find((one) => one.id === id) ||
          (zone && view.visible().find((one) => one.place === zone.place));
        view.select(twin ? twin.id : null);
      });
    }

    update(next) {
      // A map measures its box when it is made, so the style must be there first.
      if (!this.ready && window.getComputedStyle(this.stage).display !== "flex") {
        this.early = { ...this.early, ...next };
        window.clearTimeout(this.waiting);
        this.waiting = window.setTimeout(() => this.update(this.early), 20);
        return;
      }
      const before = this.state;
      const state = { ...before, ...next };
      if (!MODES.includes(state.mode)) state.mode = "side";
      if (next.seen !== undefined && next.seen < this.sequence) {
        state.selected = before.selected;
        state.cell = before.cell;
      }
      this.state = state;
      document.documentElement.lang = state.lang === "en" ? "en" : "zh-CN";
      if (this.drawn !== state.mode) this.build();
      const plans = state.mode === "time" ? [state.period] : [state.left, state.right];
      const piece = this.overlay();
      this.views.forEach((view, number) => {
        view.update({ lang: state.lang, shown: state.shown[plans[number]] || [],
          labels: state.labels, base: this.baseOf(view), today: state.today,
          selected: view.state.selected, overlay: number && state.mode === "swipe" ? null : piece });
        this.heads[number].textContent = this.planLabel(plans[number]);
        view.map.getContainer().setAttribute("aria-label",
          this.t("compare.map_aria", { plan: this.planName(plans[number]) }));
      });
      this.select(state.selected);
      if (this.handle) {
        this.handle.setAttribute("aria-label", this.t("compare.handle"));
        this.clip(this.views[0].map);
      }
      this.renderBar();
      this.renderLegend(plans);
      this.renderNotice();
      this.renderTable();
      this.ready = true;
      if (this.options.resized) this.options.resized();
    }

    // The tiles of an online base are drawn once, its datum holds for both plans.
    baseOf(view) {
      const { base } = this.state;
      return base && view.options.bare ? { ...base, urls: [] } : base || null;
    }

    planLabel(id) {
      const period = (this.pairs.periods || {})[id];
      return period ? `${this.planName(id)} ${period[0]}–${period[1]}` : this.planName(id);
    }

    button(words, pressed, action) {
      const node = element("button", "cmp-button", words);
      node.type = "button";
      if (pressed !== null) node.setAttribute("aria-pressed", String(pressed));
      node.addEventListener("click", action);
      return node;
    }

    // On the page the plans and the mode are chosen above the frame; a file has its own tools.
    renderBar() {
      const { state } = this;
      const nodes = [];
      if (this.options.tools) {
        MODES.forEach((mode) => nodes.push(this.button(this.t(`compare.mode_${mode}`),
          state.mode === mode, () => this.update({ mode }))));
        const choose = (key, value, take) => {
          const label = element("label", "cmp-choose", this.t(key));
          const list = element("select", "");
          this.data.plans.forEach((plan) => {
            const option = element("option", "", this.planLabel(plan.id));
            option.value = plan.id;
            option.selected = plan.id === value;
            list.appendChild(option);
          });
          list.addEventListener("change", () => take(list.value));
          label.appendChild(list);
          nodes.push(label);
        };
        if (state.mode === "time") {
          choose("compare.period", state.period, (period) => this.update({ period }));
        } else {
          choose("compare.from", state.left, (left) => this.update({ left, cell: null }));
          choose("compare.to", state.right, (right) => this.update({ right, cell: null }));
        }
        nodes.push(this.button(this.t("compare.language"), null, () => {
          this.update({ lang: state.lang === "en" ? "zh" : "en" });
        }));
      }
      if (this.options.link) nodes.push(this.linkButton());
      const focused = [...this.bar.children].indexOf(document.activeElement);
      this.bar.replaceChildren(...nodes);
      if (focused >= 0 && nodes[focused]) nodes[focused].focus();
    }

    linkButton() {
      const button = this.button(this.t("map.copy_link"), null, () => {
        const { map } = this.views[0];
        const centre = this.views[0].toWgs84(map.getCenter());
        const address = new URL(window.parent.location.href);
        address.searchParams.set("at", [centre[0].toFixed(5), centre[1].toFixed(5),
          map.getZoom()].join(","));
        if (this.state.mode === "swipe") address.searchParams.set("split", this.split.toFixed(2));
        const done = () => { button.textContent = this.t("map.link_copied"); };
        const byHand = () => {
          const field = element("input", "cmp-link");
          field.readOnly = true;
          field.value = address.href;
          field.setAttribute("aria-label", "URL");
          this.bar.appendChild(field);
          field.select();
          if (document.execCommand("copy")) done();
        };
        if (navigator.clipboard && window.isSecureContext) {
          navigator.clipboard.writeText(address.href).then(done, byHand);
        } else {
          byHand();
        }
      });
      return button;
    }

    renderLegend(plans) {
      const shown = new Set(plans.flatMap((plan) => this.state.shown[plan] || []));
      const seen = new Map();
      this.data.zones.forEach((zone) => {
        if (!shown.has(zone.id) || !zone.t || zone.t === "point") return;
        const bases = seen.get(zone.place) || { zone, bases: new Set() };
        bases.bases.add(zone.basis);
        seen.set(zone.place, bases);
      });
      const items = [...seen.values()].map(({ zone, bases }) => {
        const item = element("li", "");
        const style = this.data.styles[zone.place];
        const mark = svg("svg", { width: 24, height: 15, viewBox: "0 0 24 15", "aria-hidden": "true" });
        mark.appendChild(svg("rect", { x: 1, y: 1, width: 22, height: 13, stroke: style.edge,
          "stroke-width": 1.6, fill: style.filled ? `url(#pm-fill-${zone.place})` : "none" }));
        item.append(mark, element("span", "", this.pick(zone.short)));
        const basis = [...bases].filter((one) => one === "interpreted")
          .map((one) => this.t(`basis.${one}`));
        if (basis.length) item.appendChild(element("small", "", `（${basis.join("、")}）`));
        return item;
      });
      this.legend.setAttribute("aria-label", this.t("map.legend"));
      this.legend.replaceChildren(...items);
    }

    renderNotice() {
      const { data, state } = this;
      const base = state.base;
      this.notice.replaceChildren(...[this.t("notice.disclaimer"),
        base ? this.pick(base.datum) : this.t("notice.datum"), this.pick(data.accuracy),
        `${this.t("map.data_version")} ${data.version}`, state.today,
        base ? this.pick(base.attribution) : this.pick(data.attribution)]
        .filter(Boolean).map((words) => element("span", "", words)));
    }

    // The pair as it stands in the data, turned round where the reader asks for it backwards.
    pair() {
      const { left, right } = this.state;
      const kind = this.belts ? "all" : "zones";
      const direct = this.pairs.pairs[`${left}|${right}`];
      if (direct) return direct[kind];
      const turned = this.pairs.pairs[`${right}|${left}`];
      if (!turned) return null;
      const back = turned[kind];
      return { rows: back.columns, columns: back.rows, undrawn: [...back.undrawn].reverse(),
        cells: back.cells.map((cell) => ({ ...cell, a: cell.b, b: cell.a, sa: cell.sb, sb: cell.sa })) };
    }

    overlay() {
      const pair = this.state.mode === "time" ? null : this.pair();
      const cell = pair && this.state.cell &&
        pair.cells.find((one) => one.a === this.state.cell[0] && one.b === this.state.cell[1]);
      if (!cell) return null;
      const ring = (points) => points.concat([points[0]]).map(([y, x]) => [x, y]);
      return { type: "FeatureCollection", features: [{ type: "Feature", geometry: {
        type: "MultiPolygon",
        coordinates: PlanMap.decode.polygons(cell.g).map((rings) => rings.map(ring)) },
      properties: { label: this.sentence(cell), style: { color: "#111827", weight: 3, fill: true,
        fillColor: "#111827", fillOpacity: 0.28, dashArray: "" } } }] };
    }

    km2(value) { return value.toFixed(3); }

    percent([share, low, high]) {
      const words = (value) => (100 * value).toFixed(1);
      return high - low < 0.0005 ? `${words(share)}%` : `${words(share)}% (${words(low)}–${words(high)}%)`;
    }

    sentence(cell) {
      const { left, right } = this.state;
      const values = { km2: this.km2(cell.km2[0]), low: this.km2(cell.km2[1]), high: this.km2(cell.km2[2]),
        from: this.planName(left), to: this.planName(right),
        a: this.shortName(cell.a || cell.b), b: this.shortName(cell.b || cell.a),
        sa: cell.sa ? this.percent(cell.sa) : "", sb: cell.sb ? this.percent(cell.sb) : "" };
      const key = !cell.b ? "compare.left_over" : !cell.a ? "compare.right_over" : "compare.piece";
      return [this.t(key, values), ...cell.notes.map((note) => this.t(`compare.note_${note}`))].join(" ");
    }

    pickCell(cell) {
      const same = this.state.cell && this.state.cell[0] === cell.a && this.state.cell[1] === cell.b;
      this.update({ cell: same ? null : [cell.a, cell.b] });
      if (!same) {
        const { map } = this.views[0];
        const bounds = L.latLngBounds(PlanMap.decode.polygons(cell.g).flat(2));
        if (!map.getBounds().contains(bounds)) map.fitBounds(bounds, { padding: [30, 30], maxZoom: 16 });
        this.stage.scrollIntoView({ block: "nearest" });
      }
      this.report({ cell: same ? "" : `${cell.a}|${cell.b}` });
    }

    renderTable() {
      const { state } = this;
      const pair = state.mode === "time" ? null : this.pair();
      if (!pair || state.left === state.right) { this.table.replaceChildren(); return; }
      const heading = element("h3", "", this.t("compare.matrix", {
        from: this.planName(state.left), to: this.planName(state.right) }));
      heading.id = "cmp-matrix";
      if (!pair.rows.length || !pair.columns.length) {
        const empty = pair.rows.length ? state.right : state.left;
        this.table.replaceChildren(heading, element("p", "cmp-quiet",
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
        this.table.querySelector("input").focus();
        if (this.options.resized) this.options.resized();
      });
      toggle.append(box, element("span", "", this.t("compare.with_belts")));
      const table = element("table", "");
      const head = element("tr", "");
      head.appendChild(this.headCell("", this.t("compare.corner", {
        from: this.planName(state.left), to: this.planName(state.right) })));
      columns.forEach((column) => head.appendChild(this.headCell("col", this.shortName(column.id), column)));
      ["compare.in_none", "compare.repeated", "compare.area"].forEach((key) =>
        head.appendChild(this.headCell("col", this.t(key))));
      const top = element("thead", "");
      top.appendChild(head);
      const body = element("tbody", "");
      const cells = new Map(pair.cells.map((cell) => [`${cell.a}|${cell.b}`, cell]));
      rows.forEach((row) => {
        const line = element("tr", "");
        line.appendChild(this.headCell("row", this.shortName(row.id), row));
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
      const chosen = state.cell && cells.get(state.cell.join("|"));
      said.textContent = chosen ? this.sentence(chosen) : this.t("compare.pick_cell");
      const undrawn = pair.undrawn.flat().map((id) => this.shortName(id));
      const nodes = [heading, toggle, said, scroll, element("p", "cmp-quiet", this.t("compare.rule"))];
      if (undrawn.length) nodes.push(element("p", "cmp-quiet",
        this.t("compare.undrawn", { names: undrawn.join(this.state.lang === "en" ? ", " : "、") })));
      this.table.replaceChildren(...nodes);
    }

    headCell(scope, words, row) {
      const cell = element(scope ? "th" : "td", "");
      if (scope) cell.scope = scope;
      const zone = row && this.zones.get(row.id);
      if (zone) {
        const style = this.data.styles[zone.place];
        const mark = svg("svg", { width: 12, height: 12, viewBox: "0 0 12 12", "aria-hidden": "true" });
        mark.appendChild(svg("rect", { x: 1, y: 1, width: 10, height: 10, fill: style.fill,
          stroke: style.edge, "stroke-width": 1.6 }));
        cell.appendChild(mark);
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
      const { state } = this;
      const pressed = Boolean(state.cell && state.cell[0] === data.a && state.cell[1] === data.b);
      const button = this.button("", pressed, () => {
        this.pickCell(data);
        const again = this.table.querySelector(`[data-cell="${data.a}|${data.b}"]`);
        if (again) again.focus({ preventScroll: true });
      });
      button.className = "cmp-cell";
      button.dataset.cell = `${data.a}|${data.b}`;
      button.setAttribute("aria-label", this.sentence(data));
      button.appendChild(element("b", "", this.km2(data.km2[0])));
      const share = data.sa || data.sb;
      button.appendChild(element("span", "", `${(100 * share[0]).toFixed(0)}%`));
      const marks = data.notes.filter((note) => this.data.texts[`compare.mark_${note}`])
        .map((note) => this.t(`compare.mark_${note}`));
      if (marks.length) button.appendChild(element("small", "", marks.join(" ")));
      if (data.notes.includes("same_by_construction")) button.classList.add("cmp-same");
      cell.appendChild(button);
      return cell;
    }

    sumCell(value) {
      return element("td", "cmp-number", value < 5e-4 ? "–" : this.km2(value));
    }
  }

  PlanMap.Comparison = Comparison;

  // The page: streamlit-folium's own map stays empty and out of sight.
  PlanMap.comparisonPage = function comparisonPage(map, data, pairs) {
    const root = document.createElement("main");
    map.getContainer().after(root);
    map.getContainer().style.display = "none";
    const height = () => window.requestAnimationFrame(() =>
      window.Streamlit.setFrameHeight(Math.ceil(root.getBoundingClientRect().bottom + 4)));
    function report(value) {
      const held = window.__GLOBAL_DATA__;
      held.last_active_drawing = { type: "Feature", geometry: null, properties: value };
      held.previous_data = { last_active_drawing: held.last_active_drawing };
      window.Streamlit.setComponentValue(held.previous_data);
    }
    window.planmap = new Comparison(root, data, pairs, { report, link: true, resized: height });
    new ResizeObserver(height).observe(root);
  };

  // The offline file.
  PlanMap.comparisonFile = function comparisonFile() {
    const whole = JSON.parse(document.getElementById("data").textContent);
    window.planmap = new Comparison(document.getElementById("comparison"), whole.map, whole.pairs,
      { report: null, link: false, tools: true });
    window.planmap.update(whole.start);
  };
})((window.PlanMap = window.PlanMap || {}));
