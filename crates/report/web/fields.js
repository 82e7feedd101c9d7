// What runs are compared by: hyperparameters and metrics, each with a place for every value between 0 and 1.

import { number, tick } from "./format.js";
import { logTicks, ticks } from "./extent.js";
import { curveOf, index, paramNames, paramOf } from "./data.js";

/** A value of the index: one that JSON has no number for is text there. */
export function numeric(value) {
  return typeof value === "string" ? { NaN, inf: Infinity, "-inf": -Infinity }[value] : value;
}

/** The hyperparameters that differ between runs. */
export function paramFields() {
  return paramNames().differing.map((name) => field(`@${name}`, name, (run) => paramOf(run, name)));
}

/** The best value of each metric where it is known which that is, and otherwise the last one. */
export function metricFields() {
  return index.metrics.map(({ tag, best }) => {
    const name = index.tags[tag].tag;
    return { ...field(name, best ? `${best} ${name}` : name, (run) => numeric(curveOf(tag, run)?.[best ?? "last"])), best };
  });
}

function field(id, title, value) {
  const values = index.runs.map((_, run) => value(run));
  const known = values.filter((v) => v != null && v !== "");
  const numbers = known.filter((v) => typeof v === "number" && Number.isFinite(v));
  if (numbers.length < known.length || !known.length) return named(id, title, value, known);
  const [min, max] = [Math.min(...numbers), Math.max(...numbers)];
  // Learning rates and the like are chosen by their orders of magnitude.
  const isLog = min > 0 && max / min >= 30;
  const scaled = isLog ? Math.log : (v) => v;
  const span = scaled(max) - scaled(min);
  const place = (v) => (typeof v !== "number" || !Number.isFinite(v) ? null : span ? (scaled(v) - scaled(min)) / span : 0.5);
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  const marks = distinct.length <= 6 ? distinct : isLog ? logTicks(min, max, 5) : ticks(min, max, 5);
  const at = marks.filter((v) => v >= min && v <= max).map((v) => ({ place: place(v), name: distinct.length <= 6 ? number(v, 4) : tick(v) }));
  return { id, title, value, place, marks: apart(at), isLog, shown: (v) => number(v) };
}

/** A field whose values have no order but that of their names. */
function named(id, title, value, known) {
  const names = [...new Set(known.map(String))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const places = new Map(names.map((name, i) => [name, names.length > 1 ? i / (names.length - 1) : 0.5]));
  const marks = names.map((name) => ({ place: places.get(name), name }));
  return { id, title, value, place: (v) => places.get(String(v)) ?? null, marks: apart(marks), isLog: false, shown: (v) => String(v ?? "") };
}

/** Marks that do not cover each other. */
function apart(marks) {
  let last = -1;
  return marks.filter(({ place }) => {
    const isApart = place - last >= 0.06;
    if (isApart) last = place;
    return isApart;
  });
}
