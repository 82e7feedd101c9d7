// What the lines of a chart are at the pointer.

import { el, sample } from "./dom.js";
import { count, duration, number, time } from "./format.js";

const ROWS = 12;
let tooltip = null;

export function hideTooltip() {
  tooltip?.remove();
  tooltip = null;
}

/** Shows rows beside a place on the screen; the first is of the nearest line. */
export function showTooltip(rows, [left, top], isSmoothed) {
  hideTooltip();
  if (!rows.length) return;
  const heads = ["run", ...(isSmoothed ? ["smoothed"] : []), "value", "step", "time", "relative"];
  const body = rows.slice(0, ROWS).map((row, i) => el("tr", { class: i === 0 ? "nearest" : "" },
    el("td", {}, sample(row.look), el("span", {}, row.name)),
    isSmoothed ? el("td", {}, number(row.smoothed)) : null,
    el("td", {}, number(row.value)),
    el("td", {}, count(row.step)),
    el("td", { class: "time" }, time(row.time, true)),
    el("td", { class: "relative" }, duration(row.relative) || "0 s")));
  tooltip = el("div", { class: "tooltip", role: "tooltip" },
    el("table", {}, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { class: head }, head)))), el("tbody", {}, body)),
    rows.length > ROWS ? el("div", { class: "muted" }, `and ${rows.length - ROWS} more`) : null);
  document.body.append(tooltip);
  const { width, height } = tooltip.getBoundingClientRect();
  const x = left + 18 + width < innerWidth - 8 ? left + 18 : left - 18 - width;
  const y = top + 18 + height < innerHeight - 8 ? top + 18 : top - 18 - height;
  tooltip.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  tooltip.style.top = `${Math.max(8, y)}px`;
}
