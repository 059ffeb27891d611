// The page of `lojacert report`: reads the documents inside it and shows each, the verdict first.

import { auditName, auditParts, auditTitle } from "./audit.js";
import { certificateName, certificateParts, certificateTitle, verdictBand, verdictOf } from "./certificate.js";
import { append, element, table } from "./element.js";
import { glossary } from "./glossary.js";
import { stressName, stressParts, stressTitle } from "./stress.js";
import { trajectoryName, trajectoryParts, trajectoryTitle } from "./trajectory.js";

const views = {
  "lojacert-certificate/1": { name: certificateName, title: certificateTitle, parts: certificateParts, band: verdictBand, answer: (document) => verdictOf(document) },
  "lojacert-trajectory/1": { name: trajectoryName, title: trajectoryTitle, parts: trajectoryParts },
  "lojacert-audit/1": { name: auditName, title: auditTitle, parts: auditParts },
  "lojacert-stress/1": { name: stressName, title: stressTitle, parts: stressParts },
};

const report = JSON.parse(document.getElementById("data").textContent);
const documents = report.documents;
const single = documents.length === 1;
const view = (item) => views[item.format];
const defaultTitle = single ? view(documents[0]).title(documents[0]) : `A report on ${documents.length} documents`;
const title = report.title || defaultTitle;
const level = single ? "h2" : "h3";
const anchor = (index, id) => (single ? id : `document-${index}-${id}`);
const present = (content) => content != null && content !== false && (!Array.isArray(content) || content.flat(Infinity).some(present));

const shown = documents.map((item, index) => ({
  item,
  index,
  parts: view(item)
    .parts(item, documents)
    .filter(({ content }) => present(content)),
}));

// Landmarks only in a page about one document: with several, the articles are the landmarks.
const partSection = (index, { id, title: heading, content }) =>
  element("section", { "aria-labelledby": single && anchor(index, id) }, element(level, { id: anchor(index, id) }, heading), content);

function article({ item, index, parts }) {
  const band = view(item).band?.(item);
  if (single) return [band, parts.map((part) => partSection(index, part))];
  return element(
    "article",
    { "aria-labelledby": `document-${index}` },
    element("h2", { id: `document-${index}` }, view(item).title(item)),
    item.file && element("p", { class: "file" }, element("code", {}, item.file)),
    band,
    parts.map((part) => partSection(index, part)),
  );
}

const answerOf = (item) => {
  const answer = view(item).answer?.(item);
  return answer ? element("span", { class: `answer ${answer.style}` }, `${answer.mark} ${answer.word}`) : "– evaluation, no claim";
};

const summary = () =>
  element(
    "section",
    { "aria-labelledby": "summary" },
    element("h2", { id: "summary" }, "In short"),
    table(
      "What this page is about",
      ["document", "answer", "file"],
      shown.map(({ item, index }) => [element("a", { href: `#document-${index}` }, view(item).title(item)), answerOf(item), element("code", {}, item.file ?? "–")]),
    ),
  );

function navigation() {
  const link = (href, text) => element("li", {}, element("a", { href: `#${href}` }, text));
  const entries = single
    ? shown[0].parts.map(({ id, title: heading }) => link(anchor(0, id), heading))
    : [link("summary", "In short"), ...shown.map(({ item, index }) => link(`document-${index}`, view(item).name(item)))];
  return element("nav", { "aria-label": "Contents" }, element("ul", {}, entries, link("words", "Words")));
}

document.title = title;
append(document.body, [
  element("a", { class: "skip", href: "#main" }, "Skip to the content"),
  element("header", {}, element("p", { class: "kind" }, single ? "lojacert report" : `lojacert report · ${documents.length} documents`), element("h1", {}, title)),
  element(
    "div",
    { class: "columns" },
    navigation(),
    element("main", { id: "main", tabindex: "-1" }, !single && summary(), shown.map(article), glossary()),
  ),
  element(
    "footer",
    {},
    element("p", {}, `Made by lojacert ${report.version}. The page holds its data and loads nothing. It repeats answers and proves nothing by itself: a page can be forged, an answer of lojaverify on your own machine cannot.`),
  ),
]);
// The anchors exist only now.
if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
