// Starts the map of the published folder; without scripts its page is a plain document.
(function (PlanMap) {
  "use strict";
  const data = window.PLAN_DATA;
  document.documentElement.classList.add("has-map");
  PlanMap.start(document.getElementById("map-root"), data, {
    views: ["map", "compare", "check", "place", "wording"],
    extras: data.extras,
    file: (name) => data.files[name],
  });
})(window.PlanMap);
