const view = document.getElementById("view");

function element(name, parent, text) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return parent.appendChild(made);
}

// A canvas in units of CSS pixels, drawn anew whenever its width changes.
function canvas(height, draw) {
  const made = element("canvas", view);
  const paint = () => {
    const scale = window.devicePixelRatio || 1;
    const width = made.clientWidth || 900;
    made.width = width * scale;
    made.height = height * scale;
    made.style.height = height + "px";
    const pen = made.getContext("2d");
    pen.scale(scale, scale);
    pen.font = "12px system-ui, sans-serif";
    draw(pen, width, height);
  };
  new ResizeObserver(paint).observe(made);
  return { element: made, paint };
}

// A slider over the steps, which says where it is.
function slider(steps, changed) {
  const label = element("label", view, "step");
  const input = element("input", label);
  const output = element("output", label);
  input.type = "range";
  input.min = 0;
  input.max = steps.length - 1;
  input.value = steps.length - 1;
  const tell = () => {
    const at = steps[input.value];
    const time = typeof at.wall_time === "number" ? new Date(at.wall_time * 1000).toLocaleString() : "";
    output.textContent = at.step + "  " + time;
    changed(Number(input.value));
  };
  input.addEventListener("input", tell);
  if (steps.length < 2) input.hidden = true;
  return tell;
}

// A number as short as an axis wants it.
function short(x) {
  const rounded = Number(Number(x).toPrecision(3));
  const size = Math.abs(rounded);
  const plain = size === 0 || (size >= 1e-4 && size < 1e5);
  return plain ? String(rounded) : rounded.toExponential().replace("e+", "e");
}

// Places for about `count` ticks at round numbers.
function ticks(from, to, count) {
  const raw = (to - from) / count;
  if (!(raw > 0) || !isFinite(raw)) return [from];
  const power = Math.pow(10, Math.floor(Math.log10(raw)));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw);
  const found = [];
  for (let x = Math.ceil(from / step) * step; x <= to + step / 1e6; x += step) found.push(x);
  return found;
}

// A colour between light and dark, by the place of a step among all.
function shade(i, count, alpha) {
  const t = count > 1 ? i / (count - 1) : 1;
  return `hsla(${30 - 10 * t}, 85%, ${70 - 25 * t}%, ${alpha})`;
}
