// A chart as a drawing of its own: SVG, from which a picture is made, and CSV.

import { axisTicks } from "./extent.js";
import { lookAt } from "./palette.js";

const FONT = "font-family=\"system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif\"";

function escaped(text) {
  const names = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (c) => names[c]).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "\ufffd");
}

const rounded = (n) => Number(n.toFixed(2));

/**
 * The SVG of a chart: `title`, `lines` (name, position among the colours, xs, ys, and raw ys where they are smoothed),
 * the `window` of both axes, their kinds and titles.
 */
export function svgOf({ title, lines, window, kind, isLog, xTitle, caption }, width = 720, height = 420) {
  const left = 64;
  const top = 44;
  const perRow = Math.max(1, Math.floor((width - left) / 170));
  const legend = 20 * Math.ceil(lines.length / perRow);
  const [right, bottom] = [width - 18, height - 58];
  const [x0, x1] = window.x;
  const [y0, y1] = isLog ? window.y.map(Math.log) : window.y;
  const placeX = (x) => left + ((x - x0) / (x1 - x0)) * (right - left);
  const placeY = (y) => bottom - (((isLog ? Math.log(y) : y) - y0) / (y1 - y0)) * (bottom - top);
  const parts = [];
  for (const [at, name] of axisTicks(kind, false, window.x, 7)) {
    const x = rounded(placeX(at));
    parts.push(`<path d="M${x} ${top}V${bottom}" stroke="#eceff3"/><text x="${x}" y="${bottom + 17}" text-anchor="middle" fill="#5c6672">${escaped(name)}</text>`);
  }
  for (const [at, name] of axisTicks("value", isLog, window.y, 6)) {
    const y = rounded(placeY(at));
    parts.push(`<path d="M${left} ${y}H${right}" stroke="#eceff3"/><text x="${left - 8}" y="${y + 4}" text-anchor="end" fill="#5c6672">${escaped(name)}</text>`);
  }
  parts.push(`<clipPath id="plot"><rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/></clipPath><g clip-path="url(#plot)" fill="none" stroke-linejoin="round">`);
  const drawn = (xs, ys) => {
    let path = "";
    let isOpen = false;
    for (let i = 0; i < xs.length; i++) {
      const known = ys[i] != null && Number.isFinite(ys[i]) && !(isLog && ys[i] <= 0);
      if (known) path += `${isOpen ? "L" : "M"}${rounded(placeX(xs[i]))} ${rounded(placeY(ys[i]))}`;
      isOpen = known;
    }
    return path;
  };
  const stroke = (look) => `stroke="${look.colour}"${look.dash.length ? ` stroke-dasharray="${look.dash.join(" ")}"` : ""}`;
  for (const line of lines) {
    const look = lookAt(line.place, false);
    if (line.raw) parts.push(`<path d="${drawn(line.xs, line.raw)}" ${stroke(look)} stroke-opacity="0.25"/>`);
  }
  for (const line of lines) parts.push(`<path d="${drawn(line.xs, line.ys)}" ${stroke(lookAt(line.place, false))} stroke-width="1.7"/>`);
  parts.push("</g>");
  lines.forEach((line, i) => {
    const x = left + (i % perRow) * 170;
    const y = height + 20 * Math.floor(i / perRow);
    const name = line.name.length > 22 ? `${line.name.slice(0, 21)}…` : line.name;
    parts.push(`<path d="M${x} ${y - 4}h20" ${stroke(lookAt(line.place, false))} stroke-width="2.2"/><text x="${x + 27}" y="${y}" fill="#1a1f26">${escaped(name)}</text>`);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + legend}" viewBox="0 0 ${width} ${height + legend}" ${FONT} font-size="12">`
    + `<rect width="100%" height="100%" fill="#fff"/><text x="${left}" y="26" font-size="15" font-weight="600" fill="#1a1f26">${escaped(title)}</text>`
    + `${parts.join("")}<text x="${(left + right) / 2}" y="${bottom + 36}" text-anchor="middle" fill="#5c6672">${escaped(xTitle)}</text>`
    + `<desc>${escaped(caption)}</desc></svg>`;
}

/** The same as a PNG, at twice the size. */
export async function pngOf(svg) {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width * 2, picture.height * 2];
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  context.drawImage(picture, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Rows as CSV. Cells that a spreadsheet would take for a formula are quoted with an apostrophe before them. */
export function csvOf(head, rows) {
  const cell = (value) => {
    const text = typeof value === "string" && /^[=+@\t\r-]/.test(value) ? `'${value}` : String(value ?? "");
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}
