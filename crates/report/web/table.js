// A table that is sorted by a click on a column; of many rows only those in view are elements.

import { el, perFrame } from "./dom.js";

const HEIGHT = 32;

/**
 * A table of rows. Columns have a `title`, the `value` that a row is sorted by, and the `cell` that shows it; a row that
 * is empty there comes last.
 */
export function table(columns, sorted = null) {
  let rows = [];
  let order = sorted;
  const body = el("tbody");
  const heads = columns.map((column, i) => el("th", { scope: "col", class: column.isText ? "text" : "", title: column.hint ?? column.title },
    el("button", { type: "button", click: () => sortBy(i) }, column.title, el("span", { class: "order" }))));
  const element = el("div", { class: "wide", tabindex: 0, scroll: perFrame(() => draw()) },
    el("table", { class: "runs" }, el("thead", {}, el("tr", {}, heads)), body));

  function sortBy(i) {
    const isSame = order?.column === i;
    order = { column: i, isDescending: isSame ? !order.isDescending : !!columns[i].isDescendingFirst };
    arrange();
  }

  function arrange() {
    heads.forEach((head, i) => {
      const isSorted = order?.column === i;
      head.querySelector(".order").textContent = isSorted ? (order.isDescending ? "↓" : "↑") : "";
      head.setAttribute("aria-sort", isSorted ? (order.isDescending ? "descending" : "ascending") : "none");
    });
    if (order) {
      const { value } = columns[order.column];
      rows.sort((a, b) => compared(value(a), value(b), order.isDescending));
    }
    draw();
  }

  function draw(isWhole = false) {
    const first = isWhole ? 0 : Math.max(0, Math.floor(element.scrollTop / HEIGHT) - 6);
    const end = isWhole ? rows.length : Math.min(rows.length, first + Math.ceil((element.clientHeight || 460) / HEIGHT) + 12);
    const space = (n) => el("tr", { class: "space" }, el("td", { colspan: columns.length, style: { height: `${n * HEIGHT}px` } }));
    const shown = rows.slice(first, end).map((row) => el("tr", {}, columns.map((column, i) => el(i === 0 ? "th" : "td", { class: [column.isText ? "text" : "", column.mark?.(row) ?? ""].join(" ").trim(), scope: i === 0 ? "row" : false }, column.cell(row)))));
    body.replaceChildren(...(first ? [space(first)] : []), ...shown, ...(end < rows.length ? [space(rows.length - end)] : []));
  }

  // Paper does not scroll.
  addEventListener("beforeprint", () => draw(true));
  addEventListener("afterprint", () => draw());

  return {
    element,
    set(shown) {
      rows = [...shown];
      arrange();
    },
  };
}

function compared(a, b, isDescending) {
  const [noA, noB] = [a, b].map((value) => value == null || value === "" || Number.isNaN(value));
  if (noA || noB) return noA - noB;
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
  return isDescending ? -order : order;
}
