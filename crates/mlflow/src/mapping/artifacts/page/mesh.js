const parts = { vertices: [], faces: [], colors: [] };
for (const { step, wall_time, value } of data.steps) {
  for (const part of Object.keys(parts)) if (value[part]) parts[part].push({ step, wall_time, samples: value.samples, rows: value[part] });
}
const steps = parts.vertices.sort((a, b) => a.step - b.step);
// The first sample of a step, and the faces and colours that were logged with it or last before it.
const first = (part) => part.rows.slice(0, part.rows.length / Math.max(1, part.samples));
const beside = (name, step) => {
  const found = parts[name].filter((part) => part.step <= step).pop() || parts[name][0];
  return found ? first(found) : [];
};
let chosen = steps.length - 1;
let [turn, tilt, zoom] = [0.6, 0.4, 1];

const plot = canvas(480, (pen, width, height) => {
  if (!steps.length) return pen.fillText("There are no vertices to draw.", 16, 24);
  const { step } = steps[chosen];
  const vertices = first(steps[chosen]).filter((v) => v.every((x) => typeof x === "number"));
  const [faces, colors] = [beside("faces", step), beside("colors", step)];
  const range = [0, 1, 2].map((k) => vertices.reduce(([a, b], v) => [Math.min(a, v[k]), Math.max(b, v[k])], [Infinity, -Infinity]));
  const middle = range.map(([a, b]) => (a + b) / 2);
  const size = Math.hypot(...range.map(([a, b]) => b - a)) || 1;
  const [cy, sy, cx, sx] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
  const scale = (Math.min(width, height) / size) * 1.1 * zoom;
  const placed = vertices.map((v) => {
    const [x, y, z] = v.map((c, k) => c - middle[k]);
    const [x1, z1] = [x * cy + z * sy, z * cy - x * sy];
    const [y1, z2] = [y * cx - z1 * sx, z1 * cx + y * sx];
    return [width / 2 + x1 * scale, height / 2 - y1 * scale, z2];
  });
  const colour = (i, light) => {
    const [r, g, b] = colors[i] || [120, 144, 180];
    return `rgb(${r * light}, ${g * light}, ${b * light})`;
  };
  if (!faces.length) {
    const far = placed.map((p, i) => [p, i]).sort((a, b) => a[0][2] - b[0][2]);
    const dot = Math.max(1.5, 60 / Math.sqrt(placed.length));
    for (const [[x, y], i] of far) {
      pen.fillStyle = colour(i, 1);
      pen.fillRect(x - dot / 2, y - dot / 2, dot, dot);
    }
    return;
  }
  const drawn = faces.filter((face) => face.every((i) => placed[i]));
  const depth = (face) => face.reduce((sum, i) => sum + placed[i][2], 0);
  for (const face of drawn.sort((a, b) => depth(a) - depth(b))) {
    const [a, b, c] = face.map((i) => placed[i]);
    const [ux, uy, uz, vx, vy, vz] = [b[0] - a[0], b[1] - a[1], (b[2] - a[2]) * scale, c[0] - a[0], c[1] - a[1], (c[2] - a[2]) * scale];
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    const light = 0.45 + (0.55 * Math.abs(normal[2])) / (Math.hypot(...normal) || 1);
    pen.fillStyle = pen.strokeStyle = colour(face[0], light);
    pen.beginPath();
    for (const [x, y] of [a, b, c]) pen.lineTo(x, y);
    pen.closePath();
    pen.fill();
    pen.stroke();
  }
});

plot.element.style.cursor = "grab";
plot.element.addEventListener("pointermove", (event) => {
  if (!event.buttons) return;
  turn += event.movementX / 120;
  tilt = Math.max(-1.5, Math.min(1.5, tilt + event.movementY / 120));
  plot.paint();
});
plot.element.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom *= Math.exp(-event.deltaY / 600);
  plot.paint();
});
if (steps.length) {
  slider(steps, (i) => {
    chosen = i;
    plot.paint();
  })();
}
