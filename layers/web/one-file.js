// Starts a page that carries its data inside itself.
(function (PlanMap) {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  Object.keys(data.later).forEach((name) => { window[`PLAN_${name.toUpperCase()}`] = data.later[name]; });
  PlanMap.start(document.getElementById("map"), data, { address: data.start.address });
})(window.PlanMap);
