// Texts, which were Markdown.

import { el } from "./dom.js";
import { count, time } from "./format.js";
import { markdown, pointAt } from "./media.js";

export const texts = {
  part({ points }) {
    const point = pointAt(points);
    return el("div", {}, el("div", { class: "markdown" }, markdown(point.html)), el("p", { class: "muted small" }, `step ${count(point.step)} · ${time(point.time)}`));
  },
};
