// Distributions over time: as ridges, as a heat map, or as bands of percentiles.

import { el } from "./dom.js";
import { tick } from "./format.js";
import { ticks } from "./extent.js";
import { colourOf, lookOf } from "./palette.js";
import { view } from "./view.js";
import { segments } from "./scalars.js";
import { Surface } from "./canvas.js";

const BINS = 64;
/** Those of TensorBoard: the median, and 1, 1.5 and 2 standard deviations of a normal distribution around it. */
const PERCENTILES = [[0, 1], [0.0668, 0.9332], [0.1587, 0.8413], [0.3085, 0.6915]];
const PLOT = { left: 10, right: 46, top: 8, bottom: 22 };

export const histograms = {
  hasSlider: false,
  redraws: ["hist"],
  controls: () => [segments("How histograms are drawn", "hist", [["ridges", "Ridges"], ["heat", "Heat map"], ["bands", "Distributions"]])],
  part({ run, points }) {
    const range = rangeOf(points);
    if (!range) return el("p", { class: "muted small" }, "There are no values.");
    const draw = { ridges, heat, bands }[view.hist] ?? ridges;
    const surface = new Surface((context, width, height) => {
      context.font = "10.5px system-ui, sans-serif";
      draw(context, { width, height, range, points, colour: lookOf(run, view.by).colour });
    }, { class: "surface histogram", role: "img", "aria-label": `Histograms of ${points.length} steps` });
    return surface.element;
  },
};

/** From the lowest to the highest edge of all buckets that are not empty. */
function rangeOf(points) {
  let [min, max] = [Infinity, -Infinity];
  for (const [left, right, n] of points.flatMap(({ buckets }) => buckets)) {
    if (!(n > 0)) continue;
    if (Number.isFinite(left)) min = Math.min(min, left);
    if (Number.isFinite(right)) max = Math.max(max, right);
  }
  if (min > max) return null;
  return min < max ? [min, max] : [min - 0.5, max + 0.5];
}

/** How much there is in each of some bins of one width; what a bucket holds is spread evenly over it. */
function binned(buckets, [min, max], bins = BINS) {
  const counts = new Float64Array(bins);
  const place = (v) => ((Math.min(max, Math.max(min, v)) - min) / (max - min)) * bins;
  for (const [left, right, n] of buckets) {
    if (!(n > 0)) continue;
    const [from, to] = [place(left ?? min), place(right ?? max)];
    const first = Math.min(bins - 1, Math.floor(from));
    if (to - from < 1e-9) counts[first] += n;
    else for (let i = first; i < bins && i < to; i++) counts[i] += (n * (Math.min(to, i + 1) - Math.max(from, i))) / (to - from);
  }
  return counts;
}

function label(context, words, x, y, align) {
  context.fillStyle = colourOf("--muted");
  context.textAlign = align;
  context.fillText(words, x, y);
}

function ridges(context, { width, height, range, points, colour }) {
  const all = points.map(({ buckets }) => binned(buckets, range));
  const most = Math.max(...all.map((counts) => Math.max(...counts)));
  const right = width - PLOT.right;
  const bottom = height - PLOT.bottom;
  const tall = (bottom - PLOT.top) * (points.length > 1 ? 0.42 : 0.95);
  const base = (i) => PLOT.top + tall + (points.length > 1 ? (i / (points.length - 1)) * (bottom - PLOT.top - tall) : bottom - PLOT.top - tall);
  const x = (bin) => PLOT.left + (bin / BINS) * (right - PLOT.left);
  all.forEach((counts, i) => {
    context.beginPath();
    context.moveTo(x(0), base(i));
    counts.forEach((n, bin) => context.lineTo(x(bin + 0.5), base(i) - (n / most) * tall));
    context.lineTo(x(BINS), base(i));
    context.globalAlpha = 0.25 + 0.6 * ((i + 1) / all.length);
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = colourOf("--card");
    context.lineWidth = 0.9;
    context.stroke();
  });
  valueMarks(context, range, PLOT.left, right, height - 7);
  stepMarks(context, points, (i) => base(i), (name, y) => label(context, name, right + 6, y + 3, "left"), 22);
}

function heat(context, { width, height, range, points, colour }) {
  const all = points.map(({ buckets }) => binned(buckets, range, 40));
  const right = width - PLOT.right;
  const bottom = height - PLOT.bottom;
  const cell = { width: (right - PLOT.left) / points.length, height: (bottom - PLOT.top) / 40 };
  all.forEach((counts, i) => {
    const most = Math.max(...counts);
    counts.forEach((n, bin) => {
      context.globalAlpha = Math.sqrt(n / most);
      context.fillStyle = colour;
      context.fillRect(PLOT.left + i * cell.width, bottom - (bin + 1) * cell.height, cell.width + 0.5, cell.height + 0.5);
    });
  });
  context.globalAlpha = 1;
  sides(context, range, points, { right, bottom, height, x: (i) => PLOT.left + (i + 0.5) * cell.width });
}

function bands(context, { width, height, range, points, colour }) {
  const right = width - PLOT.right;
  const bottom = height - PLOT.bottom;
  const x = (i) => PLOT.left + (points.length > 1 ? (i / (points.length - 1)) * (right - PLOT.left) : 0);
  const y = (value) => bottom - ((value - range[0]) / (range[1] - range[0])) * (bottom - PLOT.top);
  const all = points.map(({ buckets }) => quantiles(buckets));
  for (const [low, high] of PERCENTILES) {
    context.beginPath();
    all.forEach((at, i) => context[i ? "lineTo" : "moveTo"](x(i), y(at(high))));
    for (let i = all.length - 1; i >= 0; i--) context.lineTo(x(i), y(all[i](low)));
    context.globalAlpha = 0.22;
    context.fillStyle = colour;
    context.fill();
  }
  context.globalAlpha = 1;
  context.beginPath();
  all.forEach((at, i) => context[i ? "lineTo" : "moveTo"](x(i), y(at(0.5))));
  context.strokeStyle = colour;
  context.lineWidth = 1.6;
  context.stroke();
  sides(context, range, points, { right, bottom, height, x });
}

/** The value below which a part of what is in some buckets lies. */
function quantiles(buckets) {
  const known = buckets.filter(([left, right, n]) => n > 0 && Number.isFinite(left) && Number.isFinite(right));
  const total = known.reduce((sum, [, , n]) => sum + n, 0);
  return (part) => {
    let left = part * total;
    for (const [from, to, n] of known) {
      if (left <= n) return from + (to - from) * (left / n);
      left -= n;
    }
    return known.at(-1)?.[1] ?? 0;
  };
}

/** Values beside a chart whose steps run from left to right. */
function sides(context, range, points, { right, bottom, height, x }) {
  for (const value of ticks(...range, 5)) {
    const y = bottom - ((value - range[0]) / (range[1] - range[0])) * (bottom - PLOT.top);
    label(context, tick(value), right + 6, y + 3.5, "left");
  }
  stepMarks(context, points, x, (name, at) => label(context, name, at, height - 7, "center"), 60);
}

/** Values below a chart. */
function valueMarks(context, range, left, right, y) {
  for (const value of ticks(...range, 5)) label(context, tick(value), left + ((value - range[0]) / (range[1] - range[0])) * (right - left), y, "center");
}

/** The steps of some points, as many as have room. */
function stepMarks(context, points, place, write, room) {
  let last = -Infinity;
  points.forEach(({ step }, i) => {
    if (place(i) - last < room) return;
    last = place(i);
    write(tick(step), last);
  });
}
