// Runs, tags and their series.

import { bytesOf, columns, unpacked } from "./decode.js";

/** What is known without unpacking any series. */
export const index = JSON.parse(document.getElementById("index").textContent);

/** For each tag its series: the run, how many points the file holds and how many were logged, and what they came to. */
export const curves = [];

/** What is known about a series, in the order of the file. */
export const COLUMNS = ["run", "form", "points", "all", "last", "lastStep", "min", "minStep", "max", "maxStep"];

export async function openData() {
  const packed = document.getElementById("curves").textContent;
  const listed = JSON.parse(new TextDecoder().decode(await unpacked(packed)));
  for (const tag of listed) {
    let at = 0;
    curves.push(tag.map((facts) => {
      const curve = Object.fromEntries(COLUMNS.map((name, i) => [name, facts[i]]));
      curve.at = at;
      at += bytesOf(curve.form, curve.points);
      return curve;
    }));
  }
}

/** The series of a tag in that run, as far as it is known without its points. */
export function curveOf(tag, run) {
  return curves[tag].find((curve) => curve.run === run);
}

/** The bytes of all series of a tag. */
export function bytesOfTag(tag) {
  return unpacked(document.getElementById(`tag${tag}`).textContent);
}

const KEPT = 60;
const cache = new Map();

/** What was asked for lately is not unpacked again. */
function kept(id, make) {
  const known = cache.get(id) ?? make();
  cache.delete(id);
  cache.set(id, known);
  if (cache.size > KEPT) cache.delete(cache.keys().next().value);
  return known;
}

/** The points of all series of a tag. */
export function seriesOf(tag) {
  return kept(`tag${tag}`, () => unpackedSeries(tag));
}

async function unpackedSeries(tag) {
  const bytes = await bytesOfTag(tag);
  return curves[tag].map((curve) => ({ ...curve, ...columns(bytes, curve.at, curve.form, curve.points) }));
}

/** The series of a tag of another kind than scalars: the run, and its points. */
export function mediaOf(number) {
  return kept(`media${number}`, async () => JSON.parse(new TextDecoder().decode(await unpacked(document.getElementById(`media${number}`).textContent))));
}

/** The hyperparameter of a run, or undefined. */
export function paramOf(run, name) {
  return index.runs[run].hparams?.find(([known]) => known === name)?.[1];
}

/** The names of hyperparameters, those that differ between runs first. */
export function paramNames() {
  const known = new Map();
  for (const run of index.runs) {
    for (const [name, value] of run.hparams ?? []) {
      if (!known.has(name)) known.set(name, { values: new Set(), runs: 0 });
      known.get(name).values.add(value);
      known.get(name).runs++;
    }
  }
  const differs = ({ values, runs }) => values.size > 1 || runs < index.runs.length;
  const names = [...known.keys()].sort();
  return {
    differing: names.filter((name) => differs(known.get(name))),
    same: names.filter((name) => !differs(known.get(name))),
  };
}
