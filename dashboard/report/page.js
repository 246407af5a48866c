"use strict";
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paper = matchMedia("print");
  // A sheet of A4 within its margins, in CSS pixels: it has no width yet when printing begins.
  const PAPER_WIDTH = 680;
  // On a narrow screen the legend has a line for each name, and the chart would have no room left.
  const NARROW = 560;
  const LEGEND_HEIGHT = 120;

  function draw(printing) {
    for (const [id, figure] of Object.entries(figures)) {
      const place = document.getElementById(id);
      const { data, layout } = dark.matches && !printing ? figure.dark : figure.light;
      const width = printing ? PAPER_WIDTH : place.parentElement.clientWidth;
      const height = layout.height + (width < NARROW ? LEGEND_HEIGHT : 0);
      Plotly.react(place, data, { ...layout, width, height }, figure.config);
    }
  }

  let waiting;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => draw(paper.matches), 150);
  });
  dark.addEventListener("change", () => draw(paper.matches));
  paper.addEventListener("change", () => draw(paper.matches));
  addEventListener("beforeprint", () => draw(true));
  addEventListener("afterprint", () => draw(false));
  draw(paper.matches);
})();
