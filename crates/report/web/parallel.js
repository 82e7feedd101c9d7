// Parallel coordinates: an axis per hyperparameter and metric, a line per run. Dragging along an axis keeps the runs there.

import { el } from "./dom.js";
import { index } from "./data.js";
import { colourOf, lookOf } from "./palette.js";
import { change, shownRuns, view, watch } from "./view.js";
import { Surface } from "./canvas.js";

const TOP = 44;
const BOTTOM = 18;
const SIDE = 64;

/** The ranges that are kept, by field: numbers between 0 and 1. */
export function brushes() {
  return new Map(view.brush.map((text) => [fieldOf(text), text.split("~").slice(-2).map(Number)]));
}

/** The field that a range is of: `id~from~to`, where the id may have a tilde, too. */
function fieldOf(text) {
  return text.split("~").slice(0, -2).join("~");
}

/** Whether a run is within all ranges. */
export function isKept(run, fields, ranges = brushes()) {
  return [...ranges].every(([id, [from, to]]) => {
    const field = fields.find((known) => known.id === id);
    const place = field?.place(field.value(run));
    return !field || (place != null && place >= from && place <= to);
  });
}

export function parallel(fields) {
  const surface = new Surface(draw, { class: "surface parallel", style: { "min-width": `${fields.length * 104 + SIDE}px` } });
  const heads = el("div", { class: "heads" });
  surface.element.append(heads);
  surface.element.addEventListener("pointerdown", brush);
  watch(["runs", "off", "by", "brush"], surface.draw);

  const x = (i, width) => SIDE + (fields.length > 1 ? (i * (width - 2 * SIDE)) / (fields.length - 1) : 0);
  const y = (place, height) => height - BOTTOM - place * (height - TOP - BOTTOM);

  function draw(context, width, height) {
    const ranges = brushes();
    const runs = [...shownRuns()];
    for (const isFaint of [true, false]) {
      for (const run of runs) {
        if (isKept(run, fields, ranges) === isFaint) continue;
        context.beginPath();
        let isOpen = false;
        fields.forEach((field, i) => {
          const place = field.place(field.value(run));
          if (place != null) context[isOpen ? "lineTo" : "moveTo"](x(i, width), y(place, height));
          isOpen = place != null;
        });
        context.strokeStyle = isFaint ? colourOf("--line") : lookOf(run, view.by).colour;
        context.globalAlpha = isFaint ? 0.8 : runs.length > 100 ? 0.4 : 0.85;
        context.lineWidth = isFaint ? 1 : 1.6;
        context.stroke();
      }
    }
    context.globalAlpha = 1;
    context.font = "11px system-ui, sans-serif";
    context.lineWidth = 1;
    fields.forEach((field, i) => axis(context, field, x(i, width), height, ranges.get(field.id)));
    heads.replaceChildren(...fields.map((field, i) => el("span", { title: field.isLog ? `${field.title} (logarithmic)` : field.title, style: { left: `${x(i, width)}px` } }, field.title)));
  }

  function axis(context, field, left, height, range) {
    context.strokeStyle = colourOf("--strong-line");
    context.beginPath();
    context.moveTo(left, y(0, height));
    context.lineTo(left, y(1, height));
    context.stroke();
    if (range) {
      context.fillStyle = colourOf("--accent");
      context.globalAlpha = 0.3;
      context.fillRect(left - 6, y(range[1], height), 12, Math.max(2, y(range[0], height) - y(range[1], height)));
      context.globalAlpha = 1;
    }
    context.lineJoin = "round";
    for (const { place, name } of field.marks) {
      const text = name.length > 14 ? `${name.slice(0, 13)}…` : name;
      context.strokeStyle = colourOf("--card");
      context.lineWidth = 3;
      context.strokeText(text, left + 6, y(place, height) + 4);
      context.fillStyle = colourOf("--muted");
      context.fillText(text, left + 6, y(place, height) + 4);
      context.lineWidth = 1;
    }
  }

  function brush(event) {
    const box = surface.element.getBoundingClientRect();
    const near = fields.map((field, i) => [Math.abs(event.clientX - box.left - x(i, box.width)), field]).sort((a, b) => a[0] - b[0])[0];
    if (!near || near[0] > 26) return;
    event.preventDefault();
    const placeAt = (to) => Math.min(1, Math.max(0, (box.height - BOTTOM - (to.clientY - box.top)) / (box.height - TOP - BOTTOM)));
    const start = placeAt(event);
    const set = (to) => {
      const others = view.brush.filter((text) => fieldOf(text) !== near[1].id);
      const range = [start, placeAt(to)].sort((a, b) => a - b);
      // A click takes the range of the axis back.
      const isClick = range[1] - range[0] < 0.01;
      change({ brush: isClick ? others : [...others, [near[1].id, ...range.map((place) => place.toFixed(3))].join("~")] });
    };
    const end = (to) => {
      removeEventListener("pointermove", set);
      set(to);
    };
    addEventListener("pointermove", set);
    addEventListener("pointerup", end, { once: true });
  }

  surface.element.setAttribute("role", "img");
  surface.element.setAttribute("aria-label", `Parallel coordinates of ${index.runs.length} runs over ${fields.map((field) => field.title).join(", ")}`);
  return { element: el("div", { class: "sideways" }, surface.element), draw: surface.draw };
}
