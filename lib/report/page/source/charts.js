// The pictures of losses: against time with the envelope, and the Łojasiewicz ratio against the loss.

import { decades, figure, Plot, plot, spread } from "./figure.js";
import { enclosure, fromLog10, log10, middleLog10, text, value } from "./number.js";


/** log10 of (min (a + c t))^(-p), by parts so that no power overflows. */
function envelopeLog10(envelope, time, exponent) {
  const lines = envelope.map(({ a, c }) => {
    const [first, second] = [log10(a), log10(c) + Math.log10(time)];
    const high = Math.max(first, second);
    return time === 0 || second === -Infinity ? first : high + Math.log10(10 ** (first - high) + 10 ** (second - high));
  });
  return -exponent * Math.min(...lines);
}

/** The number of steps after which the envelope is at most 10^target, as log10; -Infinity where it is so from the start. */
function stepsUntil(envelope, target, exponent) {
  const needed = -target / exponent;
  const each = envelope.map(({ a, c }) => {
    const first = log10(a);
    if (needed <= first) return -Infinity;
    return needed + Math.log10(1 - 10 ** (first - needed)) - log10(c);
  });
  return Math.max(...each);
}

const envelopeExponent = (network) => (network.neuron === "unit" ? 3 : 2);

/** Recorded iterates as points {time, loss, ratio, iteration, bounds}. `step` turns iterations into time for the flow. */
const points = (recorded) =>
  (recorded ?? [])
    .filter((row) => row.loss)
    .map((row) => ({ iteration: row.iteration, loss: middleLog10(row.loss), ratio: middleLog10(row.ratio), bounds: row }));

/**
 * Loss against t. `envelope` (or null) with the words `envelopeText`; `recorded` iterates; further claimed bounds `linearRate` and
 * `target`.
 */
