// Views that are read beside the map where no server draws them: the area check and the wording of two
// plans. Their HTML comes from layers/tables, every word escaped; here its buttons are made to work.
(function (PlanMap) {
  "use strict";
  const { element, iconButton } = PlanMap.dom;
  const VIEWS = (PlanMap.TABLES = ["check", "wording"]);
  const USUAL = { unit: "km2", order: "plan" };

  class Tables {
    constructor(app) {
      this.app = app;
      this.node = element("section", "pm-tables");
      this.node.hidden = true;
      this.node.tabIndex = -1;
      this.head = element("header", "pm-tables-head");
      this.body = element("div", "");
      this.data = {};
      this.alone = null;
      this.body.addEventListener("click", (event) => {
        const one = event.target.closest("button[data-choose]");
        if (one) this.choose(one.dataset.choose, one.dataset.value);
      });
      this.body.addEventListener("change", (event) => {
        if (event.target.dataset.choose) this.choose(event.target.dataset.choose, event.target.value);
      });
    }

    get on() {
      const { state, host } = this.app;
      return VIEWS.includes(state.view) && !host.isHost(state.view);
    }

    // Pixels of the map that stay covered: at the right, or on a narrow screen at the bottom.
    cover() {
      const box = this.node.getBoundingClientRect();
      if (this.app.state.view !== "check") return { right: 0, bottom: 0 };
      return window.innerWidth > 1024 ? { right: box.width, bottom: 0 } : { right: 0, bottom: box.height };
    }

    render() {
      const { app } = this;
      const { state, t } = app;
      this.node.hidden = !this.on;
      this.alone = null;
      app.overlays.tables = null;
      if (this.node.hidden) {
        this.key = null;
        PlanMap.put(this.node);
        return;
      }
      const { view } = state;
      this.node.setAttribute("aria-label", t(`view.${view}`));
      // What stands already stays: taken out and put back, it would lose the focus.
      if (this.titled !== `${view}/${state.lang}`) {
        this.titled = `${view}/${state.lang}`;
        PlanMap.put(this.head, element("h2", "", t(`view.${view}`)),
          iconButton("pm-close", "close", t("frame.close"), () => app.goTo(view === "check" ? "map" : "compare")));
      }
      if (this.body.parentNode !== this.node) PlanMap.put(this.node, this.head, this.body);
      if (!this.data[view]) {
        this.key = null;
        PlanMap.put(this.body, element("p", "ck-quiet", t("frame.loading")));
        app.host.load(view, (data) => {
          this.data[view] = data;
          this.begin();
          this.render();
          app.drawMap();
          const open = this.body.querySelector(".ck-finding.open");
          if (open) open.scrollIntoView({ block: "start" });
        });
        return;
      }
      if (view === "check") this.check();
      else this.wording();
    }

    // The HTML of our own files, not of a reader.
    fill(key, html, before) {
      if (this.key === key) return;
      this.key = key;
      const was = this.body.contains(document.activeElement) ? document.activeElement.dataset : {};
      this.body.innerHTML = html;
      (before || []).forEach((node) => this.body.prepend(node));
      this.node.scrollTop = 0;
      const [name, value] = Object.entries(was)[0] || [];
      const back = name && this.body.querySelector(`[data-${name}="${value}"]`);
      if (back) back.focus({ preventScroll: true });
    }

    // A link to a finding brings its zone onto the map.
    begin() {
      const { app } = this;
      const found = app.state.view === "check" && this.data.check.findings[app.extra.finding];
      if (!found) return;
      app.set({ zone: found.zone, card: false, pop: false });
      if (app.zones.get(found.zone).t) app.view.zoomTo(found.zone, false);
    }

    put(changes, step) {
      const { app } = this;
      app.extra = Object.assign({}, app.extra, changes);
      Object.keys(app.extra).forEach((name) => { if (!app.extra[name]) delete app.extra[name]; });
      app.write(Boolean(step));
    }

    choose(name, value) {
      const { app } = this;
      const { extra } = app;
      if (name === "plans") {
        this.put({ finding: "", edge: "" });
        app.set({ plan: value });
      } else if (name === "finding") {
        const open = extra.finding !== value;
        const { zone } = this.data.check.findings[value];
        // One step for Back, whether the zone is chosen with it or was before.
        app.extra = Object.assign({}, extra);
        ["finding", "edge", "outlines"].forEach((one) => delete app.extra[one]);
        if (open) app.extra.finding = value;
        if (open) app.set({ zone, card: false, pop: false });
        app.write(true);
        if (open && app.zones.get(zone).t) window.setTimeout(() => app.view.zoomTo(zone), 0);
      } else if (name === "verdicts" || name === "outlines") {
        const all = [...this.body.querySelectorAll(`[data-choose="${name}"]`)];
        const on = all.filter((one) => (one.getAttribute("aria-pressed") === "true") !== (one.dataset.value === value))
          .map((one) => one.dataset.value);
        this.put({ [name]: name === "verdicts" && on.length === all.length ? "" : on.join(",") || (name === "verdicts" ? "none" : "") });
      } else {
        this.put({ [name]: value === USUAL[name] ? "" : value });
      }
      this.render();
      app.drawMap();
    }

    press(name, on, within) {
      (within || this.body).querySelectorAll(`[data-choose="${name}"]`).forEach((one) =>
        one.setAttribute("aria-pressed", String(on.includes(one.dataset.value))));
    }

    check() {
      const { app, body } = this;
      const { extra, state } = app;
      this.fill(`check/${state.plan}/${state.lang}`, this.data.check.plans[state.plan][state.lang]);
      const list = body.querySelector(".ck-findings");
      if (!list) return;
      const one = (name) => (body.querySelector(`[data-choose="${name}"][data-value="${extra[name] || ""}"]`)
        ? extra[name] : USUAL[name]);
      const unit = one("unit");
      const order = one("order");
      const all = [...body.querySelectorAll('[data-choose="verdicts"]')].map((node) => node.dataset.value);
      const asked = (extra.verdicts || "").split(",").filter(Boolean);
      const verdicts = asked.length ? all.filter((verdict) => asked.includes(verdict)) : all;
      body.dataset.unit = unit;
      this.press("unit", [unit]);
      this.press("order", [order]);
      this.press("verdicts", verdicts);
      const rows = [...list.children];
      const rank = (row) => Number(row.getAttribute(`data-rank-${order}`));
      const sorted = rows.slice().sort((a, b) => rank(a) - rank(b));
      if (sorted.some((row, at) => row !== rows[at])) list.append(...sorted);
      rows.forEach((row) => {
        row.hidden = !verdicts.includes(row.dataset.of);
        const open = row.dataset.finding === extra.finding;
        row.classList.toggle("open", open);
        row.querySelector(".ck-name").setAttribute("aria-expanded", String(open));
        row.querySelector(".ck-more").hidden = !open;
        if (open) this.budget(row);
      });
      body.querySelector("[data-none]").hidden = rows.some((row) => !row.hidden);
    }

    // The opened row: one edge is told of, and the map shows edges and the outlines asked for.
    budget(row) {
      const { app } = this;
      const { extra } = app;
      const edges = [...row.querySelectorAll("[data-edge]")];
      const chosen = (edges.find((node) => node.dataset.edge === extra.edge) || edges[0] || { dataset: {} }).dataset.edge;
      edges.forEach((node) => { node.hidden = node.dataset.edge !== chosen; });
      row.querySelectorAll('[data-choose="edge"]').forEach((node) => {
        const here = node.dataset.value === chosen;
        node.closest("tr").classList.toggle("here", here);
        node.setAttribute("aria-pressed", String(here));
      });
      const outlines = (extra.outlines || "").split(",");
      this.press("outlines", outlines, row);
      const { zone, overlay } = this.data.check.findings[row.dataset.finding];
      this.alone = [zone];
      app.overlays.tables = { features: overlay.features
        .filter(({ properties }) => !properties.reading || outlines.includes(properties.reading))
        .map((feature) => {
          const { properties } = feature;
          // In the reader's language the label stands on the button.
          const words = row.querySelector(`[data-value="${properties.reading || properties.overlay_id}"]`);
          const style = properties.overlay_id === chosen ? properties.chosen_style : properties.style;
          return Object.assign({}, feature, { properties: Object.assign({}, properties, { style },
            words ? { label: words.textContent } : {}) });
        }) };
    }

    wording() {
      const { app } = this;
      const { state, extra, t } = app;
      const sides = ["from", "to"].map((key) => PlanMap.sideChoice(app, key));
      const both = element("div", "ck-choices");
      both.append(...sides);
      const pair = this.data.wording[`${state.from}|${state.to}`];
      if (!pair) {
        this.fill(`same/${state.from}/${state.lang}`, "", [element("p", "ck-quiet", t("compare.same_period")), both]);
        return;
      }
      const told = pair[state.lang];
      const own = state.zone && app.zones.get(state.zone).place;
      const place = [extra.place, own, pair.begin].find((one) => one && told.words[one]);
      this.fill(`words/${state.from}/${state.to}/${state.lang}/${place}`,
        `${told.choice}${place ? told.words[place] : ""}${told.rows}`, [both]);
      const list = this.body.querySelector('[data-choose="place"]');
      if (list) list.value = place;
    }
  }

  PlanMap.Tables = Tables;
})((window.PlanMap = window.PlanMap || {}));
