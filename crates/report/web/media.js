// Cards of what is not scalar: a card per tag with a part per run, at the step that the slider says.

import { el, sample } from "./dom.js";
import { count, pattern } from "./format.js";
import { index, mediaOf } from "./data.js";
import { lookOf } from "./palette.js";
import { change, shownRuns, view, watch } from "./view.js";
import { Gallery, groupHead } from "./card.js";
import { grouped } from "./scalars.js";

/** The last of some points that is not after the step of the view, or else the first one. */
export function pointAt(points) {
  if (view.step === "") return points.at(-1);
  return points.findLast((point) => point.step <= Number(view.step)) ?? points[0];
}

/** A card of a tag; `part(series, card)` makes what is shown of a run. */
class MediaCard {
  constructor(number, part, hasSlider) {
    Object.assign(this, { number, part });
    const { tag, description } = index.media[number];
    this.parts = el("div", { class: "parts" });
    this.range = el("input", { type: "range", min: 0, step: 1, "aria-label": "Step", input: () => this.slide() });
    this.shown = el("output", { class: "muted small" });
    this.slider = hasSlider ? el("label", { class: "slider" }, el("span", { class: "label small" }, "Step"), this.range, this.shown) : null;
    this.element = el("article", { class: "card media" },
      el("header", {}, el("h3", { title: tag }, tag || "(empty tag)"), this.slider),
      description ? el("div", { class: "markdown muted small" }, markdown(description)) : null,
      this.parts);
  }

  async draw() {
    const all = await mediaOf(this.number);
    const series = all.filter(({ run }) => shownRuns().has(run));
    this.steps = [...new Set(series.flatMap(({ points }) => points.map(({ step }) => step)))].sort((a, b) => a - b);
    if (this.slider) this.place();
    const named = (one) => el("section", { class: "part" }, el("h4", {}, sample(lookOf(one.run, view.by)), el("span", {}, index.runs[one.run].name)), this.part(one));
    this.parts.replaceChildren(...(series.length ? series.map(named) : [el("p", { class: "muted" }, "No selected run has this tag.")]));
  }

  /** Puts the slider where the view is. */
  place() {
    const last = this.steps.length - 1;
    const at = view.step === "" ? last : Math.max(0, this.steps.findLastIndex((step) => step <= Number(view.step)));
    this.range.max = Math.max(0, last);
    this.range.value = at;
    this.slider.hidden = last < 1;
    this.shown.textContent = this.steps.length ? count(this.steps[at]) : "";
  }

  slide() {
    const at = Number(this.range.value);
    change({ step: at === this.steps.length - 1 ? "" : String(this.steps[at]) });
  }

  restyle() {
    this.draw();
  }

  destroy() {
    this.element.remove();
  }
}

/** HTML that was made of Markdown when the file was written: without scripts, and without anything from elsewhere. */
export function markdown(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const link of template.content.querySelectorAll("a")) Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
  return template.content;
}

/** The section of a kind. */
export function mediaPane(kind, { part, hasSlider = true, controls = () => [], redraws = [] }) {
  const gallery = new Gallery((number) => new MediaCard(number, part, hasSlider));
  const groups = el("div");
  const search = el("input", {
    class: "field", type: "search", placeholder: "Filter tags (regex)", "aria-label": "Filter tags by a regular expression", value: view.tags,
    input: () => change({ tags: search.value }),
  });
  const fill = () => {
    const matches = pattern(view.tags);
    if (search.value !== view.tags) search.value = view.tags;
    gallery.clear();
    const all = [...index.media.keys()].filter((number) => index.media[number].kind === kind && (!matches || matches.test(index.media[number].tag)));
    const named = grouped(all, (number) => index.media[number].tag);
    groups.replaceChildren(...[...named].map(([name, numbers]) => group(gallery, name, numbers)), all.length ? "" : el("p", { class: "muted" }, "No tag matches."));
  };
  watch(["tags"], fill);
  watch(["runs", "off", "by", "step", ...redraws], () => gallery.draw());
  fill();
  return { element: el("div", {}, el("div", { class: "toolbar" }, el("div", { class: "search" }, search), controls()), groups), restyle: () => gallery.restyle() };
}

function group(gallery, name, numbers) {
  const cards = el("div", { class: "stack" }, numbers.map((number) => gallery.place(number)));
  const head = groupHead(name || "(empty tag)", numbers.length, true, () => {
    cards.hidden = !cards.hidden;
    head.setAttribute("aria-expanded", String(!cards.hidden));
  });
  return el("section", { class: "group" }, head, cards);
}
