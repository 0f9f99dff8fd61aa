// Draws a QR code as a picture, from the modules that qrcode-generator gives.
(function (PlanMap) {
  "use strict";
  const QUIET = 4;

  // make: the library; words: what the code holds; name: told to who cannot see it.
  PlanMap.qrImage = function qrImage(make, words, name) {
    const code = make(0, "M");
    try {
      code.addData(words, "Byte");
      code.make();
    } catch (error) {
      return null; // too long for any code
    }
    const count = code.getModuleCount();
    const size = count + 2 * QUIET;
    let path = "";
    for (let row = 0; row < count; row += 1) {
      for (let column = 0; column < count; column += 1) {
        if (code.isDark(row, column)) path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
      }
    }
    const image = PlanMap.dom.svg("svg", { viewBox: `0 0 ${size} ${size}`, width: 176, height: 176, role: "img",
      "aria-label": name, "shape-rendering": "crispEdges" });
    image.appendChild(PlanMap.dom.svg("rect", { width: size, height: size, fill: "#fff" }));
    image.appendChild(PlanMap.dom.svg("path", { d: path, fill: "#000" }));
    return image;
  };
})((window.PlanMap = window.PlanMap || {}));
