// Lines over steps or times, drawn by uPlot: the pointer tells values, dragging zooms, and all charts share a crosshair.

import { el, perFrame } from "./dom.js";
import { axisTicks, extent, lowerBound, nearest, padded } from "./extent.js";
import { colourOf, lookAt } from "./palette.js";
import { hideTooltip, showTooltip } from "./tooltip.js";

const charts = new Set();
/** At most about so many points are sorted to find outliers. */
const SORTED = 20_000;

export class LineChart {
  constructor(label) {
    this.element = el("div", { class: "chart", tabindex: 0, role: "img", "aria-label": label, keydown: (event) => this.key(event), blur: () => this.leave() });
    this.dot = el("div", { class: "dot", hidden: true });
    this.zoomed = null;
    this.resized = new ResizeObserver(perFrame(() => this.resize()));
    this.resized.observe(this.element);
    charts.add(this);
  }

  destroy() {
    charts.delete(this);
    this.resized.disconnect();
    this.plot?.destroy();
    if (this.isHovered) hideTooltip();
  }

  /**
   * Draws lines: each with a name, its place among the colours, ascending `xs`, `ys`, the `raw` ones where they are
   * smoothed, and `points` of which the pointer tells.
   */
  draw({ lines, kind, isLog, ignoresOutliers }) {
    if (this.kind !== kind) this.zoomed = null;
    Object.assign(this, { lines, kind, isLog, ignoresOutliers });
    this.window = this.zoomed ?? this.whole();
    const before = this.shape;
    this.shape = JSON.stringify([kind, isLog, lines.map((line) => [line.place, !!line.raw])]);
    if (!lines.some(({ ys }) => ys.some((y) => this.isDrawn(y)))) {
      this.plot?.destroy();
      this.plot = null;
      const reason = !lines.length ? "No selected run has points here." : isLog ? "No value is positive and finite." : "No value is finite.";
      this.element.replaceChildren(el("p", { class: "empty" }, reason));
    } else if (this.plot && before === this.shape) {
      this.plot.batch(() => {
        this.plot.setData(this.data(), false);
        this.scale();
      });
    } else {
      this.build();
    }
  }

  /** Whether a value has a place on the vertical axis. */
  isDrawn(y) {
    return Number.isFinite(y) && !(this.isLog && y <= 0);
  }

  /** Draws anew in other colours. */
  restyle() {
    if (this.plot) this.build();
  }

  /** The extents of all lines, and the window for them. */
  whole() {
    const x = extent(this.lines.flatMap((line) => [line.xs[0], line.xs.at(-1)]), false);
    return { x: x && x[0] < x[1] ? x : padded(x, false), y: this.heights(x ?? [0, 1]) };
  }

  /** How far the lines reach upwards between two places. */
  heights([from, to]) {
    const seen = [];
    const points = this.lines.reduce((sum, { xs }) => sum + xs.length, 0);
    // The quantiles of some of many points are near enough, and found at once.
    const every = this.ignoresOutliers ? Math.ceil(points / SORTED) : 1;
    for (const { xs, ys } of this.lines) {
      for (let i = lowerBound(xs, from); i < xs.length && xs[i] <= to; i += every) {
        if (this.isDrawn(ys[i])) seen.push(ys[i]);
      }
    }
    return padded(extent(seen, this.ignoresOutliers), this.isLog);
  }

  /** The columns for uPlot: first the unsmoothed lines, which are behind all others. */
  data() {
    const known = (ys) => (ys.every((y) => this.isDrawn(y)) ? ys : Array.from(ys, (y) => (this.isDrawn(y) ? y : null)));
    const behind = this.lines.filter((line) => line.raw).map((line) => [line.xs, known(line.raw)]);
    return [null, ...behind, ...this.lines.map((line) => [line.xs, known(line.ys)])];
  }

