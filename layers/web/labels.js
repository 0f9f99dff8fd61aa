// Labels of our own: each zoom shows as many as fit, in the order of their weight.
(function (PlanMap) {
  "use strict";

  const FONT = '"Noto Sans SC","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';
  const SIZE = { zone: 13, belt: 12, place: 11.5, metro: 11, road: 11, landmark: 10.5, river: 13, neighbour: 13 };
  const SPACING = { zone: 0.04, belt: 0.06, road: 0.03, river: 0.3, neighbour: 0.35 }; // em, as in planmap.css
  const OFFSETS = {
    metro: [[0, 13], [0, -13], [1, 0], [-1, 0]],
    place: [[0, 14], [0, -14], [1, 0], [-1, 0]],
    landmark: [[0, 11], [0, -11], [1, 0], [-1, 0]],
  };

  class Labels {
    // covered() gives the boxes of pixels that something lies over: left, top, right, bottom.
    constructor(map, pane, covered) {
      this.map = map;
      this.pane = pane;
      this.covered = covered || (() => []);
      this.items = [];
      this.grown = 1;
      this.pen = document.createElement("canvas").getContext("2d");
      this.again = () => this.place();
      map.on("zoomend moveend resize", this.again);
    }

    // All names so many times as large, for a hall.
    large(times) {
      if (times === this.grown) return;
      this.grown = times;
      this.items.forEach((item) => {
        item.width = 0;
        if (item.element) this.fit(item);
      });
      this.place();
    }

    size(item) { return (SIZE[item.kind] || 11) * this.grown; }

    fit(item) { item.element.style.fontSize = this.grown === 1 ? "" : `${this.size(item)}px`; }

    off() { this.map.off("zoomend moveend resize", this.again); }

    // item: {kind, text, at: [[lat, lng, angle]...], zoom, weight, symbol}
    // A label that was there before keeps its place on the page.
    set(items) {
      const key = (item) => [item.kind, item.text, item.colour, item.at[0]].join("|");
      const before = new Map(this.items.map((item) => [key(item), item]));
      this.items = items.map((item) => {
        const old = before.get(key(item));
        before.delete(key(item));
        return old ? Object.assign(old, item) : item;
      }).sort((a, b) => b.weight - a.weight);
      before.forEach((item) => item.marker && item.marker.remove());
      this.place();
    }

    width(item) {
      if (item.width) return item.width;
      const size = this.size(item);
      const bold = ["zone", "belt", "place"].includes(item.kind) ? 600 : 400;
      this.pen.font = `${bold} ${size}px ${FONT}`;
      item.width = this.pen.measureText(item.text).width + size * (SPACING[item.kind] || 0) * item.text.length + (bold === 600 ? 10 : 4);
      return item.width;
    }

    // Discs along the text, so that a turned label needs no other arithmetic.
    discs(point, angle, width, size) {
      const radius = size / 2 + 1.5;
      const count = Math.max(1, Math.ceil((width - size) / size) + 1);
      const along = Math.max(0, width / 2 - size / 2);
      const turn = (angle * Math.PI) / 180;
      const discs = [];
      for (let i = 0; i < count; i += 1) {
        const s = count === 1 ? 0 : -along + (2 * along * i) / (count - 1);
        discs.push([point.x + s * Math.cos(turn), point.y + s * Math.sin(turn), radius]);
      }
      return discs;
    }

    place() {
      const map = this.map;
      const zoom = map.getZoom();
      const size = map.getSize();
      const taken = [];
      const free = (discs) =>
        discs.every((a) =>
          taken.every((b) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 >= (a[2] + b[2]) ** 2)
        );
      // A name is read whole or not at all: it crosses neither the edge of the map nor of a card.
      const covered = this.covered();
      const whole = ([x, y, r]) => x - r >= -3 && y - r >= -3 && x + r <= size.x + 3 && y + r <= size.y + 3 &&
        covered.every(([left, top, right, bottom]) => x + r < left || x - r > right || y + r < top || y - r > bottom);
      // The sign of a station keeps its place: names of areas look for one beside it.
      const stations = this.items.filter((item) => item.kind === "metro" && zoom >= item.zoom).map((item) => {
        const point = map.latLngToContainerPoint([item.at[0][0], item.at[0][1]]);
        return [point.x, point.y, 5];
      });
      const apart = (discs) => stations.every((b) =>
        discs.every((a) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 >= (a[2] + b[2]) ** 2));
      this.items.forEach((item) => {
        let spot = null;
        if (zoom >= (item.zoom || 0)) {
          const textSize = this.size(item);
          const width = this.width(item);
          const spots = item.kind === "zone" || item.kind === "belt"
            ? item.at.map((at) => [at, true]).concat(item.at.map((at) => [at, false])) : item.at.map((at) => [at, false]);
          for (const [at, shy] of spots) {
            const point = map.latLngToContainerPoint([at[0], at[1]]);
            const outside =
              point.x < 0 || point.y < 0 || point.x > size.x || point.y > size.y;
            if (outside) continue;
            if (item.room && item.room(zoom) < width) break;
            const symbol = item.symbol ? [[point.x, point.y, 5]] : [];
            for (const offset of OFFSETS[item.kind] || [[0, 0]]) {
              const side = Math.abs(offset[0]) === 1;
              const dx = side ? offset[0] * (width / 2 + 8) : 0;
              const dy = side ? 0 : offset[1] * this.grown;
              const middle = L.point(point.x + dx, point.y + dy);
              const discs = this.discs(middle, at[2] || 0, width, textSize);
              if (!discs.every(whole) || !free(discs) || (shy && !apart(discs))) continue;
              spot = { at, dx, dy };
              discs.concat(symbol).forEach((disc) => taken.push(disc));
              break;
            }
            if (spot) break;
          }
        }
        this.draw(item, spot);
      });
    }

    draw(item, spot) {
      if (!spot) {
        if (item.marker) item.marker.remove();
        return;
      }
      if (!item.marker) {
        item.element = document.createElement("div");
        item.element.className = `pm-label pm-label-${item.kind}`;
        item.element.textContent = item.text;
        if (item.colour) item.element.style.color = item.colour;
        this.fit(item);
        item.box = document.createElement("div");
        if (item.symbol) {
          const symbol = document.createElement("span");
          symbol.className = `pm-symbol pm-symbol-${item.kind}`;
          item.box.appendChild(symbol);
        }
        item.box.appendChild(item.element);
        const icon = L.divIcon({ className: "pm-icon", html: item.box, iconSize: [0, 0] });
        item.marker = L.marker([spot.at[0], spot.at[1]], {
          icon, pane: this.pane, interactive: false, keyboard: false,
        });
      }
      item.marker.setLatLng([spot.at[0], spot.at[1]]);
      const turn = spot.at[2] || 0;
      item.element.style.transform =
        `translate(-50%,-50%) translate(${spot.dx}px,${spot.dy}px) rotate(${turn}deg)`;
      if (!this.map.hasLayer(item.marker)) item.marker.addTo(this.map);
    }
  }

  PlanMap.Labels = Labels;
})((window.PlanMap = window.PlanMap || {}));
