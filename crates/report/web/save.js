// This page again, with only the runs and tags that are shown.

import { bytesOf, packed } from "./decode.js";
import { counted, fileName, pattern } from "./format.js";
import { COLUMNS, bytesOfTag, curves, index, mediaOf } from "./data.js";
import { fragment, shownRuns, view } from "./view.js";
import { offer } from "./dialog.js";

/** What the page was made of, before anything was added to it. */
export const original = { title: document.title, about: document.getElementById("about").cloneNode(true), top: document.querySelector(".top").cloneNode(true) };

/** Offers a file with the runs that are shown and the tags that match. */
export async function saveView() {
  const runs = [...shownRuns()].sort((a, b) => a - b);
  const matches = pattern(view.tags);
  const has = (tag) => (!matches || matches.test(index.tags[tag].tag)) && curves[tag].some((curve) => runs.includes(curve.run));
  const tags = [...index.tags.keys()].filter(has);
  const renumbered = (list) => list.filter((tag) => tags.includes(tag)).map((tag) => tags.indexOf(tag));
  const [kept, blocks] = [[], []];
  for (const tag of tags) {
    const of = curves[tag].filter((curve) => runs.includes(curve.run));
    const bytes = await bytesOfTag(tag);
    const parts = of.map((curve) => bytes.subarray(curve.at, curve.at + bytesOf(curve.form, curve.points)));
    blocks.push(await packed(await new Blob(parts).arrayBuffer()));
    kept.push(of.map((curve) => [runs.indexOf(curve.run), ...COLUMNS.slice(1).map((name) => curve[name])]));
  }
  const media = [];
  const mediaBlocks = [];
  for (const [number, entry] of index.media.entries()) {
    const of = matches && !matches.test(entry.tag) ? [] : (await mediaOf(number)).filter(({ run }) => runs.includes(run));
    if (!of.length) continue;
    media.push(entry);
    mediaBlocks.push(await packed(new TextEncoder().encode(JSON.stringify(of.map((series) => ({ ...series, run: runs.indexOf(series.run) }))))));
  }
  const saved = {
    ...index,
    media,
    runs: runs.map((run) => index.runs[run]),
    tags: tags.map((tag) => index.tags[tag]),
    metrics: index.metrics.filter(({ tag }) => tags.includes(tag)).map((metric) => ({ ...metric, tag: tags.indexOf(metric.tag) })),
    pins: renumbered(view.pins),
  };
  const points = kept.flat().reduce((sum, curve) => sum + curve[2], 0);
  const html = await documentOf(saved, kept, [blocks, mediaBlocks], `${counted(runs.length, "run")}, ${counted(tags.length, "tag")}, ${counted(points, "point")} · ${index.tool}`);
  await offer(`${fileName(index.title)}.html`, html, "text/html");
}

async function documentOf(saved, kept, [blocks, mediaBlocks], subtitle) {
  const head = document.head.cloneNode(true);
  const about = original.about.cloneNode(true);
  // It shows all runs.
  about.querySelector("noscript")?.remove();
  const top = original.top.cloneNode(true);
  top.querySelector("p").textContent = subtitle;
  const script = (id, type, content) => `<script type="${type}" id="${id}">${content}<\/script>\n`;
  const json = JSON.stringify(saved).replaceAll("<", "\\u003c");
  const data = [
    script("index", "application/json", json),
    script("curves", "text/plain", await packed(new TextEncoder().encode(JSON.stringify(kept)))),
    ...blocks.map((block, tag) => script(`tag${tag}`, "text/plain", block)),
    ...mediaBlocks.map((block, number) => script(`media${number}`, "text/plain", block)),
  ];
  return `<!DOCTYPE html>\n<html lang="en">\n${head.outerHTML}\n<body>\n${top.outerHTML}\n<main>\n${about.outerHTML}\n</main>\n${data.join("")}<script id="program">${document.getElementById("program").textContent}<\/script>\n</body>\n</html>\n`;
}

/** The address of this view. */
export function linkToView() {
  return `${location.href.split("#")[0]}#${fragment()}`;
}
