// What `lojacert audit --json` prints: the paper's lemmas on instances, both sides, and the constants that they imply.

import { element, paragraph, table } from "./element.js";
import { decades, figure, Plot, plot, seriesOf, spread } from "./figure.js";
import { brief, enclosure, fromLog10, middleLog10 } from "./number.js";

const verdict = (word) => (word ? element("span", { class: `answer ${word.toLowerCase()}` }, { PROVED: "✓ ", DISPROVED: "✗ " }[word] ?? "? ", word) : "–");
const labelOf = (row) => row.source || row.row || "row";
/** A name of its own for each statement: its source, with the key where sources repeat. */
const labelIn = (document, row) => ((document.rows ?? []).some((other) => other.source === row.source && other.row !== row.row) ? `${labelOf(row)} (${row.row})` : labelOf(row));
const shortName = (index) => `[${index}]`;
const instanceName = (document, index) => document.instances?.[index]?.name || document.instances?.[index]?.file || `instance ${index}`;

export const auditName = () => "An audit of the paper's lemmas";
export const auditTitle = (document) => {
  const names = (document.instances ?? []).map((_, index) => instanceName(document, index));
  return names.length === 1 ? `${auditName()}: ${names[0]}` : `${auditName()} on ${names.length} instances`;
};

function instancesTable(document) {
  return table(
    "The instances",
    ["", "instance", "network", "digest"],
    (document.instances ?? []).map((instance, index) => [shortName(index), instanceName(document, index), instance.network ?? "", element("code", { class: "digest" }, instance.digest ?? "")]),
  );
}

function rowsTables(document) {
  const rows = document.rows ?? [];
  return (document.instances ?? [{}]).map((_, index) =>
    table(
      `Both sides on: ${instanceName(document, index)}`,
      ["statement", { text: "left", number: true }, "", { text: "right", number: true }, { text: "implied constant", number: true }, "verdict"],
      rows
        .filter((row) => (row.instance ?? 0) === index)
        .map((row) => [
          element("span", {}, labelOf(row), [row.title, row.note].map((remark) => remark && element("span", { class: "says" }, remark))),
          enclosure(row.left),
          { ">=": "≥", "<=": "≤" }[row.relation] ?? row.relation ?? "",
          enclosure(row.right),
          enclosure(row.implied_constant),
          verdict(row.verdict),
        ]),
    ),
  );
}

