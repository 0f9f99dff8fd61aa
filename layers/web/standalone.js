// The offline page: a panel of toggles beside the map of planmap.js. No request leaves this file.
(function (PlanMap) {
  "use strict";
  const { element, svg } = PlanMap.popup;
  const data = JSON.parse(document.getElementById("data").textContent);
  const start = data.start;

  const map = L.map("map", { zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 90,
    minZoom: 11, maxZoom: 19, attributionControl: false });
  map.setView([0, 0], 12);
  const view = new PlanMap.View(map, data, { report: () => mark() });
  const state = { lang: start.lang, shown: start.shown.slice(), labels: true, today: start.today };
  const toggles = document.getElementById("toggles");
  const open = new Set(start.open);

  function swatch(zone) {
    const style = data.styles[zone.place];
    const node = svg("svg", { width: 22, height: 14, viewBox: "0 0 22 14", "aria-hidden": "true" });
    node.appendChild(svg("rect", { x: 1, y: 1, width: 20, height: 12, stroke: style.edge,
      "stroke-width": 1.6, "stroke-dasharray": data.dashes[zone.basis] || "",
      fill: zone.t === "polygon" && style.filled ? `url(#pm-fill-${zone.place})` : "none" }));
    return node;
  }

  function show(ids, on) {
    const shown = new Set(state.shown);
    ids.forEach((id) => (on ? shown.add(id) : shown.delete(id)));
    state.shown = data.zones.map((zone) => zone.id).filter((id) => shown.has(id));
    view.update(state);
  }

  function mark() {
    toggles.querySelectorAll(".sa-name").forEach((node) =>
      node.setAttribute("aria-current", String(node.dataset.zone === view.state.selected)));
  }

  function pick(zone) {
    if (zone.t && !state.shown.includes(zone.id)) {
      show([zone.id], true);
      toggles.querySelectorAll("input").forEach((box) => {
        if (box.dataset.zone === zone.id) box.checked = true;
      });
    }
    const at = zone.at ? L.latLng(zone.at[0], zone.at[1]) : map.getCenter();
    if (zone.t && !map.getBounds().contains(at)) map.panTo(at, { animate: false });
    if (view.popup) view.popup.close();
    view.open(zone, [zone], at);
    mark();
  }

  function row(zone) {
    const node = element("div", "sa-zone");
    if (zone.t) {
      const box = element("input");
      Object.assign(box, { type: "checkbox", checked: state.shown.includes(zone.id) });
      box.dataset.zone = zone.id;
      box.setAttribute("aria-label", view.pick(zone.name));
      box.addEventListener("change", () => show([zone.id], box.checked));
      node.append(box, swatch(zone));
    }
    const name = element("button", "sa-name", view.pick(zone.short));
    name.type = "button";
    name.dataset.zone = zone.id;
    name.title = view.pick(zone.name);
    name.addEventListener("click", () => pick(zone));
    node.appendChild(name);
    if (!zone.t) node.appendChild(element("span", "sa-none", view.t("standalone.no_shape")));
    return node;
  }

  function button(key, action) {
    const node = element("button", "sa-button", view.t(key));
    node.type = "button";
    node.addEventListener("click", action);
    return node;
  }

  function planBox(plan) {
    const box = element("fieldset", "sa-plan");
    box.appendChild(element("legend", "", view.pick(plan.name)));
    const zones = data.zones.filter((zone) => zone.plan === plan.id);
    const ids = zones.filter((zone) => zone.t).map((zone) => zone.id);
    const buttons = element("div", "sa-buttons");
    const all = (on) => () => { show(ids, on); render(); };
    buttons.append(button("standalone.show_all", all(true)), button("standalone.show_none", all(false)));
    box.appendChild(buttons);
    data.groups.filter((group) => group.plan === plan.id).forEach((group) => {
      const details = element("details", "sa-group");
      details.open = open.has(group.id);
      details.addEventListener("toggle", () => open[details.open ? "add" : "delete"](group.id));
      details.appendChild(element("summary", "", view.pick(group.name)));
      zones.filter((zone) => group.zones.includes(zone.id))
        .forEach((zone) => details.appendChild(row(zone)));
      box.appendChild(details);
    });
    return box;
  }

  function namesBox() {
    const label = element("label", "sa-names");
    const box = element("input");
    Object.assign(box, { type: "checkbox", checked: state.labels });
    box.addEventListener("change", () => { state.labels = box.checked; view.update(state); });
    label.append(box, element("span", "", view.t("standalone.names")));
    return label;
  }

  function render() {
    document.documentElement.lang = state.lang === "en" ? "en" : "zh-CN";
    document.title = view.pick(data.title);
    document.getElementById("title").textContent = view.pick(data.title);
    document.getElementById("disclaimer").textContent = view.t("notice.disclaimer");
    document.getElementById("language").textContent = view.t("standalone.language");
    document.querySelectorAll("[data-lang]").forEach((node) => { node.hidden = node.dataset.lang !== state.lang; });
    toggles.setAttribute("aria-label", view.t("standalone.layers"));
    toggles.replaceChildren(...data.plans.map(planBox), namesBox());
    mark();
  }

  document.getElementById("language").addEventListener("click", () => {
    state.lang = state.lang === "en" ? "zh" : "en";
    view.update(state);
    render();
  });
  view.update(state);
  render();
  map.on("popupclose", mark);
  window.planmap = view;
})(window.PlanMap);
