// Who runs the page: a file or folder by itself, or a Streamlit page that computes. See docs/frame.md.
(function (PlanMap) {
  "use strict";

  // Files with data that are loaded when they are wanted: classic scripts, since a page opened from a file may not fetch.
  function loader(address, nonce) {
    const waiting = {};
    return (name, take) => {
      const held = `PLAN_${name.toUpperCase()}`;
      if (window[held]) {
        take(window[held]);
        return;
      }
      if (waiting[name]) {
        waiting[name].push(take);
        return;
      }
      waiting[name] = [take];
      const script = document.createElement("script");
      script.src = address(name);
      if (nonce) script.nonce = nonce;
      script.onload = () => waiting[name].splice(0).forEach((one) => one(window[held]));
      document.head.appendChild(script);
    };
  }

  // By itself: its own address, every view in the browser.
  // options: {views, bases, extras, address to open with, file(name) where further data stand}
  PlanMap.ownHost = function ownHost(options) {
    const { location, history } = window;
    const path = () => location.href.split(/[?#]/)[0];
    // A page inside another file, or without an origin, may not change its address.
    const change = (how, query) => {
      try {
        history[how](null, "", query === "?" ? path() : query);
      } catch (error) {
        location.replace(`${path()}#${query.slice(1)}`);
      }
    };
    return {
      views: options.views || ["map", "compare", "place"],
      bases: options.bases || [],
      extras: options.extras || [],
      isHost: () => false,
      drawerWidth: () => 0,
      drawerHeight: () => 0,
      read: () => location.search || location.hash.replace(/^#/, "?") || options.address || "",
      push: (query) => change("pushState", query),
      replace: (query) => change("replaceState", query),
      onPop: (take) => window.addEventListener("popstate", take),
      onKey: () => {},
      windows: () => [window],
      print: () => window.print(),
      drawn: () => null,
      href: (query) => path() + (query === "?" ? "" : query),
      title: (words) => { document.title = words; },
      speak: () => {},
      tell: () => {},
      front: () => {},
      load: loader(options.file || ((name) => `${name}.js`)),
    };
  };

  PlanMap.start = function start(box, data, options) {
    const map = L.map(box, { zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 90, minZoom: 11, maxZoom: 19,
      attributionControl: false, zoomControl: false });
    map.setView([0, 0], 12);
    window.map = map;
    window.planmap = new PlanMap.App(map, data, PlanMap.ownHost(options || {}));
    return window.planmap;
  };

  const RETRY_MS = 500;
  const LOOK_MS = 300000;
  const DRAWERS = { check: 0.62, own: 0.62, export: 1, wording: 1 };
  // What Python must know, and learns only when a view of its own is open.
  const KNOWN = ["view", "lang", "plans", "zone", "show", "hide", "from", "to", "seen", "bbox"];

  // The Streamlit page: streamlit-folium hands the map over here and takes back what Python must know.
  function pageHost(data) {
    const outer = window.parent;
    const { history, location } = outer;
    const root = outer.document.documentElement;
    let told = 0;
    let known = null;
    const write = (how) => (query) => history[how](history.state, "", location.pathname + (query === "?" ? "" : query));
    const host = {
      views: data.views,
      bases: data.bases,
      extras: [],
      isHost: (view) => view in DRAWERS,
      drawerWidth: (view) => {
        const wide = outer.innerWidth;
        return wide <= 1024 || DRAWERS[view] === 1 ? 0 : Math.round(wide * DRAWERS[view]);
      },
      drawerHeight: (view) => (outer.innerWidth <= 1024 && DRAWERS[view] < 1 ? Math.round(outer.innerHeight * 0.55) : 0),
      read: () => location.search,
      push: write("pushState"),
      replace: write("replaceState"),
      onPop: (take) => outer.addEventListener("popstate", take),
      onKey: (take) => outer.document.addEventListener("keydown", take),
      windows: () => [outer, window],
      print: () => outer.print(),
      drawn: (view) => outer.document.querySelector(`.st-key-drawer_${view}`),
      href: (query) => location.origin + location.pathname + (query === "?" ? "" : query),
      title: (words) => { outer.document.title = words; },
      speak: (lang) => { root.lang = lang === "en" ? "en" : "zh-CN"; },
      tell: (words, app) => {
        const { state } = app;
        root.dataset.view = state.view;
        root.classList.toggle("pm-bare", state.present || state.embed);
        const now = Object.assign({}, app.extra, { view: state.view, lang: state.lang, plans: state.plan, zone: state.zone || "", show: state.show.join(","), hide: state.hide.join(","), from: state.from, to: state.to, base: state.base, labels: state.labels ? "on" : "off", at: (state.at || []).join(",") });
        // Only an export asks what part of the map was in sight.
        const seen = state.view === "export" ? app.seen || { view: "map", bbox: app.bbox() } : { view: "", bbox: "" };
        Object.assign(now, { seen: seen.view, bbox: seen.bbox });
        const same = known && !words.clicked && KNOWN.every((key) => known[key] === now[key]) &&
          JSON.stringify(known.extra) === JSON.stringify(app.extra);
        if (!known || (host.isHost(state.view) && known.view !== now.view)) outer.scrollTo(0, 0);
        if (!known) known = Object.assign({}, now, { extra: Object.assign({}, app.extra) });
        else if (same || !(words.clicked || host.isHost(state.view))) return;
        else known = Object.assign({}, now, { extra: Object.assign({}, app.extra) });
        if (words.first) return;
        told = Math.max(Date.now(), told + 1);
        const value = Object.assign({ sequence: told, link: now }, (words.clicked || {}));
        const held = window.__GLOBAL_DATA__;
        held.last_active_drawing = { type: "Feature", geometry: null, properties: value };
        held.previous_data = { last_active_drawing: held.last_active_drawing };
        window.Streamlit.setComponentValue(held.previous_data);
      },
      // Python's own part of the address needs not be told to it again, nor a view that it opened itself;
      // but a view that it left has to be told when a reader comes back to it.
      // Brings the opened finding into sight, once Streamlit has drawn it.
      reveal: () => [400, 1500].forEach((wait) => window.setTimeout(() => {
        const row = outer.document.querySelector('[class*="st-key-check_open_"]');
        if (row && (wait < 1000 || row.getBoundingClientRect().top > outer.innerHeight)) row.scrollIntoView({ block: "start" });
      }, wait)),
      heard: (extra, view) => {
        if (known && extra) known.extra = Object.assign({}, extra);
        if (known && view) known.view = view;
      },
      // The frame comes before the drawer, clear where the drawer lies: its own map ends there.
      front: (on, app) => {
        const { view } = app.state;
        const over = on && host.isHost(view);
        root.classList.toggle("pm-front", over);
        document.body.classList.toggle("pm-front", over);
        const whole = DRAWERS[view] === 1;
        app.map.getContainer().style.clipPath = !over ? "" : whole ? "inset(100%)"
          : `inset(0 ${host.drawerWidth(view)}px ${host.drawerHeight(view)}px 0)`;
      },
      load: loader((name) => data.files[name]),
    };
    return host;
  }

  // Newer data lie there when new readers are given another script. The map asks nobody as long as it is
  // used by itself, so it looks now and then; what is to be done about it Python tells.
  function lookForNewer(served, loaded) {
    let newest = loaded;
    const look = () => {
      if (document.hidden || !window.planmap.host) return;
      fetch(served, { cache: "no-store" }).then((answer) => answer.json()).then(({ script }) => {
        if (!script || script === newest) return;
        newest = script;
        window.planmap.host.tell({ clicked: {} }, window.planmap);
      }).catch(() => {});
    };
    // A frame that begins anew looks anew.
    if (PlanMap.stopLooking) PlanMap.stopLooking();
    const timer = window.setInterval(look, LOOK_MS);
    document.addEventListener("visibilitychange", look);
    PlanMap.stopLooking = () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }

  PlanMap.page = function page(map, data, style, served, loaded) {
    const early = [];
    window.planmap = { hear: (words) => early.push(words) };
    // What is put together without its style would jump.
    map.getContainer().style.visibility = "hidden";
    const begin = () => {
      map.getContainer().style.visibility = "";
      window.planmap = new PlanMap.App(map, data, pageHost(data.page));
      early.forEach((words) => window.planmap.hear(words));
      lookForNewer(served, loaded);
    };
    const ask = (again) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = style;
      link.onload = begin;
      // A style that does not come at all is no reason to show nothing.
      link.onerror = () => (again ? window.setTimeout(ask, RETRY_MS, again - 1) : begin());
      document.head.append(link);
    };
    ask(3);
  };
})((window.PlanMap = window.PlanMap || {}));
