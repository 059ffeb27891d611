// A certificate: verdict first, then what was proved, about which network, resting on what.

import { certifiedTimes, lossAgainstTime, ratioAgainstLoss } from "./charts.js";
import { constants, describe, scope } from "./claims.js";
import { descriptions, details, element, math, paragraph, preformatted, prose, table, unfolded } from "./element.js";
import { networkPart } from "./network.js";
import { neuronMap } from "./neuron_map.js";
import { enclosure, log10, rounded, text, value } from "./number.js";

const aboutTeacher = new Set(["teacher", "landscape", "threshold", "recovery-for-all"]);
const claimOf = (document) => document.certificate.claim;
const linesOf = (document, start) => (document.verification?.lines ?? []).filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
const networkName = (document) => document.network.name || document.certificate.instance?.name || "a network without a name";
const unique = (lines) => [...new Set(lines)];

export const verdicts = {
  VERIFIED: { word: "Verified", mark: "✓", style: "verified" },
  "NOT VERIFIED": { word: "Not verified", mark: "✗", style: "refused" },
  UNSUPPORTED: { word: "Not checked", mark: "?", style: "unchecked" },
  unchecked: { word: "Not checked", mark: "?", style: "unchecked" },
};

export const verdictOf = (document) => verdicts[document.verification ? document.verification.status : "unchecked"] ?? verdicts["NOT VERIFIED"];
const isVerified = (document) => document.verification?.status === "VERIFIED";

/** A claim that was not verified says so wherever it is named. */
export const certificateName = (document) => (isVerified(document) ? "" : `${verdictOf(document).word}: `) + describe(claimOf(document), document.network).name;
export const certificateTitle = (document) => `${certificateName(document)}: ${networkName(document)}`;

