// Figures: a picture that fits its place, a legend in words, and a table of its numbers.

import * as Plot from "@observablehq/plot";
import { details, element, prose, table } from "./element.js";
import { fromLog10, superscript } from "./number.js";

/** Colours that stay apart for colour-blind eyes (Okabe and Ito's, lightened on dark ground), each with a shape of its own. */
export const series = ["circle", "square", "triangle", "diamond", "star", "wye", "cross"].map((symbol, index) => ({
  colour: `var(--series-${index})`,
  symbol,
}));
export const seriesOf = (index) => series[index % series.length];

const symbolPaths = {
  circle: "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0",
  square: "M-4.5,-4.5h9v9h-9z",
  triangle: "M0,-6L5.5,4.5H-5.5z",
  diamond: "M0,-6.5L4.5,0L0,6.5L-4.5,0z",
  star: "M0,-6.5L1.6,-2H6.2L2.5,0.9L3.9,5.4L0,2.7L-3.9,5.4L-2.5,0.9L-6.2,-2H-1.6z",
  wye: "M-1.6,1L-5,3L-3.4,5.6L0,3.6L3.4,5.6L5,3L1.6,1V-5H-1.6z",
  cross: "M-2,-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
};

/** The sign of an entry in the legend: what its marks look like. */
function swatch({ colour, symbol, line, dashed, faint, hollow, area }) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  const add = (tag, attributes) => {
    const node = document.createElementNS(namespace, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    svg.append(node);
  };
  svg.setAttribute("viewBox", "-14 -8 28 16");
  svg.setAttribute("class", "swatch");
  svg.setAttribute("aria-hidden", "true");
  if (area) add("rect", { x: -13, y: -6, width: 26, height: 12, fill: colour, "fill-opacity": 0.16 });
  if (line) add("path", { d: "M-13,0H13", stroke: colour, "stroke-width": line, "stroke-opacity": faint ? 0.45 : 1, "stroke-dasharray": dashed ? "5,3" : "none" });
  if (symbol) add("path", { d: symbolPaths[symbol], fill: hollow ? "none" : colour, stroke: colour, "stroke-width": 1.5 });
  return svg;
}

const legend = (entries) =>
  element("ul", { class: "legend" }, entries.map((entry) => element("li", {}, swatch(entry), element("span", {}, prose(entry.text)))));

/**
 * `description` is what a screen reader says of the picture; `draw(width)` makes it; `numbers` is {columns, rows}; `controls` stands
 * above it. The returned element has a method `redraw`.
 */
export function figure({ title, description, note, draw, entries = [], numbers, controls, maximum = 720 }) {
  const canvas = element("div", { class: "canvas" });
  let width = 0;
  const redraw = () => {
    if (width === 0) return;
    const picture = draw(width);
    // One picture with one description: the marks' own labels would be read out of context.
    for (const mark of picture.querySelectorAll("[aria-label]")) mark.removeAttribute("aria-label");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", typeof description === "function" ? description() : description);
    canvas.replaceChildren(picture);
  };
  new ResizeObserver(([{ contentRect }]) => {
    const available = Math.min(Math.floor(contentRect.width), maximum);
    if (available === width || available < 1) return;
    width = available;
    redraw();
  }).observe(canvas);
  const node = element(
    "figure",
    {},
    element("figcaption", {}, prose(title)),
    controls,
    canvas,
    entries.length > 0 && legend(entries),
    note && element("p", { class: "note" }, prose(note)),
    numbers && details("The numbers in this picture", table(title.replaceAll("$", ""), numbers.columns, numbers.rows)),
  );
  return Object.assign(node, { redraw });
}

/** Ticks of an axis whose scale is log10 of what it shows. */
export function decades([low, high], most = 8) {
  if (high - low < 2.2) {
    const ticks = [];
    const digits = most < 6 ? (high - low < 1.1 ? [1, 2, 3, 5, 7] : [1, 3]) : high - low < 1.1 ? [1, 1.5, 2, 3, 4, 5, 6, 8] : [1, 2, 5];
    for (let power = Math.floor(low); power <= high; ++power) {
      for (const digit of digits) {
        const place = power + Math.log10(digit);
        if (place >= low && place <= high) ticks.push(place);
      }
    }
    return { ticks, tickFormat: (place) => fromLog10(place, 2) };
  }
  const step = Math.max(1, Math.ceil((high - low) / most));
  const ticks = [];
  for (let power = Math.ceil(low / step) * step; power <= high; power += step) ticks.push(power);
  return { ticks, tickFormat: (power) => `10${superscript(Math.round(power))}` };
}

/** The smallest interval that holds all finite values, with room at both ends. */
export function spread(values, room = 0.06, least = 0.5) {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [-1, 1];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const margin = Math.max((high - low) * room, (least - (high - low)) / 2, 0.05);
  return [low - margin, high + margin];
}

/** A plot in this page's style. */
export function plot({ width, height = Math.round(Math.min(Math.max(width * 0.6, 260), 400)), ...options }) {
  return Plot.plot({
    width,
    height,
    marginLeft: 58,
    marginRight: 16,
    marginTop: 26,
    marginBottom: 44,
    style: { fontFamily: "inherit", fontSize: "13px", background: "none", overflow: "visible" },
    ...options,
  });
}

export { Plot };
