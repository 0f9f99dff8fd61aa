// What stands on the map: measuring, legend, scale, the notice, and the link to this view.
(function (PlanMap) {
  "use strict";
  const { element, svg } = PlanMap.popup;

  function box(map, position, className) {
    const node = element("div", className);
    const control = L.control({ position });
    control.onAdd = () => {
      L.DomEvent.disableClickPropagation(node);
      L.DomEvent.disableScrollPropagation(node);
      return node;
    };
    control.addTo(map);
    return node;
  }

  function swatch(style, place, dash) {
    const mark = svg("svg", { width: 26, height: 16, viewBox: "0 0 26 16", "aria-hidden": "true" });
    mark.appendChild(svg("rect", { x: 1, y: 1, width: 24, height: 14,
      fill: style.filled ? `url(#pm-fill-${place})` : "none", stroke: style.edge,
      "stroke-width": 1.6, "stroke-dasharray": dash || "" }));
    return mark;
  }

  function line(attributes) {
    const mark = svg("svg", { width: 26, height: 12, viewBox: "0 0 26 12", "aria-hidden": "true" });
    attributes.forEach((values) => mark.appendChild(svg("path", { d: "M0 6H26", fill: "none", ...values })));
    return mark;
  }

  function opacitySlider(view) {
    const label = element("label", "pm-opacity", view.t("map.opacity"));
    const slider = element("input", "");
    Object.assign(slider, { type: "range", min: 0, max: 100, step: 5, value: view.state.opacity });
    slider.addEventListener("input", () => view.setOpacity(Number(slider.value)));
    label.appendChild(slider);
    return label;
  }

  class Legend {
    constructor(view) {
      this.view = view;
      this.node = box(view.map, "topright", "pm-legend");
      this.open = view.map.getSize().x > 620;
      this.folded = false;
    }

    // Out of the way of an open popup, and back.
    fold(folded) {
      this.folded = folded;
      this.view.map.getContainer().classList.toggle("pm-reading", folded);
      this.render();
    }

    render() {
      const { view } = this;
      const { t, pick, data } = view;
      const details = document.createElement("details");
      details.open = this.open && !this.folded;
      details.addEventListener("toggle", () => { if (!this.folded) this.open = details.open; });
      details.appendChild(element("summary", "", t("map.legend")));
      const list = element("ul", "");
      const add = (mark, words) => {
        const item = element("li", "");
        item.appendChild(mark);
        item.appendChild(element("span", "", words));
        list.appendChild(item);
      };
      const seen = new Set();
      const zones = view.visible().filter((zone) => zone.t === "polygon").reverse();
      zones.forEach((zone) => {
        const words = pick(zone.short);
        if (seen.has(zone.place + words)) return;
        seen.add(zone.place + words);
        add(swatch(data.styles[zone.place], zone.place, ""), words);
      });
      const bases = [...new Set(zones.map((zone) => zone.basis))].filter((basis) => basis !== "named");
      Object.keys(data.dashes).filter((basis) => bases.includes(basis)).forEach((basis) =>
        add(line([{ stroke: "#374151", "stroke-width": 2, "stroke-dasharray": data.dashes[basis] }]),
          t(`basis.${basis}`)));
      const dot = svg("svg", { width: 26, height: 14, viewBox: "0 0 26 14", "aria-hidden": "true" });
      dot.appendChild(svg("circle", { cx: 13, cy: 7, r: 5, fill: "#fff", stroke: "#4b5563",
        "stroke-width": 2.4 }));
      if (view.visible().some((zone) => zone.t === "point")) add(dot, t("map.legend_point"));
      if (view.visible().some((zone) => zone.t === "line")) {
        add(line([{ stroke: "#4b5563", "stroke-width": 4, "stroke-dasharray": data.dashes.named }]),
          t("map.legend_line"));
      }
      if (!view.base) {
        add(line([{ stroke: "#8b8577", "stroke-width": 1.6, "stroke-dasharray": "9 3 2 3" }]),
          t("map.legend_district"));
        add(line([{ stroke: "#cfc8b8", "stroke-width": 7 }, { stroke: "#ffffff", "stroke-width": 4.4 }]),
          t("map.legend_road"));
        add(line([{ stroke: "#cfc8b8", "stroke-width": 7 },
          { stroke: "#ffffff", "stroke-width": 4.4, "stroke-dasharray": "6 2" }]),
        t("map.legend_road_inferred"));
      }
      details.appendChild(list);
      details.appendChild(opacitySlider(view));
      this.node.replaceChildren(details);
    }
  }

  class Notice {
    constructor(view) {
      this.view = view;
      this.node = box(view.map, "bottomleft", "pm-notice");
    }

    render() {
      const { view } = this;
      const { t, pick, data, base } = view;
      const words = [
        [t("notice.disclaimer"), "pm-disclaimer"],
        [base ? pick(base.datum) : t("notice.datum"), ""],
        [pick(data.accuracy), "pm-more"],
        [`${t("map.data_version")} ${data.version}`, ""],
        [view.state.today || "", ""],
        [base ? pick(base.attribution) : pick(data.attribution), base ? "" : "pm-more"],
      ];
      this.node.replaceChildren(...words.filter(([text]) => text)
        .map(([text, className]) => element("span", className, text)));
    }
  }

  function copyLink(view) {
    const centre = view.toWgs84(view.map.getCenter());
    const at = [centre[0].toFixed(5), centre[1].toFixed(5), view.map.getZoom(),
      view.state.opacity].join(",");
    const address = new URL(window.parent.location.href);
    address.searchParams.set("at", at);
    return address.href;
  }

  function linkControl(view) {
    const node = box(view.map, "topleft", "leaflet-bar pm-link");
    const button = PlanMap.popup.button("pm-tool", view.t("map.copy_link"), () => copy());
    view.linkButton = button;
    const field = element("input", "pm-link-field");
    field.readOnly = true;
    field.hidden = true;
    field.setAttribute("aria-label", "URL");
    node.append(button, field);
    function copy() {
      field.value = copyLink(view);
      const done = () => {
        button.textContent = view.t("map.link_copied");
        window.setTimeout(() => { button.textContent = view.t("map.copy_link"); }, 1800);
      };
      const byHand = () => {
        field.hidden = false;
        field.focus();
        field.select();
        if (document.execCommand("copy")) done();
      };
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(field.value).then(done, byHand);
      } else {
        byHand();
      }
    }
  }

  PlanMap.controls = function controls(view) {
    const number = (value, digits) => value.toLocaleString("en-US",
      { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace(/,/g, " ");
    view.measure = new PlanMap.Measure({ map: view.map, t: view.t, toWgs84: view.toWgs84, number });
    if (view.options.link) linkControl(view);
    view.notice = new Notice(view);
    L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 120 }).addTo(view.map);
    view.legend = new Legend(view);
  };

  // The page: streamlit-folium hands the map over here and takes clicks back.
  PlanMap.page = function page(map, data) {
    function report(value) {
      const held = window.__GLOBAL_DATA__;
      held.last_active_drawing = { type: "Feature", geometry: null, properties: value };
      held.previous_data = { last_active_drawing: held.last_active_drawing };
      window.Streamlit.setComponentValue(held.previous_data);
    }
    window.planmap = new PlanMap.View(map, data, { report, link: true });
  };
})((window.PlanMap = window.PlanMap || {}));
