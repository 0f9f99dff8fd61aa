// The page round the map: one state, held by the address; every part draws what of it changed.
// What runs it is told apart by a host alone, see docs/frame.md.
(function (PlanMap) {
  "use strict";
  const { element, button, verdictMark, fill, list } = PlanMap.dom;

  const PHONE = "(max-width: 760px)";
  const NARROW = 960; // pixels: a card stands below the map instead of beside it
  const OWN = ["view", "lang", "plans", "show", "hide", "labels", "base", "zone", "card", "pop", "tab", "at",
    "from", "to", "mode", "split", "cell", "table", "where", "fade", "measure", "present", "stops", "embed"];
  // A change of one of these is a step that Back undoes; any other only amends the address.
  const STEPS = ["view", "plan", "zone", "from", "to", "place", "lang"];

  // Leaflet's scale in the reader's language.
  const Scale = L.Control.Scale.extend({
    _updateScale(line, words, ratio) {
      const { app } = this.options;
      const [, value, unit] = /^(\d+) (k?m)$/.exec(words) || ["", words, "m"];
      line.style.width = `${Math.round(this.options.maxWidth * ratio)}px`;
      line.textContent = `${value} ${app.t(`map.unit_${unit}`)}`;
    },
  });

  class App {
    // map: Leaflet's; data: of layers.map.base_map.map_data; host: see docs/frame.md.
    constructor(map, data, host) {
      this.map = map;
      this.data = data;
      this.host = host;
      this.zones = new Map(data.zones.map((zone) => [zone.id, zone]));
      this.extra = {};
      this.edge = null;
      this.overlays = {};
      this.seen = null;
      this.state = this.parse(host.read());
      this.pick = (pair) => (this.state.lang === "en" ? pair[1] || pair[0] : pair[0]);
      this.t = (key, values) => fill(this.pick(this.data.texts[key] || [key, key]), values);
      this.build();
      host.onPop(() => this.take(this.parse(host.read()), "pop"));
    }

    get phone() { return window.matchMedia(PHONE).matches; }

    plan(id) {
      return this.data.plans.find((plan) => plan.id === id) || { id, name: [id, id], short: [id, id] };
    }

    // -- the address ------------------------------------------------------------------------

    parse(query) {
      const asked = new URLSearchParams(query);
      const { data, host } = this;
      const plans = data.plans.map((plan) => plan.id);
      const last = plans[plans.length - 1];
      const one = (name, allowed, otherwise) => (allowed.includes(asked.get(name)) ? asked.get(name) : otherwise);
      const some = (name) => (asked.get(name) || "").split(",").filter((id) => this.zones.has(id));
      const numbers = (name) => (asked.get(name) || "").split(",").map(Number);
      const zone = this.zones.has(asked.get("zone")) ? asked.get("zone") : null;
      const named = (asked.get("plans") || "").split(",").filter((id) => plans.includes(id));
      const own = zone && this.zones.get(zone).plan;
      const plan = (named.includes(own) && own) || named[0] || own || data.start.plan || last;
      const before = plans[Math.max(0, plans.length - 2)];
      const at = asked.get("at") ? numbers("at") : [];
      const fade = {};
      (asked.get("fade") || "").split(",").forEach((part) => {
        const [group, percent] = part.split(":");
        if (data.groups.some((one) => one.id === group) && Number(percent) >= 0) fade[group] = Math.min(100, Number(percent));
      });
      const state = {
        view: one("view", host.views, "map"),
        lang: one("lang", ["zh", "en"], data.start.lang || "zh"),
        plan,
        show: some("show"), hide: some("hide"),
        labels: asked.get("labels") !== "off",
        base: one("base", (host.bases || []).map((base) => base.id), "none"),
        zone,
        card: Boolean(zone) && asked.get("card") !== "off" && asked.get("pop") !== "1",
        pop: Boolean(zone) && asked.get("pop") === "1",
        tab: one("tab", ["text", "check", "related", "history"], "text"),
        at: at.length >= 3 && at.slice(0, 3).every(Number.isFinite) ? at.slice(0, 3) : null,
        from: one("from", plans, before), to: one("to", plans, last),
        mode: one("mode", ["swipe", "side"], "swipe"),
        split: Number(asked.get("split")) > 0 && Number(asked.get("split")) < 1 ? Number(asked.get("split")) : 0.5,
        cell: asked.get("cell") || null, table: asked.get("table") === "on",
        place: asked.get("where") || null,
        fade, measure: asked.get("measure") || "", measuring: Boolean(asked.get("measure")),
        present: asked.get("present") === "1",
        stops: (asked.get("stops") || "").split(",").filter((id) => this.zones.has(id) || plans.includes(id)),
        embed: asked.get("embed") === "1" || asked.get("embed") === "true",
      };
      // Links from before: a search, a place asked about, a period shown alone.
      const view = asked.get("view");
      if (view === "search" && asked.get("q")) this.searched = asked.get("q");
      if (view === "place" && asked.get("at_place") && !state.place) state.place = asked.get("at_place");
      if (view === "compare" && asked.get("mode") === "time") {
        state.view = "map";
        state.plan = one("period", plans, plan);
      }
      this.extra = {};
      asked.forEach((value, name) => {
        if (!OWN.includes(name) && !["q", "in", "at_place", "which", "period"].includes(name)) this.extra[name] = value;
      });
      this.faults = ["view", "zone", "plans", "from", "to"].filter((name) => {
        const value = asked.get(name);
        if (!value) return false;
        if (name === "view") return !host.views.includes(value) && value !== "search";
        if (name === "zone") return !zone;
        return value.split(",").some((id) => !plans.includes(id));
      }).map((name) => `${name}=${asked.get(name).slice(0, 40)}`);
      return state;
    }

    query(changes) {
      const state = Object.assign({}, this.state, changes);
      const words = {};
      const put = (name, value, otherwise) => { if (value && value !== otherwise) words[name] = value; };
      put("view", state.view, "map");
      put("lang", state.lang, this.data.start.lang || "zh");
      put("plans", state.plan, this.data.start.plan);
      put("show", state.show.join(","), "");
      put("hide", state.hide.join(","), "");
      put("labels", state.labels ? "" : "off", "");
      put("base", state.base, "none");
      put("zone", state.zone, null);
      if (state.zone) {
        if (state.pop) put("pop", "1");
        else if (!state.card) put("card", "off");
        put("tab", state.tab, "text");
      }
      if (state.view === "compare") {
        put("from", state.from, "");
        put("to", state.to, "");
        put("mode", state.mode, "swipe");
        if (state.mode === "swipe" && state.split !== 0.5) put("split", state.split.toFixed(2));
        put("cell", state.cell, null);
        if (state.table) put("table", "on");
      }
      if (state.view === "place") put("where", state.place, null);
      put("fade", Object.entries(state.fade).map(([group, percent]) => `${group}:${percent}`).join(","), "");
      put("measure", state.measure, "");
      if (state.present) put("present", "1");
      put("stops", state.stops.join(","), "");
      if (state.embed) put("embed", "1");
      if (state.at) put("at", state.at.join(","), "");
      if (this.hosted(state.view)) Object.assign(words, this.extra);
      const sorted = Object.keys(words).sort().map((name) => `${name}=${encodeURIComponent(words[name])
        .replace(/%2C/g, ",").replace(/%2F/g, "/").replace(/%3A/g, ":")}`);
      return sorted.length ? `?${sorted.join("&")}` : "?";
    }

    // Whether a view is read beside the map: the host draws it, or the tables that came with the data.
    hosted(view) { return this.host.isHost(view) || PlanMap.TABLES.includes(view); }

    addressOf(changes) { return this.query(changes); }

    write(step) {
      const query = this.query({});
      if (query === this.written) return;
      this.written = query;
      if (step) this.host.push(query);
      else this.host.replace(query);
    }

    // -- changes ----------------------------------------------------------------------------

    set(changes) {
      this.take(Object.assign({}, this.state, changes), "set");
    }

    take(next, why) {
      const before = this.state;
      if (next.view === "compare" && before.view !== "compare" && why === "set" && before.plan !== next.to) {
        next = Object.assign({}, next, { from: before.plan });
      }
      // A zone that is chosen brings its plan, and itself onto the map.
      if (next.zone !== before.zone && next.zone && next.view !== "compare") {
        const zone = this.zones.get(next.zone);
        next = Object.assign({}, next, { plan: zone.plan }, this.with([zone.id], true, next));
      } else if (next.plan !== before.plan && next.zone) {
        // A new period keeps the place that is read, where the plan has it.
        const twin = this.twinIn(this.zones.get(next.zone), next.plan);
        next = Object.assign({}, next, { zone: twin ? twin.id : null, card: Boolean(twin) && next.card, pop: false });
      }
      // The table of overlaps and the card of a zone lie in one place: what was opened last stays.
      if (next.view === "compare" && next.table && next.card) {
        const opened = why !== "first" && (!before.card || next.zone !== before.zone);
        next = Object.assign({}, next, opened ? { table: false } : { card: false });
      }
      const changed = Object.keys(next).filter((key) => JSON.stringify(next[key]) !== JSON.stringify(before[key]));
      if (why === "pop" && this.tables.on) changed.push("extra");
      if (!changed.length && why !== "first") return;
      if (changed.includes("zone")) this.edge = null;
      // What a reader saw before a view of the host covered it: “the current view” of an export.
      if (this.host.isHost(next.view) && !this.host.isHost(before.view)) this.seen = { view: before.view, bbox: this.bbox() };
      this.state = next;
      this.draw(why === "first" ? ["all"] : changed);
      if (why === "pop") {
        this.written = this.query({});
        if (next.at && changed.includes("at")) this.goAt(next.at);
      } else if (why !== "host") {
        this.write(why === "set" && changed.some((key) => STEPS.includes(key)));
      }
      this.host.tell({ first: why === "first" }, this);
    }

    with(ids, on, state) {
      const now = new Set(this.shownOf(state));
      ids.forEach((id) => (on ? now.add(id) : now.delete(id)));
      const standard = new Set(this.data.start.shown);
      const order = this.data.zones.map((zone) => zone.id);
      const others = (name) => state[name].filter((id) => !ids.includes(id));
      return {
        show: order.filter((id) => others("show").includes(id) || (ids.includes(id) && now.has(id) && !standard.has(id))),
        hide: order.filter((id) => others("hide").includes(id) || (ids.includes(id) && !now.has(id) && standard.has(id))),
      };
    }

    toggle(ids, on) { this.set(this.with(ids, on, this.state)); }

    shownOf(state) {
      const on = new Set(this.data.start.shown);
      state.show.forEach((id) => on.add(id));
      state.hide.forEach((id) => on.delete(id));
      return this.data.zones.filter((zone) => on.has(zone.id)).map((zone) => zone.id);
    }

    plansShown() {
      const { state } = this;
      if (state.view !== "compare") return [state.plan];
      return state.from === state.to ? [state.from] : [state.from, state.to];
    }

    // The items of the picture's legend: those that show, with their plan where two are compared.
    pictured() {
      const { state } = this;
      const ids = state.view === "compare" ? [...this.shownIn(state.from), ...this.shownIn(state.to)] : this.hostShown || this.tables.alone || this.shown();
      const zones = ids.map((id) => this.zones.get(id)).filter((zone) => zone && zone.t);
      return zones.filter((zone, at) => zones.findIndex((one) => one.place === zone.place && one.plan === zone.plan) === at);
    }

    shown() {
      const plans = this.plansShown();
      return this.shownOf(this.state).filter((id) => plans.includes(this.zones.get(id).plan));
    }

    shownIn(plan) {
      return this.shownOf(this.state).filter((id) => this.zones.get(id).plan === plan);
    }

    // From a list, a search or a relation: chosen, on the map, in sight, and read in the card.
    choose(id) {
      const zone = this.zones.get(id);
      this.popup.close(true);
      const view = ["map", "compare"].includes(this.state.view) &&
        (this.state.view === "map" || this.plansShown().includes(zone.plan)) ? this.state.view : "map";
      this.set({ view, zone: id, card: true, pop: false });
      if (this.phone) this.sheet("card", "half");
      if (zone.t) this.view.zoomTo(id);
      this.say(this.pick(zone.name));
    }

    openCard(id) {
      this.set({ zone: id, card: true, pop: false });
      if (this.phone) this.sheet("card", "half");
      this.card.node.focus({ preventScroll: true });
    }

    closeCard() {
      this.set({ card: false, zone: null });
      this.sheet("none");
      this.map.getContainer().focus({ preventScroll: true });
    }

    popupClosed() { this.set({ pop: false }); }

    clicked(zone, hits, latlng) {
      if (this.measure.active) return;
      if (this.state.view === "place") {
        this.askPlace(latlng);
        return;
      }
      const opener = document.activeElement;
      const card = this.state.card && !this.phone;
      this.set({ zone: zone.id, card, pop: true });
      this.popup.open(zone, hits, latlng, opener);
    }

    askPlace(latlng) {
      const at = this.view.toWgs84(latlng);
      this.set({ place: `${at[0].toFixed(5)},${at[1].toFixed(5)}` });
      if (this.phone) this.sheet("place", "half");
    }

    openFound(row) {
      if (row.k === "zone" || row.k === "passage") {
        const zones = row.zones.map((id) => this.zones.get(id)).filter(Boolean);
        const zone = zones.find((one) => one.t === "polygon") || zones.find((one) => one.t) || zones[0];
        if (zone) this.choose(zone.id);
        if (row.k === "passage") this.set({ tab: "text" });
        this.card.node.focus({ preventScroll: true });
        return;
      }
      this.popup.close(true);
      this.set({ view: this.host.views.includes("place") ? "place" : "map", place: row.id, zone: null, card: false });
      if (this.phone) this.sheet("place", "half");
      this.placeCard.node.focus({ preventScroll: true });
    }

    goTo(view) {
      this.popup.close(true);
      if (this.more) this.more.close();
      this.sheet("none");
      this.set({ view, pop: false });
      this.placeSheet();
    }

    // A dialog and what a search finds lie over a view of the host, too.
    front() {
      const search = this.bar.search;
      this.host.front(this.dialog.isOpen || !search.found.hidden || search.node.classList.contains("pm-searching"), this);
    }

    // A phone says at once what to do in the view of places, or what was found there.
    placeSheet() {
      if (this.phone && this.state.view === "place") this.sheet("place", this.state.place ? "half" : "peek");
    }

    // -- what belongs together ---------------------------------------------------------------

    twinIn(zone, plan) {
      const same = this.data.zones.filter((one) => one.plan === plan && one.place === zone.place && one.id !== zone.id);
      return same.find((one) => one.t === "polygon") || same.find((one) => one.kind === zone.kind) || same[0] || null;
    }

    // The same place in the period that follows, else in the one before.
    twin(zone) {
      const plans = this.data.plans.map((plan) => plan.id);
      const here = plans.indexOf(zone.plan);
      const others = plans.slice(here + 1).concat(plans.slice(0, here).reverse());
      return others.map((plan) => this.twinIn(zone, plan)).find(Boolean) || null;
    }

    relations(zone) {
      const { data } = this;
      const by = (ids) => ids.map((id) => this.zones.get(id)).filter(Boolean);
      const same = data.zones.filter((one) => one.place === zone.place && one.id !== zone.id);
      return [
        ["carried", by(zone.carried ? [zone.carried] : [])],
        ["members", by(zone.members || [])],
        ["part_of", data.zones.filter((one) => (one.members || []).includes(zone.id))],
        ["same", same.filter((one) => one.id !== zone.carried)],
        ["group", data.zones.filter((one) => one.plan === zone.plan && one.group === zone.group && one.id !== zone.id)],
      ];
    }

    // -- words that several parts say ---------------------------------------------------------

    verdictChip(zone) {
      const { verdict } = zone.about;
      const chip = element("span", "pm-verdict-chip");
      if (!verdict) return chip;
      const look = this.data.verdicts[verdict];
      chip.dataset.verdict = verdict;
      chip.append(verdictMark(look), element("span", "", this.t(`verdict.${verdict}`)));
      return chip;
    }

    figuresLine(zone) {
      const node = element("p", "pm-line");
      const figures = zone.figures || {};
      const parts = [];
      if (figures.stated) parts.push(`${this.t("frame.stated_short")} ${figures.stated}`);
      if (figures.computed) parts.push(`${this.t("frame.computed_short")} ${figures.computed}`);
      if (parts.length) node.append(element("span", "", `${list(parts, this.state.lang)} ${this.t("map.unit_km2")}`));
      if (zone.about.verdict) node.appendChild(this.verdictChip(zone));
      return node;
    }

    // The sentence with its source, then plan and map as GB/T 7714 has them, then both as BibTeX.
    cite(zone, opener) {
      this.host.load("cite", (cites) => {
        const [plan, map, bibtex] = this.pick(cites[zone.id] || [["", "", ""]]);
        // The day and the address are known here alone; a file has no address to be cited by.
        const link = /^https?:\/\/(?!localhost|127\.|\[::1\])/.test(this.link()) ? this.link() : "";
        const day = this.state.today || PlanMap.today();
        const seen = `${(link ? map.replace("[CM]", "[CM/OL]") : map).replace(/\.$/, "")}[${day}].${link ? ` ${link}.` : ""}`;
        const fields = [link && `  url = {${link}}`, `  urldate = {${day}}`].filter(Boolean).join(",\n");
        this.copy([PlanMap.sentence(zone) && `“${PlanMap.sentence(zone)}”`, plan, seen, "", bibtex.replace(/\n\}\n?$/, `,\n${fields}\n}`)]
          .filter((line, at) => line || at === 3).join("\n"), opener);
      });
    }

    link() { return this.host.href(this.query({ at: this.whereNow(), pop: false, present: false, stops: [] })); }

    whereNow() {
      const centre = this.view.toWgs84(this.map.getCenter());
      return [Number(centre[0].toFixed(5)), Number(centre[1].toFixed(5)), this.map.getZoom()];
    }

    // A fault told by a reader: item, edge, place and data version, ready to be sent.
    report(zone, opener) {
      const edge = this.edge && (this.data.edges[zone.id] || []).some((one) => one.id === this.edge);
      this.reported(this.t("frame.report_item"), `${this.pick(zone.name)} (${zone.id})`,
        this.whereNow(), edge, opener);
    }

    // What kind of thing it is, which one, [latitude, longitude], whether an edge is meant.
    reported(kind, subject, where, edge, opener) {
      const row = (name, words) => `${name}${this.state.lang === "en" ? ": " : "："}${words}`;
      const lines = [this.t("frame.report_ask"), "", row(kind, subject),
        edge ? row(this.t("frame.report_edge"), this.edge) : "",
        row(this.t("frame.report_at"), `${where[0]}, ${where[1]} (WGS84)`),
        row(this.t("map.data_version"), this.data.version), this.link()];
      const words = lines.filter((line, i) => line || i === 1).join("\n");
      this.tellDialog(this.t("frame.report"), [this.t("frame.report_how")], { words, to: this.data.corrections, opener, subject });
    }

    // The clipboard is missing on plain http: then the text itself, selected.
    copy(words, opener) {
      const done = () => {
        const before = opener && opener.textContent;
        this.say(this.t("map.link_copied"));
        if (!opener) return;
        opener.textContent = this.t("map.link_copied");
        window.setTimeout(() => { opener.textContent = before; }, 1600);
      };
      const byHand = () => this.tellDialog(this.t("frame.copy_by_hand"), [], { words, opener });
      if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(words).then(done, byHand);
      else byHand();
    }

    tellDialog(title, paragraphs, more) {
      const { words, to, subject, opener } = more || {};
      const nodes = paragraphs.filter(Boolean).map((one) => element("p", "", one));
      if (words) {
        const field = element("textarea", "pm-words");
        field.value = words;
        field.rows = Math.min(10, words.split("\n").length + 1);
        field.setAttribute("aria-label", title);
        nodes.push(field);
        const row = element("div", "pm-actions");
        row.appendChild(button("pm-button", this.t("frame.copy"), (event) => {
          field.focus();
          field.select();
          if (document.execCommand("copy")) event.currentTarget.textContent = this.t("map.link_copied");
        }));
        if (to) {
          const isMail = !/^https?:/.test(to);
          const link = element("a", "pm-button", this.t(isMail ? "frame.send_mail" : "frame.open_form"));
          // What the reader has added is sent too.
          const aim = () => {
            link.href = isMail ? `mailto:${to}?subject=${encodeURIComponent(subject || title)}&body=${encodeURIComponent(field.value.replace(/\n/g, "\r\n"))}` : to;
          };
          aim();
          field.addEventListener("input", aim);
          link.target = "_blank";
          link.rel = "noopener";
          row.appendChild(link);
        }
        nodes.push(row);
      }
      this.dialog.show(title, nodes, opener);
    }

    say(words) {
      this.live.textContent = "";
      window.setTimeout(() => { this.live.textContent = words; }, 30);
    }

    // -- the parts ---------------------------------------------------------------------------

    build() {
      const { map, data } = this;
      this.root = element("div", "pm-app");
      this.live = element("div", "pm-live");
      this.live.setAttribute("role", "status");
      this.told = element("div", "pm-told");
      this.told.setAttribute("role", "status");
      this.told.hidden = true;
      const box = map.getContainer();
      box.setAttribute("role", "region");
      box.classList.add("pm-map");
      document.documentElement.classList.add("pm-root");
      document.body.classList.add("pm-page");
      document.body.appendChild(this.root);
      this.list = new PlanMap.ListCard(this);
      this.card = new PlanMap.ZoneCard(this);
      this.bar = new PlanMap.Bar(this);
      this.periods = new PlanMap.Periods(this);
      this.tools = new PlanMap.Tools(this);
      this.dialog = new PlanMap.Dialog(this);
      this.share = new PlanMap.Share(this);
      this.more = new PlanMap.More(this);
      this.placeCard = new PlanMap.PlaceCard(this);
      this.compare = new PlanMap.Compare(this);
      this.tables = new PlanMap.Tables(this);
      this.present = new PlanMap.Present(this);
      this.stops = new PlanMap.Stops(this);
      this.printed = new PlanMap.Printed(this);
      this.popup = new PlanMap.Popup(this);
      this.main = element("main", "pm-main");
      this.main.append(this.list.node, this.periods.node, this.card.node, this.placeCard.node, this.compare.node,
        this.tables.node, this.tools.node, this.told, this.present.node);
      this.root.append(this.bar.node, this.main, this.bar.foot, this.bar.bottom, this.dialog.node, this.live);
      this.classes();
      map.invalidateSize({ animate: false });
      this.view = new PlanMap.View(map, data, {
        click: (zone, hits, latlng) => this.clicked(zone, hits, latlng),
        overlayClick: (id) => this.overlayClicked(id),
        point: (latlng) => this.pointed(latlng),
        hover: (id) => this.hover(id),
        inset: () => this.inset(),
        covered: () => this.covered(),
        quiet: () => Boolean(this.popup.popup),
        online: (came) => this.online(came),
      });
      const number = (value, digits) => value.toLocaleString("en-US",
        { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace(/,/g, " ");
      this.measure = new PlanMap.Measure({ map, box: this.tools.measures, t: (key) => this.t(key),
        toWgs84: this.view.toWgs84, number, toDisplay: this.view.toDisplay,
        changed: (words) => this.measured(words) });
      this.main.appendChild(this.tools.measures);
      this.scale = new Scale({ imperial: false, position: "bottomleft", maxWidth: 110, app: this }).addTo(map);
      map.on("moveend", () => this.settled());
      document.addEventListener("keydown", (event) => this.keys(event));
      this.host.onKey((event) => this.state.present && this.present.key(event));
      // The browser takes the Escape that ends a full screen for itself.
      document.addEventListener("fullscreenchange", () => {
        if (!document.fullscreenElement && this.present.full) this.set({ present: false });
      });
      window.matchMedia(PHONE).addListener(() => this.draw(["all"]));
      const start = this.state;
      const measured = start.measure;
      this.state = Object.assign({}, start);
      this.take(start, "first");
      if (start.at) this.goAt(start.at);
      if (this.phone && start.card) this.sheet("card", "half");
      this.placeSheet();
      if (!start.at && start.zone && this.zones.get(start.zone).t && (start.card || start.pop)) this.view.zoomTo(start.zone, false);
      if (start.present && !start.at) this.present.begin();
      if (measured) this.measure.restore(measured);
      if (start.pop) this.reopen();
      if (this.searched) {
        this.bar.search.show(true);
        this.bar.search.ask(this.searched);
      }
      this.settle = true;
      this.ready = true;
    }

    reopen() {
      const zone = this.zones.get(this.state.zone);
      if (!zone.at) {
        this.set({ pop: false, card: true });
        return;
      }
      const at = L.latLng(this.view.toDisplay([zone.at[0], zone.at[1]]));
      this.popup.open(zone, this.view.holding(at, zone), at, this.map.getContainer());
    }

    // What is in sight beside the cards: left, bottom, right, top, WGS84.
    bbox() {
      const inset = this.inset();
      const size = this.map.getSize();
      const corner = (x, y) => this.view.toWgs84(this.map.containerPointToLatLng([x, y]));
      const [south, west] = corner(Math.min(inset.left, size.x / 2), size.y);
      const [north, east] = corner(size.x - Math.min(inset.right, size.x / 3), 0);
      return [west, south, east, north].map((n) => n.toFixed(6)).join(",");
    }

    goAt(at) {
      const bounds = this.map.options.maxBounds;
      const [latitude, longitude] = this.view.toDisplay([at[0], at[1]]);
      if (bounds && !bounds.contains([latitude, longitude])) return;
      this.view.moved = true;
      this.view.waiting = null;
      this.map.setView([latitude, longitude], Math.min(19, Math.max(11, at[2])), { animate: false });
    }

    settled() {
      if (!this.settle) return;
      window.clearTimeout(this.settling);
      this.settling = window.setTimeout(() => {
        const now = this.whereNow();
        const { at } = this.state;
        // A link's own place stands until the map is moved: its rounding is no movement.
        const same = at && at[2] === now[2] && Math.abs(at[0] - now[0]) < 3e-5 && Math.abs(at[1] - now[1]) < 3e-5;
        if (!same) this.state.at = this.view.moved ? now : null;
        this.write(false);
      }, 150);
    }

    // What cards cover, so that a zone is shown beside them.
    inset() {
      const inset = { left: 0, right: 0, top: 0, bottom: 0 };
      const { state } = this;
      if (state.embed || state.present) return Object.assign({}, inset, { bottom: state.present ? this.present.node.offsetHeight + 30 : 60 });
      if (this.tables.on) return Object.assign({}, inset, this.tables.cover());
      if (this.host.isHost(state.view)) {
        return Object.assign({}, inset, { right: this.host.drawerWidth(state.view), bottom: this.host.drawerHeight(state.view) });
      }
      if (this.phone) {
        const open = { half: 0.48, peek: 0.2, full: 0.2 }[this.root.dataset.stop] || 0;
        // Two maps stand below the choices and the tools beside them.
        if (state.view === "compare" && state.mode === "side") return Object.assign({}, inset, { right: 54 });
        return Object.assign({}, inset, { top: this.periods.node.offsetHeight + 16, right: 54, bottom: this.root.dataset.sheet === "none" ? 8 : open * window.innerHeight });
      }
      if (window.innerWidth <= NARROW) {
        const card = [this.card.node, this.placeCard.node, this.compare.node].find((node) => !node.hidden && node.offsetHeight);
        return { left: this.list.node.offsetWidth + 24, top: 0, right: 56, bottom: 92 + (card ? card.offsetHeight : 0) };
      }
      const wide = (node) => (node && !node.hidden && node.offsetWidth ? node.offsetWidth + 24 : 0);
      inset.left = wide(this.list.node);
      inset.right = Math.max(wide(this.card.node), wide(this.placeCard.node), wide(this.compare.node), 56);
      inset.bottom = 84;
      return inset;
    }

    // Boxes that cover the map, in its pixels: left, top, right, bottom.
    covered() {
      if (this.phone || this.state.present) return [];
      const box = this.map.getContainer().getBoundingClientRect();
      const scale = this.scale ? [this.scale.getContainer()] : [];
      return [this.list.node, this.card.node, this.placeCard.node, this.compare.node, this.periods.node, ...scale]
        .map((node) => node.getBoundingClientRect()).filter((one) => one.width)
        .map((one) => [one.left, one.top - box.top, one.right, one.bottom - box.top].map(Math.round));
    }

    // What stands at the right edge makes room for a card there.
    room() {
      const card = [this.card.node, this.placeCard.node, this.compare.node].find((node) => !node.hidden && node.offsetWidth);
      const beside = !this.phone && window.innerWidth > NARROW;
      const right = beside && card ? `${card.offsetWidth + 24}px` : "";
      this.tools.node.style.right = right;
      const below = !this.phone && card && !beside ? `${card.offsetHeight + 124}px` : "";
      this.tools.node.style.bottom = right ? "calc(var(--foot) + 84px)" : below;
      this.scale.getContainer().style.visibility = this.state.present || below ? "hidden" : "";
      // The scale and the name of the earlier plan stand beside the list, whose width the language sets.
      const beyond = !this.phone && this.list.node.offsetWidth && window.innerWidth > NARROW ? `${this.list.node.offsetWidth + 24}px` : "";
      this.scale.getContainer().parentNode.style.left = beyond;
      (this.compare.heads || []).slice(0, 1).forEach((head) => {
        head.style.left = this.phone ? "" : `${this.list.node.offsetWidth + 24}px`;
      });
      this.tools.measures.style.right = right ? `calc(${right} + 48px)` : "";
      (this.compare.heads || []).slice(1).forEach((head) => { head.style.right = right; });
      // Names look for a place beside what covers the map.
      const covered = JSON.stringify(this.covered());
      if (this.view && covered !== this.wasCovered) this.view.labels.place();
      this.wasCovered = covered;
    }

    classes() {
      const { state, root } = this;
      root.dataset.view = state.view;
      if (this.map) this.map.getContainer().classList.toggle("pm-asking", state.view === "place");
      root.dataset.lang = state.lang;
      root.dataset.sheet = root.dataset.sheet || "none";
      const flags = { "pm-present": state.present, "pm-embed": state.embed, "pm-hosted": this.hosted(state.view),
        "pm-split": state.view === "compare" && state.mode === "side" };
      Object.entries(flags).forEach(([name, on]) => {
        root.classList.toggle(name, Boolean(on));
        document.body.classList.toggle(name, Boolean(on));
      });
    }

    // A phone shows one card as a sheet with three stops.
    sheet(name, stop) {
      this.root.dataset.sheet = name;
      this.root.dataset.stop = stop || "half";
      if (name === "none") delete this.root.dataset.stop;
    }

    sheetStep() {
      const order = ["peek", "half", "full"];
      const at = order.indexOf(this.root.dataset.stop);
      this.root.dataset.stop = order[(at + 1) % order.length];
    }

    // Draws what these keys of the state change.
    draw(keys) {
      const all = keys.includes("all");
      const has = (...names) => all || names.some((name) => keys.includes(name));
      const { state } = this;
      this.classes();
      if (has("lang")) {
        this.host.speak(state.lang);
        document.documentElement.lang = state.lang === "en" ? "en" : "zh-CN";
      }
      if (has("lang", "view", "zone")) this.host.title(this.pageTitle());
      if (has("lang")) {
        this.bar.render();
        this.tools.render();
        this.measure.render();
        this.share.render();
      } else if (has("view")) {
        this.bar.mark();
      }
      if (has("measuring")) {
        this.tools.render();
        this.measure.shown(state.measuring);
      }
      if (has("lang", "plan", "view", "from", "to", "mode", "table")) this.periods.render();
      if (has("lang", "plan", "view", "from", "to", "base")) this.list.render();
      else if (has("show", "hide", "zone")) this.list.mark();
      if (has("lang", "zone", "card", "tab", "view")) this.card.render();
      if (has("lang", "view", "place")) this.placeCard.render();
      if (has("zone", "card", "view", "place", "tab")) this.overlays.edge = null;
      if (has("lang", "view", "plan", "from", "to", "zone", "extra")) this.tables.render();
      this.compare.draw(keys);
      if (this.scale) this.room();
      if (has("lang") && this.scale) this.scale._update();
      this.drawMap();
      if (has("lang", "base")) this.bar.renderFoot();
      if (has("lang", "plan", "zone", "present", "stops", "show", "hide")) this.present.render();
      if (has("lang") && this.popup.popup) this.popup.render();
      if (has("zone", "pop") && !state.pop && this.popup.popup) this.popup.close(true);
      if (all && this.faults.length) this.tellLine(this.t("page.link_fault", { parts: list(this.faults, state.lang) }));
    }

    drawMap() {
      const { state } = this;
      const comparing = state.view === "compare";
      const shown = comparing ? this.shownIn(state.from) : this.hostShown || this.tables.alone || this.shown();
      this.view.update({ lang: state.lang, shown, fade: state.fade, labels: state.labels, selected: this.selectedIn(shown),
        base: this.baseOf(state.base, true), overlay: this.overlayNow() });
    }

    selectedIn(shown) {
      const { zone } = this.state;
      if (!zone || shown.includes(zone)) return zone;
      const twin = shown.map((id) => this.zones.get(id)).find((one) => one.place === this.zones.get(zone).place);
      return this.state.view === "compare" && twin ? twin.id : null;
    }

    overlayNow() {
      const order = [this.overlays.host, this.overlays.tables, this.overlays.edge, this.overlays.place, this.overlays.cell];
      const features = order.filter(Boolean).reduce((all, one) => all.concat(one.features), []);
      return features.length ? { type: "FeatureCollection", features } : null;
    }

    // Nothing is asked of another host before its key is there.
    baseOf(id, ready) {
      const base = (this.host.bases || []).find((one) => one.id === id) || null;
      if (!ready || !base) return base;
      if (!base.needs_key) return base;
      return this.baseReady() ? Object.assign({}, base, { urls: base.urls.map((url) => url.replace("{key}", this.baseKey)) }) : null;
    }

    baseReady() { return /^[0-9A-Za-z]{16,64}$/.test(this.baseKey || ""); }

    online(came) {
      if (came) this.told.hidden = true;
      else this.tellLine(this.t("frame.base_unreachable", { name: this.t(`layers.base_${this.state.base}`) }));
    }

    tellLine(words) {
      PlanMap.put(this.told, element("span", "", words),
        PlanMap.dom.iconButton("pm-close", "close", this.t("frame.close"), () => { this.told.hidden = true; }));
      this.told.hidden = false;
    }

    pageTitle() {
      const { state, data } = this;
      const zone = state.zone && state.view === "map" ? this.pick(this.zones.get(state.zone).name) : "";
      const view = state.view === "map" ? "" : this.t(`view.${state.view}`);
      return [zone || view, this.pick(data.title)].filter(Boolean).join(" · ");
    }

    hover(id) {
      this.view.hover(id);
      this.list.hover(id);
    }

    showEdge(id) {
      this.edge = this.edge === id ? null : id;
      const edges = this.data.edges[this.state.zone] || [];
      const edge = edges.find((one) => one.id === this.edge);
      this.card.render();
      this.overlays.edge = edge ? { features: [{ type: "Feature", geometry: { type: "MultiLineString",
        coordinates: PlanMap.decode.lines(edge.g).map((line) => line.map(([y, x]) => [x, y])) },
      properties: { label: this.pick(edge.name), style: { color: "#b4321f", weight: 5 } } }] } : null;
      this.drawMap();
      this.write(false);
    }

    overlayClicked(id) {
      if (this.tables.on) this.tables.choose("edge", id);
      else if ((this.data.edges[this.state.zone] || []).some((edge) => edge.id === id)) this.showEdge(id);
      this.host.tell({ clicked: { overlay_id: id } }, this);
    }

    pointed(latlng) {
      if (this.measure.active) return;
      if (this.state.view === "place") {
        this.askPlace(latlng);
        return;
      }
      if (this.popup.popup) this.popup.close();
      else if (this.phone && this.root.dataset.sheet !== "none") this.sheet("none");
    }

    measured(words) {
      if (words === this.state.measure) return;
      this.state.measure = words;
      if (this.settle) this.write(false);
    }

    keys(event) {
      if (this.state.present && this.present.key(event)) return;
      // Of a frame within a page the browser may print the frame alone.
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "p") {
        event.preventDefault();
        this.host.print();
      }
      if (event.key === "Escape") {
        if (this.dialog.isOpen) this.dialog.close();
        else if (this.popup.popup) this.popup.close();
        else if (this.state.measuring) this.set({ measuring: false });
        else if (this.hosted(this.state.view)) this.goTo("map");
        else if (this.state.card) this.closeCard();
      }
      // Where a mouse clicks, a key asks about the middle of the map, which is marked.
      if (event.key === "Enter" && this.state.view === "place" && !this.measure.active && event.target === this.map.getContainer()) {
        this.pointed(this.map.getCenter());
      }
      if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
        event.preventDefault();
        this.bar.search.show(true);
      }
    }

    // -- the host ----------------------------------------------------------------------------

    // What a host has to say: shapes over the zones, what alone is shown, its part of the address.
    hear(words) {
      if (words.extra) this.extra = words.extra;
      this.overlays.host = words.overlay || null;
      this.hostShown = words.shown || null;
      this.state.today = words.today;
      const isNew = words.n > (this.heardCount || 0);
      this.heardCount = words.n;
      const go = isNew && words.go ? words.go : {};
      this.host.heard(words.extra, go.view);
      const changes = {};
      if (this.host.views.includes(go.view)) changes.view = go.view;
      if ("plans" in go) changes.plan = go.plans.split(",")[0];
      ["zone", "from", "to"].forEach((name) => { if (name in go) changes[name] = go[name] || null; });
      const before = this.state.zone;
      if (Object.keys(changes).length) this.take(Object.assign({}, this.state, changes), "host");
      this.drawMap();
      if (words.fly && words.fly.n > (this.flown || 0)) {
        this.flown = words.fly.n;
        if (words.fly.id || before) this.view.zoomTo(words.fly.id);
        this.host.reveal();
      }
      this.write(isNew && Boolean(words.step));
    }
  }

  PlanMap.App = App;
})((window.PlanMap = window.PlanMap || {}));
