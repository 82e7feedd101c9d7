// A small chart per pair of a hyperparameter and a metric, with a point per run.

import { el } from "./dom.js";
import { index } from "./data.js";
import { colourOf, lookOf } from "./palette.js";
import { shownRuns, view, watch } from "./view.js";
import { isKept } from "./parallel.js";
import { Surface } from "./canvas.js";

const EDGE = { left: 46, right: 12, top: 10, bottom: 22 };

/** The charts; `fields` are all that ranges may be of. */
export function scatterMatrix(params, metrics, fields) {
  const cells = metrics.flatMap((metric) => params.map((param) => cell(param, metric, fields)));
  const redraw = () => cells.forEach(({ draw }) => draw());
  watch(["runs", "off", "by", "brush"], redraw);
  const columns = `repeat(${params.length}, minmax(170px, 320px))`;
  const box = el("div", { class: "matrix", style: { "grid-template-columns": columns } }, cells.map(({ element }) => element));
  return { element: el("div", { class: "sideways" }, box), draw: redraw };
}

function cell(param, metric, fields) {
  const x = (place, width) => EDGE.left + place * (width - EDGE.left - EDGE.right);
  const y = (place, height) => height - EDGE.bottom - place * (height - EDGE.top - EDGE.bottom);
  const points = () => [...shownRuns()].map((run) => ({ run, at: [param.place(param.value(run)), metric.place(metric.value(run))] })).filter(({ at }) => at[0] != null && at[1] != null);
  const surface = new Surface((context, width, height) => {
    context.font = "10.5px system-ui, sans-serif";
    context.lineWidth = 1;
    context.strokeStyle = colourOf("--grid");
    context.fillStyle = colourOf("--muted");
    context.textAlign = "center";
    let end = 0;
    for (const { place, name } of fewer(param.marks, 4)) {
      line(context, x(place, width), EDGE.top, x(place, width), height - EDGE.bottom);
      const half = context.measureText(short(name)).width / 2;
      if (x(place, width) - half < end) continue;
      context.fillText(short(name), x(place, width), height - 7);
      end = x(place, width) + half + 6;
    }
    context.textAlign = "right";
    for (const { place, name } of fewer(metric.marks, 4)) {
      line(context, EDGE.left, y(place, height), width - EDGE.right, y(place, height));
      context.fillText(short(name), EDGE.left - 6, y(place, height) + 3.5);
    }
    for (const { run, at } of points()) {
      context.globalAlpha = isKept(run, fields) ? 0.85 : 0.12;
      context.fillStyle = lookOf(run, view.by).colour;
      context.beginPath();
      context.arc(x(at[0], width), y(at[1], height), 4, 0, 7);
      context.fill();
    }
    context.globalAlpha = 1;
  });
  surface.element.addEventListener("pointermove", (event) => {
    const { left, top, width, height } = surface.element.getBoundingClientRect();
    const far = ({ at }) => Math.hypot(x(at[0], width) - (event.clientX - left), y(at[1], height) - (event.clientY - top));
    const near = points().sort((a, b) => far(a) - far(b))[0];
    const isNear = near && far(near) < 14;
    surface.element.title = isNear ? `${index.runs[near.run].name}: ${param.title} ${param.shown(param.value(near.run))}, ${metric.title} ${metric.shown(metric.value(near.run))}` : "";
  });
  const label = `${metric.title} by ${param.title}`;
  surface.element.setAttribute("role", "img");
  surface.element.setAttribute("aria-label", label);
  return { element: el("figure", { class: "pair" }, el("figcaption", { title: label }, el("b", {}, metric.title), ` by ${param.title}`), surface.element), draw: surface.draw };
}

function line(context, ...ends) {
  context.beginPath();
  context.moveTo(ends[0], ends[1]);
  context.lineTo(ends[2], ends[3]);
  context.stroke();
}

function short(name) {
  return name.length > 9 ? `${name.slice(0, 8)}…` : name;
}

function fewer(marks, most) {
  const every = Math.ceil(marks.length / most);
  return marks.filter((_, i) => i % every === 0);
}
