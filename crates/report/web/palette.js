// How runs are told apart: by colours that people who are colour-blind can tell apart, too, and by dashes.

import { index, paramOf } from "./data.js";

/** Those of Okabe and Ito without the yellow, as `tfevents plot` draws them, and three of Tol. */
const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#1a1f26", "#882255", "#8a8a2b", "#5b4bc4"];
const DARK = ["#4aa8e8", "#f0803c", "#2fc49a", "#e09cc2", "#f0b429", "#8fd0f7", "#e6e9ee", "#d4719c", "#c9c956", "#a59bf5"];
const DASHES = [[], [8, 4], [2, 3], [9, 3, 2, 3]];

export const darkness = matchMedia("screen and (prefers-color-scheme: dark)");

/** The colour and the dashes of a run, or of a group where runs are coloured by a hyperparameter. */
export function lookOf(run, by = "") {
  const place = by === "" ? run : groupsBy(by).get(String(paramOf(run, by) ?? "")) ?? 0;
  return { place, ...lookAt(place) };
}

export function lookAt(position, isDark = darkness.matches) {
  const colours = isDark ? DARK : LIGHT;
  const round = Math.floor(position / colours.length);
  return { colour: colours[position % colours.length], dash: DASHES[round % DASHES.length] };
}

const groups = new Map();

/** The values of a hyperparameter, each with its place among them. */
function groupsBy(name) {
  if (!groups.has(name)) {
    const values = new Set(index.runs.map((_, run) => String(paramOf(run, name) ?? "")));
    const sorted = [...values].sort((a, b) => a - b || (a < b ? -1 : 1));
    groups.set(name, new Map(sorted.map((value, place) => [value, place])));
  }
  return groups.get(name);
}

/** A colour of the style sheet. */
export function colourOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
