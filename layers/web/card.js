// The card of one zone: verdict, name, the plan's words, the area check, what belongs to it, its history.
(function (PlanMap) {
  "use strict";
  const { element, button, svg, verdictMark, iconButton, swatch, list } = PlanMap.dom;
  const TABS = ["text", "check", "related", "history"];

  class ZoneCard {
    constructor(app) {
      this.app = app;
      this.node = element("section", "pm-card pm-zone-card");
      this.node.hidden = true;
      this.node.tabIndex = -1;
    }

    render() {
      const { app } = this;
      const { state, t, pick, data } = app;
      const zone = app.zones.get(state.zone);
      this.node.hidden = !zone || !state.card;
      if (this.node.hidden) {
        PlanMap.put(this.node);
        return;
      }
      this.node.setAttribute("aria-label", pick(zone.name));
      const nodes = [];
      const grip = button("pm-grip pm-phone", null, () => app.sheetStep());
      grip.setAttribute("aria-label", t("frame.sheet"));
      nodes.push(grip);
      const head = element("header", "pm-zone-head");
      const line = element("p", "pm-zone-line");
      line.append(app.verdictChip(zone), element("span", "", pick(zone.about.sub)));
      head.append(line, element("h2", "", pick(zone.name)));
      head.appendChild(iconButton("pm-close", "close", t("frame.close"), () => app.closeCard()));
      nodes.push(head);
      nodes.push(this.tabs());
      const tab = TABS.includes(state.tab) ? state.tab : "text";
      const panel = element("div", "pm-tab-panel");
      panel.id = "pm-tab-panel";
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", `pm-tab-${tab}`);
      panel.append(...this[tab](zone));
      nodes.push(panel, this.actions(zone));
      const focused = this.node.contains(document.activeElement) && document.activeElement.dataset.keep;
      const top = this.at === zone.id + tab ? this.node.scrollTop : 0;
      this.at = zone.id + tab;
      PlanMap.put(this.node, ...nodes);
      this.node.scrollTop = top;
      if (focused) {
        const back = this.node.querySelector(`[data-keep="${focused}"]`);
        if (back) back.focus({ preventScroll: true });
      }
    }

    tabs() {
      const { app } = this;
      const row = element("div", "pm-tabs");
      row.setAttribute("role", "tablist");
      TABS.forEach((name, number) => {
        const on = (TABS.includes(app.state.tab) ? app.state.tab : "text") === name;
        const tab = button("pm-tab", app.t(`frame.tab_${name}`), () => app.set({ tab: name }));
        tab.id = `pm-tab-${name}`;
        tab.dataset.keep = tab.id;
        tab.setAttribute("role", "tab");
        tab.setAttribute("aria-selected", String(on));
        tab.setAttribute("aria-controls", "pm-tab-panel");
        tab.tabIndex = on ? 0 : -1;
        tab.addEventListener("keydown", (event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (!step) return;
          event.preventDefault();
          const next = TABS[(number + step + TABS.length) % TABS.length];
          tab.dataset.keep = `pm-tab-${next}`;
          app.set({ tab: next });
        });
        row.appendChild(tab);
      });
      return row;
    }

    heading(words) { return element("h3", "", words); }

    quote(words) {
      const node = element("blockquote", "", words);
      node.lang = "zh";
      return node;
    }

    // The plan's words, passage by passage; in English first what they come to.
    text(zone) {
      const { app } = this;
      const { t, pick } = app;
      const nodes = [];
      if (app.state.lang === "en" && zone.summary) {
        const own = element("p", "pm-summary", zone.summary);
        own.prepend(element("strong", "", `${t("frame.summary")} `));
        nodes.push(own);
      }
      zone.about.passages.forEach(([key, words, where]) => {
        const head = this.heading(t(key));
        if (where) head.appendChild(element("small", "", where));
        nodes.push(head, this.quote(words));
        if (key === "popup.limits_text") nodes.push(this.figures(zone));
      });
      if (!zone.about.passages.some(([key]) => key === "popup.limits_text")) nodes.unshift(this.figures(zone));
      zone.about.notes.forEach(([key, zh, en]) => {
        nodes.push(this.heading(t(key)), element("p", "pm-own", pick([zh, en])));
      });
      if (!zone.t && zone.why) nodes.push(element("p", "pm-own", pick(zone.why)));
      const names = zone.places || [];
      if (names.length) nodes.push(this.heading(t("panel.places")), this.words(names));
      if (pick(zone.about.citation)) nodes.push(element("p", "pm-citation", pick(zone.about.citation)));
      return nodes.filter(Boolean);
    }

    words(names) {
      const node = element("p", "", list(names, this.app.state.lang));
      node.lang = "zh";
      return node;
    }

    // Stated, computed and their difference side by side, one unit for the row.
    figures(zone) {
      const figures = zone.figures || {};
      const kinds = [figures.rows || [], figures.lengths || []].filter((rows) => rows.length);
      if (!kinds.length) return null;
      const all = element("div", "");
      kinds.forEach((rows) => all.appendChild(this.row(rows)));
      return all;
    }

    row(rows) {
      const { t, pick } = this.app;
      const box = element("dl", "pm-figures");
      rows.forEach(([key, value, note]) => {
        const cell = element("div", "");
        cell.append(element("dt", "", t(key)), element("dd", "", pick(value)));
        if (note && pick(note)) {
          const small = element("dd", "pm-small");
          pick(note).split(" ").forEach((word) => small.append(element("span", "", word), " "));
          cell.appendChild(small);
        }
        box.appendChild(cell);
      });
      return box;
    }

    // The area check: figures, interval, readings, and each edge with where it comes from.
    check(zone) {
      const { app } = this;
      const { t, pick, data } = app;
      const nodes = [this.figures(zone)];
      const verdict = zone.about.verdict;
      if (verdict) {
        const line = element("p", "pm-verdict");
        line.append(verdictMark(data.verdicts[verdict]), element("strong", "", t(`verdict.${verdict}`)));
        nodes.push(line);
        if (pick(zone.about.reason)) nodes.push(element("p", "pm-own", pick(zone.about.reason)));
      }
      if (zone.interval) nodes.push(this.picture(zone.interval));
      if ((zone.readings || []).length) {
        nodes.push(this.heading(t("popup.readings")));
        nodes.push(this.table([t("frame.reading"), t("map.unit_km2"), t("popup.interval")],
          zone.readings.map((row) => [pick(row.name), row.km2, row.between]), [1, 2]));
      }
      const edges = data.edges[zone.id] || [];
      if (edges.length) {
        nodes.push(this.heading(t("frame.edges")));
        const box = element("ol", "pm-edges");
        edges.forEach((edge, number) => {
          const one = button("pm-edge", null, () => app.showEdge(edge.id));
          one.dataset.keep = `edge-${number}`;
          one.setAttribute("aria-pressed", String(app.edge === edge.id));
          one.append(element("b", "", pick(edge.name)),
            element("span", "", t(`method.${edge.method}`)),
            element("span", "pm-number", t("frame.edge_error", { metres: edge.error })));
          const item = element("li", "");
          item.appendChild(one);
          if (app.edge === edge.id) {
            const more = [pick(edge.source), edge.corners && pick(edge.corners), pick(edge.note || ["", ""])];
            (edge.candidates || []).forEach((one) => more.push(t("frame.candidate", { name: one.name,
              percent: one.percent === null ? "–" : one.percent })));
            more.filter(Boolean).forEach((words) => item.appendChild(element("p", "pm-quiet", words)));
          }
          box.appendChild(item);
        });
        nodes.push(box);
      }
      if (!nodes.some(Boolean)) nodes.push(element("p", "pm-own", t("frame.no_check")));
      if (app.host.views.includes("check")) {
        nodes.push(button("pm-link", t("frame.open_check"), () => app.goTo("check")));
      }
      return nodes.filter(Boolean);
    }

    // The interval of the computed area with the stated figure on one axis.
    picture(interval) {
      const { t } = this.app;
      const [low, high, stated, computed] = ["low", "high", "stated", "computed"].map((key) => Number(interval[key]));
      const from = Math.min(low, stated || low);
      const to = Math.max(high, stated || high);
      const pad = (to - from) * 0.12 || 0.01;
      const x = (value) => (8 + 304 * (value - from + pad) / (to - from + 2 * pad)).toFixed(1);
      const node = svg("svg", { viewBox: "0 0 320 46", class: "pm-interval", role: "img" },
        svg("path", { d: `M${x(low)} 22H${x(high)}`, stroke: "#1f3a5f", "stroke-width": 7 }),
        svg("circle", { cx: x(computed), cy: 22, r: 5.5, fill: "#fff", stroke: "#1f3a5f", "stroke-width": 2.5 }));
      node.setAttribute("aria-label", t("frame.interval_alt", interval));
      if (interval.stated) {
        node.appendChild(svg("path", { d: `M${x(stated)} 8V36`, stroke: "#b45309", "stroke-width": 2.5 }));
        node.appendChild(label(x(stated), 45, `${t("frame.stated_short")} ${interval.stated}`, "#8a4a08"));
      }
      node.appendChild(label(x(low), 13, interval.low, "#4b5160"));
      node.appendChild(label(x(high), 13, interval.high, "#4b5160"));
      return node;

      function label(at, y, words, colour) {
        const node = svg("text", { x: at, y, fill: colour, "font-size": 11, "text-anchor": "middle" });
        node.textContent = words;
        return node;
      }
    }

    table(head, rows, numbers) {
      const table = element("table", "pm-table");
      const line = element("tr", "");
      head.forEach((words, i) => {
        const cell = element("th", numbers.includes(i) ? "pm-number" : "", words);
        cell.scope = "col";
        line.appendChild(cell);
      });
      const body = element("tbody", "");
      rows.forEach((row) => {
        const tr = element("tr", "");
        row.forEach((words, i) => {
          const cell = element(i ? "td" : "th", numbers.includes(i) ? "pm-number" : "", words);
          if (!i) cell.scope = "row";
          tr.appendChild(cell);
        });
        body.appendChild(tr);
      });
      const top = element("thead", "");
      top.appendChild(line);
      table.append(top, body);
      return table;
    }

    // Items of the same plan and of others that belong to this one.
    related(zone) {
      const { app } = this;
      const { t } = app;
      const nodes = [];
      app.relations(zone).forEach(([key, zones]) => {
        if (!zones.length) return;
        nodes.push(this.heading(t(`frame.rel_${key}`)));
        const box = element("ul", "pm-items");
        zones.forEach((one) => box.appendChild(this.item(one)));
        nodes.push(box);
      });
      if (!nodes.length) nodes.push(element("p", "pm-own", t("frame.no_related")));
      return nodes;
    }

    item(zone) {
      const { app } = this;
      const node = element("li", "");
      const main = button("pm-item", null, () => app.choose(zone.id));
      main.append(swatch(app.data, zone), element("span", "", app.pick(zone.name)),
        element("small", "", app.pick(app.plan(zone.plan).name)));
      node.appendChild(main);
      return node;
    }

    // What each plan says of this place, in the order of time, with the years without a plan.
    history(zone) {
      const { app } = this;
      const { t, pick, data } = app;
      const nodes = [];
      data.plans.forEach((plan, number) => {
        const before = data.plans[number - 1];
        if (before && plan.from > before.to + 1) {
          nodes.push(element("p", "pm-gap", t("frame.gap", { from: before.to + 1, to: plan.from - 1 })));
        }
        const head = this.heading(pick(plan.name));
        head.appendChild(element("small", "", `${plan.from}–${plan.to}`));
        nodes.push(head);
        const same = data.zones.filter((one) => one.plan === plan.id && one.place === zone.place);
        if (!same.length) {
          nodes.push(element("p", "pm-own", t("frame.silent")));
          return;
        }
        same.forEach((one) => {
          const box = element("ul", "pm-items");
          box.appendChild(this.item(one));
          nodes.push(box);
          if (PlanMap.sentence(one)) nodes.push(this.quote(PlanMap.sentence(one)));
        });
      });
      return nodes;
    }

    actions(zone) {
      const { app } = this;
      const { t, pick } = app;
      const row = element("div", "pm-actions");
      if (zone.t) row.appendChild(button("pm-button", t("frame.locate"), () => app.view.zoomTo(zone.id)));
      const twin = app.twin(zone);
      if (twin) {
        row.appendChild(button("pm-button", t("frame.twin", { plan: pick(app.plan(twin.plan).name) }),
          () => app.choose(twin.id)));
      }
      row.appendChild(button("pm-button", t("frame.cite"), (event) => app.cite(zone, event.currentTarget)));
      row.appendChild(button("pm-button", t("frame.report"), (event) => app.report(zone, event.currentTarget)));
      return row;
    }
  }

  PlanMap.ZoneCard = ZoneCard;
})((window.PlanMap = window.PlanMap || {}));
