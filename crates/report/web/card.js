// A chart of one tag with what can be done with it.

import { el, icon, iconButton, sample } from "./dom.js";
import { count, counted, fileName } from "./format.js";
import { index, seriesOf } from "./data.js";
import { lookAt, lookOf } from "./palette.js";
import { change, shownRuns, view } from "./view.js";
import { smooth } from "./smooth.js";
import { copy, offer } from "./dialog.js";
import { csvOf, pngOf, svgOf } from "./figure.js";
import { LineChart } from "./chart.js";

const AXES = { step: "step", relative: "time since the first point", wall: "time" };
const LEGEND = 10;

export class ScalarCard {
  constructor(tag) {
    this.tag = tag;
    const name = index.tags[tag].tag;
    const slash = name.lastIndexOf("/") + 1;
    this.pin = iconButton("pin", "Pin", () => this.togglePin());
    this.more = iconButton("more", "More", () => this.menu(), { "aria-haspopup": "menu" });
    this.legend = el("div", { class: "legend" });
    this.chart = new LineChart(name);
    this.full = iconButton("full", "Full screen", () => this.toggleFull());
    this.element = el("article", { class: "card", "data-tag": tag },
      el("header", {},
        el("h3", { title: name }, slash ? el("span", { class: "prefix" }, name.slice(0, slash)) : null, name.slice(slash) || "(empty tag)"),
        this.pin, iconButton("fit", "Show everything", () => this.chart.reset()), this.full, this.more),
      this.chart.element, this.legend);
  }

  destroy() {
    this.chart.destroy();
    this.element.remove();
  }

  /** Draws what the view asks for. */
  async draw() {
    const series = await seriesOf(this.tag);
    const shown = shownRuns();
    const weight = view.smooth;
    this.series = series.filter((curve) => shown.has(curve.run));
    this.lines = this.series.map((curve) => lineOf(curve, weight));
    this.chart.draw({ lines: this.lines, kind: view.x, isLog: view.log, ignoresOutliers: view.outliers });
    const isPinned = view.pins.includes(this.tag);
    this.pin.setAttribute("aria-pressed", String(isPinned));
    this.pin.title = isPinned ? "Unpin" : "Pin to the summary";
    const named = this.lines.length <= LEGEND ? this.lines : [];
    this.legend.replaceChildren(...named.map((line) => el("span", { title: line.name }, sample(lookAt(line.place)), el("span", { class: "name" }, line.name))));
    this.legend.hidden = !named.length;
  }

  restyle() {
    this.chart.restyle();
    this.draw();
  }

  togglePin() {
    const pins = view.pins.filter((tag) => tag !== this.tag);
    change({ pins: pins.length < view.pins.length ? pins : [...pins, this.tag] });
  }

  toggleFull() {
    if (this.scrim) {
      this.scrim.remove();
      this.scrim = null;
    } else {
      this.scrim = el("div", { class: "scrim", click: () => this.toggleFull() });
      this.element.before(this.scrim);
      const leave = (event) => {
        if (event.key === "Escape" && this.scrim) this.toggleFull();
        if (!this.scrim) removeEventListener("keydown", leave);
      };
      addEventListener("keydown", leave);
    }
    this.element.classList.toggle("full", !!this.scrim);
    document.body.style.overflow = this.scrim ? "hidden" : "";
    this.full.title = this.scrim ? "Leave full screen" : "Full screen";
  }

  menu() {
    const name = fileName(index.tags[this.tag].tag);
    const actions = [
      ["Download SVG", () => offer(`${name}.svg`, this.svg(), "image/svg+xml")],
      ["Download PNG", async () => offer(`${name}.png`, await pngOf(this.svg()), "image/png")],
      ["Download CSV", () => offer(`${name}.csv`, this.csv(), "text/csv")],
      ["Copy caption", () => copy(this.caption(), "Caption copied")],
    ];
    const box = this.more.getBoundingClientRect();
    const close = (event) => {
      if (event?.type === "keydown" && event.key !== "Escape") return;
      menu.remove();
      for (const type of ["pointerdown", "keydown", "scroll"]) removeEventListener(type, close, true);
      if (event?.type === "keydown") this.more.focus();
    };
    const item = ([label, action]) => el("button", { type: "button", role: "menuitem", click: () => { close(); action(); } }, label);
    const menu = el("div", { class: "menu", role: "menu", pointerdown: (event) => event.stopPropagation(), style: { top: `${box.bottom + scrollY + 4}px`, left: `${Math.max(8, box.right + scrollX - 190)}px` } }, actions.map(item));
    document.body.append(menu);
    menu.firstChild.focus();
    setTimeout(() => {
      addEventListener("keydown", close, true);
      addEventListener("scroll", close, true);
      addEventListener("pointerdown", (event) => { if (!menu.contains(event.target)) close(); }, { capture: true, once: true });
    });
  }

