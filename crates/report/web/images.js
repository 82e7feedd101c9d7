// Pictures side by side, and sounds.

import { el } from "./dom.js";
import { count, counted, time } from "./format.js";
import { index } from "./data.js";
import { pointAt } from "./media.js";
import { show } from "./dialog.js";

export const images = {
  part({ run, points }) {
    const point = pointAt(points);
    const label = `${index.runs[run].name}, step ${count(point.step)}`;
    const picture = (url) => el("button", { class: "picture", type: "button", title: "Enlarge", click: () => enlarge(url, label) }, el("img", { src: url, alt: label, loading: "lazy" }));
    return el("div", {}, el("div", { class: "pictures" }, point.images.map(picture)), caption(point));
  },
};

export const audio = {
  part({ points }) {
    const point = pointAt(points);
    return el("div", {}, point.clips.map((url) => el("audio", { src: url, controls: true, preload: "none" })), caption(point));
  },
};

function caption(point) {
  const size = point.width ? ` · ${point.width} × ${point.height}` : "";
  return el("p", { class: "muted small" }, `step ${count(point.step)} · ${time(point.time)}${size}`);
}

/** A picture as large as the window allows, pixel by pixel. */
function enlarge(url, label) {
  const picture = el("img", { src: url, alt: label, class: "enlarged" });
  const size = el("p", { class: "muted small" });
  picture.addEventListener("load", () => {
    size.textContent = `${picture.naturalWidth} × ${counted(picture.naturalHeight, "pixel")}`;
  });
  show(label, [picture, size]);
}
