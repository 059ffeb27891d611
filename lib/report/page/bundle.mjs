// Bundles the page into one HTML template and writes it as C++. Arguments: the folder of the npm packages, the C++ file.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const [modules, output] = process.argv.slice(2).map((argument) => path.resolve(argument));
const source = path.join(path.dirname(fileURLToPath(import.meta.url)), "source");
const { buildSync } = createRequire(path.join(modules, "package.json"))("esbuild");

function bundled(entry) {
  const result = buildSync({
    entryPoints: [path.join(source, entry)],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2020",
    legalComments: "inline",
    nodePaths: [modules],
    write: false,
  });
  return result.outputFiles[0].text.trim();
}

/** Fills each mark of the template once, never interpreting the filling. */
function filled(template, fillings) {
  return Object.entries(fillings).reduce((text, [mark, filling]) => {
    const pieces = text.split(mark);
    if (pieces.length !== 2) throw new Error(`page.html needs ${mark} once`);
    return pieces.join(filling);
  }, template);
}

const script = bundled("main.js").replaceAll("</script", "<\\/script");
const style = bundled("style.css");
const hash = createHash("sha256").update(script).digest("base64");
// The policy lets the one script run and forbids every load, so that the page cannot reach the network.
const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
const page = filled(readFileSync(path.join(source, "page.html"), "utf8"), {
  "@policy@": policy,
  "@style@": style,
  "@script@": script,
});

const pieces = page.match(/[^]{1,8000}/gu);
const literals = pieces.map((piece) => `    R"page(${piece})page"sv,`);
if (pieces.some((piece) => piece.includes(')page"'))) throw new Error('the page must not contain )page"');
writeFileSync(
  output,
  `// Made by lib/report/page/bundle.mjs.

#include <lojacert/report/page_template.hpp>

#include <array>

namespace {

using namespace std::string_view_literals;

constexpr std::array pieces = {
${literals.join("\n")}
};

}  // namespace

std::span<const std::string_view> lojacert::page_template() { return pieces; }
`,
);
