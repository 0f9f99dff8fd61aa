// What every plan says of one place: a point that was clicked, a street, a landmark.
(function (PlanMap) {
  "use strict";
  const { element, button, iconButton, swatch, list } = PlanMap.dom;
  const Z95 = 1.96;

  // Metres between a point and a line on the plane through the point: for some kilometres.
  function distance(at, line) {
    const east = 111319.5 * Math.cos((at[0] * Math.PI) / 180);
    const flat = line.map(([y, x]) => [(x - at[1]) * east, (y - at[0]) * 110950]);
    let best = Infinity;
    for (let i = 1; i < flat.length; i += 1) {
      const [[x0, y0], [x1, y1]] = [flat[i - 1], flat[i]];
      const [dx, dy] = [x1 - x0, y1 - y0];
      const share = Math.max(0, Math.min(1, -(x0 * dx + y0 * dy) / (dx * dx + dy * dy || 1)));
      best = Math.min(best, Math.hypot(x0 + share * dx, y0 + share * dy));
    }
    return best;
  }

  // The areas of a plan that hold a point, may hold it within the error of their limit, or are nearest.
  function around(app, plan, at) {
    const rows = app.data.zones.filter((zone) => zone.plan === plan && zone.t === "polygon").map((zone) => {
      const { points } = app.view.shape(zone);
      const inside = PlanMap.polygonsHold(points, at);
      const rings = points.reduce((all, part) => all.concat(part), []);
      const metres = Math.min(...rings.map((ring) => distance(at, ring.concat([ring[0]]))));
      let limit = null;
      (app.data.edges[zone.id] || []).forEach((edge) => {
        const far = Math.min(...PlanMap.decode.lines(edge.g).map((line) => distance(at, line)));
        if (!limit || far < limit.far) limit = { far, edge };
      });
      const error = limit ? Z95 * limit.edge.error : null;
      const relation = inside ? "inside" : error !== null && metres < error ? "edge" : "outside";
      return { zone, relation, metres, error, limit: limit && limit.edge };
    });
    const held = rows.filter((row) => row.relation !== "outside");
    const beyond = rows.filter((row) => row.relation === "outside").sort((a, b) => a.metres - b.metres);
    return held.some((row) => row.relation === "inside") ? held : held.concat(beyond.slice(0, 1));
  }

  class PlaceCard {
    constructor(app) {
      this.app = app;
      this.node = element("section", "pm-card pm-place-card");
      this.node.hidden = true;
      this.node.tabIndex = -1;
    }

    point() {
      const match = /^(-?[\d.]+),(-?[\d.]+)$/.exec(this.app.state.place || "");
      return match ? [Number(match[1]), Number(match[2])] : null;
    }

    // A link that somebody wrote by hand has the name that people know, not our id.
    idOf(words) {
      if (Object.prototype.hasOwnProperty.call(this.places, words)) return words;
      const name = words.toLowerCase();
      return Object.keys(this.places).find((id) =>
        this.places[id].name.some((one) => one.toLowerCase() === name)) || words;
    }

    render() {
      const { app } = this;
      const { state, t } = app;
      this.node.hidden = state.view !== "place";
      app.overlays.place = null;
      if (this.node.hidden) {
        PlanMap.put(this.node);
        return;
      }
      const at = this.point();
      if (state.place && !at && !this.places) {
        app.host.load("places", (places) => {
          this.places = places.places;
          this.quotes = places.quotes;
          this.render();
          app.drawMap();
        });
      }
      if (!at && this.places && state.place) state.place = this.idOf(state.place);
      const place = !at && this.places ? this.places[state.place] : null;
      const title = at ? t("frame.place_point", { at: state.place.replace(",", ", ") })
        : place ? app.pick(place.name) : t("view.place");
      this.node.setAttribute("aria-label", title);
      const grip = button("pm-grip pm-phone", null, () => app.sheetStep());
      grip.setAttribute("aria-label", t("frame.sheet"));
      const head = element("header", "pm-zone-head");
      head.append(element("h2", "", title),
        iconButton("pm-close", "close", t("frame.close"), () => app.goTo("map")));
      const nodes = [grip, head];
      if (at) nodes.push(...this.ofPoint(at));
      else if (place) nodes.push(...this.ofPlace(place));
      else nodes.push(element("p", "pm-own", t(state.place && this.places ? "frame.place_unknown" : "frame.place_ask")));
      if (at || place) nodes.push(this.actions(at, at ? state.place.replace(",", ", ") : `${title} (${state.place})`));
      PlanMap.put(this.node, ...nodes);
      if (at) this.draw({ type: "Point", coordinates: [at[1], at[0]] }, title);
      else if (place && place.g) this.draw(place.g, title, true);
    }

    actions(at, title) {
      const { app } = this;
      const row = element("div", "pm-actions");
      row.appendChild(button("pm-button", app.t("frame.report"), (event) =>
        app.reported(app.t("frame.report_place"), title, at || app.whereNow(), false, event.currentTarget)));
      return row;
    }

    draw(geometry, label, fly) {
      const { app } = this;
      app.overlays.place = { features: [{ type: "Feature", geometry,
        properties: { label, style: { color: "#111827", weight: 4 } } }] };
      if (!fly || this.flown === app.state.place) return;
      this.flown = app.state.place;
      const flat = geometry.coordinates.flat(Infinity);
      const points = [];
      for (let i = 0; i < flat.length; i += 2) points.push(app.view.toDisplay([flat[i + 1], flat[i]]));
      window.setTimeout(() => app.view.fly(L.latLngBounds(points)), 0);
    }

    eachPlan(rowsOf) {
      const { app } = this;
      const { t, pick, data } = app;
      const nodes = [];
      data.plans.forEach((plan, number) => {
        const before = data.plans[number - 1];
        if (before && plan.from > before.to + 1) {
          nodes.push(element("p", "pm-gap", t("frame.gap", { from: before.to + 1, to: plan.from - 1 })));
        }
        const head = element("h3", "pm-plan-head", pick(plan.name));
        head.appendChild(element("small", "", `${plan.from}–${plan.to}`));
        nodes.push(head, ...rowsOf(plan));
      });
      return nodes;
    }

    holding(zone, words, quote, more) {
      const { app } = this;
      const box = element("div", "pm-holding");
      const name = button("pm-item", null, () => app.choose(zone.id));
      name.append(swatch(app.data, zone), element("span", "", app.pick(zone.name)));
      box.append(name, element("p", "pm-own", words));
      if (more) box.appendChild(element("p", `pm-quiet ${more.unsure ? "pm-unsure" : ""}`, more.words));
      if (quote) {
        const node = element("blockquote", "", quote);
        node.lang = "zh";
        box.appendChild(node);
      }
      return box;
    }

    ofPoint(at) {
      const { app } = this;
      const { t, pick } = app;
      return [...this.eachPlan((plan) => {
        const rows = around(app, plan.id, at);
        if (!rows.length) return [element("p", "pm-quiet", t("place.only_names"))];
        return rows.map(({ zone, relation, metres, error, limit }) => {
          const far = limit ? t("frame.place_distance", { limit: pick(limit.name), metres: Math.round(metres) })
            : t("frame.place_distance_plain", { metres: Math.round(metres) });
          const more = error === null ? "" : `${t(metres < error ? "frame.within_error" : "frame.beyond_error",
            { error: Math.round(error) })}`;
          return this.holding(zone, t(`place.relation_${relation}`), relation === "outside" ? "" : PlanMap.sentence(zone),
            { words: [far, more].filter(Boolean).join(app.state.lang === "en" ? "; " : "；"), unsure: error !== null && metres < error });
        });
      }), element("p", "pm-quiet", t("place.error_rule"))];
    }

    ofPlace(place) {
      const { app } = this;
      const { t } = app;
      const nodes = [];
      if (place.error) nodes.push(element("p", "pm-quiet", t("place.position", { metres: place.error })));
      if (!place.g) nodes.push(element("p", "pm-quiet", t("place.not_drawn")));
      nodes.push(...this.eachPlan((plan) => {
        const rows = (place.plans[plan.id] || []);
        if (!rows.length) return [element("p", "pm-quiet", t("place.silent"))];
        return rows.map((row) => {
          const zones = row.zones.map((id) => app.zones.get(id)).filter(Boolean);
          const words = [app.pick(row.said)];
          const more = row.more ? { words: app.pick(row.more), unsure: row.unsure } : null;
          if (zones.length > 1) words.unshift(list(zones.slice(1).map((zone) => app.pick(zone.short)), app.state.lang));
          return this.holding(zones[0], words.join(" · "), row.quote === null ? "" : this.quotes[row.quote], more);
        });
      }), element("p", "pm-quiet", t("place.error_rule")));
      return nodes;
    }
  }

  PlanMap.PlaceCard = PlaceCard;
  PlanMap.around = around;
})((window.PlanMap = window.PlanMap || {}));
