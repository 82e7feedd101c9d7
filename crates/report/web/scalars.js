// Scalars: a card per tag, grouped by the first part of its name as in TensorBoard.

import { el } from "./dom.js";
import { pattern } from "./format.js";
import { index } from "./data.js";
import { change, view, watch } from "./view.js";
import { Gallery, ScalarCard, groupHead } from "./card.js";

const SIZES = { s: ["260px", "232px"], m: ["350px", "292px"], l: ["560px", "400px"] };
/** Groups are open at first until there are so many cards. */
const OPEN_AT_FIRST = 60;

export function scalarsPane() {
  const gallery = new Gallery((tag) => new ScalarCard(tag));
  const groups = el("div");
  const search = el("input", {
    class: "field", type: "search", placeholder: "Filter tags (regex)", "aria-label": "Filter tags by a regular expression", value: view.tags,
    input: () => change({ tags: search.value }),
  });
  const fill = () => {
    const matches = pattern(view.tags);
    search.setAttribute("aria-invalid", String(!matches));
    if (search.value !== view.tags) search.value = view.tags;
    gallery.clear();
    const all = [...index.tags.keys()].filter((tag) => !matches || matches.test(index.tags[tag].tag));
    let open = 0;
    const sections = [...grouped(all, (tag) => index.tags[tag].tag)].map(([name, tags]) => {
      open += tags.length;
      const opens = open <= OPEN_AT_FIRST || open === tags.length;
      return section(gallery, name, tags, view.opened.includes(name) || (opens && !view.closed.includes(name)));
    });
    groups.replaceChildren(...sections, all.length ? "" : el("p", { class: "muted" }, "No tag matches."));
  };
  const resize = () => {
    const [width, height] = SIZES[view.size] ?? SIZES.m;
    document.documentElement.style.setProperty("--card-width", width);
    document.documentElement.style.setProperty("--card-height", height);
  };
  watch(["tags"], fill);
  watch(["size"], resize);
  watch(["runs", "off", "by", "smooth", "x", "log", "outliers", "pins"], () => gallery.draw());
  fill();
  resize();
  return { element: el("div", {}, toolbar(search), groups), restyle: () => gallery.restyle() };
}

/** Numbers by the part of their tags before the first slash. */
export function grouped(numbers, tagOf) {
  const groups = new Map();
  for (const number of numbers) {
    const name = tagOf(number).split("/")[0];
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(number);
  }
  return groups;
}

function section(gallery, name, tags, isOpen) {
  const cards = el("div", { class: "cards" });
  const set = (open) => {
    head.setAttribute("aria-expanded", String(open));
    cards.replaceChildren(...(open ? tags.map((tag) => gallery.place(tag)) : []));
    if (!open) gallery.draw();
  };
  const head = groupHead(name || "(empty tag)", tags.length, isOpen, () => {
    const open = head.getAttribute("aria-expanded") !== "true";
    const without = (names) => names.filter((other) => other !== name);
    change({ opened: open ? [...without(view.opened), name] : without(view.opened), closed: open ? without(view.closed) : [...without(view.closed), name] });
    set(open);
  });
  set(isOpen);
  return el("section", { class: "group" }, head, cards);
}

/** The controls of all charts. */
export function toolbar(search) {
  return el("div", { class: "toolbar", role: "toolbar", "aria-label": "Charts" },
    search ? el("div", { class: "search" }, search) : null,
    smoothing(),
    segments("Horizontal axis", "x", [["step", "Step"], ["relative", "Relative"], ["wall", "Wall"]]),
    checkbox("Log y", "log"),
    checkbox("Ignore outliers", "outliers"),
    segments("Size of cards", "size", [["s", "S"], ["m", "M"], ["l", "L"]]));
}

function smoothing() {
  const range = el("input", { type: "range", min: 0, max: 0.999, step: 0.001, "aria-label": "Smoothing", input: () => change({ smooth: Number(range.value) }) });
  const shown = el("output");
  const refresh = () => {
    range.value = view.smooth;
    shown.textContent = view.smooth.toFixed(view.smooth > 0.99 ? 3 : 2);
  };
  watch(["smooth"], refresh);
  refresh();
  return el("label", { class: "slider" }, el("span", { class: "label" }, "Smoothing"), range, shown);
}

/** Buttons of which one is chosen. */
export function segments(label, name, choices) {
  const buttons = choices.map(([value, text]) => el("button", { type: "button", "data-value": value, click: () => change({ [name]: value }) }, text));
  const refresh = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.value === view[name]));
  };
  watch([name], refresh);
  refresh();
  return el("div", { class: "segments", role: "group", "aria-label": label }, buttons);
}

function checkbox(label, name) {
  const box = el("input", { type: "checkbox", change: () => change({ [name]: box.checked }) });
  const refresh = () => { box.checked = view[name]; };
  watch([name], refresh);
  refresh();
  return el("label", { class: "check" }, box, label);
}
