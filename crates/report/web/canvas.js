// Surfaces to draw on with as many pixels as the screen has.

import { el, perFrame } from "./dom.js";

/** A canvas that fills its element, and is drawn anew when that changes its size: `draw(context, width, height)`. */
export class Surface {
  constructor(draw, properties = {}) {
    this.canvas = el("canvas", { "aria-hidden": "true" });
    this.element = el("div", { class: "surface", ...properties }, this.canvas);
    this.draw = perFrame(() => this.paint(draw));
    new ResizeObserver(this.draw).observe(this.element);
  }

  paint(draw) {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || !height) return;
    [this.canvas.width, this.canvas.height] = [width * devicePixelRatio, height * devicePixelRatio];
    const context = this.canvas.getContext("2d");
    context.scale(devicePixelRatio, devicePixelRatio);
    draw(context, width, height);
  }
}