  build() {
    this.plot?.destroy();
    const { width, height } = this.element.getBoundingClientRect();
    const series = (line, isBehind) => {
      const look = lookAt(line.place);
      return {
        facets: [{ scale: "x", auto: false, sorted: 1 }, { scale: "y", auto: false }], auto: false, stroke: look.colour, dash: look.dash,
        width: isBehind ? 1 : 1.6, alpha: isBehind ? 0.25 : 1, paths: uPlot.paths.linear(),
        points: { show: false },
      };
    };
    const axis = (scale, kind, isLog, about) => ({
      scale, stroke: () => colourOf("--muted"), font: "11px system-ui, sans-serif", gap: 4,
      grid: { stroke: () => colourOf("--grid"), width: 1 }, ticks: { show: false },
      splits: (plot) => this.ticks(plot, scale, kind, isLog, about).map(([at]) => at),
      values: (plot) => this.ticks(plot, scale, kind, isLog, about).map(([, name]) => name),
      ...(scale === "x" ? { size: 26 } : { size: (_, names) => 14 + 6.4 * Math.max(3, ...(names ?? []).map((name) => name.length))}),
    });
    const options = {
      mode: 2, width: Math.max(60, width), height: Math.max(60, height), padding: [8, 10, 0, 0], legend: { show: false },
      scales: {
        x: { time: false, auto: false, range: () => this.window.x },
        y: { auto: false, distr: this.isLog ? 3 : 1, range: () => this.window.y },
      },
      axes: [axis("x", this.kind, false, 90), { ...axis("y", "value", this.isLog, 30), side: 3 }],
      series: [null, ...this.lines.filter((line) => line.raw).map((line) => series(line, true)), ...this.lines.map((line) => series(line, false))],
      cursor: {
        points: { show: false }, dataIdx: () => null, drag: { x: true, y: true, uni: 24, setScale: false },
        bind: {
          dblclick: () => () => this.reset(),
          mousedown: (_, __, handler) => (event) => (event.shiftKey ? this.pan(event) : handler(event)),
        },
      },
      hooks: { setCursor: [() => this.point()], setSelect: [(plot) => this.select(plot)], draw: [(plot) => this.dots(plot)] },
    };
    this.element.replaceChildren();
    this.plot = new uPlot(options, this.data(), this.element);
    this.plot.over.append(this.dot);
    this.plot.over.addEventListener("mouseenter", () => { this.isHovered = true; });
    this.plot.over.addEventListener("mouseleave", () => this.leave());
    this.plot.over.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  /** Draws the values of which a line would show none. */
  dots(plot) {
    const { left, top, width, height } = plot.bbox;
    const room = 4 * devicePixelRatio;
    const isWithin = (x, y) => x >= left - room && x <= left + width + room && y >= top - room && y <= top + height + room;
    for (const { xs, ys, place } of this.lines.filter((line) => isDotted(line.ys))) {
      plot.ctx.fillStyle = lookAt(place).colour;
      xs.forEach((x, i) => {
        if (!this.isDrawn(ys[i])) return;
        const at = [plot.valToPos(x, "x", true), plot.valToPos(ys[i], "y", true)];
        if (!isWithin(...at)) return;
        plot.ctx.beginPath();
        plot.ctx.arc(...at, 3 * devicePixelRatio, 0, 7);
        plot.ctx.fill();
      });
    }
  }

  ticks(plot, scale, kind, isLog, space) {
    const length = (scale === "x" ? plot.bbox.width : plot.bbox.height) / devicePixelRatio;
    return axisTicks(kind, isLog, this.window[scale], Math.min(10, Math.max(2, Math.floor(length / space))));
  }

  resize() {
    const { width, height } = this.element.getBoundingClientRect();
    if (this.plot && width > 60 && height > 60) this.plot.setSize({ width, height });
  }

  scale() {
    const { x, y } = this.window;
    this.plot.setScale("x", { min: x[0], max: x[1] });
    this.plot.setScale("y", { min: y[0], max: y[1] });
  }

  /** Shows this window, or everything. */
  show(window) {
    if (!this.plot) return;
    this.zoomed = window;
    this.window = window ?? this.whole();
    this.plot.batch(() => this.scale());
  }

  reset() {
    this.show(null);
  }

  select(plot) {
    const { left, top, width, height } = plot.select;
    if (width < 4 && height < 4) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const x = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    const isTall = height < plot.bbox.height / devicePixelRatio - 2;
    const y = isTall ? [plot.posToVal(top + height, "y"), plot.posToVal(top, "y")] : this.heights(x);
    if (x[0] < x[1] && y[0] < y[1]) this.show({ x, y });
  }

  /** Moves the window along with the pointer until it is released. */
  pan(event) {
    event.preventDefault();
    const start = [event.clientX, event.clientY];
    const { x, y } = this.window;
    const size = { width: this.plot.over.clientWidth, height: this.plot.over.clientHeight };
    const move = (to) => this.show({
      x: shifted(x, -(to.clientX - start[0]) / size.width, false),
      y: shifted(y, (to.clientY - start[1]) / size.height, this.isLog),
    });
    const end = () => removeEventListener("mousemove", move);
    addEventListener("mousemove", move);
    addEventListener("mouseup", end, { once: true });
  }

  wheel(event) {
    if (!event.ctrlKey && !event.altKey) return;
    event.preventDefault();
    const part = (event.clientX - this.plot.over.getBoundingClientRect().left) / this.plot.over.clientWidth;
    this.zoom(event.deltaY < 0 ? 0.8 : 1.25, part);
  }

  zoom(factor, part) {
    const [from, to] = this.window.x;
    const at = from + (to - from) * part;
    const x = [at - (at - from) * factor, at + (to - at) * factor];
    this.show({ x, y: this.heights(x) });
  }

  key(event) {
    const actions = {
      "+": () => this.zoom(0.8, 0.5), "-": () => this.zoom(1.25, 0.5), "0": () => this.reset(), Escape: () => this.leave(),
      ArrowLeft: () => this.walk(-1), ArrowRight: () => this.walk(1),
    };
    if (!this.plot || !actions[event.key] || event.ctrlKey || event.metaKey || event.target !== this.element) return;
    if (event.key !== "Escape") event.preventDefault();
    actions[event.key]();
  }

  /** Moves the crosshair to the next point of the first line. */
  walk(direction) {
    const { xs, ys } = this.lines[0];
    const current = this.at == null ? (direction > 0 ? -1 : xs.length) : nearest(xs, this.at);
    const next = Math.max(0, Math.min(xs.length - 1, current + direction));
    const left = this.plot.valToPos(xs[next], "x");
    const top = Number.isFinite(ys[next]) ? this.plot.valToPos(ys[next], "y") : 10;
    this.isHovered = true;
    this.plot.setCursor({ left, top }, false);
    this.tell(xs[next], left, top);
  }

  leave() {
    this.isHovered = false;
    this.at = null;
    this.dot.hidden = true;
    hideTooltip();
    for (const chart of charts) chart.plot?.setCursor({ left: -10, top: -10 }, false);
  }

  /** Tells the values at the crosshair, and moves that of the other charts. */
  point() {
    if (!this.isHovered || !this.plot) return;
    const { left, top } = this.plot.cursor;
    if (left < 0 || top < 0) return;
    this.tell(this.plot.posToVal(left, "x"), left, top);
  }

  tell(x, left, top) {
    this.at = x;
    for (const other of charts) {
      if (other !== this && other.plot && other.kind === this.kind) {
        const [from, to] = other.window.x;
        other.plot.root.classList.add("linked");
        other.plot.setCursor(x >= from && x <= to ? { left: other.plot.valToPos(x, "x"), top: -10 } : { left: -10, top: -10 }, false);
      }
    }
    this.plot.root.classList.remove("linked");
    const rows = this.rowsAt(x, left, top);
    const isFound = rows.length > 0;
    this.dot.hidden = !isFound;
    if (isFound) {
      this.dot.style.left = `${rows[0].left}px`;
      this.dot.style.top = `${rows[0].top}px`;
      this.dot.style.background = rows[0].look.colour;
    }
    const box = this.plot.over.getBoundingClientRect();
    showTooltip(rows, [box.left + left, box.top + top], this.lines.some((line) => line.raw));
  }

  /** The nearest point of each line, those of the nearest lines first. */
  rowsAt(x, left, top) {
    const rows = [];
    for (const line of this.lines) {
      const i = nearest(line.xs, x);
      if (i < 0) continue;
      const y = line.ys[i];
      const isDrawn = this.isDrawn(y);
      const at = { left: this.plot.valToPos(line.xs[i], "x"), top: isDrawn ? this.plot.valToPos(y, "y") : Infinity };
      const distance = Math.hypot(at.left - left, isDrawn ? at.top - top : 1e6);
      rows.push({ ...line.point(i), ...at, distance, look: lookAt(line.place), name: line.name, smoothed: y });
    }
    return rows.sort((a, b) => a.distance - b.distance);
  }
}

/** Whether no two values follow each other, so that a line would show none of them. */
function isDotted(ys) {
  return !ys.some((y, i) => i > 0 && Number.isFinite(y) && Number.isFinite(ys[i - 1]));
}

/** A range moved by a part of itself. */
function shifted([from, to], part, isLog) {
  if (isLog) return shifted([Math.log(from), Math.log(to)], part, false).map(Math.exp);
  return [from + (to - from) * part, to + (to - from) * part];
}