export function lossAgainstTime({ network, envelope, envelopeText, linearRate, target, recorded, unit = "steps" }) {
  const exponent = envelopeExponent(network);
  const marks = points(recorded);
  const last = marks.length > 0 ? marks[marks.length - 1].iteration : 0;
  const horizon = Math.max(
    Math.log10(1 + last),
    envelope ? Math.max(...envelope.map(({ a, c }) => log10(a) - log10(c))) + 3 : 0,
    target ? log10(target.steps) + 1 : 0,
    1,
  );
  const end = envelope ? Math.min(horizon, 300) : Math.max(Math.log10(1 + last) * 1.02, 0.1);
  const curve = [];
  if (envelope) {
    for (let k = 0; k <= 240; ++k) {
      const place = (end * k) / 240;
      const time = 10 ** place - 1;
      curve.push({ place, loss: envelopeLog10(envelope, time, exponent) });
    }
  }
  const second = linearRate ? curve.map(({ place }) => ({ place, loss: -log10(linearRate) - Math.log10(10 ** place - 1) })).filter(({ loss }) => loss <= curve[0].loss + 0.2) : [];
  const placed = marks.map((mark) => ({ ...mark, place: Math.log10(1 + mark.iteration) }));
  const y = spread([...curve, ...placed].map(({ loss }) => loss).concat(target ? [log10(target.loss)] : []));
  const entries = [];
  if (envelope) entries.push({ colour: "var(--series-0)", line: 3, area: true, text: envelopeText });
  if (second.length > 0) entries.push({ colour: "var(--series-1)", line: 2, dashed: true, text: `the second bound, 1 / (${text(linearRate)} t)` });
  if (target) entries.push({ colour: "var(--series-4)", symbol: "diamond", text: `the target: at most ${text(target.loss)} from t = ${text(target.steps)} on` });
  if (placed.length > 0) entries.push({ colour: "var(--series-3)", symbol: "circle", hollow: true, text: "recorded iterates: the loss at the recorded weights, enclosed" });

  const rows = [];
  if (envelope) {
    rows.push([`0`, fromLog10(envelopeLog10(envelope, 0, exponent)), ""]);
    const first = Math.ceil(Math.max(...envelope.map(({ a, c }) => log10(a) - log10(c))));
    for (let power = Math.max(0, first - 2); power <= end && rows.length < 12; ++power) rows.push([fromLog10(power, 1), fromLog10(envelopeLog10(envelope, 10 ** power, exponent)), ""]);
    if (target) rows.push([text(target.steps), fromLog10(envelopeLog10(envelope, value(target.steps), exponent)), ""]);
  }
  for (const { iteration, bounds } of placed) rows.push([String(iteration), envelope ? fromLog10(envelopeLog10(envelope, iteration, exponent)) : "", enclosure(bounds.loss)]);
  const columns = [{ text: "t", number: true }, { text: "envelope (to 4 digits)", number: true }, { text: "recorded loss", number: true }];
  const kept = columns.map((_, index) => index === 0 || rows.some((row) => row[index] !== ""));

  return figure({
    title: envelope ? "The loss over time" : "The loss of the recorded iterates",
    description:
      (envelope ? `Loss against time, both on logarithmic scales. The bound starts at ${fromLog10(curve[0].loss, 3)} and falls to ${fromLog10(curve[curve.length - 1].loss, 3)} at t = ${fromLog10(end, 1)}. ` : "Loss against time, both on logarithmic scales. ") +
      (placed.length > 0 ? `${placed.length} recorded iterates fall from ${fromLog10(placed[0].loss, 3)} to ${fromLog10(placed[placed.length - 1].loss, 3)}.` : ""),
    entries,
    note: placed.some((mark) => !Number.isFinite(mark.loss)) ? "Iterates of zero loss have no place on a logarithmic scale; they are in the table." : null,
    numbers: { columns: columns.filter((_, index) => kept[index]), rows: rows.map((row) => row.filter((_, index) => kept[index])) },
    draw: (width) =>
      plot({
        width,
        x: { domain: [0, end], ...decades([0, end], width < 500 ? 4 : 8), label: `1 + t, ${unit} →`, labelAnchor: "right" },
        y: { domain: y, ...decades(y), label: "↑ loss L", grid: true },
        marks: [
          Plot.areaY(curve, { x: "place", y1: () => y[0], y2: "loss", fill: "var(--series-0)", fillOpacity: 0.12 }),
          Plot.line(second, { x: "place", y: "loss", stroke: "var(--series-1)", strokeWidth: 2, strokeDasharray: "6,4", clip: true }),
          Plot.line(curve, { x: "place", y: "loss", stroke: "var(--series-0)", strokeWidth: 3 }),
          Plot.dot(placed.filter((mark) => Number.isFinite(mark.loss)), { x: "place", y: "loss", stroke: "var(--series-3)", strokeWidth: 1.5, r: 3 }),
          target ? Plot.dot([target], { x: (d) => Math.log10(1 + value(d.steps)), y: (d) => log10(d.loss), symbol: "diamond", r: 7, fill: "var(--series-4)", stroke: "var(--ground)", strokeWidth: 1.5 }) : null,
        ],
      }),
  });
}

/** For what t the envelope certifies each power of ten: rows of [loss, t]. */
export function certifiedTimes(envelope, network) {
  const exponent = envelopeExponent(network);
  const start = Math.floor(envelopeLog10(envelope, 0, exponent));
  const rows = [];
  for (const below of [1, 2, 4, 8, 12]) {
    const steps = stepsUntil(envelope, start - below, exponent);
    // Rounded up, so that what the row says is true.
    const power = Math.floor(steps);
    if (Number.isFinite(steps)) rows.push([fromLog10(start - below, 1), `${(Math.ceil(10 ** (steps - power) * 100) / 100).toFixed(2)}e${power}`]);
  }
  return rows.map(([loss, steps]) => [loss, text(steps)]);
}

