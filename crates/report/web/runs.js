// The list of runs: which are shown, and how they are coloured.

import { el, iconButton } from "./dom.js";
import { counted, pattern } from "./format.js";
import { index, paramNames } from "./data.js";
import { lookOf } from "./palette.js";
import { change, shownRuns, view, watch } from "./view.js";
import { List } from "./list.js";

const isNarrow = matchMedia("(max-width: 899px)");

/** The element with the list, which a button opens on narrow screens. */
export function runList() {
  let matching = [];
  const counter = el("span", { class: "muted small" });
  const filter = el("input", {
    class: "field", type: "search", placeholder: "Filter runs (regex)", "aria-label": "Filter runs by a regular expression", value: view.runs,
    input: () => change({ runs: filter.value }),
  });
  const list = new List(() => (isNarrow.matches ? 36 : 30), (i) => row(matching[i]));
  const refresh = () => {
    const matches = pattern(view.runs);
    filter.setAttribute("aria-invalid", String(!matches));
    if (filter.value !== view.runs) filter.value = view.runs;
    matching = [...index.runs.keys()].filter((run) => !matches || matches.test(index.runs[run].name));
    counter.textContent = `${shownRuns().size} of ${index.runs.length}`;
    list.set(matching.length);
  };
  const set = (isOn) => {
    const off = new Set(view.off);
    for (const run of matching) isOn ? off.delete(run) : off.add(run);
    change({ off: [...off].sort((a, b) => a - b) });
  };
  const params = paramNames().differing;
  const colours = el("select", { class: "field", "aria-label": "Colour runs by", change: () => change({ by: colours.value }) },
    el("option", { value: "" }, "Colour by run"),
    params.map((name) => el("option", { value: name }, `Colour by ${name}`)));
  colours.value = view.by;
  const close = iconButton("close", "Close", () => element.classList.remove("open"));
  close.classList.add("drawer-button");
  const element = el("aside", { class: "sidebar", "aria-label": "Runs" },
    el("header", {},
      el("div", { class: "row" }, el("h2", {}, "Runs"), counter, close),
      filter,
      el("div", { class: "row" },
        el("span", {}, el("button", { class: "link", type: "button", click: () => set(true) }, "Show all"), " · ",
          el("button", { class: "link", type: "button", click: () => set(false) }, "Hide all"))),
      params.length ? colours : null),
    list.element);
  watch(["runs", "off", "by"], refresh);
  watch(["by"], () => { colours.value = view.by; });
  isNarrow.addEventListener("change", refresh);
  refresh();
  return element;
}

function row(run) {
  const isShown = shownRuns().has(run);
  const name = index.runs[run].name;
  const toggle = () => change({ off: isShown ? [...view.off, run].sort((a, b) => a - b) : view.off.filter((other) => other !== run) });
  const only = (event) => {
    event.preventDefault();
    event.stopPropagation();
    change({ off: [...index.runs.keys()].filter((other) => other !== run) });
  };
  return el("label", { class: isShown ? "run" : "run off", title: name },
    el("input", { class: "swatch", type: "checkbox", checked: isShown, change: toggle, style: { "--c": lookOf(run, view.by).colour } }),
    el("span", { class: "name" }, name),
    el("button", { class: "link only", type: "button", title: "Show this run alone", click: only }, "only"));
}

/** What a button on narrow screens says. */
export function runsLabel() {
  return shownRuns().size === index.runs.length ? counted(index.runs.length, "run") : `${shownRuns().size} of ${counted(index.runs.length, "run")}`;
}
