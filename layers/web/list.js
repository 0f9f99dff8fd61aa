// One card for legend, layer switch and table of areas, in the order of the plan.
(function (PlanMap) {
  "use strict";
  const { element, button, verdictMark, icon, iconButton, swatch } = PlanMap.dom;

  class ListCard {
    constructor(app) {
      this.app = app;
      this.node = element("section", "pm-card pm-list");
      this.open = new Set();
      this.rows = new Map();
    }

    // Built for a plan and a language; afterwards only what is on, chosen or pointed at changes.
    render() {
      const { app } = this;
      const { t, pick, data } = app;
      this.node.setAttribute("aria-label", t("frame.list"));
      this.rows.clear();
      const nodes = [];
      app.plansShown().forEach((id, number) => {
        const plan = data.plans.find((one) => one.id === id);
        const head = element("header", "pm-list-head");
        head.append(element("h2", "", plan ? pick(plan.title || plan.name) : ""),
          element("span", "pm-unit", t("map.unit_km2")));
        if (!number) head.appendChild(iconButton("pm-close pm-phone", "close", t("frame.close"), () => app.sheet("none")));
        nodes.push(head);
        this.plan(id, nodes);
      });
      nodes.push(this.appearance());
      PlanMap.put(this.node, ...nodes);
      this.mark();
    }

    // Groups with areas first, those that are names alone folded together below them.
    plan(id, nodes) {
      const { app } = this;
      const groups = app.data.groups.filter((group) => group.plan === id);
      const drawn = groups.filter((group) => this.zonesOf(group).some((zone) => zone.t === "polygon"));
      const rest = groups.filter((group) => !drawn.includes(group));
      (drawn.length ? drawn : rest).forEach((group) => nodes.push(this.group(group, true)));
      if (!drawn.length || !rest.length) return;
      const count = rest.reduce((sum, group) => sum + group.zones.length, 0);
      const more = element("details", "pm-more-groups");
      const key = `${id}/`;
      more.open = this.open.has(key) || rest.some((group) => group.zones.includes(app.state.zone));
      more.appendChild(element("summary", "", app.t("frame.names_only", { count })));
      more.addEventListener("toggle", () => this.open[more.open ? "add" : "delete"](key));
      rest.forEach((group) => more.appendChild(this.group(group, false)));
      nodes.push(more);
    }

    zonesOf(group) {
      return group.zones.map((id) => this.app.zones.get(id)).filter(Boolean);
    }

    group(group, open) {
      const { app } = this;
      const { t, pick } = app;
      const zones = this.zonesOf(group);
      const box = element("details", "pm-group");
      const key = group.id;
      box.open = this.open.has(`-${key}`) ? false : open || this.open.has(key) || zones.some((z) => z.id === app.state.zone);
      box.addEventListener("toggle", () => {
        this.open[box.open ? "add" : "delete"](key);
        this.open[box.open ? "delete" : "add"](`-${key}`);
      });
      const summary = element("summary", "");
      summary.appendChild(element("span", "pm-group-name", pick(group.name)));
      box.appendChild(summary);
      const list = element("ul", "");
      zones.forEach((zone) => list.appendChild(this.row(zone)));
      box.appendChild(list);
      const drawable = zones.filter((zone) => zone.t);
      if (drawable.length > 1) {
        const tools = element("div", "pm-group-tools");
        const all = button("pm-link", "", () => {
          const on = !drawable.every((zone) => app.shown().includes(zone.id));
          app.toggle(drawable.map((zone) => zone.id), on);
        });
        all.dataset.all = drawable.map((zone) => zone.id).join(" ");
        tools.appendChild(all);
        if (zones.some((zone) => zone.t === "polygon" && zone.kind !== "belt")) {
          const label = element("label", "pm-fade");
          label.appendChild(element("span", "", t("map.opacity")));
          const slider = element("input", "");
          const fade = app.state.fade[group.id];
          Object.assign(slider, { type: "range", min: 0, max: 100, step: 5, value: fade === undefined ? 60 : fade });
          slider.addEventListener("input", () => app.set({ fade: Object.assign({}, app.state.fade, { [group.id]: Number(slider.value) }) }));
          label.appendChild(slider);
          tools.appendChild(label);
        }
        box.appendChild(tools);
      }
      return box;
    }

    row(zone) {
      const { app } = this;
      const { t, pick, data } = app;
      const item = element("li", "pm-row");
      const main = button("pm-row-main", null, () => app.choose(zone.id));
      main.dataset.zone = zone.id;
      main.title = pick(zone.name);
      main.appendChild(swatch(data, zone));
      main.appendChild(element("span", "pm-row-name", pick(zone.short)));
      if (!zone.t) main.appendChild(element("span", "pm-row-none", t("frame.not_drawn")));
      const figures = zone.figures || {};
      main.appendChild(element("span", "pm-row-area", figures.stated || ""));
      const verdict = zone.about.verdict;
      const mark = element("span", "pm-row-mark");
      if (verdict) mark.appendChild(verdictMark(data.verdicts[verdict], t(`verdict.${verdict}`)));
      main.appendChild(mark);
      item.appendChild(main);
      if (zone.t) {
        const eye = button("pm-eye", null, () => app.toggle([zone.id], !app.shown().includes(zone.id)));
        eye.dataset.eye = zone.id;
        item.appendChild(eye);
        item.addEventListener("mouseenter", () => app.hover(zone.id));
        item.addEventListener("mouseleave", () => app.hover(null));
        main.addEventListener("focus", () => app.hover(zone.id));
        main.addEventListener("blur", () => app.hover(null));
      } else {
        item.classList.add("pm-none");
        main.title = `${pick(zone.name)} · ${pick(zone.why || ["", ""])}`;
      }
      this.rows.set(zone.id, item);
      return item;
    }

    appearance() {
      const { app } = this;
      const { t, state, data } = app;
      const box = element("details", "pm-appearance");
      box.open = this.open.has("appearance");
      box.addEventListener("toggle", () => this.open[box.open ? "add" : "delete"]("appearance"));
      box.appendChild(element("summary", "", t("layers.appearance")));
      const label = element("label", "pm-check");
      const labels = element("input", "");
      Object.assign(labels, { type: "checkbox", checked: state.labels });
      labels.addEventListener("change", () => app.set({ labels: labels.checked }));
      label.append(labels, element("span", "", t("layers.labels")));
      box.appendChild(label);
      if (app.host.bases && app.host.bases.length) {
        const choose = element("label", "pm-base");
        choose.appendChild(element("span", "", t("layers.base")));
        const list = element("select", "");
        [{ id: "none" }, ...app.host.bases].forEach((base) => {
          const option = element("option", "", t(`layers.base_${base.id}`));
          option.value = base.id;
          option.selected = base.id === state.base;
          list.appendChild(option);
        });
        list.addEventListener("change", () => app.set({ base: list.value }));
        choose.appendChild(list);
        box.appendChild(choose);
        const base = app.baseOf(state.base);
        if (base) {
          box.appendChild(element("p", "pm-quiet", t("layers.base_notice")));
          if (base.gcj02) box.appendChild(element("p", "pm-quiet", t("layers.base_gcj02")));
          if (base.needs_key) box.appendChild(this.key());
        }
      }
      box.appendChild(this.legend());
      return box;
    }

    // The key of an online service stays in this window: neither in the address nor on a server.
    key() {
      const { app } = this;
      const label = element("label", "pm-base");
      label.appendChild(element("span", "", app.t("layers.key")));
      const field = element("input", "");
      Object.assign(field, { type: "password", autocomplete: "off", value: app.baseKey || "" });
      field.addEventListener("change", () => {
        app.baseKey = field.value.trim();
        app.set({});
        app.draw(["base"]);
      });
      label.appendChild(field);
      if (!app.baseReady()) label.appendChild(element("small", "", app.t("layers.key_wanted")));
      return label;
    }

    // What the lines mean; the colours stand in the rows above.
    legend() {
      const { app } = this;
      const { t, data } = app;
      const list = element("ul", "pm-signs");
      const line = (rows) => {
        const node = PlanMap.dom.svg("svg", { width: 30, height: 12, viewBox: "0 0 30 12", "aria-hidden": "true" });
        rows.forEach((row) => node.appendChild(PlanMap.dom.svg("path", Object.assign({ d: "M0 6H30", fill: "none" }, row))));
        return node;
      };
      const add = (mark, words) => {
        const item = element("li", "");
        item.append(mark, element("span", "", words));
        list.appendChild(item);
      };
      const shown = new Set(app.shown());
      const zones = data.zones.filter((zone) => zone.t && shown.has(zone.id));
      const bases = new Set(zones.filter((zone) => zone.t === "polygon").map((zone) => zone.basis));
      Object.keys(data.dashes).filter((basis) => bases.has(basis)).forEach((basis) => add(line([{ stroke: "#374151",
        "stroke-width": 2, "stroke-dasharray": data.dashes[basis] }]), t(`basis.${basis}`)));
      if (zones.some((zone) => zone.t === "point")) {
        const dot = PlanMap.dom.svg("svg", { width: 30, height: 14, viewBox: "0 0 30 14", "aria-hidden": "true" },
          PlanMap.dom.svg("circle", { cx: 15, cy: 7, r: 5, fill: "#fff", stroke: "#4b5563", "stroke-width": 2.4 }));
        add(dot, t("map.legend_point"));
      }
      if (zones.some((zone) => zone.t === "line")) {
        add(line([{ stroke: "#4b5563", "stroke-width": 4, "stroke-dasharray": data.dashes.named }]), t("map.legend_line"));
      }
      add(line([{ stroke: "#8b8577", "stroke-width": 1.6, "stroke-dasharray": "9 3 2 3" }]), t("map.legend_district"));
      add(line([{ stroke: "#cfc8b8", "stroke-width": 7 }, { stroke: "#fff", "stroke-width": 4.4,
        "stroke-dasharray": "6 2" }]), t("map.legend_road_inferred"));
      if (data.roads.some((road) => road.method === "estimated")) {
        add(line([{ stroke: "#cfc8b8", "stroke-width": 7, "stroke-opacity": 0.55 }, { stroke: "#fff",
          "stroke-width": 4.4, "stroke-dasharray": "3 4" }]), t("map.legend_road_estimated"));
      }
      return list;
    }

    // What is on, chosen and pointed at.
    mark() {
      const { app } = this;
      const { t, pick } = app;
      const shown = new Set(app.shown());
      this.rows.forEach((item, id) => {
        const zone = app.zones.get(id);
        const on = shown.has(id);
        item.classList.toggle("pm-off", Boolean(zone.t) && !on);
        const main = item.firstChild;
        if (id === app.state.zone) main.setAttribute("aria-current", "true");
        else main.removeAttribute("aria-current");
        const eye = item.querySelector(".pm-eye");
        if (eye) {
          eye.setAttribute("aria-pressed", String(on));
          eye.setAttribute("aria-label", t("frame.show", { name: pick(zone.name) }));
          eye.title = t(on ? "frame.hide_title" : "frame.show_title");
          PlanMap.put(eye, icon(on ? "eye" : "eyeOff", 17));
        }
      });
      this.node.querySelectorAll("[data-all]").forEach((node) => {
        const ids = node.dataset.all.split(" ");
        node.textContent = t(ids.every((id) => shown.has(id)) ? "frame.none" : "frame.all");
      });
    }

    hover(id) {
      this.rows.forEach((item, one) => item.classList.toggle("pm-hover", one === id));
    }
  }

  PlanMap.ListCard = ListCard;
})((window.PlanMap = window.PlanMap || {}));
