// Measures on the GRS80 ellipsoid (CGCS2000), and the display shift of Chinese web maps.
// Points are [latitude, longitude] in degrees.
(function (PlanMap) {
  "use strict";
  const A = 6378137;
  const F = 1 / 298.257222101;
  const E2 = F * (2 - F);
  const E = Math.sqrt(E2);
  const RAD = Math.PI / 180;

  // Gauss mid-latitude formula: the radii of curvature at the middle of a side. Against the
  // geodesic better than 1e-6 for sides up to 50 km.
  function distance(p, q) {
    const middle = ((p[0] + q[0]) / 2) * RAD;
    const w = Math.sqrt(1 - E2 * Math.sin(middle) ** 2);
    const north = ((A * (1 - E2)) / w ** 3) * (q[0] - p[0]) * RAD;
    const east = (A / w) * Math.cos(middle) * (q[1] - p[1]) * RAD;
    return Math.hypot(north, east);
  }

  function length(points) {
    let sum = 0;
    for (let i = 1; i < points.length; i += 1) sum += distance(points[i - 1], points[i]);
    return sum;
  }

  // Snyder, Map Projections (USGS PP 1395), 3-12: q of the authalic latitude. The area between
  // a parallel and the equator per radian of longitude is a^2 q / 2, so this area is exact for
  // the ellipsoid; only a side is straight in the equal-area cylinder instead of geodesic.
  function authalic(latitude) {
    const s = Math.sin(latitude * RAD);
    return (1 - E2) * (s / (1 - E2 * s * s) - Math.log((1 - E * s) / (1 + E * s)) / (2 * E));
  }

  function area(points) {
    let sum = 0;
    for (let i = 0; i < points.length; i += 1) {
      const p = points[i];
      const q = points[(i + 1) % points.length];
      sum += (q[1] - p[1]) * RAD * (authalic(p[0]) + authalic(q[0]));
    }
    return Math.abs((sum * A * A) / 4);
  }

  // GCJ-02 as published; only for display on base maps that are in it.
  const GCJ_A = 6378245;
  const GCJ_E2 = 0.00669342162296594323;

  function wgs84ToGcj02(point) {
    const x = point[1] - 105;
    const y = point[0] - 35;
    const root = Math.sqrt(Math.abs(x));
    const common = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3);
    let north =
      -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common +
      (20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * (2 / 3) +
      (160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * (2 / 3);
    let east =
      300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common +
      (20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * (2 / 3) +
      (150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * (2 / 3);
    const latitude = point[0] * RAD;
    const magic = 1 - GCJ_E2 * Math.sin(latitude) ** 2;
    north /= ((GCJ_A * (1 - GCJ_E2)) / (magic * Math.sqrt(magic))) * RAD;
    east /= (GCJ_A / Math.sqrt(magic)) * Math.cos(latitude) * RAD;
    return [point[0] + north, point[1] + east];
  }

  function gcj02ToWgs84(point) {
    let guess = point;
    for (let i = 0; i < 6; i += 1) {
      const there = wgs84ToGcj02(guess);
      guess = [guess[0] + point[0] - there[0], guess[1] + point[1] - there[1]];
    }
    return guess;
  }

  PlanMap.geodesy = { distance, length, area, wgs84ToGcj02, gcj02ToWgs84 };
})((window.PlanMap = window.PlanMap || {}));
