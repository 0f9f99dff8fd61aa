// The popup of a click: the plan's own sentence, one line of figures, and the way to more.
(function (PlanMap) {
  "use strict";
  const { element, button, verdictMark, iconButton } = PlanMap.dom;
  const WIDTH = 300;
  const GRID = 14;

  // The sentence that a zone is read by: its limits, else what it is to be, else a quotation.
  PlanMap.sentence = (zone) => (zone.about.passages[0] || ["", ""])[1];

  // Points inside a zone in pixels of the map, to tell what a box would cover.
  function cover(view, zone) {
    const bounds = view.bounds(zone.id);
    const shape = view.shape(zone);
    const points = [];
    if (!bounds) return points;
    const [south, west] = [bounds.getSouth(), bounds.getWest()];
    for (let i = 0; i < GRID; i += 1) {
      for (let j = 0; j < GRID; j += 1) {
        const at = [south + ((i + 0.5) / GRID) * (bounds.getNorth() - south),
          west + ((j + 0.5) / GRID) * (bounds.getEast() - west)];
        if (zone.t !== "polygon" || PlanMap.polygonsHold(view.toDisplay(shape.points), at)) {
          points.push(view.map.latLngToContainerPoint(at));
        }
      }
    }
    return points;
  }

  // Where a box of this size covers least of the zone, and nearest to the click where several do.
  function place(view, zone, click, size, inset) {
    const whole = view.map.getSize();
    const free = { left: inset.left + 8, top: inset.top + 8,
      right: whole.x - inset.right - 8, bottom: whole.y - inset.bottom - 8 };
    const inside = cover(view, zone);
    const at = view.map.latLngToContainerPoint(click);
    const box = inside.length ? L.bounds(inside) : L.bounds([at, at]);
    const xs = [box.max.x + 12, box.min.x - size.x - 12, at.x - size.x / 2, at.x + 24, at.x - size.x - 24,
      free.left, free.right - size.x];
    const ys = [box.min.y - size.y - 12, box.max.y + 12, at.y - size.y / 2, at.y + 24, at.y - size.y - 24,
      free.top, free.bottom - size.y];
    let best = null;
    xs.forEach((left) => ys.forEach((top) => {
      const x = Math.max(free.left, Math.min(free.right - size.x, left));
      const y = Math.max(free.top, Math.min(free.bottom - size.y, top));
      const covered = inside.filter((p) => p.x > x && p.x < x + size.x && p.y > y && p.y < y + size.y).length;
      const onClick = at.x > x - 4 && at.x < x + size.x + 4 && at.y > y - 4 && at.y < y + size.y + 4 ? 4 : 0;
      const far = Math.hypot(x + size.x / 2 - at.x, y + size.y / 2 - at.y);
      const cost = 400 * (covered + onClick) / Math.max(8, inside.length) + far / 10;
      if (!best || cost < best.cost) best = { x, y, cost };
    }));
    return best;
  }

  class Popup {
    // app: {state, view(), t, pick, more(zone), inset(), closed()}
    constructor(app) {
      this.app = app;
      this.shown = null;
    }

    // hits: all zones at the place, the first to be read is `zone`; opener: where focus goes back to.
    open(zone, hits, latlng, opener) {
      this.close(true);
      this.opener = opener || document.activeElement;
      const { app } = this;
      const { map } = app.view;
      this.shown = { zone, hits, latlng };
      this.box = element("div", "pm-popup-body");
      this.box.setAttribute("role", "dialog");
      this.box.tabIndex = -1;
      this.box.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        this.close();
      });
      const width = Math.min(WIDTH, map.getSize().x - 24);
      this.popup = L.popup({ minWidth: width, maxWidth: width, autoPan: false, closeButton: false,
        closeOnClick: false, autoClose: false, closeOnEscapeKey: false, className: "pm-popup", offset: [0, 0] });
      this.fill();
      app.root.classList.add("pm-popped");
      this.popup.setLatLng(latlng).setContent(this.box);
      map.openPopup(this.popup);
      this.put();
      this.onZoom = () => this.put();
      map.on("zoomend resize", this.onZoom);
      this.box.focus({ preventScroll: true });
    }

    put() {
      if (!this.popup) return;
      const { map } = this.app.view;
      const node = this.popup.getElement();
      if (!node) return;
      const size = { x: node.offsetWidth, y: node.offsetHeight };
      const at = place(this.app.view, this.shown.zone, this.shown.latlng, size,
        this.app.phone ? Object.assign({}, this.app.inset(), { right: 0 }) : this.app.inset());
      this.popup.setLatLng(map.containerPointToLatLng([at.x + size.x / 2, at.y + size.y]));
    }

    render() {
      if (!this.popup) return;
      this.fill();
      this.put();
    }

    fill() {
      const { app } = this;
      const { zone, hits } = this.shown;
      const { t, pick } = app;
      const nodes = [];
      const head = element("div", "pm-popup-head");
      head.appendChild(element("h2", "", pick(zone.name)));
      head.appendChild(iconButton("pm-close", "close", t("frame.close"), () => this.close()));
      nodes.push(head);
      const words = PlanMap.sentence(zone);
      if (words) {
        const quote = element("blockquote", "pm-popup-quote", words);
        quote.lang = "zh";
        nodes.push(quote);
      }
      if (app.state.lang === "en" && zone.summary) {
        nodes.push(element("p", "pm-popup-summary", `${t("frame.summary")} ${zone.summary}`));
      }
      nodes.push(app.figuresLine(zone));
      if (hits.length > 1) {
        const row = element("div", "pm-popup-hits");
        row.setAttribute("role", "group");
        row.setAttribute("aria-label", t("map.overlapping"));
        row.appendChild(element("span", "", t("map.overlapping")));
        hits.forEach((hit) => {
          const one = button("pm-chip", pick(hit.short), () => {
            this.shown.zone = hit;
            app.set({ zone: hit.id });
            this.render();
            this.box.focus({ preventScroll: true });
          });
          one.setAttribute("aria-pressed", String(hit.id === zone.id));
          one.title = pick(hit.name);
          row.appendChild(one);
        });
        nodes.push(row);
      }
      const foot = element("div", "pm-popup-foot");
      foot.appendChild(element("span", "pm-quiet", pick(zone.about.sub)));
      foot.appendChild(button("pm-more", t("frame.more"), () => {
        this.close(true);
        app.openCard(zone.id);
      }));
      nodes.push(foot);
      this.box.setAttribute("aria-label", pick(zone.name));
      PlanMap.put(this.box, ...nodes);
    }

    close(silent) {
      if (!this.popup) return;
      const { map } = this.app.view;
      map.off("zoomend resize", this.onZoom);
      map.closePopup(this.popup);
      this.app.root.classList.remove("pm-popped");
      this.popup = null;
      this.shown = null;
      if (silent) return;
      if (this.opener && this.opener.isConnected && this.opener.focus) this.opener.focus({ preventScroll: true });
      this.app.popupClosed();
    }
  }

  PlanMap.Popup = Popup;
})((window.PlanMap = window.PlanMap || {}));
