// Files for people to keep. In a frame that may not download, what they hold is shown to be copied.

import { el } from "./dom.js";

const isFramed = window.parent !== window;

/** Offers a file of text or of a picture. */
export async function offer(name, content, type) {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const url = URL.createObjectURL(blob);
  const save = () => el("a", { href: url, download: name }).click();
  if (!isFramed) {
    save();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    return;
  }
  const shown = type.startsWith("image/png")
    ? el("img", { src: url, alt: name })
    : el("textarea", { readonly: true, "aria-label": name, value: await blob.text() });
  show(name, [
    el("p", { class: "muted" }, "This frame may not allow downloads; you can copy the content from here."),
    shown,
  ], [
    el("button", { class: "button", type: "button", click: save }, "Download"),
    shown.tagName === "TEXTAREA" ? el("button", { class: "button", type: "button", click: () => copy(shown.value) }, "Copy") : null,
  ]);
}

/** Shows something above the page until it is closed. */
export function show(title, content, buttons = []) {
  const dialog = el("dialog", { "aria-label": title, close: () => dialog.remove() },
    el("form", { method: "dialog" }, el("h2", {}, title), content,
      el("div", { class: "row" }, buttons, el("button", { class: "button primary" }, "Close"))));
  document.body.append(dialog);
  dialog.showModal();
}

/** Copies text, or shows it where that is not allowed. */
export async function copy(text, done = "Copied") {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    const area = el("textarea", { readonly: true, "aria-label": "Text to copy", value: text, style: { height: "110px" } });
    show("Copy this text", area);
    area.select();
  }
}

export function toast(text) {
  const shown = el("div", { class: "toast", role: "status" }, text);
  document.body.append(shown);
  setTimeout(() => shown.remove(), 1800);
}
