// What `lojacert stress --json` prints: the digits that each precision and each formula leaves.

import { descriptions, element, paragraph, table } from "./element.js";
import { decades, figure, Plot, plot, seriesOf, spread } from "./figure.js";
import { enclosure, fromLog10, middleLog10 } from "./number.js";

const quantities = [
  ["loss", "the loss L"],
  ["gradient", "the gradient"],
  ["ratio", "the ratio ‖∇L‖ / L^β"],
];

export const stressName = () => "A stress test of precision";
export const stressTitle = (document) => `${stressName()}: ${document.instance?.name || "an instance without a name"}`;

const titleOf = (document, formula) => ((document.formulas ?? []).find(({ name }) => name === formula)?.title ?? formula ?? "").replaceAll(/[$`]/g, "");
const digitsText = (row) => {
  if (row.state && row.state !== "finite") return row.state;
  if (row.digits_lo == null) return "–";
  if (row.digits_hi == null) return `≥ ${row.digits_lo}`;
  // Bounds a thousandth apart are shown by the lower one.
  return row.digits_hi - row.digits_lo < 0.0015 ? String(row.digits_lo) : `${row.digits_lo} to ${row.digits_hi}`;
};
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const unique = (values) => [...new Set(values)];
/** Beyond these bits every formula has digits enough, and the picture would show nothing else. */
const bitsDrawn = 256;
/** Of a trajectory, the precisions that people choose between; the others are in the JSON. */
const chosen = ["float32", "double", "double-double"];

/** Digits against precision, a mark a formula. */
function digitsFigure(document, [quantity, words]) {
  const rows = (document.digits ?? []).filter((row) => row.quantity === quantity);
  if (rows.length === 0) return null;
  const drawn = rows.filter(({ bits }) => !(bits > bitsDrawn));
  const precisions = unique([...drawn].sort((a, b) => a.bits - b.bits).map(({ precision }) => precision));
  const formulas = unique(rows.map(({ formula }) => formula));
  const points = drawn.filter((row) => row.digits_lo != null && row.precision).map((row) => ({ ...row, shown: Math.max(row.digits_lo, 0) }));
  const top = Math.max(1, ...points.map(({ shown }) => shown));
  const wanted = document.wanted_digits;
  return figure({
    title: `Digits right of ${words}`,
    description: `The certified decimal digits of ${words} that ${formulas.length} formulas leave at ${precisions.length} precisions, at most ${top}.`,
    entries: formulas.map((formula, index) => ({ ...seriesOf(index), line: 2, text: titleOf(document, formula) })),
    note: `Negative digits (an error larger than the value) are drawn at 0; results that are no number, and more than ${bitsDrawn} bits, are in the table alone.`,
    numbers: {
      columns: ["formula", "precision", { text: "digits", number: true }],
      rows: rows.map((row) => [titleOf(document, row.formula), row.precision, digitsText(row)]),
    },
    draw: (width) =>
      plot({
        width,
        height: Math.round(Math.min(Math.max(width * 0.6, 300), 440)),
        marginBottom: 92,
        x: { domain: precisions, type: "point", label: null, tickRotate: -45 },
        y: { domain: [0, top * 1.08], label: "↑ digits", grid: true },
        marks: [
          wanted ? Plot.ruleY([wanted], { stroke: "var(--muted)", strokeDasharray: "4,4" }) : null,
          formulas.map((formula, index) => {
            const own = points.filter((point) => point.formula === formula).sort((a, b) => a.bits - b.bits);
            return [
              Plot.line(own, { x: "precision", y: "shown", stroke: seriesOf(index).colour, strokeWidth: 1.75 }),
              Plot.dot(own, { x: "precision", y: "shown", symbol: seriesOf(index).symbol, r: 4.5, fill: seriesOf(index).colour, stroke: "var(--ground)" }),
            ];
          }),
        ].flat(2),
      }),
  });
}

/** Digits against L along a trajectory, in one precision a picture. */
function trajectoryFigures(document) {
  const rows = (document.trajectory ?? []).filter((row) => row.quantity === "loss" && row.loss && Number.isFinite(middleLog10(row.loss)));
  const precisions = unique(rows.map(({ precision }) => precision));
  const shown = precisions.filter((precision) => chosen.includes(precision));
  return (shown.length > 0 ? shown : precisions).map((precision) => {
    const points = rows.filter((row) => row.precision === precision && row.digits_lo != null).map((row) => ({ ...row, place: middleLog10(row.loss), shown: Math.max(row.digits_lo, 0) }));
    if (points.length === 0) return null;
    const formulas = unique(points.map(({ formula }) => formula));
    const x = spread(points.map(({ place }) => place));
    return figure({
      title: `Digits right of the loss along the trajectory, in ${precision}`,
      description: `Digits of the loss against the loss itself, for ${formulas.length} formulas in ${precision}.`,
      entries: formulas.map((formula, index) => ({ ...seriesOf(index), text: titleOf(document, formula) })),
      numbers: {
        columns: [{ text: "iterate", number: true }, "formula", { text: "loss", number: true }, { text: "digits", number: true }],
        rows: points.map((row) => [String(row.iteration), titleOf(document, row.formula), enclosure(row.loss), digitsText(row)]),
      },
      draw: (width) =>
        plot({
          width,
          x: { domain: x, ...decades(x), label: "loss L →", labelAnchor: "right" },
          y: { label: "↑ digits", grid: true, domain: [0, Math.max(1, ...points.map(({ shown }) => shown)) * 1.08] },
          marks: formulas.map((formula, index) =>
            Plot.dot(points.filter((point) => point.formula === formula), { x: "place", y: "shown", symbol: seriesOf(index).symbol, r: 4, fill: seriesOf(index).colour, stroke: "var(--ground)" }),
          ),
        }),
    });
  });
}

function frontierTable(document) {
  const rows = document.frontier ?? [];
  if (rows.length === 0) return null;
  const constants = ["lo", "hi", "norm_lo", "norm_hi", "kappa", "beta", "constant"];
  return table(
    "The fewest bits that decide each claim",
    ["claim", "with", "margin", { text: "least bits", number: true }, { text: "predicted", number: true }],
    rows.map((row) => [
      row.claim,
      constants.filter((key) => row[key] !== undefined).map((key) => `${key} = ${row[key]}`).join(", "),
      row.margin ?? "",
      row.least_bits == null ? "not decided" : String(row.least_bits),
      row.predicted_bits == null ? "–" : String(row.predicted_bits),
    ]),
  );
}

function breakdownTable(document) {
  const rows = document.breakdown ?? [];
  if (rows.length === 0) return null;
  const digits = (row, of) => digitsText({ state: row[`${of}_state`], digits_lo: row[`${of}_digits_lo`], digits_hi: row[`${of}_digits_hi`] });
  return table(
    "Where the digits go: what is left if only this stage is rounded",
    ["stage", "precision", { text: "condition", number: true }, { text: "digits of L", number: true }, { text: "digits of the gradient", number: true }],
    rows.map((row) => [row.stage, row.precision, row.condition_log10 == null ? "–" : fromLog10(row.condition_log10, 3), digits(row, "loss"), digits(row, "gradient")]),
  );
}

export function stressParts(document) {
  const { instance = {}, advice } = document;
  const frontier = [frontierTable(document), breakdownTable(document)].filter(Boolean);
  const trajectory = trajectoryFigures(document).filter(Boolean);
  return [
    {
      id: "advice",
      title: "What to compute with",
      content: [
        advice && element("p", { class: "lead" }, element("strong", {}, capital(advice.text ?? advice.verdict ?? "")), "."),
        paragraph("Digits are certified: each result is one exact number, and lojacert enclosed its distance from the truth with rigorous arithmetic. They are measurements on this instance, not a proof about others."),
        descriptions([
          ["Instance", instance.name],
          ["Network", instance.activation && `${instance.activation}, ${instance.neuron}-form students, ${instance.teacher_neuron}-form teachers, d = ${instance.d}, m = ${instance.m}, r = ${instance.r}`],
          ["Digest", instance.digest && element("code", { class: "digest" }, instance.digest)],
          ["Loss", document.loss && enclosure(document.loss)],
          ["Gradient norm", document.gradient_norm && enclosure(document.gradient_norm)],
          [`‖∇L‖ / L^(${document.beta ?? "β"})`, document.ratio && enclosure(document.ratio)],
          ["Digits wanted", document.wanted_digits != null ? String(document.wanted_digits) : null],
        ]),
      ],
    },
    { id: "digits", title: "Digits against precision", content: quantities.map((quantity) => digitsFigure(document, quantity)) },
    { id: "trajectory", title: "Digits against the loss", content: trajectory.length > 0 ? trajectory : null },
    { id: "bits", title: "How many bits, and where they go", content: frontier.length > 0 ? frontier : null },
  ];
}