  svg() {
    return svgOf({
      title: index.tags[this.tag].tag, lines: this.lines, window: this.chart.window, kind: view.x, isLog: view.log,
      xTitle: AXES[view.x], caption: this.caption(),
    });
  }

  csv() {
    const rows = this.series.flatMap((curve) => Array.from(curve.steps, (step, i) => [index.runs[curve.run].name, index.tags[this.tag].tag, step, curve.times[i], curve.values[i]]));
    return csvOf(["run", "tag", "step", "wall_time", "value"], rows);
  }

  /** What the lines are, for a text below the chart. */
  caption() {
    const points = this.series.reduce((sum, curve) => sum + curve.points, 0);
    const all = this.series.reduce((sum, curve) => sum + curve.all, 0);
    const parts = [`${index.tags[this.tag].tag} over ${AXES[view.x]}, one line for each of ${counted(this.series.length, "run")}.`];
    if (view.smooth) parts.push(`Smoothed by an exponential moving average with weight ${view.smooth}; the faint lines are unsmoothed.`);
    if (view.log) parts.push("The vertical axis is logarithmic.");
    if (points < all) parts.push(`${count(points)} of ${count(all)} points are drawn, among them all minima and maxima.`);
    return parts.join(" ");
  }
}

/** A series as a line of a chart. */
function lineOf(curve, weight) {
  const first = curve.times[0];
  const by = { step: curve.steps, wall: curve.times, relative: null }[view.x];
  let xs = by ?? curve.times.map((time) => time - first);
  let order = null;
  for (let i = 1; i < xs.length && !order; i++) if (xs[i] < xs[i - 1]) order = Uint32Array.from(xs.keys());
  if (order) {
    const unsorted = xs;
    order.sort((a, b) => unsorted[a] - unsorted[b]);
    xs = Float64Array.from(order, (i) => unsorted[i]);
  }
  const values = order ? Float64Array.from(order, (i) => curve.values[i]) : curve.values;
  const ys = smooth(values, weight);
  const at = (i) => (order ? order[i] : i);
  return {
    name: index.runs[curve.run].name, place: lookOf(curve.run, view.by).place, xs, ys, raw: ys === values ? null : values,
    point: (i) => ({ value: curve.values[at(i)], step: curve.steps[at(i)], time: curve.times[at(i)], relative: curve.times[at(i)] - first }),
  };
}

/** Draws cards while they are in view, and drops them when they are far away; `make` makes that of a number. */
export class Gallery {
  constructor(make) {
    this.make = make;
    this.cards = new Map();
    this.observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.see(target, isIntersecting);
    }, { rootMargin: "400px" });
  }

  /** The place of a card. */
  place(number) {
    const place = el("div", { class: "place", "data-number": number });
    this.observer.observe(place);
    return place;
  }

  see(place, isSeen) {
    const card = this.cards.get(place);
    if (isSeen && !card) {
      const made = this.make(Number(place.dataset.number));
      this.cards.set(place, made);
      place.replaceChildren(made.element);
      place.style.minHeight = "";
      made.draw();
    } else if (!isSeen && card && !card.scrim) {
      this.cards.delete(place);
      // What follows must not move.
      place.style.minHeight = `${place.offsetHeight}px`;
      card.destroy();
    }
  }

  draw() {
    for (const [place, card] of this.cards) {
      if (place.isConnected) card.draw();
      else this.see(place, false);
    }
  }

  restyle() {
    for (const card of this.cards.values()) card.restyle();
  }

  clear() {
    for (const [place, card] of this.cards) {
      this.observer.unobserve(place);
      card.destroy();
    }
    this.cards.clear();
  }
}

/** A button that opens and closes a group of cards. */
export function groupHead(name, size, isOpen, toggle) {
  return el("button", { type: "button", "aria-expanded": String(isOpen), click: toggle }, icon("open"), el("span", { class: "name", title: name }, name), el("span", { class: "count" }, String(size)));
}
