// Numbers, times and names as people read them.

/** A value with at most so many significant digits, with an exponent where digits would not tell. */
export function number(value, digits = 5) {
  if (value == null) return "";
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return sign(String(value));
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e9) ? value.toExponential(digits - 1) : value.toPrecision(digits);
  const [mantissa, exponent] = text.split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return sign(exponent ? `${short}e${exponent.replace("+", "")}` : short);
}

function sign(text) {
  return text.replaceAll("-", "−");
}

/** A number on an axis: short, also where it is large. */
export function tick(value) {
  const size = Math.abs(value);
  for (const [unit, letter] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (size >= unit && (unit > 1e3 || size >= 1e4 || size % 1000 === 0)) return number(value / unit, 4) + letter;
  }
  return number(value, 4);
}

export function count(n) {
  return n.toLocaleString("en-US");
}

export function counted(n, noun) {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** Seconds as `1 h 5 min`. */
export function duration(seconds) {
  if (seconds == null || !Number.isFinite(seconds)) return "";
  const size = Math.abs(seconds);
  if (size < 60) return `${number(seconds, 3)} s`;
  const minutes = Math.round(size / 60);
  const parts = [[Math.floor(minutes / 1440), "d"], [Math.floor(minutes / 60) % 24, "h"], [minutes % 60, "min"]];
  const first = parts.findIndex(([n]) => n);
  const shown = parts.slice(first, first + 2).filter(([n]) => n);
  return (seconds < 0 ? "−" : "") + shown.map(([n, unit]) => `${n} ${unit}`).join(" ");
}

/** A time as `2023-11-14 22:14`. */
export function time(seconds, withSeconds = false) {
  if (seconds == null) return "";
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return "";
  const two = (n) => String(n).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}${withSeconds ? `:${two(date.getSeconds())}` : ""}`;
}

export function size(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${number(bytes / 1e6, 3)} MB`;
}

/** A regular expression, or null where it is invalid; one without any letters matches all. */
export function pattern(text) {
  try {
    return new RegExp(text, "iu");
  } catch {
    try {
      return new RegExp(text, "i");
    } catch {
      return null;
    }
  }
}

/** A part of a name of a file. */
export function fileName(text) {
  return text.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|-+$/g, "").slice(0, 80) || "chart";
}
