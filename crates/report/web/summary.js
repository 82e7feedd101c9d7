// What comes first: how much there is, how the runs went, and the charts that are pinned.

import { el } from "./dom.js";
import { count, duration, number, time } from "./format.js";
import { curveOf, curves, index } from "./data.js";
import { lookOf } from "./palette.js";
import { change, shownRuns, view, watch } from "./view.js";
import { numeric, paramFields } from "./fields.js";
import { table } from "./table.js";
import { Gallery, ScalarCard } from "./card.js";
import { toolbar } from "./scalars.js";

export function summaryPane() {
  const gallery = new Gallery((tag) => new ScalarCard(tag));
  const cards = el("div", { class: "cards" });
  const pinned = el("section", { "aria-label": "Pinned charts" }, toolbar(null), cards);
  const fill = () => {
    gallery.clear();
    cards.replaceChildren(...view.pins.map((tag) => gallery.place(tag)));
    pinned.hidden = !view.pins.length;
  };
  watch(["pins"], fill);
  watch(["runs", "off", "by", "smooth", "x", "log", "outliers"], () => gallery.draw());
  fill();
  return { elements: [facts(), runPanel(), pinned], restyle: () => gallery.restyle() };
}

function facts() {
  const points = curves.flat().reduce((sum, curve) => sum + curve.points, 0);
  const fact = (value, label) => el("div", { class: "fact" }, el("b", {}, value), el("span", {}, label));
  const longest = Math.max(...index.runs.map((run) => run.duration ?? 0));
  return el("div", { class: "facts" },
    fact(count(index.runs.length), index.runs.length === 1 ? "run" : "runs"),
    fact(count(index.tags.length), index.tags.length === 1 ? "scalar tag" : "scalar tags"),
    fact(count(points), "points"),
    fact(duration(longest) || "–", "longest run"),
    fact(time(index.newest) || "–", "newest event"));
}

/** The runs for which `kept` says so, or all that the filter leaves. */
export function runsTable(kept) {
  const runs = [...index.runs.keys()];
  const shown = table([
    runColumn(),
    ...(runs.some((run) => index.runs[run].status) ? [{ title: "status", isText: true, value: (run) => index.runs[run].status, cell: (run) => index.runs[run].status ?? "" }] : []),
    ...paramFields().map(paramColumn),
    ...index.metrics.flatMap(metricColumns),
    { title: "started", value: (run) => index.runs[run].start, cell: (run) => time(index.runs[run].start) },
    { title: "duration", value: (run) => index.runs[run].duration, cell: (run) => duration(index.runs[run].duration) },
  ]);
  const fill = () => shown.set(kept());
  watch(["runs", "off", "by", "brush"], fill);
  fill();
  return shown;
}

function runPanel() {
  const runs = [...index.runs.keys()];
  // A run that was switched off by its box stays, so that it can be switched on.
  const { element } = runsTable(() => runs.filter((run) => shownRuns().has(run) || view.off.includes(run)));
  return el("section", { class: "panel" }, el("header", {}, el("h2", {}, "Runs"), el("span", { class: "muted small" }, "Best values are marked; click a column to sort")), element);
}

/** The name of a run, with a box that shows or hides it. */
function runColumn() {
  return {
    title: "run", isText: true, value: (run) => index.runs[run].name,
    cell: (run) => {
      const isShown = shownRuns().has(run);
      const toggle = () => change({ off: isShown ? [...view.off, run].sort((a, b) => a - b) : view.off.filter((other) => other !== run) });
      return el("label", { class: "cell-run", title: index.runs[run].name },
        el("input", { class: "swatch", type: "checkbox", checked: isShown, "aria-label": `Show ${index.runs[run].name}`, change: toggle, style: { "--c": lookOf(run, view.by).colour } }),
        el("span", {}, index.runs[run].name));
    },
  };
}

function paramColumn(param) {
  const isText = index.runs.some((_, run) => typeof param.value(run) === "string");
  return { title: param.title, hint: `hyperparameter ${param.title}`, isText, value: param.value, cell: (run) => param.shown(param.value(run)) };
}

/** The last value of a metric, and its best one where it is known which that is. */
function metricColumns({ tag, best }) {
  const name = index.tags[tag].tag;
  const value = (key) => (run) => numeric(curveOf(tag, run)?.[key]);
  const column = (key, title, hint) => {
    const isLow = best === "min";
    const known = index.runs.map((_, run) => value(key)(run)).filter(Number.isFinite);
    const top = best && known.length > 1 ? (isLow ? Math.min(...known) : Math.max(...known)) : null;
    return {
      title, hint, isDescendingFirst: best === "max", value: value(key), cell: (run) => number(value(key)(run)),
      mark: (run) => (top != null && value(key)(run) === top ? "best" : ""),
    };
  };
  const last = column("last", name, `last value of ${name}`);
  return best ? [last, column(best, `${best} ${name}`, `${best === "min" ? "smallest" : "largest"} value of ${name}`)] : [last];
}
