// Elements. Text is only ever set as text, so that nothing a run has logged can become markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element. Properties that are functions are listeners, `false` leaves an attribute out, and `null` a child. */
export function el(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

export function svgElement(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (name === "value" || name === "checked") element[name] = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null));
  return element;
}

const ICONS = {
  pin: "M9.5 2.5 13.5 6.5 10.5 8 8 13 3 8 8 5.5z M5.5 10.5 2.5 13.5",
  full: "M6 2.5H2.5V6 M10 2.5h3.5V6 M6 13.5H2.5V10 M10 13.5h3.5V10",
  fit: "M2.5 8a5.5 5.5 0 1 0 1.8-4.1 M2.5 2.5v2.6h2.6",
  more: "M3.5 8h.01 M8 8h.01 M12.5 8h.01",
  open: "M6 3.5 10.5 8 6 12.5",
  link: "M6.5 9.5a3 3 0 0 0 4.2 0l2-2a3 3 0 0 0-4.2-4.2l-.8.8 M9.5 6.5a3 3 0 0 0-4.2 0l-2 2a3 3 0 0 0 4.2 4.2l.8-.8",
  save: "M8 2.5v7.5 M4.8 7 8 10.2 11.2 7 M2.5 13.5h11",
  close: "M3.5 3.5l9 9 M12.5 3.5l-9 9",
  runs: "M2.5 4h11 M2.5 8h11 M2.5 12h7",
  log: "M2.5 2.5v11h11 M4.5 11.5c4 0 6-3 7.5-8",
};

export function icon(name) {
  const strokes = ICONS[name].split(" M").map((d, i) => svgElement("path", { d: i ? `M${d}` : d }));
  return svgElement("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, strokes);
}

export function iconButton(name, label, click, properties = {}) {
  return el("button", { class: "icon-button", type: "button", title: label, "aria-label": label, click, ...properties }, icon(name));
}

/** A short piece of a line, as legends show it. */
export function sample(look) {
  const dashes = look.dash.length ? look.dash.join(" ") : false;
  const line = { x1: 0, y1: 4, x2: 18, y2: 4, stroke: look.colour, "stroke-width": 2.2, "stroke-dasharray": dashes };
  return svgElement("svg", { viewBox: "0 0 18 8", "aria-hidden": "true" }, svgElement("line", line));
}

/** Calls a function at most once per frame. */
export function perFrame(work) {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => {
      waits = false;
      work();
    });
  };
}
