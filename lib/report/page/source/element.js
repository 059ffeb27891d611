// Building the page: elements from text, never from markup, so that no name in a document can become an element.

import temml from "temml";

/** A new element: properties are attributes (`class`, `aria-label`, ...) or, where functions, listeners (`change`, ...). */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  append(node, children);
  return node;
}

export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child != null && child !== false) node.append(child);
  }
}

/** Lets the keyboard scroll what is larger than its place, and only that: no needless stops on the way through the page. */
function scrollable(node, label) {
  new ResizeObserver(() => {
    const cut = node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1;
    for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", label]]) {
      if (cut) node.setAttribute(name, value);
      else node.removeAttribute(name);
    }
  }).observe(node);
  return node;
}

/** Text that keeps its lines: a command, or JSON. */
export const preformatted = (label, text) => scrollable(element("pre", {}, element("code", {}, text)), label);

/** TeX as MathML, on a line of its own where `display`. Only this page's own templates and parsed numbers go in. */
export function math(tex, display = false) {
  const node = element("span", { class: display ? "formula" : "symbol" });
  try {
    temml.render(tex, node, { displayMode: display, throwOnError: true });
  } catch {
    node.replaceChildren(element("code", { class: "unreadable" }, tex));
  }
  return display ? scrollable(node, "Formula") : node;
}

/** Text in which `$...$` is TeX and `...` in backquotes is code. */
export function prose(text) {
  return text.split(/(\$[^$]+\$|`[^`]+`)/).map((piece) => {
    if (piece.startsWith("$") && piece.length > 1) return math(piece.slice(1, -1));
    if (piece.startsWith("`") && piece.length > 1) return element("code", {}, piece.slice(1, -1));
    return piece;
  });
}

export const paragraph = (text, properties = {}) => element("p", properties, prose(text));

/** A table whose first cell of each row heads the row. Columns: texts, or {text, number: true}. Cells: text or nodes. */
export function table(caption, columns, rows) {
  const heads = columns.map((column) => (typeof column === "string" ? { text: column } : column));
  const cell = (content, index) =>
    element(index === 0 ? "th" : "td", { scope: index === 0 && "row", class: heads[index].number && "number" }, content);
  const head = (column) =>
    column.text === "" ? element("td", {}) : element("th", { scope: "col", class: column.number && "number" }, column.text);
  const whole = element(
    "table",
    {},
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, heads.map(head))),
    element("tbody", {}, rows.map((row) => element("tr", {}, row.map(cell)))),
  );
  return scrollable(element("div", { class: "scroll" }, whole), caption);
}

export const details = (summary, ...content) => element("details", {}, element("summary", {}, summary), content);

/** The same, open from the start where `open`. */
export function unfolded(open, summary, ...content) {
  const node = details(summary, ...content);
  node.open = open;
  return node;
}

/** Rows of [term, description], leaving out those without a description. */
export const descriptions = (rows) =>
  element(
    "dl",
    { class: "facts" },
    rows.filter(([, text]) => text != null && text !== "" && text !== false).map(([term, text]) => [element("dt", {}, term), element("dd", {}, text)]),
  );
