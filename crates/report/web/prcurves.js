// Precision over recall, of all runs in one chart.

import { colourOf, lookOf } from "./palette.js";
import { number } from "./format.js";
import { index } from "./data.js";
import { view } from "./view.js";
import { pointAt } from "./media.js";
import { Surface } from "./canvas.js";

const EDGES = { left: 40, right: 14, top: 10, bottom: 34 };

export const prCurves = {
  part({ run, points }) {
    const { precision, recall, thresholds, step } = pointAt(points);
    const x = (v, width) => EDGES.left + v * (width - EDGES.left - EDGES.right);
    const y = (v, height) => height - EDGES.bottom - v * (height - EDGES.top - EDGES.bottom);
    const surface = new Surface((context, width, height) => {
      context.font = "10.5px system-ui, sans-serif";
      context.fillStyle = colourOf("--muted");
      context.strokeStyle = colourOf("--grid");
      for (const v of [0, 0.25, 0.5, 0.75, 1]) {
        context.beginPath();
        context.moveTo(x(v, width), y(0, height));
        context.lineTo(x(v, width), y(1, height));
        context.moveTo(x(0, width), y(v, height));
        context.lineTo(x(1, width), y(v, height));
        context.stroke();
        context.textAlign = "center";
        context.fillText(String(v), x(v, width), height - EDGES.bottom + 14);
        context.textAlign = "right";
        context.fillText(String(v), EDGES.left - 6, y(v, height) + 3.5);
      }
      context.textAlign = "center";
      context.fillText("recall", (EDGES.left + width) / 2, height - 5);
      context.beginPath();
      let isOpen = false;
      recall.forEach((v, i) => {
        const isKnown = v != null && precision[i] != null;
        if (isKnown) context[isOpen ? "lineTo" : "moveTo"](x(v, width), y(precision[i], height));
        isOpen = isKnown;
      });
      context.strokeStyle = lookOf(run, view.by).colour;
      context.lineWidth = 1.8;
      context.stroke();
    }, { class: "surface histogram", role: "img", "aria-label": `Precision over recall of ${index.runs[run].name} at step ${step}` });
    surface.element.addEventListener("pointermove", (event) => {
      const box = surface.element.getBoundingClientRect();
      const far = (i) => Math.hypot(x(recall[i], box.width) - (event.clientX - box.left), y(precision[i], box.height) - (event.clientY - box.top));
      const near = [...recall.keys()].reduce((a, b) => (far(b) < far(a) ? b : a));
      surface.element.title = far(near) < 20 ? `threshold ${number(thresholds[near], 3)}: precision ${number(precision[near], 4)}, recall ${number(recall[near], 4)}` : "";
    });
    return surface.element;
  },
};
