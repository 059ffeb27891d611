// The neurons as arrows on the plane of two teachers. Approximate: a picture, no part of a claim.

import { element } from "./element.js";
import { figure, Plot, plot, seriesOf } from "./figure.js";
import { rounded, value } from "./number.js";

const dot = (a, b) => a.reduce((sum, x, k) => sum + x * b[k], 0);
const length = (a) => Math.sqrt(dot(a, a));
const scaled = (a, factor) => a.map((x) => x * factor);
const minus = (a, b) => a.map((x, k) => x - b[k]);

/** Rows of exact entries as doubles; boxes by their middles. */
const middles = (rows) => rows.map((row) => row.map((entry) => (typeof entry === "string" ? value(entry) : (value(entry.lo) + value(entry.hi)) / 2)));

/** Vectors with the given Gram matrix (Cholesky's rows; dependent ones get a zero pivot). */
function vectorsOfGram(gram) {
  const rows = middles(gram);
  const size = rows.length;
  const lower = rows.map(() => new Array(size).fill(0));
  for (let i = 0; i < size; ++i) {
    for (let k = 0; k <= i; ++k) {
      const rest = rows[i][k] - dot(lower[i].slice(0, k), lower[k].slice(0, k));
      if (i === k) lower[i][i] = Math.sqrt(Math.max(rest, 0));
      else if (lower[k][k] > 1e-12) lower[i][k] = rest / lower[k][k];
    }
  }
  return lower;
}

/** {teachers, students}: effective vectors p, or null where there are none that doubles can hold. */
export function effectiveVectors(network) {
  const effective = (rows, form) => (form === "norm" ? rows.map((row) => scaled(row, length(row))) : rows);
  const teachers = effective(network.gram ? vectorsOfGram(network.teacher) : middles(network.teacher), network.teacher_neuron);
  const students = effective(middles(network.student ?? []), network.neuron);
  const usable = [...teachers, ...students].every((row) => row.every(Number.isFinite)) && teachers.some((row) => length(row) > 0);
  return usable ? { teachers, students } : null;
}

/** Lines for abs and relu+linear, directions for relu. */
function angleBetween(a, b, activation) {
  const cosine = Math.min(1, Math.max(-1, dot(a, b) / (length(a) * length(b))));
  const sine = length(minus(scaled(a, 1 / length(a)), scaled(b, dot(a, b) / (length(a) * length(b) * length(b)))));
  const angle = Math.atan2(sine, activation === "relu" ? cosine : Math.abs(cosine));
  return length(a) > 0 && length(b) > 0 ? angle : NaN;
}

/** An orthonormal pair that spans the two, or the first and any direction across it. */
function planeOf(first, second) {
  const e1 = scaled(first, 1 / length(first));
  let across = minus(second, scaled(e1, dot(second, e1)));
  if (length(across) < 1e-9 * Math.max(length(second), 1)) {
    if (e1.length === 1) return [e1, [0]];
    const other = e1.map(() => 0);
    other[e1.findIndex((x) => Math.abs(x) === Math.min(...e1.map(Math.abs)))] = 1;
    across = minus(other, scaled(e1, dot(other, e1)));
  }
  return [e1, scaled(across, 1 / length(across))];
}

const angleText = (angle) => (Number.isFinite(angle) ? `${rounded(angle, 3)}` : "–");
const nameOf = (teacher) => (teacher === null || teacher === undefined ? "far" : `teacher[${teacher}]`);

/** The neurons, with one row each: {name, teacher, mass, angle, vector, kind}. */
export function neurons(network, classes) {
  const vectors = effectiveVectors(network);
  if (!vectors) return null;
  const rowsOf = (kind, rows) =>
    rows.map((vector, index) => {
      const teacher = kind === "teacher" ? index : (classes?.[index] ?? null);
      return {
        kind,
        index,
        name: `${kind}[${index}]`,
        teacher,
        vector,
        mass: length(vector),
        angle: kind === "teacher" || teacher === null ? NaN : angleBetween(vector, vectors.teachers[teacher], network.activation),
      };
    });
  return { teachers: rowsOf("teacher", vectors.teachers), students: rowsOf("student", vectors.students) };
}

