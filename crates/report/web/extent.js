// How far axes reach, and where their ticks are.

import { duration, tick, time } from "./format.js";

/** The smallest and largest of some numbers; without their lowest and highest 5 % if outliers do not count. */
export function extent(numbers, ignoresOutliers) {
  if (!ignoresOutliers) {
    let [min, max] = [Infinity, -Infinity];
    for (const n of numbers) {
      if (n < min) min = n;
      if (n > max) max = n;
    }
    return min <= max ? [min, max] : null;
  }
  const sorted = Float64Array.from(numbers).sort();
  if (!sorted.length) return null;
  const last = sorted.length - 1;
  return [sorted[Math.floor(0.05 * last)], sorted[Math.ceil(0.95 * last)]];
}

/** An extent with some room at both ends. */
export function padded(range, isLog, part = 0.05) {
  if (!range) return isLog ? [0.1, 10] : [0, 1];
  let [min, max] = range;
  if (isLog) {
    const room = Math.max((Math.log(max) - Math.log(min)) * part, 0.05);
    return [Math.exp(Math.log(min) - room), Math.exp(Math.log(max) + room)];
  }
  if (min === max) {
    const room = Math.abs(min) * 0.1 || 1;
    return [min - room, max + room];
  }
  const room = (max - min) * part;
  return [min - room, max + room];
}

/** About so many round numbers between two. */
export function ticks(min, max, about) {
  const span = max - min;
  if (!(span > 0)) return [min];
  const power = 10 ** Math.floor(Math.log10(span / about));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => span / n <= about) ?? span;
  const found = [];
  for (let n = Math.ceil(min / step); n * step <= max * (1 + 1e-12) && found.length < 100; n++) found.push(Number((n * step).toPrecision(12)));
  return found;
}

/** Powers of ten between two numbers, or round numbers if there are hardly any. */
export function logTicks(min, max, about) {
  const powers = [];
  for (let n = Math.ceil(Math.log10(min)); n <= Math.log10(max); n++) powers.push(10 ** n);
  if (powers.length < 2) return ticks(min, max, about).filter((n) => n > 0);
  const every = Math.ceil(powers.length / about);
  return powers.filter((_, i) => i % every === 0);
}

/** The position of the first number that is not below `x`, in ascending ones. */
export function lowerBound(numbers, x) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The position of the number nearest to `x`. */
export function nearest(numbers, x) {
  const after = lowerBound(numbers, x);
  if (after === numbers.length) return after - 1;
  return after > 0 && x - numbers[after - 1] < numbers[after] - x ? after - 1 : after;
}

const SPANS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000, 7776000, 31536000];

/** Round seconds between two; of the clock on the wall, so that they are round there. */
function timeTicks(min, max, about, isWall) {
  const span = max - min;
  if (span < 5) return ticks(min, max, about);
  const years = Math.ceil(span / about / SPANS.at(-1));
  const step = SPANS.find((n) => span / n <= about) ?? years * SPANS.at(-1);
  const shift = isWall ? new Date(min * 1000).getTimezoneOffset() * 60 : 0;
  const found = [];
  for (let n = Math.ceil((min - shift) / step) * step + shift; n <= max; n += step) found.push(n);
  return found;
}

/** The ticks of an axis and what they are called. */
export function axisTicks(kind, isLog, [min, max], about) {
  if (kind === "relative") return timeTicks(min, max, about, false).map((at) => [at, at === 0 ? "0" : duration(at)]);
  if (kind === "wall") {
    const found = timeTicks(min, max, about, true);
    const isWithinDay = max - min < 86400;
    const name = (at) => (max - min < 600 ? time(at, true).slice(11) : isWithinDay ? time(at).slice(11) : time(at).slice(5, max - min < 6 * 86400 ? 16 : 10));
    return found.map((at) => [at, name(at)]);
  }
  const all = isLog ? logTicks(min, max, about) : ticks(min, max, about);
  const whole = kind === "step" ? all.filter(Number.isInteger) : [];
  const found = whole.length ? whole : all;
  return found.map((at) => [at, tick(at)]);
}