/** The implied constants on a logarithmic axis, a line a statement, a mark an instance. */
function constantsFigure(document) {
  const points = (document.rows ?? [])
    .filter((row) => row.implied_constant && Number.isFinite(middleLog10(row.implied_constant)))
    .map((row) => ({ label: labelIn(document, row), instance: row.instance ?? 0, place: middleLog10(row.implied_constant), bounds: row.implied_constant }));
  if (points.length === 0) return null;
  const labels = [...new Set(points.map(({ label }) => label))];
  const shown = [...new Set(points.map(({ instance }) => instance))];
  const ranges = labels.map((label) => {
    const places = points.filter((point) => point.label === label).map(({ place }) => place);
    return { label, low: Math.min(...places), high: Math.max(...places) };
  });
  const x = spread(points.map(({ place }) => place), 0.06, 2);
  const many = shown.length > 7;
  const style = (instance) => (many ? seriesOf(0) : seriesOf(shown.indexOf(instance)));
  return figure({
    title: "Implied constants of each statement",
    description: `${labels.length} statements and the constants that ${shown.length} instances imply for them, on a logarithmic axis from ${fromLog10(x[0], 2)} to ${fromLog10(x[1], 2)}.`,
    entries: many ? [{ ...seriesOf(0), text: `one mark an instance (${shown.length} instances)` }] : shown.map((instance) => ({ ...style(instance), text: (several(document) ? `${shortName(instance)} ` : "") + instanceName(document, instance).replaceAll(/[$`]/g, "") })),
    note: points.length < (document.rows ?? []).filter((row) => row.implied_constant).length ? "Constants that are or may be 0 have no place on a logarithmic axis; they are in the tables below." : null,
    numbers: {
      columns: ["statement", "instance", { text: "implied constant", number: true }],
      rows: points.map(({ label, instance, bounds }) => [label, shortName(instance), enclosure(bounds)]),
    },
    draw: (width) =>
      plot({
        width,
        height: 70 + 30 * labels.length,
        marginLeft: Math.min(190, width * 0.4),
        x: { domain: x, ...decades(x, width < 500 ? 4 : 8), label: "implied constant →", labelAnchor: "right", grid: true },
        y: { domain: labels, label: null },
        marks: [
          Plot.link(ranges, { x1: "low", x2: "high", y1: "label", y2: "label", stroke: "var(--muted)", strokeWidth: 1.5 }),
          shown.map((instance) =>
            Plot.dot(points.filter((point) => point.instance === instance), { x: "place", y: "label", symbol: style(instance).symbol, r: 5, fill: style(instance).colour, stroke: "var(--ground)" }),
          ),
        ].flat(),
      }),
  });
}

const constantText = (constant) => (constant == null ? "–" : typeof constant === "object" ? enclosure(constant) : brief(constant));

function rangesTable(document) {
  const rows = document.ranges ?? [];
  if (rows.length === 0) return null;
  const label = (name) => labelIn(document, (document.rows ?? []).find((row) => row.row === name) ?? { row: name });
  return table(
    "How far the implied constants spread, to 8 digits",
    ["statement", { text: "smallest", number: true }, "on", { text: "largest", number: true }, "on"],
    rows.map((row) => [
      label(row.row),
      constantText(row.lo),
      row.attained_at_lo == null ? "" : shortName(row.attained_at_lo),
      constantText(row.hi),
      row.attained_at_hi == null ? "" : shortName(row.attained_at_hi),
    ]),
  );
}

const several = (document) => (document.instances ?? []).length > 1;
const at = (document, row) => (several(document) ? [shortName(row.instance ?? 0)] : []);

function factorsTable(document) {
  const rows = document.factors ?? [];
  if (rows.length === 0) return null;
  return table(
    "Where the theorems lose: both sides of each step of their proofs",
    ["step", "theorem", ...(several(document) ? ["instance"] : []), { text: "left", number: true }, { text: "right", number: true }, { text: "ratio", number: true }],
    rows.map((row) => [row.step ?? "", row.theorem ?? "", ...at(document, row), enclosure(row.left), enclosure(row.right), enclosure(row.ratio)]),
  );
}

function hypothesesTable(document) {
  const rows = document.hypotheses ?? [];
  if (rows.length === 0) return null;
  return table(
    "The hypotheses of the theorems",
    ["hypothesis", "theorem", ...(several(document) ? ["instance"] : []), { text: "slack", number: true }, "verdict"],
    rows.map((row) => [row.hypothesis ?? "", row.theorem ?? "", ...at(document, row), enclosure(row.slack), verdict(row.verdict)]),
  );
}

/** What was found on samples, a row a number: samples are objects, one or several. */
function samplesTable(document) {
  const shown = (found) => (found === null || typeof found !== "object" ? String(found ?? "–") : "lo" in found ? enclosure(found) : JSON.stringify(found));
  return [document.samples].flat().map((sample, index) =>
    table(`The loss of a data set against the loss, sample ${index}`, ["quantity", { text: "value", number: true }], Object.entries(sample).map(([key, found]) => [key.replaceAll("_", " "), shown(found)])),
  );
}

/** What the audit remarks on an instance. */
const notes = (document) =>
  element("ul", { class: "said" }, (document.notes ?? []).map((note) => element("li", {}, several(document) ? `${shortName(note.instance ?? 0)} ${note.note ?? note}` : String(note.note ?? note))));

export function auditParts(document) {
  const factors = [hypothesesTable(document), factorsTable(document)].filter(Boolean);
  return [
    {
      id: "audit",
      title: "What was compared",
      content: [
        paragraph("Each statement of the paper was evaluated on the instances below: its left side, its right side without the constant that the paper hides in O( ) or Θ( ), and the constant that makes both equal."),
        paragraph("The enclosures are lojacert's, by rigorous arithmetic, rounded outward. Digits before … are certain; [a, b] holds the true value. They are evaluations of single instances and prove no statement in general; lojaverify did not check them."),
        instancesTable(document),
        notes(document),
      ],
    },
    { id: "constants", title: "The implied constants", content: [constantsFigure(document), rangesTable(document)] },
    { id: "sides", title: "Both sides of every statement", content: rowsTables(document) },
    { id: "steps", title: "Hypotheses and steps", content: factors.length > 0 ? factors : null },
    {
      id: "samples",
      title: "Samples",
      content: document.samples ? samplesTable(document) : null,
    },
  ];
}
