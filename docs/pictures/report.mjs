// Draws docs/pictures/report.png: the top of a report page, in Chromium. From the top of the sources, after a build:
//
//     build/bin/lojacert report certificates/gallery/figure-1c-kappa.cert.json certificates/instances/figure-1c.json -o build/report.html
//     node docs/pictures/report.mjs build/report.html
//     pngquant --force --output docs/pictures/report.png docs/pictures/report.png
//
// Looks best with the fonts Inter and Latin Modern Math installed.

import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.resolve("build/lib/report/package.json"));
const browser = await require("puppeteer-core").launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"], headless: true });
const page = await browser.newPage();
await page.setViewport({ width: 860, height: 1000 });
await page.goto(`file://${path.resolve(process.argv[2])}`);
await page.waitForFunction(() => document.querySelector(".canvas svg"));
const bottom = await page.$eval("figure .legend", (legend) => legend.getBoundingClientRect().bottom + window.scrollY);
await page.screenshot({ path: "docs/pictures/report.png", clip: { x: 0, y: 0, width: 860, height: Math.ceil(bottom) + 8 }, captureBeyondViewport: true });
await browser.close();
