const BINS = 60;
const numbers = (bucket) => bucket.every((x) => typeof x === "number");
const steps = data.steps.map(({ step, wall_time, value }) => ({
  step,
  wall_time,
  buckets: value.buckets.filter(numbers),
}));
const filled = steps.flatMap(({ buckets }) => buckets.filter(([, , count]) => count > 0));
let from = filled.reduce((least, [left]) => Math.min(least, left), Infinity);
let to = filled.reduce((most, [, right]) => Math.max(most, right), -Infinity);
if (!(from < to)) {
  // All values are one, or there are none.
  const middle = isFinite(from) ? from : 0;
  [from, to] = [middle - 0.5, middle + 0.5];
}

// Counts in bins of one width, so that steps can be compared; a bucket is spread over the bins that it covers.
function binned(buckets) {
  const bins = new Array(BINS).fill(0);
  const width = (to - from) / BINS;
  for (const [left, right, count] of buckets) {
    if (!(count > 0)) continue;
    const first = Math.min(BINS - 1, Math.max(0, Math.floor((left - from) / width)));
    const last = Math.min(BINS - 1, Math.max(first, Math.ceil((right - from) / width) - 1));
    for (let i = first; i <= last; i++) {
      const start = Math.max(left, from + i * width);
      const end = Math.min(right, from + (i + 1) * width);
      bins[i] += right > left ? (count * Math.max(0, end - start)) / (right - left) : count / (last - first + 1);
    }
  }
  return bins;
}

const bins = steps.map(({ buckets }) => binned(buckets));
const highest = Math.max(1e-300, ...bins.flat());
let chosen = steps.length - 1;

function axis(pen, left, right, y) {
  pen.fillStyle = "#666";
  pen.textAlign = "center";
  for (const x of ticks(from, to, 8)) pen.fillText(short(x), left + ((x - from) / (to - from)) * (right - left), y + 16);
}

// All steps behind one another, the oldest farthest away, as TensorBoard draws them.
const HEIGHT = Math.min(560, 180 + 10 * steps.length);
const all = canvas(HEIGHT, (pen, width) => {
  const [left, right, bottom, peak] = [8, width - 70, HEIGHT - 24, 120];
  const lift = steps.length > 1 ? (bottom - peak - 8) / (steps.length - 1) : 0;
  axis(pen, left, right, bottom);
  steps.forEach(({ step }, i) => {
    const base = bottom - lift * (steps.length - 1 - i);
    pen.beginPath();
    pen.moveTo(left, base);
    bins[i].forEach((count, bin) => {
      pen.lineTo(left + ((bin + 0.5) / BINS) * (right - left), base - (count / highest) * peak);
    });
    pen.lineTo(right, base);
    pen.fillStyle = i === chosen ? "#1565c0" : shade(i, steps.length, 0.85);
    pen.fill();
    pen.strokeStyle = "#fff";
    pen.stroke();
    const every = Math.max(1, Math.ceil(14 / Math.max(lift, 0.1)));
    if (i === chosen || (steps.length - 1 - i) % every === 0) {
      pen.fillStyle = i === chosen ? "#1565c0" : "#666";
      pen.textAlign = "left";
      pen.fillText(step, right + 6, base + 4);
    }
  });
});

const tell = slider(steps, (i) => {
  chosen = i;
  all.paint();
  one.paint();
});

// The chosen step by itself, with a scale.
const one = canvas(220, (pen, width, height) => {
  const [left, right, top, bottom] = [56, width - 70, 8, height - 24];
  const most = Math.max(1e-300, ...bins[chosen]);
  axis(pen, left, right, bottom);
  pen.textAlign = "right";
  for (const y of ticks(0, most, 4)) {
    const at = bottom - (y / most) * (bottom - top);
    pen.fillText(short(y), left - 6, at + 4);
    pen.strokeStyle = "#eee";
    pen.strokeRect(left, at, right - left, 0);
  }
  pen.fillStyle = "#1565c0";
  bins[chosen].forEach((count, bin) => {
    const x = left + (bin / BINS) * (right - left);
    const high = (count / most) * (bottom - top);
    pen.fillRect(x, bottom - high, (right - left) / BINS - 1, high);
  });
});
tell();