function verdictSentence(document) {
  const program = (document.verification?.program ?? "").replace(/ \(.*/, "");
  switch (document.verification?.status) {
    case "VERIFIED": {
      const from = document.verification.instance ? ["the instance ", element("code", {}, document.verification.instance)] : "the instance inside the certificate";
      return [`${program}, a program independent of the prover, decided this claim again from `, from, ", and found it true."];
    }
    case "NOT VERIFIED":
      return `${program} did not confirm this claim. Nothing is proved by this certificate: do not rely on it.`;
    case "UNSUPPORTED":
      return `${program} does not know this kind of claim or version. Nothing below has been verified.`;
    default:
      return "This page was made without running the verifier (--no-verify). Nothing below has been verified.";
  }
}

const reasons = {
  "hash-mismatch": "the certificate is bound to another network than the one at hand",
  refuted: "the claim certainly does not hold for this network",
  "insufficient-precision": "the claim was not decided within the precision allowed; it may be true or false",
  "bad-evidence": "the certificate does not fit together: its sentence, its witness or its evidence is not that of the claim",
  resource: "time or memory ran out; the claim may be true or false",
};

/** The band with the verdict. */
export function verdictBand(document) {
  const { word, mark, style } = verdictOf(document);
  const [code, ...explanation] = (linesOf(document, "reason ")[0] ?? "").split(": ");
  return element(
    "div",
    { class: `verdict ${style}` },
    element("span", { class: "mark", "aria-hidden": "true" }, mark),
    element(
      "div",
      {},
      element("p", {}, element("strong", {}, `${word}.`), " ", verdictSentence(document)),
      code && element("p", {}, "Reason: ", reasons[code] ?? code, ` (${code}). `, explanation.length > 0 && ["The verifier says: ", element("q", {}, explanation.join(": ")), "."]),
    ),
  );
}

function statementPart(document) {
  const { certificate, network } = document;
  const { claim } = certificate;
  const { plain, formulas } = describe(claim, network);
  const said = linesOf(document, "statement: ")[0];
  const sentence = isVerified(document) ? said : claim.statement;
  return [
    !isVerified(document) && element("p", { class: verdictOf(document).style }, element("strong", {}, "This is what the file says. It is not verified.")),
    paragraph(plain),
    paragraph(scope(claim, network)),
    element(
      "div",
      { class: isVerified(document) ? "claim" : `claim doubtful ${verdictOf(document).style}` },
      formulas.map(({ tex, says }) => element("div", { class: "line" }, math(tex, true), says && element("p", { class: "says" }, prose(says)))),
    ),
    sentence &&
      unfolded(
        sentence.length <= 320,
        isVerified(document) ? "The claim in one sentence, as the verifier words it" : "The claim in one sentence, as the file words it (not verified)",
        element("blockquote", {}, sentence),
      ),
    element("p", { class: "note" }, "Every word and symbol is explained under ", element("a", { href: "#words" }, "Words"), "."),
  ];
}

/** Which teacher each student belongs to: by the claim where it says so, else by the nearest. */
function classesOf(document) {
  const { claim } = document.certificate;
  const listed = claim.assignment ?? claim.recovery?.classes ?? (claim.limit?.every((teacher) => teacher !== null) ? claim.limit : null);
  return listed && listed.length === document.network.m
    ? { classes: listed, words: "Students are marked by the teacher that the claim lists for them." }
    : { classes: document.network.classes, words: "Students are marked by their nearest teacher within half a radian; lojacert computed this for the picture." };
}

function aboutPart(document) {
  const { certificate, network } = document;
  const everyStudent = aboutTeacher.has(certificate.claim.kind);
  const { classes, words } = everyStudent ? { classes: null, words: "" } : classesOf(document);
  const shown = everyStudent ? { ...network, student: null } : network;
  const lists = constants(certificate.claim).lists.filter(({ name, value: list }) => /assignment|classes|limit/.test(name) && list.length === network.m);
  return [
    networkPart(network, {
      everyStudent,
      classes,
      lists: lists.map((list) => ({ ...list, name: { assignment: "assigned to", limit: "ends on the line of" }[list.name] ?? "class" })),
      source: document.verification?.instance || (document.verification ? "the certificate itself, which embeds it" : null),
      bound: certificate.instance?.digest,
    }),
    neuronMap(shown, classes, words),
  ];
}

const theorems = [
  [/^Theorem A/, "a lower bound of the gradient at given weights, by the descent identity"],
  [/^Theorem L/, "a lower bound of the gradient for all students near the teachers"],
  [/^Theorem G/, "a lower bound of the gradient for all students of small loss, from a dual certificate about the teachers"],
  [/^Theorem I/, "students that stay near their teachers for ever"],
  [/recovery at every/i, "what a small loss says about every student"],
  [/convergence\.md, Theorems/, "what an inequality of this kind says about descent and flow"],
  [/second derivatives/, "the Hessian of the loss in closed form"],
  [/E sign/, "the tangent kernel in closed form"],
  [/E \|u/, "the loss in closed form: the arc-cosine kernel"],
  [/FLINT/, "the library of rigorous arithmetic that the verifier uses"],
  [/OpenSSL/, "libraries that read the files and compare digests"],
];

function restsPart(document) {
  const { verification } = document;
  const rests = unique(linesOf(document, "rests on "));
  const command = ["lojaverify", "--explain", verification?.instance, document.file].filter(Boolean).map((word) => (/^[\w./+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  const embedded = !verification?.instance;
  return [
    isVerified(document)
      ? [
          paragraph("If the following is right, the claim is true. This list is the verifier's own answer, not something that the certificate says about itself."),
          table(
            "What the verdict rests on",
            ["the verifier's words", "which is"],
            rests.map((line) => [prose(line.replaceAll("$", "")), theorems.find(([pattern]) => pattern.test(line))?.[1] ?? ""]),
          ),
          table(
            "Who is trusted",
            ["part", "trusted?", "why"],
            [
              ["the prover lojacert and its libraries", "no", "a wrong proof would not have been verified"],
              ["the certificate, its sentence and its evidence", "no", "the claim was decided again from the network; the sentence was compared"],
              ["lojaverify and the libraries above", "yes", "it shares no code with the prover, and neither its arithmetic library"],
              ["the formulas and theorems above", "yes", "proved in the project's docs/theory; no proof assistant has checked them"],
              ["compiler, operating system, hardware", "yes", "–"],
              ["this page", "no", "it repeats the verifier's answer; the command below asks for it again"],
            ],
          ),
        ]
      : paragraph("Nothing was verified, so there is nothing to rest on. What the file says about itself stands further below."),
    element("p", {}, "To ask the verifier yourself: "),
    preformatted("Command", command.join(" ")),
    verification &&
      details(
        "Everything that the verifier said",
        element("ul", { class: "said" }, verification.lines.map((line) => element("li", {}, line))),
        descriptions([["Program", verification.program], ["Answer", verification.status]]),
      ),
    !verification && embedded && element("p", { class: "note" }, "(with the instance file before the certificate, unless it is inside)"),
  ];
}

function constantsPart(document) {
  const { scalars, lists } = constants(claimOf(document));
  const matrix = (name, rows) => {
    const cell = (entry) => (entry === null ? "–" : typeof entry === "object" ? enclosure(entry) : text(String(entry)));
    const all = rows.map((row, index) => [`[${index}]`, ...[row].flat().map(cell)]);
    const most = Math.max(...all.map((row) => row.length)) - 1;
    return details(`The list ${name}`, table(`The list ${name}`, ["", ...Array.from({ length: most }, (_, k) => ({ text: most === 1 ? name : `[${k}]`, number: true }))], all));
  };
  return [
    table(
      isVerified(document) ? "Constants of the claim, verified as part of it" : "Constants of the claim, not verified",
      ["constant", "symbol", { text: "value", number: true }, "meaning"],
      scalars.map(({ name, symbol, value: exact, meaning }) => [element("code", {}, name), symbol ? math(symbol) : "", element("span", { title: exact }, text(exact)), meaning]),
    ),
    lists.map(({ name, value: rows }) => (rows.length > 0 ? matrix(name, rows) : null)),
  ];
}

/** How near to equality the claim is: rows [what, claimed, enclosed, room]. */
function comparisons(document) {
  const { claim } = document.certificate;
  const at = document.evaluation;
  if (!at) return [];
  const room = (bounds, claimed, sense) => {
    // log10 of value / bound for a lower bound, bound / value for an upper one, at the less favourable end.
    const log = sense === ">=" ? log10(bounds.lo) - log10(claimed) : log10(claimed) - log10(bounds.hi);
    if (!Number.isFinite(log)) return "–";
    const factor = 10 ** log;
    if (Math.abs(factor - 1) < 0.5) return `${rounded((factor - 1) * 100, 2)} %`;
    return factor > 1 ? `a factor of ${rounded(factor, 3)}` : `fails by a factor of ${rounded(1 / factor, 3)}`;
  };
  const rows = [];
  const compare = (what, bounds, claimed, sense) => bounds && claimed !== undefined && rows.push([what, `${sense === ">=" ? "≥" : "≤"} ${text(claimed)}`, enclosure(bounds), room(bounds, claimed, sense)]);
  const plain = !claim.negated && document.network.point;
  if (!plain) return [];
  if (claim.kind === "loss") {
    compare("L", at.loss, claim.lo, ">=");
    compare("L", at.loss, claim.hi, "<=");
  } else if (claim.kind === "gradient") {
    compare("‖∇L‖", at.gradient_norm, claim.gradient_norm?.lo, ">=");
    compare("‖∇L‖", at.gradient_norm, claim.gradient_norm?.hi, "<=");
  } else if (claim.kind === "lojasiewicz") {
    compare(claim.beta === "1" ? "‖∇L‖ / L" : `‖∇L‖ / L^(${claim.beta})`, at.ratio, claim.kappa, ">=");
  } else if (claim.kind === "convergence") {
    for (const { a } of claim.envelope) {
      const power = document.network.neuron === "unit" ? 3 : 2;
      const start = -power * log10(a);
      const factor = 10 ** (start - log10(at.loss.hi));
      rows.push([`L at t = 0`, `≤ ${text(a)}^(−${power})`, enclosure(at.loss), Math.abs(factor - 1) < 0.5 ? `${rounded((factor - 1) * 100, 2)} %` : `a factor of ${rounded(factor, 3)}`]);
    }
  }
  return rows;
}

function marginPart(document) {
  const { evaluation } = document;
  const { claim } = document.certificate;
  if (!evaluation) return null;
  const close = comparisons(document);
  return [
    paragraph("lojacert enclosed these values while it made this page, with rigorous arithmetic; lojaverify did not check them. Digits before … are certain; [a, b] holds the true value."),
    table(
      "Values at the given weights",
      ["quantity", { text: "enclosure", number: true }],
      [
        ["loss L", enclosure(evaluation.loss)],
        ["gradient norm ‖∇L‖", evaluation.gradient_norm ? enclosure(evaluation.gradient_norm) : "undefined: a student is or may be zero"],
        [`‖∇L‖ / L${evaluation.beta === "1" ? "" : `^(${evaluation.beta})`}`, enclosure(evaluation.ratio)],
      ],
    ),
    close.length > 0 && table("Room to spare: how far the truth is from the claim's bounds", ["quantity", { text: "claimed", number: true }, { text: "true", number: true }, { text: "to spare", number: true }], close),
  ];
}

/** Recorded iterates that belong to this certificate: of its own claim, or of a trajectory in the page with the same start or teacher. */
function recordedFor(document, documents) {
  const { claim } = document.certificate;
  if (document.recorded) return { recorded: document.recorded };
  const same = (other) => other.format === "lojacert-trajectory/1" && other.network.neuron === document.network.neuron && other.recorded;
  if (claim.kind === "convergence") {
    const found = documents.find((other) => same(other) && other.network.instance_digest === document.network.instance_digest && (claim.dynamics === "flow" || sameNumber(other.step, claim.step)));
    return { recorded: claim.dynamics === "flow" ? null : found?.recorded, file: found?.file };
  }
  const found = documents.find((other) => same(other) && other.network.teacher_digest === document.network.teacher_digest);
  return { recorded: found?.recorded, file: found?.file };
}

const sameNumber = (first, second) => first === second || value(first) === value(second);

function pictures(document, documents) {
  const { claim } = document.certificate;
  const { network, evaluation } = document;
  const { recorded, file } = recordedFor(document, documents);
  const certified = isVerified(document) ? "certified" : "claimed, not verified";
  const from = file && recorded ? paragraph(`The recorded iterates are those of \`${file.replaceAll("`", "")}\`: numbers that a program computed in floating point. Their losses were enclosed by lojacert.`, { class: "note" }) : null;
  const found = [];
  if (claim.kind === "convergence" || (claim.kind === "trajectory" && (claim.envelope || recorded))) {
    const envelope = claim.kind === "convergence" ? claim.envelope : claim.envelope ? [claim.envelope] : null;
    found.push(
      lossAgainstTime({
        network,
        envelope,
        envelopeText: `the envelope (${certified}): the loss is below it at every t`,
        linearRate: claim.linear_rate,
        target: claim.target,
        recorded,
        unit: claim.dynamics === "flow" ? "time" : "steps",
      }),
    );
    if (claim.kind === "convergence") {
      found.push(
        table(
          "About how long at most, from the envelope",
          [{ text: "the loss is at most", number: true }, { text: claim.dynamics === "flow" ? "from time" : "from step", number: true }],
          certifiedTimes(claim.envelope, network),
        ),
      );
    }
  }
  if (["lojasiewicz", "landscape", "threshold"].includes(claim.kind)) {
    found.push(
      ratioAgainstLoss({
        beta: claim.beta,
        kappa: claim.kappa,
        kappaText:
          claim.kind === "lojasiewicz"
            ? claim.negated
              ? "κ, which the ratio does not reach"
              : `the bound κ (${certified})`
            : `the bound κ (${certified}): no ${claim.kind === "landscape" ? "students near the teachers lie" : "student network lies"} in the tinted region`,
        upTo: claim.eps0,
        given: claim.kind === "lojasiewicz" ? evaluation : null,
        recorded: recorded && recorded[0]?.beta === claim.beta ? recorded : null,
      }),
    );
  }
  return found.length > 0 ? [found, from] : null;
}

function filePart(document) {
  const { evidence, producer } = document.certificate;
  const shown = (part) => preformatted("JSON from the certificate", JSON.stringify(part, null, 2));
  return [
    paragraph("This stands in the certificate and was **not** checked: hints for a verifier, and what the producer says about itself.".replaceAll("**", "")),
    descriptions([
      ["File", element("code", {}, document.file)],
      ["Made", producer?.time],
      ["By", producer?.libraries?.join(", ")],
      ["In", producer?.seconds !== undefined && `${producer.seconds} seconds`],
    ]),
    evidence && Object.keys(evidence).length > 0 && details("Evidence, without long lists", shown(evidence)),
  ];
}

/** The parts of a certificate as {title, content}; null content is left out. */
export function certificateParts(document, documents) {
  const proved = isVerified(document);
  const picture = pictures(document, documents);
  return [
    { id: "claim", title: proved ? "What was proved" : "What the file claims", content: statementPart(document) },
    { id: "network", title: "About which network", content: aboutPart(document) },
    { id: "rests", title: proved ? "Resting on what" : "What this rests on", content: restsPart(document) },
    { id: "picture", title: "In pictures", content: picture },
    { id: "constants", title: "Constants", content: constantsPart(document) },
    { id: "margin", title: "How close it is", content: marginPart(document) },
    { id: "file", title: "Unverified details from the file", content: filePart(document) },
  ];
}
