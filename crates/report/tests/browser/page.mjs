// Reports in a browser, as people use them: `node page.mjs TFEVENTS DIRECTORY`. The directory has playwright-core in it; logs,
// reports and screenshots of each section are written there. CHROMIUM is the browser, if it is not Debian's.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [program, directory] = process.argv.slice(2).map((path) => resolve(path));
const { chromium } = createRequire(join(directory, "index.js"))("playwright-core");
/** What PyTorch wrote, of all kinds. */
const fixtures = resolve(import.meta.dirname, "../../../../fixtures/torch");
const HOSTILE = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>";

mkdirSync(directory, { recursive: true });
process.chdir(directory);
const tfevents = (...args) => execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 28 });

/** A logdir of so many runs, whose names state their hyperparameters. */
function logdir(name, runs, tags, steps) {
  const rows = ["run,tag,step,wall_time,value"];
  for (let run = 0; run < runs; run++) {
    const lr = [0.1, 0.01, 0.001][run % 3];
    for (const tag of tags) {
      for (let step = 0; step < steps; step++) {
        const value = Math.exp((-step * lr * 20) / steps) + 0.1 * Math.sin(step * (run + 1)) ** 2;
        rows.push(`"lr=${lr},seed=${run}","${tag}",${step},${1.7e9 + run + step * 0.5},${value}`);
      }
    }
  }
  writeFileSync(`${name}.csv`, `${rows.join("\n")}\n`);
  tfevents("import", `${name}.csv`, "-o", name, "--force");
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const problems = [];

/** A page without a network, which tells what goes wrong in it. */
async function open(file, { hash = "", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, offline: true, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(`${file}: ${error.stack}`));
  page.on("console", (message) => message.type() === "error" && problems.push(`${file}: ${message.text()}`));
  page.on("request", (request) => /^(file|data|blob):/.test(request.url()) || problems.push(`${file}: asks for ${request.url()}`));
  await page.goto(`file://${resolve(file)}#${hash}`);
  return page;
}

const ready = (page) => page.waitForSelector(".card .u-over");

async function downloaded(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return readFileSync(await download.path(), "utf8");
}

async function csvOfFirstCard(page) {
  await page.locator(".panes .card:visible .icon-button[aria-label=More]").first().click();
  return downloaded(page, () => page.getByRole("menuitem", { name: "Download CSV" }).click());
}

const tests = {
  async "what a card holds is what was logged"() {
    const page = await open("small.html", { hash: "tab=scalars&tags=^val/loss$" });
    await ready(page);
    const rows = (text) => text.trim().split("\n").slice(1).map((row) => row.match(/("[^"]*"|[^,]+)/g).map((cell) => (Number.isNaN(Number(cell)) ? cell : Math.fround(Number(cell))))).sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[2] - b[2]));
    const exported = tfevents("export", "small", "--tag", "val/loss", "--policy", "last-wins");
    assert.deepEqual(rows(await csvOfFirstCard(page)), rows(exported));
  },

  async "smoothed values are TensorBoard's"() {
    const page = await open("small.html", { hash: "tab=scalars&tags=^val/loss$&runs=seed%3D0&smooth=0.8" });
    await ready(page);
    const exported = tfevents("export", "small", "--tag", "val/loss", "--run", "*seed=0", "--smooth", "0.8").trim().split("\n").slice(1);
    await page.locator(".chart:visible").focus();
    for (let step = 0; step < 20; step++) {
      await page.keyboard.press("ArrowRight");
      const cells = await page.locator(".tooltip tr.nearest td").allInnerTexts();
      const expected = exported.find((row) => row.split(",").at(-3) === String(step) || row.split('",').at(-1).split(",")[1] === String(step));
      assert.equal(Number(cells[3].replace(",", "")), step);
      const smoothed = Number(expected.split(",").at(-1));
      assert.ok(Math.abs(Number(cells[1]) - smoothed) <= 1e-4 * Math.abs(smoothed), `${cells[1]} for ${smoothed}`);
    }
  },

  async "runs are chosen by click and by regular expression, and a link keeps that"() {
    const page = await open("small.html", { hash: "tab=scalars" });
    await ready(page);
    await page.locator(".sidebar .run .swatch").first().click();
    await page.locator(".sidebar input[type=search]").fill("seed=[0-3]");
    await page.getByRole("button", { name: "Relative" }).click();
    await page.getByRole("checkbox", { name: "Log y" }).click();
    await page.waitForTimeout(400);
    assert.equal(await page.locator(".sidebar .row .muted").innerText(), "3 of 6");
    const hash = new URL(page.url()).hash.slice(1);
    const again = await open("small.html", { hash });
    await ready(again);
    assert.equal(await again.locator(".sidebar .row .muted").innerText(), "3 of 6");
    assert.equal(await again.getByRole("button", { name: "Relative" }).getAttribute("aria-pressed"), "true");
    assert.ok(await again.getByRole("checkbox", { name: "Log y" }).isChecked());
  },

  async "dragging along an axis keeps the runs there"() {
    const page = await open("small.html", { hash: "tab=hparams" });
    const box = await page.locator(".parallel").boundingBox();
    await page.mouse.move(box.x + 64, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + 64, box.y + 70, { steps: 3 });
    await page.mouse.up();
    assert.equal(await page.locator(".stack .panel header .small").first().innerText(), "2 of 6 runs are within the ranges");
    assert.equal(await page.locator(".stack .runs tbody tr").count(), 2);
  },

  async "a saved view is a page with the selected runs and tags"() {
    const page = await open("small.html", { hash: "tab=scalars&tags=loss&off=1-5" });
    await ready(page);
    writeFileSync("saved.html", await downloaded(page, () => page.getByRole("button", { name: "Save view" }).click()));
    const saved = await open("saved.html", { hash: "tab=scalars" });
    await ready(saved);
    assert.equal(await saved.locator(".sidebar .run").count(), 1);
    assert.equal(await csvOfFirstCard(saved), await csvOfFirstCard(page));
    assert.ok(!readFileSync("saved.html", "utf8").includes("seed=5"));
  },

  async "dragging zooms, and a double click shows everything"() {
    const page = await open("small.html", { hash: "tab=scalars" });
    await ready(page);
    const before = await page.screenshot();
    const box = await page.locator(".u-over").first().boundingBox();
    await page.mouse.move(box.x + 60, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + 160, box.y + 120, { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(5, 5);
    assert.notDeepEqual(await page.screenshot(), before);
    await page.mouse.dblclick(box.x + 60, box.y + 40);
    await page.mouse.move(5, 5);
    await page.waitForTimeout(100);
    assert.deepEqual(await page.screenshot(), before);
  },

  async "charts are downloaded as SVG and PNG"() {
    const page = await open("small.html", { hash: "tab=scalars" });
    await ready(page);
    for (const [name, start] of [["Download SVG", "<svg"], ["Download PNG", "\ufffdPNG"]]) {
      await page.locator(".card .icon-button[aria-label=More]").first().click();
      const text = await downloaded(page, () => page.getByRole("menuitem", { name }).click());
      assert.ok(text.startsWith(start), `${name}: ${text.slice(0, 20)}`);
    }
  },

  async "names run nothing"() {
    for (const hash of ["", "tab=scalars"]) {
      const page = await open("hostile.html", { hash });
      await ready(page);
      assert.equal(await page.evaluate(() => window.pwned), undefined);
      assert.ok((await page.locator(".card:visible h3").first().innerText()).includes("<img src=x"));
      const box = await page.locator(".u-over:visible").first().boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.waitForSelector(".tooltip");
      assert.equal(await page.evaluate(() => window.pwned), undefined);
    }
  },

  async "odd values and long names are drawn"() {
    for (const width of [1280, 360]) {
      for (const hash of ["tab=scalars", "tab=scalars&log=true", "tab=scalars&x=wall", "tab=scalars&x=relative&pins=0.5,-1,0,0"]) {
        const page = await open("odd.html", { hash, viewport: { width, height: 4000 } });
        await ready(page);
        await page.waitForTimeout(200);
        const card = (tag) => page.locator(".panes .card:visible", { has: page.locator(`h3[title="${tag}"]`) });
        assert.equal(await card("nan").locator(".empty").count(), 1);
        const inked = await card("one").locator("canvas").evaluate((canvas) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          // The colour of the first run.
          return data.some((_, i) => i % 4 === 0 && data[i] === 0 && data[i + 1] === 0x72 && data[i + 2] === 0xb2);
        });
        assert.ok(inked, `a single point is drawn with ${hash}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${hash} at ${width} is ${overflow} px too wide`);
      }
    }
  },

  async "all rows of the table are printed"() {
    const page = await open("sweep.html");
    await ready(page);
    assert.ok((await page.locator(".runs tbody tr:not(.space)").count()) < 60);
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.equal(await page.locator(".runs tbody tr:not(.space)").count(), 100);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.ok((await page.locator(".runs tbody tr:not(.space)").count()) < 60);
  },

  async "a browser that cannot unpack the data shows what is there without scripts"() {
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    await page.addInitScript(() => delete window.DecompressionStream);
    await page.goto(`file://${resolve("small.html")}`);
    assert.equal(await page.locator(".unscripted tbody tr").count(), 6);
    assert.ok((await page.locator(".unscripted svg").count()) > 0);
  },

  async "it works in a frame that may only run scripts"() {
    writeFileSync("frame.html", `<iframe sandbox="allow-scripts" src="small.html#tab=scalars" style="width:1200px;height:800px"></iframe>`);
    const page = await open("frame.html");
    const frame = page.frameLocator("iframe");
    await frame.locator(".card .u-over").first().waitFor();
    await frame.locator(".card .icon-button[aria-label=More]").first().click();
    await frame.getByRole("menuitem", { name: "Download CSV" }).click();
    assert.ok((await frame.locator("dialog textarea").inputValue()).startsWith("run,tag,step"));
  },

  async "without scripts there are a table and charts"() {
    const page = await open("small.html", { javaScriptEnabled: false });
    assert.equal(await page.locator("noscript table tbody tr").count(), 6);
    assert.ok((await page.locator("noscript svg").count()) > 0);
  },

  async "pictures, sounds, texts, histograms and PR curves are shown"() {
    for (const [tab, part] of [["image", "img"], ["audio", "audio"], ["text", ".markdown"], ["histogram", "canvas"], ["pr_curve", "canvas"]]) {
      const page = await open("kinds.html", { hash: `tab=${tab}` });
      await page.locator(`.panes .part ${part}`).first().waitFor();
      const broken = await page.evaluate(() => [...document.querySelectorAll(".part img")].filter((image) => image.complete && !image.naturalWidth).length);
      assert.equal(broken, 0);
      await page.screenshot({ path: `${tab}.png` });
    }
  },

  async "how histograms are drawn is in the address"() {
    const page = await open("kinds.html", { hash: "tab=histogram&hist=heat" });
    await page.locator(".part canvas").first().waitFor();
    await page.getByRole("button", { name: "Distributions" }).click();
    await page.waitForTimeout(400);
    assert.ok(new URL(page.url()).hash.includes("hist=bands"));
  },

  async "a page of 50 runs and 20 tags is quick"() {
    const start = performance.now();
    const page = await open("large.html", { hash: "tab=scalars" });
    await ready(page);
    const opened = performance.now() - start;
    const box = await page.locator(".u-over").first().boundingBox();
    const frames = await page.evaluate(async ({ x, y, width, height }) => {
      const over = document.elementFromPoint(x + width / 2, y + height / 2);
      const took = [];
      over.dispatchEvent(new MouseEvent("mouseenter", { clientX: x, clientY: y }));
      for (let i = 0; i < 60; i++) {
        await new Promise(requestAnimationFrame);
        const before = performance.now();
        over.dispatchEvent(new MouseEvent("mousemove", { bubbles: true, clientX: x + (i / 60) * width, clientY: y + height / 2 }));
        document.body.getBoundingClientRect();
        took.push(performance.now() - before);
      }
      return took.sort((a, b) => a - b);
    }, box);
    console.log(`  opened in ${opened.toFixed(0)} ms; hover ${frames[30].toFixed(1)} ms, at most ${frames.at(-1).toFixed(1)} ms`);
  },

  async "every section is drawn"() {
    for (const [theme, width] of [["light", 1280], ["dark", 1280], ["light", 360], ["dark", 360]]) {
      for (const tab of ["summary", "scalars", "hparams"]) {
        const page = await open("small.html", { hash: `tab=${tab}`, colorScheme: theme, viewport: { width, height: 900 } });
        await page.waitForSelector(tab === "hparams" ? ".parallel canvas" : ".card .u-over");
        await page.waitForTimeout(300);
        await page.screenshot({ path: `${tab}-${theme}-${width}.png` });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${tab} at ${width} is ${overflow} px too wide`);
      }
    }
  },
};

logdir("small", 6, ["train/loss", "train/grad_norm", "val/loss", "val/acc"], 200);
tfevents("report", "small", "-o", "small.html", "--force");
tfevents("report", fixtures, "-o", "kinds.html", "--force");
writeFileSync("hostile.csv", `run,tag,step,value\nx,"${HOSTILE}",0,1\nx,"${HOSTILE}",1,2\n`);
tfevents("import", "hostile.csv", "-o", "hostile", "--force");
tfevents("report", "hostile", "--title", HOSTILE, "-o", "hostile.html", "--force");
const odd = [["one", 3, 1.7e9, 1], ["nan", 0, 1.7e9, "nan"], ["nan", 1, 1.7e9, "inf"], [`long${"x".repeat(496)}`, 0, 1.7e9, 1], ["steps", 0, 1.7e9, 1], ["steps", "9223372036854775807", 9e10, 3e38]];
writeFileSync("odd.csv", `run,tag,step,wall_time,value\n${odd.map((row) => `x,${row.join(",")}\n`).join("")}`);
tfevents("import", "odd.csv", "-o", "odd", "--force");
tfevents("report", "odd", "-o", "odd.html", "--force");
logdir("sweep", 100, ["loss"], 3);
tfevents("report", "sweep", "-o", "sweep.html", "--force");
logdir("large", 50, Array.from({ length: 20 }, (_, i) => `group${i % 4}/tag${i}`), 2000);
tfevents("report", "large", "-o", "large.html", "--max-size", "100MB", "--force");

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
  problems.length = 0;
  try {
    await test();
    assert.deepEqual(problems, []);
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n${error.stack}\n${problems.join("\n")}`);
  }
  for (const context of browser.contexts()) await context.close();
}
await browser.close();
process.exit(failed ? 1 : 0);
