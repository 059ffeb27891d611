// The network a document is about: its formula, its size, its weights.

import { descriptions, details, element, math, paragraph, table } from "./element.js";
import { brief, rounded } from "./number.js";
import { neurons } from "./neuron_map.js";

const activations = {
  abs: { sigma: (z) => String.raw`\lvert ${z}\rvert`, words: "absolute value, σ(z) = |z|" },
  relu: { sigma: (z) => String.raw`\max(${z},0)`, words: "ReLU, σ(z) = max(z, 0)" },
  "relu+linear": { sigma: (z) => String.raw`\max(${z},0)`, words: "ReLU with a free linear term, minimised over it" },
};

const neuron = (weights, form, sigma) => (form === "norm" ? String.raw`\lVert ${weights}\rVert\,` : "") + sigma(String.raw`${weights}\cdot x`);

/** The networks and the loss as formulas, with the sizes where they are fixed. */
function formulas(network, everyStudent) {
  const { sigma } = activations[network.activation];
  const m = everyStudent ? "m" : network.m;
  const student = String.raw`f_W(x)=\sum_{j=1}^{${m}}${neuron("w_j", network.neuron, sigma)}`;
  const teacher = String.raw`f^*(x)=\sum_{i=1}^{${network.r}}${neuron("w_i^*", network.teacher_neuron, sigma)}`;
  const difference = String.raw`f_W(x)-f^*(x)`;
  const loss =
    network.activation === "relu+linear"
      ? String.raw`L(W)=\min_{b}\tfrac12\,\mathbb E\bigl(${difference}-b\cdot x\bigr)^2`
      : String.raw`L(W)=\tfrac12\,\mathbb E\bigl(${difference}\bigr)^2`;
  return [student, teacher, loss, String.raw`x\sim N(0,I_d)`];
}

const form = (name) => (name === "norm" ? "norm form: ‖w‖ σ(w·x)" : "unit form: σ(w·x)");
const rowsHidden = 12;

/** One row a neuron: its weights, its class, its mass, its angle. */
function weightsTable(network, classes, lists) {
  const all = neurons(network, classes);
  const cell = (entry) => (typeof entry === "string" ? brief(entry) : `[${brief(entry.lo, 12)}, ${brief(entry.hi, 12)}]`);
  const narrow = network.d > 0 && network.d <= 4;
  const columns = ["neuron"];
  if (network.gram) columns.push({ text: "its row of the Gram matrix", number: true });
  else if (narrow) for (let k = 0; k < network.d; ++k) columns.push({ text: `w[${k}]`, number: true });
  else columns.push({ text: "w", number: true });
  columns.push({ text: "mass", number: true });
  for (const { name } of lists) columns.push(name);
  const row = (kind, entries, index) => {
    const known = all?.[kind === "teacher" ? "teachers" : "students"][index];
    const weights = narrow && !network.gram ? entries.map(cell) : [entries.map(cell).join(", ")];
    return [`${kind}[${index}]`, ...weights, known ? rounded(known.mass, 5) : "–", ...lists.map(({ value }) => (kind === "teacher" ? "" : value[index] === null ? "–" : `teacher[${value[index]}]`))];
  };
  const rows = [
    ...network.teacher.map((entries, index) => row("teacher", entries, index)),
    ...(network.student ?? []).map((entries, index) => row("student", entries, index)),
  ];
  const caption = network.student ? "Weights of the teachers and students" : "Weights of the teachers";
  const result = table(caption, columns, rows);
  return rows.length > rowsHidden ? details(`The weights of all ${rows.length} neurons`, result) : result;
}

/** `everyStudent`: the document is about the teachers. `bound`: the digest that the document names, and what it calls the network. */
export function networkPart(network, { everyStudent = false, source, bound, classes, lists = [] } = {}) {
  const digest = everyStudent ? network.teacher_digest : network.instance_digest;
  const size = everyStudent
    ? `${network.r} teacher${network.r === 1 ? "" : "s"}${network.gram ? ", given by their Gram matrix" : ` in dimension ${network.d}`}; any number of students, in every dimension`
    : `dimension d = ${network.d}; m = ${network.m} student${network.m === 1 ? "" : "s"}; r = ${network.r} teacher${network.r === 1 ? "" : "s"}`;
  const shown = everyStudent ? { ...network, student: null } : network;
  return [
    paragraph(
      everyStudent
        ? "A fixed *teacher* network, and every *student* network that might be trained to imitate it. Both have one hidden layer; their outputs are sums of neurons.".replaceAll("*", "")
        : "A student network that is trained to imitate a fixed teacher network. Both have one hidden layer; their outputs are sums of neurons.",
    ),
    formulas(network, everyStudent).map((tex) => math(tex, true)),
    descriptions([
      ["Name", network.name && element("span", {}, network.name)],
      ["Activation", activations[network.activation].words],
      ["Students", form(network.neuron)],
      ["Teachers", form(network.teacher_neuron)],
      ["Size", size],
      ["Numbers", network.point || everyStudent ? "exact numbers" : "boxes: intervals of numbers, each standing for every choice in it"],
      ["Taken from", source],
      ["Digest", element("code", { class: "digest" }, digest)],
      ["Bound to", bound && bound !== digest && element("strong", {}, "another network: ", element("code", { class: "digest" }, bound))],
    ]),
    weightsTable(shown, classes, everyStudent ? [] : lists),
    element("p", { class: "note" }, "Long numbers are shown to 8 digits, ends of boxes to 12; the digest is of the exact ones."),
  ];
}
