// Lists of any length: only the rows in view are elements.

import { el, perFrame } from "./dom.js";

/** A list whose rows are as high as the style sheet says; `row(i)` makes one. */
export class List {
  constructor(rowHeight, row) {
    Object.assign(this, { rowHeight, row, length: 0 });
    this.space = el("div", { class: "list-space" });
    this.element = el("div", { class: "list", scroll: perFrame(() => this.draw()) }, this.space);
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** Draws the rows anew. */
  set(length) {
    this.length = length;
    this.space.style.height = `${length * this.rowHeight()}px`;
    this.draw();
  }

  draw() {
    const height = this.rowHeight();
    const first = Math.max(0, Math.floor(this.element.scrollTop / height) - 4);
    const end = Math.min(this.length, first + Math.ceil((this.element.clientHeight || 600) / height) + 8);
    const rows = [];
    for (let i = first; i < end; i++) {
      const row = this.row(i);
      row.style.top = `${i * height}px`;
      rows.push(row);
    }
    this.space.replaceChildren(...rows);
  }
}
