// The columns of the file: Base64, deflated, and byte by byte. docs/report.md describes the form.

const WIDTHS = { f: 4, d: 8, i: 8, m: 9 };

/** How many bytes a series of so many points has. */
export function bytesOf(form, points) {
  return points * (16 + WIDTHS[form]);
}

export async function unpacked(text) {
  const stream = new Blob([fromBase64(text)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export async function packed(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return toBase64(new Uint8Array(await new Response(stream).arrayBuffer()));
}

function fromBase64(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function toBase64(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

/** Steps, times and values of the series that begins there. */
export function columns(bytes, at, form, points) {
  const steps = integers(sums(bytes, at, points));
  const times = new Float64Array(sums(bytes, at + 8 * points, points).buffer);
  return { steps, times, values: values(bytes, at + 16 * points, form, points) };
}

function values(bytes, at, form, points) {
  if (form === "f") return Float64Array.from(new Float32Array(joined(bytes, at, points, 4).buffer));
  const words = joined(bytes, at, points, 8);
  if (form === "d") return new Float64Array(words.buffer);
  if (form === "i") return integers(new Uint32Array(words.buffer));
  const view = new DataView(words.buffer);
  const forms = bytes.subarray(at + 8 * points, at + 9 * points);
  return Float64Array.from(forms, (letter, i) => {
    switch (String.fromCharCode(letter)) {
      case "f": return view.getFloat32(8 * i, true);
      case "d": return view.getFloat64(8 * i, true);
      case "i": return Number(view.getBigInt64(8 * i, true));
      default: return Number(view.getBigUint64(8 * i, true));
    }
  });
}

/** Numbers of so many bytes, of which first all first bytes are stored, then all second ones. */
function joined(bytes, at, points, width) {
  const numbers = new Uint8Array(points * width);
  for (let plane = 0; plane < width; plane++) {
    const from = at + plane * points;
    for (let i = 0; i < points; i++) numbers[i * width + plane] = bytes[from + i];
  }
  return numbers;
}

/** 64-bit numbers out of their differences, each as its low and its high half. */
function sums(bytes, at, points) {
  const words = new Uint32Array(joined(bytes, at, points, 8).buffer);
  for (let i = 2; i < words.length; i += 2) {
    const low = words[i] + words[i - 2];
    words[i] = low;
    words[i + 1] += words[i - 1] + (low > 0xffffffff ? 1 : 0);
  }
  return words;
}

function integers(words) {
  const numbers = new Float64Array(words.length / 2);
  for (let i = 0; i < numbers.length; i++) numbers[i] = (words[2 * i + 1] | 0) * 0x100000000 + words[2 * i];
  return numbers;
}