/** The map, or null where nothing can be drawn. `classes` assigns students to teachers, `classesText` says how. */
export function neuronMap(network, classes, classesText) {
  const all = neurons(network, classes);
  if (!all) return null;
  const { teachers, students } = all;
  const shown = { first: 0, second: Math.min(1, teachers.length - 1) };
  const project = () => {
    const [e1, e2] = planeOf(teachers[shown.first].vector, teachers[shown.second === shown.first ? shown.first : shown.second].vector);
    return ({ vector, ...rest }) => ({ ...rest, x: dot(vector, e1), y: dot(vector, e2), out: Math.sqrt(Math.max(0, dot(vector, vector) - dot(vector, e1) ** 2 - dot(vector, e2) ** 2)) });
  };
  const style = (teacher) => (teacher === null ? { colour: "var(--muted)", symbol: "times" } : seriesOf(teacher));
  const used = [...new Set(students.map(({ teacher }) => teacher))].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));

  let node = null;
  const choose = (which) =>
    element(
      "select",
      {
        "aria-label": which === "first" ? "First teacher of the plane" : "Second teacher of the plane",
        change: (event) => {
          shown[which] = Number(event.target.value);
          node.redraw();
        },
      },
      teachers.filter(({ mass }) => mass > 0).map(({ index, name }) => element("option", { value: index, selected: shown[which] === index }, name)),
    );
  const controls = teachers.length > 2 ? element("p", { class: "controls" }, "Plane of ", choose("first"), " and ", choose("second")) : null;

  const draw = (width) => {
    const place = project();
    const drawnStudents = students.map(place);
    // A teacher that points out of the plane leaves nothing to draw.
    const drawnTeachers = teachers.map(place).filter(({ x, y, mass }) => mass > 0 && Math.hypot(x, y) > 0.02 * mass);
    const everything = [...drawnTeachers, ...drawnStudents];
    const low = (key) => Math.min(0, ...everything.map((neuron) => neuron[key]));
    const high = (key) => Math.max(0, ...everything.map((neuron) => neuron[key]));
    const [margin, marginBottom] = [24, 44];
    const extent = Math.max(high("x") - low("x"), 1e-300);
    const flat = Math.max(high("y") - low("y"), extent * 0.35);
    const middle = (high("y") + low("y")) / 2;
    const x = [low("x") - 0.08 * extent, high("x") + 0.12 * extent];
    const ySize = Math.max(flat * 1.2, 1e-300);
    const inner = width - margin * 2;
    const height = Math.min(Math.max((inner * ySize) / (x[1] - x[0]), 160), 520) + margin + marginBottom;
    const scale = Math.max((x[1] - x[0]) / inner, ySize / (height - margin - marginBottom));
    const xRoom = (scale * inner - (x[1] - x[0])) / 2;
    const yRoom = (scale * (height - margin - marginBottom)) / 2;
    return plot({
      width,
      height,
      marginLeft: margin,
      marginRight: margin,
      marginTop: margin,
      marginBottom,
      x: { domain: [x[0] - xRoom, x[1] + xRoom], ticks: 5, label: `along teacher[${shown.first}] →`, labelAnchor: "right" },
      y: { domain: [middle - yRoom, middle + yRoom], axis: null },
      marks: [
        Plot.ruleY([0], { stroke: "var(--rule)" }),
        Plot.ruleX([0], { stroke: "var(--rule)" }),
        Plot.arrow(drawnTeachers, { x1: 0, y1: 0, x2: "x", y2: "y", stroke: "var(--muted)", strokeWidth: 7, strokeOpacity: 0.45, headLength: 7, headAngle: 50 }),
        used.map((teacher) =>
          Plot.link(drawnStudents.filter((student) => student.teacher === teacher), { x1: 0, y1: 0, x2: "x", y2: "y", stroke: style(teacher).colour, strokeWidth: 1.75 }),
        ),
        used.map((teacher) =>
          Plot.dot(drawnStudents.filter((student) => student.teacher === teacher), {
            x: "x",
            y: "y",
            symbol: style(teacher).symbol,
            r: 5,
            fill: teacher === null ? "none" : style(teacher).colour,
            stroke: teacher === null ? style(teacher).colour : "var(--ground)",
            strokeWidth: teacher === null ? 2 : 1,
          }),
        ),
        [true, false].map((above) =>
          Plot.text(drawnTeachers.filter(({ y }) => y > middle === above), {
            x: "x",
            y: "y",
            text: "name",
            fontWeight: 600,
            fill: "currentColor",
            stroke: "var(--ground)",
            strokeWidth: 4,
            dy: above ? -17 : 21,
          }),
        ),
      ].flat(),
    });
  };

  const entries = [{ colour: "var(--muted)", line: 6, faint: true, text: "teachers, wide arrows" }].concat(
    used.map((teacher) => ({ colour: style(teacher).colour, symbol: style(teacher).symbol === "times" ? "cross" : style(teacher).symbol, line: 2, hollow: teacher === null, text: teacher === null ? "students far from every teacher" : `students of teacher[${teacher}]` })),
  );
  const across = Math.max(0, ...[...teachers, ...students].map(project()).map((neuron) => neuron.out / Math.max(neuron.mass, 1e-300)));
  node = figure({
    title: "The neurons",
    description: () =>
      `Arrows from the origin on the plane of teacher[${shown.first}] and teacher[${shown.second}]: ${teachers.length} teachers and ${students.length} students, each as long as its mass. ` +
      used.map((teacher) => `${students.filter((student) => student.teacher === teacher).length} students ${teacher === null ? "far from every teacher" : `of teacher[${teacher}]`}`).join(", ") + ".",
    note:
      "Each arrow is an effective vector $p$; its length is the neuron's mass." +
      (network.activation === "relu" ? "" : " An arrow and its opposite are the same neuron.") +
      (across > 1e-3 ? " Arrows are projected onto the plane, so what points out of it looks shorter." : "") +
      (students.length > 0 ? ` ${classesText}` : "") +
      (network.point ? "" : " Boxes are drawn at their middles."),
    entries,
    controls,
    draw,
    maximum: 560,
    numbers: {
      columns: ["neuron", "belongs to", { text: "mass", number: true }, { text: "angle to it, rad", number: true }],
      rows: [...teachers, ...students].map((neuron) => [neuron.name, neuron.kind === "teacher" ? "–" : nameOf(neuron.teacher), rounded(neuron.mass, 5), angleText(neuron.angle)]),
    },
  });
  return node;
}
