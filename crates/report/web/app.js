// The page: tabs, the list of runs beside them, and what can be done with the view.

import { el, icon } from "./dom.js";
import { index, openData, paramNames } from "./data.js";
import { darkness } from "./palette.js";
import { change, view, watch } from "./view.js";
import { copy } from "./dialog.js";
import { runList, runsLabel } from "./runs.js";
import { scalarsPane } from "./scalars.js";
import { summaryPane } from "./summary.js";
import { hparamsPane } from "./hparams.js";
import { mediaPane } from "./media.js";
import { audio, images } from "./images.js";
import { histograms } from "./histograms.js";
import { texts } from "./texts.js";
import { prCurves } from "./prcurves.js";
import { linkToView, saveView } from "./save.js";

/** Kinds besides scalars: what their sections are called, and what is in their cards. */
const KINDS = {
  image: ["Images", images], histogram: ["Histograms", histograms], text: ["Text", texts], audio: ["Audio", audio], pr_curve: ["PR curves", prCurves],
};

async function start() {
  await openData();
  const main = document.querySelector("main");
  const about = document.getElementById("about");
  const runs = runList();
  const summary = summaryPane();
  document.getElementById("overview").append(...summary.elements);
  const panes = { summary: { element: about, title: "Summary" } };
  // A pane is made when it is first looked at.
  if (index.tags.length) panes.scalars = { make: scalarsPane, title: "Scalars", count: index.tags.length };
  if (index.runs.length > 1 && paramNames().differing.length) panes.hparams = { make: hparamsPane, title: "Hyperparameters", count: paramNames().differing.length };
  for (const [kind, [title, of]] of Object.entries(KINDS)) {
    const count = index.media.filter((media) => media.kind === kind).length;
    if (count) panes[kind] = { make: () => mediaPane(kind, of), title, count };
  }
  const box = el("div", { class: "panes" }, about);
  main.append(runs, box);
  document.body.classList.add("scripted");
  const restyles = [summary.restyle];
  const select = () => {
    const tab = panes[view.tab] ? view.tab : "summary";
    const pane = panes[tab];
    if (!pane.element) {
      const made = pane.make();
      pane.element = made.element;
      restyles.push(made.restyle);
      box.append(made.element);
    }
    for (const [name, { element }] of Object.entries(panes)) if (element) element.hidden = name !== tab;
    for (const button of tabs.children) button.setAttribute("aria-selected", String(button.dataset.tab === tab));
  };
  const tabs = el("nav", { class: "tabs", role: "tablist", "aria-label": "Sections" }, Object.entries(panes).map(([name, { title, count }]) =>
    el("button", { class: "tab", type: "button", role: "tab", "data-tab": name, click: () => { change({ tab: name }); scrollTo(0, 0); } },
      title, count ? el("span", { class: "count" }, String(count)) : null)));
  document.querySelector(".top").append(tabs, actions(runs));
  watch(["tab"], select);
  darkness.addEventListener("change", () => restyles.forEach((restyle) => restyle()));
  select();
}

function actions(runs) {
  const label = el("span", {}, runsLabel());
  watch(["runs", "off"], () => { label.textContent = runsLabel(); });
  return el("div", { class: "actions" },
    el("button", { class: "button drawer-button", type: "button", click: () => runs.classList.toggle("open") }, icon("runs"), label),
    el("button", { class: "button", type: "button", title: "Copy a link to this view", "aria-label": "Copy link", click: () => copy(linkToView(), "Link copied") }, icon("link"), el("span", {}, "Copy link")),
    el("button", { class: "button", type: "button", title: "Save a file with only the selected runs and tags", "aria-label": "Save view", click: saveView }, icon("save"), el("span", {}, "Save view")));
}

/** Where the script cannot go on, as in old browsers, the page shows what it shows without scripts. */
start().catch((error) => {
  const plain = document.querySelector("noscript");
  if (plain) plain.outerHTML = plain.textContent;
  document.body.classList.remove("scripted");
  console.error(error);
});
