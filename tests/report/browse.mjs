// Opens report pages in Chromium and prints what stands in each, as JSON. Arguments: the folder of npm packages, a JSON file with
// [{file, width, scheme, axe}].
//
// `loads` counts requests beyond the page itself: there must be none.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [modules, jobs] = process.argv.slice(2).map((argument) => path.resolve(argument));
const require = createRequire(path.join(modules, "package.json"));
const puppeteer = require("puppeteer-core");
const rules = require.resolve("axe-core/axe.min.js");

/** Runs in the page. */
function inventory() {
  const texts = (selector) => [...document.querySelectorAll(selector)].map((node) => node.textContent.trim());
  const visible = (node) => node.getBoundingClientRect().height > 0;
  return {
    title: document.title,
    headings: [...document.querySelectorAll("h1, h2, h3")].map((node) => [Number(node.tagName[1]), node.textContent]),
    verdicts: [...document.querySelectorAll(".verdict")].map((node) => [node.className.replace("verdict ", ""), node.querySelector("strong").textContent, visible(node)]),
    formulas: [...document.querySelectorAll(".claim .formula math")].map((node) => node.textContent),
    formulasSeen: [...document.querySelectorAll(".claim .formula math")].every(visible),
    doubtful: document.querySelectorAll(".claim.doubtful").length,
    unreadable: texts(".unreadable"),
    said: texts(".claim .says, p"),
    sentences: texts("blockquote"),
    tables: texts("caption"),
    cells: texts("td, th"),
    figures: [...document.querySelectorAll("figure")].map((node) => {
      const picture = node.querySelector("svg[role=img]");
      return {
        title: node.querySelector("figcaption").textContent,
        described: picture?.getAttribute("aria-label") ?? "",
        marks: picture?.querySelectorAll("path, circle, line, rect").length ?? 0,
        rows: node.querySelectorAll("details table tbody tr").length,
      };
    }),
    images: document.querySelectorAll("img, iframe, object, embed, link").length,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    landmarks: texts("main").length,
    doubled: [...document.querySelectorAll("[id]")].map((node) => node.id).filter((id, index, all) => all.indexOf(id) !== index),
  };
}

async function visit(browser, { file, width, scheme, axe, keys }) {
  const page = await browser.newPage();
  const found = { file, messages: [], loads: [] };
  page.on("console", (message) => found.messages.push(message.text()));
  page.on("pageerror", (error) => found.messages.push(error.message));
  page.on("request", (request) => request.url() === `file://${file}` || found.loads.push(request.url()));
  await page.setViewport({ width, height: 800 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  if (axe) await page.setBypassCSP(true); // for the rules, which are a script of this test
  await page.goto(`file://${file}`);
  // Pictures are drawn once their places have a size.
  await page.waitForFunction(() => [...document.querySelectorAll(".canvas")].every((node) => node.childElementCount > 0), { timeout: 10000 });
  Object.assign(found, await page.evaluate(inventory));
  if (keys) {
    await page.keyboard.press("Tab");
    found.firstStop = await page.evaluate(() => document.activeElement.textContent);
    await page.keyboard.press("Enter");
    found.skippedTo = await page.evaluate(() => document.activeElement.id);
    const plane = () => page.$eval("figure svg[role=img]", (picture) => picture.getAttribute("aria-label"));
    await page.focus("select[aria-label^=Second]");
    const before = await plane();
    await page.keyboard.press("ArrowDown");
    found.plane = [before, await plane()];
  }
  if (axe) {
    await page.evaluate(() => document.querySelectorAll("details").forEach((node) => (node.open = true)));
    await page.addScriptTag({ path: rules });
    found.violations = await page.evaluate(async () => {
      const result = await window.axe.run({ resultTypes: ["violations"] });
      return result.violations.map((violation) => `${violation.id}: ${violation.nodes[0].html.slice(0, 200)}`);
    });
  }
  await page.close();
  return found;
}

const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"], headless: true });
try {
  const found = [];
  for (const job of JSON.parse(readFileSync(jobs, "utf8"))) found.push(await visit(browser, job));
  process.stdout.write(JSON.stringify(found));
} finally {
  await browser.close();
}