/**
 * ||grad L|| / L^beta against L, with the bound kappa. `upTo` is the loss up to which the bound holds for every student (else it is
 * about the given weights alone).
 */
export function ratioAgainstLoss({ beta, kappa, kappaText, upTo, given, recorded }) {
  const ratio = beta === "1" ? "‖∇L‖ / L" : `‖∇L‖ / L^(${beta})`;
  const marks = points(recorded).filter((mark) => Number.isFinite(mark.ratio));
  const own = given?.ratio ? [{ loss: middleLog10(given.loss), ratio: middleLog10(given.ratio), bounds: given }] : [];
  const bound = kappa === undefined ? NaN : log10(kappa);
  const limit = upTo === undefined ? NaN : log10(upTo);
  const x = spread([...marks, ...own].map(({ loss }) => loss).concat(Number.isFinite(limit) ? [limit, limit - 6, limit + 1] : []), 0.08, 2);
  const y = spread([...marks, ...own].map((mark) => mark.ratio).concat([bound]), 0.12, 0.7);
  const region = Number.isFinite(limit) ? [{ x1: x[0], x2: limit, y1: y[0], y2: bound }] : [];
  const entries = [];
  if (Number.isFinite(bound)) entries.push({ colour: "var(--series-0)", line: 3, area: region.length > 0, text: kappaText });
  if (own.length > 0) entries.push({ colour: "var(--series-4)", symbol: "diamond", text: "the given weights, enclosed" });
  if (marks.length > 0) entries.push({ colour: "var(--series-3)", symbol: "circle", hollow: true, text: "recorded iterates, enclosed" });
  const row = ({ bounds, iteration }) => [iteration === undefined ? "given weights" : `iterate ${iteration}`, enclosure(bounds.loss), enclosure(bounds.ratio)];
  const rows = [...own, ...marks].map(row);
  if (Number.isFinite(bound)) rows.unshift(["bound κ", Number.isFinite(limit) ? `up to ${text(upTo)}` : "–", text(kappa)]);
  return figure({
    title: `The ratio ${ratio} against the loss`,
    description:
      `${ratio} against the loss L, both on logarithmic scales. ` +
      (Number.isFinite(bound) ? `The bound is ${text(kappa)}${Number.isFinite(limit) ? ` for losses up to ${text(upTo)}` : ""}. ` : "") +
      (own.length > 0 ? `At the given weights the ratio is ${fromLog10(own[0].ratio, 5)} at a loss of ${fromLog10(own[0].loss, 5)}. ` : "") +
      (marks.length > 0 ? `${marks.length} recorded iterates have ratios from ${fromLog10(Math.min(...marks.map((m) => m.ratio)), 3)} to ${fromLog10(Math.max(...marks.map((m) => m.ratio)), 3)}.` : ""),
    entries,
    numbers: { columns: ["at", { text: "loss", number: true }, { text: ratio, number: true }], rows },
    draw: (width) =>
      plot({
        width,
        x: { domain: x, ...decades(x, width < 500 ? 5 : 8), label: "loss L →", labelAnchor: "right" },
        y: { domain: y, ...decades(y), label: `↑ ${ratio}`, grid: true },
        marks: [
          Plot.rect(region, { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: "var(--series-0)", fillOpacity: 0.14 }),
          region.length > 0
            ? Plot.link(region, { x1: "x1", x2: "x2", y1: "y2", y2: "y2", stroke: "var(--series-0)", strokeWidth: 3 })
            : Number.isFinite(bound)
              ? Plot.ruleY([bound], { stroke: "var(--series-0)", strokeWidth: 3 })
              : null,
          Plot.dot(marks, { x: "loss", y: "ratio", stroke: "var(--series-3)", strokeWidth: 1.5, r: 3 }),
          Plot.dot(own, { x: "loss", y: "ratio", symbol: "diamond", r: 7, fill: "var(--series-4)", stroke: "var(--ground)", strokeWidth: 1.5 }),
        ],
      }),
  });
}
