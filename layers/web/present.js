// For a meeting: no bars, large type, one stop after another by key, clicker or finger.
(function (PlanMap) {
  "use strict";
  const { element, button, iconButton, swatch, list } = PlanMap.dom;
  const MOST_STOPS = 60;
  const LONG = 110; // characters of a sentence that is set smaller

  // A stop is an item, or a plan as a whole.
  function stopOf(app, id) {
    const zone = app.zones.get(id);
    return zone ? { id, plan: zone.plan, zone: id } : { id, plan: id, zone: null };
  }

  class Present {
    constructor(app) {
      this.app = app;
      this.node = element("section", "pm-slide");
      this.words = element("div", "pm-slide-words");
      this.words.setAttribute("aria-live", "polite");
      this.tools = element("div", "pm-slide-tools");
      this.node.append(this.tools, this.words);
      this.at = 0;
    }

    render() {
      const { app } = this;
      const { state, t } = app;
      const was = this.node.hidden;
      this.node.hidden = !state.present;
      app.view.labels.large(state.present ? (app.phone ? 1.15 : 1.55) : 1);
      if (!state.present) {
        this.black(false);
        if (this.full && document.fullscreenElement) document.exitFullscreen();
        this.full = false;
        return;
      }
      this.node.setAttribute("aria-label", t("frame.present"));
      const focused = this.node.contains(document.activeElement) && document.activeElement.dataset.keep;
      PlanMap.put(this.words, ...this.slide());
      PlanMap.put(this.tools, ...this.buttons());
      this.node.scrollTop = 0;
      const back = focused && this.node.querySelector(`[data-keep="${focused}"]`);
      if (back) back.focus({ preventScroll: true });
      // A link opens with the focus outside of the frame, where no key would reach the map.
      else if (was !== this.node.hidden) window.focus();
    }

    slide() {
      const { app } = this;
      const { state, t, pick, data } = app;
      const zone = state.zone && app.zones.get(state.zone);
      const plan = app.plan(state.plan);
      const nodes = [element("p", "pm-slide-plan", `${pick(plan.title || plan.name)} ${plan.from}–${plan.to}`)];
      if (zone) {
        const words = PlanMap.sentence(zone);
        nodes.push(element("h2", "", pick(zone.name)));
        if (words) {
          const quote = element("blockquote", words.length > LONG ? "pm-long" : "", words);
          quote.lang = "zh";
          nodes.push(quote);
        }
        nodes.push(app.figuresLine(zone));
        if (state.lang === "en" && zone.summary) nodes.push(element("p", "pm-slide-summary", `${t("frame.summary")} ${zone.summary}`));
      } else {
        nodes.push(element("h2", "", pick(data.title)), ...this.groups(plan));
        if (!window.matchMedia("(hover: none)").matches) nodes.push(element("p", "pm-slide-keys", t("frame.present_keys")));
      }
      nodes.push(element("p", "pm-slide-foot", [t("notice.disclaimer"), pick(data.attribution),
        `${t("map.data_version")} ${data.version}`].join(" · ")));
      return nodes;
    }

    // What a plan divides the district into, group by group.
    groups(plan) {
      const { app } = this;
      const shown = app.shown();
      return app.data.groups.filter((group) => group.plan === plan.id).map((group) => {
        const zones = group.zones.map((id) => app.zones.get(id))
          .filter((zone) => zone && zone.t === "polygon" && shown.includes(zone.id));
        return zones.length ? element("p", "pm-slide-group", app.t("frame.present_group",
          { group: app.pick(group.name), names: list(zones.map((zone) => app.pick(zone.short)), app.state.lang) })) : null;
      }).filter(Boolean);
    }

    buttons() {
      const { app } = this;
      const { t } = app;
      const stops = this.stops();
      const here = this.number();
      const one = (name, icon, words, act, off) => {
        const node = iconButton("", icon, words, act);
        node.dataset.keep = `slide-${name}`;
        node.disabled = Boolean(off);
        return node;
      };
      return [one("back", "back", t("frame.present_back"), () => this.step(-1), here === 0),
        element("span", "pm-slide-count", here < 0 ? `– / ${stops.length}` : `${here + 1} / ${stops.length}`),
        one("next", "chevron", t("frame.present_next"), () => this.step(1), here === stops.length - 1),
        one("stops", "list", t("frame.stops"), () => app.stops.open()),
        one("end", "close", t("frame.present_end"), () => app.set({ present: false }))];
    }

    // The reader's own, else the plan as a whole and each of its areas that shows.
    ids() {
      const { app } = this;
      if (app.state.stops.length) return app.state.stops;
      const shown = app.shown();
      const zones = app.data.groups.filter((group) => group.plan === app.state.plan)
        .reduce((all, group) => all.concat(group.zones), []);
      return [app.state.plan, ...zones.filter((id) => app.zones.get(id).t === "polygon" && shown.includes(id))];
    }

    stops() { return this.ids().map((id) => stopOf(this.app, id)); }

    // Which stop is shown; the same item may be one twice.
    number() {
      const { state } = this.app;
      const stops = this.stops();
      const shown = (stop) => stop && stop.plan === state.plan && stop.zone === (state.zone || null);
      return shown(stops[this.at]) ? this.at : stops.findIndex(shown);
    }

    step(by) {
      const last = this.stops().length - 1;
      const here = this.number();
      // From what is no stop to the one that follows where the list was left.
      this.go(Math.min(last, Math.max(0, here < 0 ? this.at + Math.min(0, by) : here + by)));
    }

    // Without a flight: a presenter's next word waits for it.
    go(number) {
      const { app } = this;
      const stop = this.stops()[number];
      if (!stop) return;
      this.at = number;
      this.black(false);
      app.set({ plan: stop.plan, zone: stop.zone, card: false, pop: false });
      this.render();
      this.look(stop.zone);
    }

    look(zone) {
      const { view } = this.app;
      if (zone && this.app.zones.get(zone).t) {
        view.zoomTo(zone, false);
      } else {
        view.moved = false;
        view.whole(false);
      }
    }

    // From the page: over the whole screen where the browser allows it.
    start() {
      const { app } = this;
      const root = document.documentElement;
      this.at = 0;
      app.set({ present: true, view: "map", card: false, pop: false, measuring: false });
      if (root.requestFullscreen && document.fullscreenEnabled && !document.fullscreenElement) {
        root.requestFullscreen().then(() => { this.full = true; }, () => {});
      }
      this.begin();
    }

    // From the page or from a link: the stop that is shown, else the first.
    begin() {
      const { stops, zone, plan } = this.app.state;
      const unsaid = stops.length && !zone && plan === this.app.data.start.plan;
      if (unsaid || this.number() < 0) this.go(0);
      else this.look(this.app.state.zone);
    }

    black(on) { document.body.classList.toggle("pm-black", on); }

    period(by) {
      const { app } = this;
      const plans = app.data.plans.map((plan) => plan.id);
      const next = plans[plans.indexOf(app.state.plan) + by];
      if (!next) return;
      this.black(false);
      app.set({ plan: next });
      this.look(app.state.zone);
    }

    // Page keys are what a clicker sends, with “.” or B for a black screen, F5 and Escape to begin and end.
    key(event) {
      const { app } = this;
      if (app.dialog.isOpen || event.ctrlKey || event.metaKey || event.altKey) return false;
      const onButton = event.target.closest && event.target.closest("button");
      if (onButton && (event.key === " " || event.key === "Enter")) return false;
      const last = this.stops().length - 1;
      const acts = {
        ArrowRight: () => this.step(1), PageDown: () => this.step(1), " ": () => this.step(1), Enter: () => this.step(1),
        ArrowLeft: () => this.step(-1), PageUp: () => this.step(-1), Backspace: () => this.step(-1),
        ArrowDown: () => this.period(1), ArrowUp: () => this.period(-1),
        Home: () => this.go(0), F5: () => this.go(0), End: () => this.go(last),
        b: () => this.black(!document.body.classList.contains("pm-black")),
        Escape: () => app.set({ present: false }),
      };
      const act = acts[{ B: "b", ".": "b" }[event.key] || event.key];
      if (!act) return false;
      event.preventDefault();
      event.stopPropagation();
      act();
      return true;
    }
  }

  // Chooses where a presentation stops, in which order; the list stands in its link.
  class Stops {
    constructor(app) { this.app = app; }

    open() {
      this.box = element("div", "pm-stops");
      this.draw();
      this.app.dialog.show(this.app.t("frame.present"), [this.box]);
    }

    change(ids, focus) {
      this.app.set({ stops: ids.slice(0, MOST_STOPS) });
      this.draw();
      const back = focus && this.box.querySelector(`[data-keep="${focus}"]:not([disabled])`);
      if (back) back.focus();
    }

    name(id) {
      const { app } = this;
      const zone = app.zones.get(id);
      return zone ? app.pick(zone.name) : app.t("frame.stops_whole");
    }

    draw() {
      const { app } = this;
      const { t, pick, data, state } = app;
      const ids = app.present.ids();
      const rows = element("ol", "pm-stops-list");
      ids.forEach((id, number) => {
        const row = element("li", "");
        const zone = app.zones.get(id);
        const words = element("span", "pm-stop-name", this.name(id));
        words.appendChild(element("small", "", pick(app.plan(zone ? zone.plan : id).name)));
        const move = (by) => {
          const next = ids.slice();
          next.splice(number + by, 0, next.splice(number, 1)[0]);
          this.change(next, `stop-${by < 0 ? "up" : "down"}-${number + by}`);
        };
        const one = (name, icon, act, off) => {
          const node = iconButton("", icon, `${t(`frame.stops_${name}`)}: ${this.name(id)}`, act);
          node.dataset.keep = `stop-${name}-${number}`;
          node.disabled = off;
          return node;
        };
        row.append(element("b", "", String(number + 1)), zone ? swatch(data, zone) : PlanMap.dom.icon("map", 18), words,
          one("up", "up", () => move(-1), number === 0), one("down", "down", () => move(1), number === ids.length - 1),
          one("remove", "close", () => this.change(ids.filter((_, at) => at !== number), `stop-remove-${Math.min(number, ids.length - 2)}`), ids.length === 1));
        rows.appendChild(row);
      });
      const add = element("select", "");
      add.setAttribute("aria-label", t("frame.stops_add"));
      add.dataset.keep = "stop-add";
      add.appendChild(element("option", "", t("frame.stops_add")));
      data.plans.forEach((plan) => {
        const group = element("optgroup", "");
        group.label = `${pick(plan.name)} ${plan.from}–${plan.to}`;
        const zones = data.zones.filter((zone) => zone.plan === plan.id && zone.t);
        [plan.id, ...zones.map((zone) => zone.id)].forEach((id) => {
          const option = element("option", "", this.name(id));
          option.value = id;
          group.appendChild(option);
        });
        add.appendChild(group);
      });
      add.addEventListener("change", () => this.change([...ids, add.value], "stop-add"));
      const line = element("div", "pm-stops-add");
      line.appendChild(add);
      if (state.stops.length) line.appendChild(button("pm-link", t("frame.stops_reset"), () => this.change([], "stop-add")));
      const link = app.host.href(app.query({ view: "map", present: true, zone: null, at: null, plan: state.stops.length ? data.start.plan : state.plan, stops: state.stops }));
      const actions = element("div", "pm-actions");
      actions.appendChild(button("pm-button pm-primary", t(state.present ? "frame.present_again" : "frame.present_start"), () => {
        app.dialog.close();
        if (state.present) app.present.go(0);
        else app.present.start();
      }));
      PlanMap.put(this.box, element("p", "pm-quiet", t("frame.stops_how")), rows, line,
        app.share.field(t("frame.stops_link"), link), actions);
    }
  }

  PlanMap.Present = Present;
  PlanMap.Stops = Stops;
})((window.PlanMap = window.PlanMap || {}));
