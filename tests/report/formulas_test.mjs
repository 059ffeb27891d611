// Every claim of the conformance corpora as the page words it: formulas that are proper MathML, show each of the claim's own
// constants, and say "less" or "at least" as the claim does. Argument: the folder of the page's npm packages.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const { default: temml } = await import(path.join(path.resolve(process.argv[2]), "temml/dist/temml.mjs"));
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const { constants, describe } = await import(path.join(root, "lib/report/page/source/claims.js"));
const { brief, enclosure, fromLog10, log10, tex, text, value } = await import(path.join(root, "lib/report/page/source/number.js"));

const isPoint = (entry) => typeof entry !== "string" || !/[[?]/.test(entry);
const networkOf = ({ activation, neuron, teacher, student }) => ({
  activation,
  neuron,
  r: (teacher.gram ?? teacher).length,
  m: student?.length ?? 0,
  point: [...(teacher.gram ?? teacher), ...(student ?? [])].flat().every(isPoint),
});

const inList = new Set(["beta"]); // 1 is left out

let claims = 0;
for (const corpus of ["claims", "teacher-claims", "theorem-claims", "descent-claims"]) {
  for (const { claim: original, instance } of JSON.parse(readFileSync(path.join(root, `tests/conformance/${corpus}.json`))).claims) {
    const claim = original.iterates ? { ...original, iterates: original.iterates.length } : original;
    const { name, plain, formulas } = describe(claim, networkOf(instance));
    const where = `${claim.kind}: ${JSON.stringify(claim).slice(0, 300)}`;
    assert.ok(name && plain, where);
    for (const formula of formulas) {
      const html = temml.renderToString(formula.tex, { displayMode: true, throwOnError: true });
      assert.match(html, /^<math[ >].*<\/math>$/s, where);
      assert.ok(!formula.tex.includes("\\text{?}") && !/undefined|NaN|\[object/.test(formula.tex + (formula.says ?? "")), where);
    }
    const shown = plain + formulas.map((formula) => formula.tex + " " + (formula.says ?? "")).join(" ");
    for (const { name: key, value: exact } of constants(claim).scalars) {
      if (inList.has(key)) continue;
      if (claim.kind === "gradient" && claim.negated && claim.gradient) continue; // said in words
      assert.ok(shown.includes(tex(exact)) || shown.includes(text(exact)), `${key} = ${exact} is not in the formulas of ${where}`);
    }
    if (claim.kind === "lojasiewicz") assert.equal(shown.includes("\\ge"), !claim.negated, where);
    if (claim.kind === "not-pl") assert.equal(shown.includes("0\\;<\\;"), !claim.negated, where);
    ++claims;
  }
}
assert.ok(claims > 900, `only ${claims} claims were seen`);

// Exact numbers: what is written without ≈ is the number itself.
const written = (shown) => shown.replaceAll("−", "-").replace(/^10/, "1 × 10").replace(/ × 10([⁻⁰¹²³⁴-⁹]+)/, (_, power) => "e" + [...power].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c) - 1).map((d) => (d < 0 ? "-" : d)).join(""));
for (const exact of ["429.83", "-0.5", "1e-600", "-1.25e-7", "205830", "0.000010257", "44857000000", "1e-12", "9.9920449997986128e-10", "0", "0.001", "123456789"]) {
  const shown = text(exact);
  assert.ok(!shown.includes("≈"), shown);
  const again = written(shown === "10" || !/^10[⁻⁰¹-⁹]/.test(shown) ? shown.replace(/^10(?=[⁻⁰¹²³⁴-⁹])/, "1 × 10") : shown);
  assert.equal(value(again), value(exact), `${exact} is shown as ${shown}`);
  assert.ok(Math.abs(log10(again) - log10(exact)) < 1e-9 || log10(exact) === -Infinity, `${exact} is shown as ${shown}`);
}
assert.equal(text("1/20"), "1/20");
assert.equal(text("0x1.8p-1").trim(), "≈ 0.75");
assert.equal(tex("1e-9"), "10^{-9}");
assert.equal(tex("<img>"), "\\text{?}");
assert.equal(tex("\\href{x}{y}"), "\\text{?}");
assert.equal(brief("0.12345678901234"), "0.12345679");
assert.equal(fromLog10(-600.3010299956639, 2), "5 × 10⁻⁶⁰¹");
assert.ok(Math.abs(log10("4502843809350163/576460752303423488") - Math.log10(4502843809350163 / 576460752303423488)) < 1e-12);
// Digits before … belong to both ends.
assert.equal(enclosure({ lo: "429.83886", hi: "429.83889" }), "429.8388…");
assert.equal(enclosure({ lo: "-9.99204491e-10", hi: "-9.99204489e-10" }), "−9.992044… × 10⁻¹⁰");
assert.equal(enclosure({ lo: "0.25", hi: "0.26" }), "[0.25, 0.26]");
assert.equal(enclosure({ lo: "999.99", hi: "1000.01" }), "[999.99, 1000.01]");
assert.equal(enclosure({ lo: "-0.00001", hi: "0.00001" }), "[−10⁻⁵, 10⁻⁵]");
assert.equal(enclosure({ lo: "123451", hi: "123459" }), "[123451, 123459]");
assert.equal(enclosure({ lo: "7.5", hi: "7.5" }), "7.5");
assert.equal(enclosure(null), "–");
console.log(`${claims} claims`);
