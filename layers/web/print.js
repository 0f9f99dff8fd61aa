// The paper: a sheet of its own, put together when a print begins, since what is on the screen
// neither fits a page nor breaks over several.
(function (PlanMap) {
  "use strict";
  const { element, swatch, verdictMark } = PlanMap.dom;
  const WIDE = 277; // mm between the margins of A4 across
  const MAP = { width: 205, height: 154 }; // mm at most
  const BESIDE = 18; // items of a legend that fit beside the map

  // Elements of paper in the place of what is clicked.
  function plain(node) {
    node.querySelectorAll(".pm-close, .pm-grip, .pm-actions, .pm-tabs, .pm-link, .pm-eye, input, select").forEach((one) => one.remove());
    node.querySelectorAll("button, a").forEach((one) => {
      const span = element(one.querySelector("span, b, small") ? "div" : "span", one.className);
      span.append(...one.childNodes);
      one.replaceWith(span);
    });
    return node;
  }

  // Patterns are the drawing's own, which stands on the same sheet: those of a hidden map draw nothing.
  function patterned(node) {
    node.querySelectorAll('[fill^="url(#pm-fill-"]').forEach((one) => {
      one.setAttribute("fill", PlanMap.patternOf(one.getAttribute("fill").slice("url(#pm-fill-".length, -1)));
    });
    return node;
  }

  const NO_PAPER = ".stDownloadButton, [data-testid='stButtonGroup'], [data-testid='stFileUploader'], [data-testid='stSelectbox'], [data-testid='InputInstructions'], " +
    "[role=group], details:not([open]), .st-key-close_drawer, .pm-view-title, .pm-no-paper, .ck-choices, [hidden]";

  // A copy for paper, with what a copy would lose: what was drawn, and what was typed.
  function copied(node) {
    const copy = node.cloneNode(true);
    const pair = (selector, take) => {
      const all = [...copy.querySelectorAll(selector)];
      node.querySelectorAll(selector).forEach((one, number) => take(one, all[number]));
    };
    pair("canvas", (one, twin) => {
      const image = element("img", "");
      image.src = one.toDataURL();
      image.style.width = "100%";
      twin.replaceWith(image);
    });
    // A picture with an address of its own would still be loading when the paper is drawn.
    pair("img", (one, twin) => {
      if (!one.naturalWidth || one.src.startsWith("data:")) return;
      const canvas = element("canvas", "");
      Object.assign(canvas, { width: one.naturalWidth, height: one.naturalHeight });
      canvas.getContext("2d").drawImage(one, 0, 0);
      twin.src = canvas.toDataURL();
      twin.removeAttribute("srcset");
    });
    pair("textarea", (one, twin) => twin.replaceWith(element("blockquote", "", one.value)));
    copy.querySelectorAll(NO_PAPER).forEach((one) => one.remove());
    return copy;
  }

  class Printed {
    constructor(app) {
      this.app = app;
      app.host.windows().forEach((one) => {
        one.addEventListener("beforeprint", () => this.fill(one.document));
        one.addEventListener("afterprint", () => this.clear(one.document));
        // Where a browser tells of paper in no other way.
        one.matchMedia("print").addListener((media) => (media.matches ? this.fill : this.clear).call(this, one.document));
      });
    }

    clear(page) {
      this.held = null;
      page.querySelectorAll(".pm-sheet").forEach((one) => one.remove());
      page.documentElement.classList.remove("pm-printing");
    }

    // A browser tells of one print several times, and by then what is on the screen may be hidden.
    fill(page) {
      if (!this.held) this.held = this.sheet();
      page.querySelectorAll(".pm-sheet").forEach((one) => one.remove());
      page.body.appendChild(this.held.cloneNode(true));
      page.documentElement.classList.add("pm-printing");
    }

    // Head and foot of a table are repeated on every page.
    sheet() {
      const table = element("table", "pm-sheet");
      table.lang = this.app.state.lang === "en" ? "en" : "zh-CN";
      [["thead", this.head()], ["tfoot", this.foot()], ["tbody", this.body()]].forEach(([name, nodes]) => {
        const part = element(name, "");
        const row = element("tr", "");
        const cell = element("td", "");
        cell.append(...nodes);
        row.appendChild(cell);
        part.appendChild(row);
        table.appendChild(part);
      });
      return table;
    }

    head() {
      const { app } = this;
      const { state, t, pick, data } = app;
      const ids = state.view === "wording" ? [state.from, state.to] : app.plansShown();
      const plans = ids.map((id) => app.plan(id)).map((plan) => `${pick(plan.title || plan.name)} ${plan.from}–${plan.to}`).join(" ⇄ ");
      const head = element("div", "pm-sheet-head");
      const view = state.view === "map" ? "" : ` · ${t(`view.${state.view}`)}`;
      head.append(element("strong", "", pick(data.title) + view), element("span", "", state.view === "own" ? "" : plans));
      return [head];
    }

    foot() {
      const { app } = this;
      const { state, t, pick, data } = app;
      const foot = element("div", "pm-sheet-foot");
      foot.append(element("strong", "", t("notice.disclaimer")), element("span", "", pick(data.attribution)),
        element("span", "", `${t("notice.datum_short")} · ${t("map.data_version")} ${data.version}${state.today ? ` · ${t("frame.printed_on")} ${state.today}` : ""}`),
        element("span", "pm-sheet-approval", `${t("frame.approval_number")} ${data.review_number || "________________"}`));
      return [foot];
    }

    body() {
      const { app } = this;
      const { state } = app;
      const drawn = app.tables.on ? app.tables.body : app.host.isHost(state.view) && app.host.drawn(state.view);
      if (drawn && state.view === "check") return this.check(drawn);
      const own = state.view === "own" && app.overlays.host ? app.overlays.host.features : [];
      if (drawn && !own.length) return [this.page(drawn)];
      const after = drawn ? [element("div", "pm-sheet-more")] : [];
      after.forEach((one) => one.appendChild(this.page(drawn)));
      return [...this.map(own), ...after, ...(drawn ? [] : this.more())];
    }

    // The map with its legend; of a reader's own shapes their names first.
    map(own) {
      const { app } = this;
      const { node, width, height } = this.drawing(own);
      const across = Math.min(MAP.width, (MAP.height * width) / height);
      node.removeAttribute("height");
      node.setAttribute("width", `${across.toFixed(1)}mm`);
      node.setAttribute("height", `${((across * height) / width).toFixed(1)}mm`);
      const zones = app.pictured();
      const beside = zones.length + own.length <= BESIDE && WIDE - across > 55;
      const aside = element("div", "pm-sheet-aside");
      const legend = this.legend(zones, own);
      if (beside) aside.appendChild(legend);
      else legend.classList.add("pm-sheet-wide");
      aside.append(...this.zone(), ...this.measured());
      const map = element("div", "pm-sheet-map");
      map.append(node, aside);
      return [map, ...(beside ? [] : [legend])];
    }

    // What is on the screen; a reader's own shapes are brought into sight, which moves the map for a moment.
    drawing(own) {
      const { map, view } = this.app;
      const home = own.length && view.overlayBounds();
      const inset = this.app.inset();
      const size = map.getSize();
      const open = window.L.bounds([inset.left, inset.top], [size.x - inset.right, size.y - inset.bottom]);
      const corners = home ? [home.getNorthWest(), home.getSouthEast()].map((at) => map.latLngToContainerPoint(at)) : [];
      if (corners.every((at) => open.contains(at))) return PlanMap.mapDrawing(this.app, MAP);
      const [centre, zoom] = [map.getCenter(), map.getZoom()];
      map.fitBounds(home, Object.assign({ animate: false }, view.padding(12)));
      const drawn = PlanMap.mapDrawing(this.app, MAP);
      map.setView(centre, zoom, { animate: false });
      return drawn;
    }

    // Of a view that is read: all of it but its buttons.
    page(drawn) {
      const copy = copied(drawn);
      copy.querySelectorAll("button").forEach((one) => one.remove());
      return copy;
    }

    // The rows of the area check as one table, and the figure that is opened.
    check(drawn) {
      const { app } = this;
      const { t } = app;
      const unit = ["ha", "mu"].includes(app.extra.unit) ? app.extra.unit : "km2";
      const rows = [...drawn.querySelectorAll(".ck-row:not(.head)")].filter((row) => !row.closest("[hidden]"));
      const text = (node) => {
        const copy = node.cloneNode(true);
        copy.querySelectorAll(`i, img, [data-in]:not([data-in="${unit}"])`).forEach((one) => one.remove());
        return copy.textContent.trim();
      };
      const head = (name) => (rows[0] ? rows[0].querySelector(`.${name} i`).textContent : "");
      const table = element("table", "");
      const top = element("tr", "");
      [t("frame.paper_item"), head("stated"), head("computed"), head("difference"), t("frame.paper_interval"), head("interval"),
        head("verdict"), t("frame.paper_said")].forEach((words, number) => {
        const cell = element("th", number > 0 && number < 5 ? "pm-number" : "", words);
        cell.scope = "col";
        top.appendChild(cell);
      });
      const body = element("tbody", "");
      rows.forEach((row) => {
        const line = element("tr", "");
        const name = element("th", "", text(row.closest('.ck-finding, [class*="st-key-check_"]').querySelector(".ck-name, button")).replace(/^[▸▾]\s*/, ""));
        name.scope = "row";
        line.append(name, ...["stated", "computed", "difference", "interval"].map((key) => element("td", "pm-number", text(row.querySelector(`.${key}`)))));
        [row.querySelector(".interval img"), row.querySelector(".verdict b"), row.querySelector("p")].forEach((node) => {
          const cell = element("td", "");
          if (node) cell.append(...(node.matches("img") ? [node.cloneNode(true)] : [...node.cloneNode(true).childNodes]));
          line.appendChild(cell);
        });
        body.appendChild(line);
      });
      const heads = element("thead", "");
      heads.appendChild(top);
      table.append(heads, body);
      const box = element("div", "pm-check-print");
      box.append(element("p", "", t("frame.paper_units", { unit: unit === "km2" ? t("map.unit_km2") : t(`frame.unit_${unit}`) })), table);
      const opened = drawn.querySelector('[class*="st-key-check_open_"], .ck-finding.open');
      const more = opened ? [plain(copied(opened))] : [];
      more.forEach((one) => one.classList.add("pm-sheet-opened"));
      return [box, ...more];
    }

    legend(zones, own) {
      const { app } = this;
      const { t, pick, data, state } = app;
      const box = element("div", "pm-sheet-legend");
      const head = element("h3", "pm-sheet-unit", t("frame.legend"));
      head.appendChild(element("small", "", t("frame.legend_unit", { unit: t("map.unit_km2") })));
      box.appendChild(head);
      const rows = element("ul", "");
      own.forEach(({ properties }) => {
        const row = element("li", "");
        row.append(PlanMap.dom.styleSwatch(properties.style), element("span", "", properties.label));
        rows.appendChild(row);
      });
      zones.forEach((zone) => {
        const row = element("li", "");
        const plan = state.view === "compare" ? `${pick(app.plan(zone.plan).short)} · ` : "";
        const figures = zone.figures || {};
        row.append(this.sample(zone), element("span", "", plan + pick(zone.short || zone.name)), element("b", "", figures.stated || ""));
        const mark = element("i", "");
        if (zone.about.verdict) mark.appendChild(verdictMark(data.verdicts[zone.about.verdict], t(`verdict.${zone.about.verdict}`)));
        row.appendChild(mark);
        rows.appendChild(row);
      });
      box.appendChild(rows);
      const used = [...new Set(zones.map((zone) => zone.about.verdict).filter(Boolean))];
      if (used.length) {
        const key = element("p", "pm-sheet-key");
        used.forEach((one) => {
          const part = element("span", "");
          part.append(verdictMark(data.verdicts[one]), ` ${t(`verdict.${one}`)}`);
          key.appendChild(part);
        });
        box.appendChild(key);
      }
      return box;
    }

    sample(zone) { return patterned(swatch(this.app.data, zone)); }

    zone() {
      const { app } = this;
      const { state, pick } = app;
      const zone = state.view === "map" && state.zone && app.zones.get(state.zone);
      if (!zone) return [];
      const box = element("div", "pm-sheet-zone");
      const line = element("p", "");
      line.append(app.verdictChip(zone), ` ${pick(zone.about.sub)}`);
      box.append(element("h2", "", pick(zone.name)), line);
      const figures = app.card.figures(zone);
      if (figures) box.appendChild(figures);
      if (PlanMap.sentence(zone)) {
        const quote = element("blockquote", "", PlanMap.sentence(zone));
        quote.lang = "zh";
        box.appendChild(quote);
      }
      if (state.lang === "en" && zone.summary) box.appendChild(element("p", "", `${app.t("frame.summary")} ${zone.summary}`));
      return [plain(box)];
    }

    measured() {
      const value = this.app.state.measuring && this.app.tools.measures.querySelector(".pm-measure-value");
      return value ? [element("p", "", `${this.app.t("frame.measure")}: ${value.textContent}`)] : [];
    }

    // What cards say goes to the pages after the map.
    more() {
      const { app } = this;
      const { state, t } = app;
      const box = element("div", "pm-sheet-more");
      const copy = (node) => plain(node.cloneNode(true));
      const zone = state.view === "map" && state.card && app.zones.get(state.zone);
      if (zone) {
        const part = element("section", "");
        part.append(element("h2", "", `${app.pick(zone.name)} · ${t(`frame.tab_${state.tab}`)}`), ...app.card[state.tab](zone));
        box.appendChild(plain(part));
      }
      if (state.view === "place" && state.place) box.appendChild(copy(app.placeCard.node));
      const table = state.view === "compare" && document.querySelector(".pm-table-card:not([hidden])");
      if (table) {
        const paper = copy(table);
        const said = paper.querySelector(".cmp-said");
        if (said && !state.cell) said.remove();
        box.appendChild(paper);
      }
      const found = document.querySelector(".pm-found:not([hidden])");
      if (found && found.querySelector(".pm-hit")) {
        const part = element("section", "");
        part.append(element("h2", "", `${t("frame.search")}: ${document.querySelector(".pm-search input").value}`), copy(found));
        box.appendChild(part);
      }
      return box.childNodes.length ? [patterned(box)] : [];
    }
  }

  PlanMap.Printed = Printed;
})((window.PlanMap = window.PlanMap || {}));
