// What is shown and how. It is kept in the fragment of the address, so that a link leads to the same view.

import { index } from "./data.js";
import { pattern } from "./format.js";

const DEFAULTS = {
  tab: "summary", runs: "", off: [], by: "", tags: "", smooth: 0.6, x: "step", log: false, outliers: true, size: "m",
  pins: index.pins, closed: [], opened: [], brush: [], step: "", hist: "ridges",
};

export const view = { ...DEFAULTS, ...parsed(location.hash.slice(1)) };

const watchers = [];

/** Calls a function after a change of one of these parts of the view. */
export function watch(names, work) {
  watchers.push([new Set(names), work]);
}

/** Changes parts of the view. */
export function change(parts) {
  Object.assign(view, parts);
  const names = Object.keys(parts);
  if (names.some((name) => name === "runs" || name === "off")) shownSet = null;
  remember();
  tell(names);
}

function tell(names) {
  for (const [watched, work] of watchers) if (names.some((name) => watched.has(name))) work();
}

let shownSet = null;

/** The runs that are shown, as a set of their numbers. */
export function shownRuns() {
  if (!shownSet) {
    const off = new Set(view.off);
    const matches = pattern(view.runs);
    const all = index.runs.keys();
    shownSet = new Set([...all].filter((run) => !off.has(run) && (!matches || matches.test(index.runs[run].name))));
  }
  return shownSet;
}

/** The fragment for this view: what differs from how the page opens. */
export function fragment() {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(view)) {
    if (written(value) !== written(DEFAULTS[name])) words.set(name, written(value));
  }
  return words.toString();
}

let timer = 0;

function remember() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    // Some frames may not change their address.
    try {
      history.replaceState(null, "", `#${fragment()}`);
    } catch {
      // The view then lasts as long as the page is open.
    }
  }, 150);
}

addEventListener("hashchange", () => {
  if (location.hash.slice(1) === fragment()) return;
  Object.assign(view, DEFAULTS, parsed(location.hash.slice(1)));
  shownSet = null;
  tell(Object.keys(DEFAULTS));
});

/** Numbers as ranges: `0-3,7`. */
function written(value) {
  if (!Array.isArray(value)) return String(value);
  if (typeof value[0] === "string") return value.map(encodeURIComponent).join(",");
  const ranges = [];
  for (const n of value) {
    const last = ranges.at(-1);
    if (last && n === last[1] + 1) last[1] = n;
    else ranges.push([n, n]);
  }
  return ranges.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(",");
}

function parsed(text) {
  const found = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = DEFAULTS[name];
    if (["closed", "opened", "brush"].includes(name)) found[name] = value.split(",").filter(Boolean).map(decoded);
    else if (name === "off") found.off = numbers(value, index.runs.length);
    else if (name === "pins") found.pins = numbers(value, index.tags.length);
    else if (typeof known === "boolean") found[name] = value === "true";
    else if (typeof known === "number") found[name] = Math.min(0.999, Math.max(0, Number(value) || 0));
    else if (typeof known === "string") found[name] = value;
  }
  return found;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function numbers(text, end) {
  const all = [];
  for (const range of text.split(",").filter(Boolean)) {
    const [from, to = from] = range.split("-").map(Number);
    if (Number.isInteger(from)) for (let n = from; n <= to && n < end; n++) all.push(n);
  }
  return [...new Set(all)];
}
