// Hyperparameters and what came of them: a table, parallel coordinates, and a chart per pair.

import { el } from "./dom.js";
import { index, paramNames } from "./data.js";
import { change, shownRuns, view, watch } from "./view.js";
import { metricFields, paramFields } from "./fields.js";
import { isKept, parallel } from "./parallel.js";
import { scatterMatrix } from "./scatter.js";
import { runsTable } from "./summary.js";

/** More pairs than this are not looked at. */
const PARAMS = 8;

export function hparamsPane() {
  const [params, metrics] = [paramFields(), metricFields()];
  const fields = [...params, ...metrics];
  const coordinates = parallel(fields);
  const pairs = scatterMatrix(params.slice(0, PARAMS), metrics, fields);
  const clear = el("button", { class: "button", type: "button", click: () => change({ brush: [] }) }, "Show all");
  const counter = el("span", { class: "muted small" });
  const kept = () => [...shownRuns()].filter((run) => isKept(run, fields));
  const table = runsTable(kept);
  const refresh = () => {
    clear.hidden = !view.brush.length;
    counter.textContent = view.brush.length ? `${kept().length} of ${shownRuns().size} runs are within the ranges` : "Drag along an axis to keep a range";
  };
  watch(["runs", "off", "brush"], refresh);
  refresh();
  const same = paramNames().same;
  const element = el("div", { class: "stack" },
    el("section", { class: "panel" }, el("header", {}, el("h2", {}, "Parallel coordinates"), el("div", { class: "actions" }, counter, clear)), coordinates.element),
    el("section", { class: "panel" }, el("header", {}, el("h2", {}, "Metrics by hyperparameter")), pairs.element),
    el("section", { class: "panel" }, el("header", {}, el("h2", {}, "Runs"), el("span", { class: "muted small" }, "Columns that differ; click one to sort")), table.element),
    same.length ? sameInAll(same) : null);
  return { element, restyle: () => { coordinates.draw(); pairs.draw(); } };
}

/** The hyperparameters that are the same in all runs. */
function sameInAll(names) {
  const value = (name) => index.runs[0].hparams.find(([known]) => known === name)[1];
  return el("details", { class: "panel same" },
    el("summary", {}, `The same in all runs (${names.length})`),
    el("dl", {}, names.flatMap((name) => [el("dt", {}, name), el("dd", {}, String(value(name)))])));
}
