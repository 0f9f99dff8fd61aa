// What stands round the map: the bar, the periods, the tools, the foot line, and a phone's navigation.
(function (PlanMap) {
  "use strict";
  const { element, button, icon, iconButton } = PlanMap.dom;

  // A view is a link, so that it opens in a second tab; a plain click stays on the page.
  function viewLink(app, id, className, withIcon) {
    const node = element("a", className);
    node.href = app.host.href(app.addressOf({ view: id }));
    node.dataset.view = id;
    if (withIcon) node.appendChild(icon(id, 22));
    node.appendChild(element("span", "", app.t(`view.${id}`)));
    node.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      event.preventDefault();
      app.goTo(id);
    });
    return node;
  }

  class Bar {
    constructor(app) {
      this.app = app;
      this.node = element("header", "pm-bar");
      this.foot = element("footer", "pm-foot");
      this.bottom = element("nav", "pm-bottom");
      this.search = new PlanMap.SearchBox(app);
    }

    render() {
      const { app } = this;
      const { t, pick, data } = app;
      const title = element("h1", "", pick(data.title));
      const nav = element("nav", "pm-nav");
      nav.setAttribute("aria-label", t("page.views"));
      const main = ["map", "compare", "check", "place", "own"].filter((id) => app.host.views.includes(id));
      nav.append(...main.map((id) => viewLink(app, id, "pm-nav-link")));
      const right = element("div", "pm-bar-right");
      right.appendChild(button("pm-bar-button", t("frame.share"), () => app.share.open()));
      if (app.host.views.includes("export")) right.appendChild(viewLink(app, "export", "pm-bar-button"));
      (app.host.extras || []).forEach((extra) => {
        const link = element("a", "pm-bar-button", pick(extra.name));
        link.href = extra.href;
        right.appendChild(link);
      });
      const lang = button("pm-bar-button pm-lang", app.state.lang === "en" ? "中文" : "English",
        () => app.set({ lang: app.state.lang === "en" ? "zh" : "en" }));
      lang.lang = app.state.lang === "en" ? "zh-CN" : "en";
      right.appendChild(lang);
      this.search.render();
      PlanMap.put(this.node, title, nav, this.search.node, right);
      this.renderFoot();
      this.bottom.setAttribute("aria-label", t("frame.bottom"));
      const more = button("pm-nav-link", null, () => app.more.open());
      more.append(icon("more", 22), element("span", "", t("frame.more_views")));
      const four = ["map", "compare", "check", "place"].filter((id) => app.host.views.includes(id));
      PlanMap.put(this.bottom, ...four.map((id) => viewLink(app, id, "pm-nav-link", true)), more);
      this.mark();
    }

    renderFoot() {
      const { app } = this;
      const { t, pick, data, state } = app;
      const base = app.view && app.view.base;
      const parts = [[t("notice.disclaimer"), "pm-disclaimer"],
        [base ? pick(base.datum) : t("notice.datum_short"), ""],
        [`${t("map.data_version")} ${data.version}`, ""],
        [base ? pick(base.attribution) : pick(data.attribution), "pm-wide"],
        [data.review_number || "", ""]];
      const nodes = parts.filter(([words]) => words).map(([words, name]) => element("span", name, words));
      const accuracy = button("pm-link", t("frame.accuracy"), () => app.tellDialog(t("frame.accuracy"),
        [t("notice.disclaimer"), t("notice.datum"), pick(data.accuracy), pick(data.attribution),
          `${t("map.data_version")} ${data.version}`, state.today ? `${t("frame.opened_on")} ${state.today}` : ""]));
      PlanMap.put(this.foot, ...nodes, accuracy);
    }

    mark() {
      // The wording belongs to the comparison.
      const view = this.app.state.view === "wording" ? "compare" : this.app.state.view;
      [this.node, this.bottom].forEach((box) => box.querySelectorAll("[data-view]").forEach((link) => {
        if (link.dataset.view === view) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }));
    }
  }

  // One side of a comparison: which plan stands there.
  function sideChoice(app, key) {
    const { state, t, pick, data } = app;
    const label = element("label", "pm-side");
    label.appendChild(element("span", "", t(`frame.${key}`)));
    const list = element("select", "");
    list.dataset.keep = key;
    data.plans.forEach((plan) => {
      const option = element("option", "", app.phone ? pick(plan.short) : `${pick(plan.short)} ${plan.from}–${plan.to}`);
      option.value = plan.id;
      option.selected = plan.id === state[key];
      list.appendChild(option);
    });
    list.addEventListener("change", () => app.set({ [key]: list.value, cell: null }));
    label.appendChild(list);
    return label;
  }

  // One choice of period, to scale in words; a comparison chooses two.
  class Periods {
    constructor(app) {
      this.app = app;
      this.node = element("div", "pm-periods");
    }

    render() {
      const { app } = this;
      const { state, t } = app;
      const comparing = state.view === "compare";
      this.node.classList.toggle("pm-comparing", comparing);
      this.node.setAttribute("role", "group");
      this.node.setAttribute("aria-label", t(comparing ? "frame.compared" : "layers.plans"));
      const focused = this.node.contains(document.activeElement) && document.activeElement.dataset.keep;
      PlanMap.put(this.node, ...(comparing ? this.two() : this.one()));
      const back = focused && this.node.querySelector(`[data-keep="${focused}"]`);
      if (back) back.focus();
    }

    one() {
      const { app } = this;
      const { state, t, pick, data } = app;
      const nodes = [];
      data.plans.forEach((plan, number) => {
        const before = data.plans[number - 1];
        if (before && plan.from > before.to + 1) {
          nodes.push(element("span", "pm-gap", t("frame.gap", { from: before.to + 1, to: plan.from - 1 })));
        }
        const one = button("pm-period", null, () => app.set({ plan: plan.id }));
        one.dataset.keep = plan.id;
        one.setAttribute("aria-pressed", String(plan.id === state.plan));
        one.append(element("b", "", pick(plan.short)), element("span", "", `${plan.from}–${plan.to}`));
        nodes.push(one);
      });
      if (data.plans.length > 1 && app.host.views.includes("compare")) {
        const compare = button("pm-compare", null, () => app.goTo("compare"));
        compare.append(icon("compare", 18), element("span", "", t("frame.compare")));
        nodes.push(compare);
      }
      return nodes;
    }

    two() {
      const { app } = this;
      const { state, t } = app;
      const modes = ["swipe", "side"].map((mode) => {
        const one = button("pm-mode", t(`frame.mode_${mode}`), () => app.set({ mode }));
        one.dataset.keep = mode;
        one.setAttribute("aria-pressed", String(state.mode === mode));
        return one;
      });
      const table = button("pm-mode", t("frame.overlaps"), () => app.set({ table: !state.table }));
      table.dataset.keep = "table";
      table.setAttribute("aria-pressed", String(Boolean(state.table)));
      const nodes = [sideChoice(app, "from"), sideChoice(app, "to"), ...modes, table];
      if (app.host.views.includes("wording")) nodes.push(button("pm-mode", t("frame.wording"), () => app.goTo("wording")));
      nodes.push(iconButton("pm-close", "close", t("frame.end_compare"), () => app.goTo("map")));
      return nodes;
    }
  }

  // Zoom, the whole district, measuring, full screen: one column.
  class Tools {
    constructor(app) {
      this.app = app;
      this.node = element("div", "pm-tools-column");
      this.measures = element("div", "pm-measure-box");
    }

    render() {
      const { app } = this;
      const { t } = app;
      const { map } = app.view;
      const go = (step) => {
        app.view.moved = true;
        map.setZoom(map.getZoom() + step, { animate: !PlanMap.calm() });
      };
      this.node.setAttribute("role", "toolbar");
      this.node.setAttribute("aria-orientation", "vertical");
      this.node.setAttribute("aria-label", t("frame.tools"));
      const layers = button("pm-icon-button pm-phone pm-words", t("frame.layers"), () => app.sheet("list"));
      const nodes = [layers,
        iconButton("pm-zoom", "plus", t("frame.zoom_in"), () => go(0.5)),
        iconButton("pm-zoom", "minus", t("frame.zoom_out"), () => go(-0.5)),
        iconButton("", "whole", t("frame.whole"), () => {
          app.view.moved = false;
          app.view.whole(true);
        }),
        iconButton("", "ruler", t("frame.measure"), () => app.set({ measuring: !app.state.measuring }))];
      nodes[4].setAttribute("aria-pressed", String(Boolean(app.state.measuring)));
      if (document.fullscreenEnabled) {
        nodes.push(iconButton("pm-desk", "full", t("frame.full"), () => {
          if (document.fullscreenElement) document.exitFullscreen();
          else document.documentElement.requestFullscreen();
        }));
      }
      PlanMap.put(this.node, ...nodes);
    }
  }

  PlanMap.Bar = Bar;
  PlanMap.Periods = Periods;
  PlanMap.Tools = Tools;
  PlanMap.viewLink = viewLink;
  PlanMap.sideChoice = sideChoice;
})((window.PlanMap = window.PlanMap || {}));
