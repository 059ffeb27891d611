// The exact numbers of the files (certificates/README.md, section 1), for people and for axes.

const superscripts = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
export const superscript = (integer) => [...String(integer)].map((digit) => superscripts[digit]).join("");

/** Sign, digits without zeros at either end, and the exponent e of 0.digits * 10^e; of a decimal. */
function decimalParts(text) {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match || match[2] + match[3] === "") return null;
  const all = match[2] + match[3];
  const leading = /^0*/.exec(all)[0].length;
  return {
    negative: match[1] === "-",
    digits: all.slice(leading).replace(/0+$/, ""),
    exponent: match[2].length - leading + Number(match[4] ?? 0),
  };
}

const log10OfParts = ({ digits, exponent }) => (digits === "" ? -Infinity : Math.log10(Number("0." + digits.slice(0, 17))) + exponent);

function hexParts(text) {
  const match = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i.exec(text);
  if (!match) return null;
  const mantissa = parseInt((match[2] + match[3]).slice(0, 15) || "0", 16);
  const dropped = Math.max(0, (match[2] + match[3]).length - 15);
  const log2 = Number(match[4] ?? 0) - 4 * match[3].length + 4 * dropped;
  return { negative: match[1] === "-", log10: Math.log10(mantissa) + log2 * Math.log10(2) };
}

/** log10 |x| of an exact number as text, up to rounding; -Infinity for 0, NaN for what is no number. */
export function log10(text) {
  const string = String(text).trim();
  const [numerator, denominator] = string.split("/");
  if (denominator !== undefined) return log10(numerator) - log10(denominator);
  const decimal = decimalParts(string);
  return decimal ? log10OfParts(decimal) : (hexParts(string)?.log10 ?? NaN);
}

/** The number nearest to an exact text, as a double (0 or infinite beyond their range). */
export function value(text) {
  const string = String(text).trim();
  const [numerator, denominator] = string.split("/");
  if (denominator !== undefined) return value(numerator) / value(denominator);
  if (decimalParts(string)) return Number(string);
  const hex = hexParts(string);
  return hex ? (hex.negative ? -1 : 1) * 10 ** hex.log10 : NaN;
}

/** Plain or scientific pieces of a decimal: the same number exactly. */
function written(parts) {
  const { negative, digits, exponent } = parts;
  const sign = negative ? "−" : "";
  if (digits === "") return { plain: "0" };
  if (exponent > -4 && exponent <= 7) {
    if (exponent <= 0) return { plain: `${sign}0.${"0".repeat(-exponent)}${digits}` };
    if (digits.length <= exponent) return { plain: sign + digits.padEnd(exponent, "0") };
    return { plain: `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}` };
  }
  return { mantissa: sign + digits[0] + (digits.length > 1 ? "." + digits.slice(1) : ""), power: exponent - 1 };
}

/** What to write for an exact number, and whether that is rounded. */
function readable(text) {
  const string = String(text).trim();
  const decimal = decimalParts(string);
  if (decimal) return { ...written(decimal), rounded: false };
  const fraction = /^([+-]?)(\d{1,4})\/(\d{1,4})$/.exec(string);
  if (fraction) return { fraction: [(fraction[1] === "-" ? "−" : "") + fraction[2], fraction[3]], rounded: false };
  const log = log10(string);
  if (Number.isNaN(log)) return { plain: string, rounded: false };
  if (log === -Infinity) return { plain: "0", rounded: false };
  const power = Math.floor(log);
  const rounded = decimalParts((10 ** (log - power)).toFixed(5) + "e" + power);
  return { ...written({ ...rounded, negative: string.startsWith("-") }), rounded: true };
}

/** An exact number as text: decimals in full, long fractions and hexadecimal floats to 6 digits with ≈. */
export function text(exact) {
  const { plain, mantissa, power, fraction, rounded } = readable(exact);
  const factor = mantissa === "1" ? "" : mantissa === "−1" ? "−" : `${mantissa} × `;
  const shown = plain ?? (fraction ? fraction.join("/") : `${factor}10${superscript(power)}`);
  return (rounded ? "≈ " : "") + shown;
}

/** The same as TeX. */
export function tex(exact) {
  const { plain, mantissa, power, fraction, rounded } = readable(exact);
  const minus = (string) => string.replace("−", "-");
  const factor = mantissa === "1" ? "" : mantissa === "−1" ? "-" : mantissa !== undefined ? `${minus(mantissa)}\\times ` : "";
  const shown =
    plain !== undefined
      ? minus(plain)
      : fraction
        ? `${fraction[0].startsWith("−") ? "-" : ""}\\tfrac{${fraction[0].replace("−", "")}}{${fraction[1]}}`
        : `${factor}10^{${power}}`;
  // Digits and these few signs alone: anything else is no number and must not be read as TeX.
  if (!/^[-\d.\\a-z{}^ ]*$/.test(shown) || /\\(?!times|tfrac)/.test(shown)) return "\\text{?}";
  return (rounded ? "{\\approx}\\," : "") + shown;
}

/** An exact number to `digits` significant digits, where its own are more. */
export function brief(exact, digits = 8) {
  const { mantissa, plain, fraction } = readable(exact);
  const length = (mantissa ?? plain ?? "").replace(/^\D*0*|\D/g, "").length;
  const double = value(exact);
  return fraction || length <= digits || !Number.isFinite(double) || double === 0 ? text(exact) : rounded(double, digits);
}

/** A double of this page's own arithmetic, to `digits` significant digits. */
export function rounded(number, digits = 4) {
  if (!Number.isFinite(number)) return "–";
  return text(number.toPrecision(digits));
}

/** 10^log for a log beyond the range of doubles too. */
export function fromLog10(log, digits = 4) {
  if (log === -Infinity) return "0";
  if (!Number.isFinite(log)) return "–";
  const power = Math.floor(log);
  return text(`${(10 ** (log - power)).toFixed(digits - 1)}e${power}`);
}

/** The digits that both ends begin with, where they have sign and size in common. */
function commonDigits(lo, hi) {
  const [first, second] = [decimalParts(lo), decimalParts(hi)];
  if (!first || !second || first.negative !== second.negative || first.exponent !== second.exponent) return null;
  let length = 0;
  while (length < first.digits.length && first.digits[length] === second.digits[length]) ++length;
  return { ...first, digits: first.digits.slice(0, length) };
}

/** An enclosure in one cell: the digits that are certain and …, where these are at least four; else [lo, hi]. */
export function enclosure(bounds) {
  if (!bounds) return "–";
  const [lo, hi] = [String(bounds.lo).trim(), String(bounds.hi).trim()];
  if (lo === hi) return text(lo);
  const common = commonDigits(lo, hi);
  if (!common || common.digits.length < 4) return `[${text(lo)}, ${text(hi)}]`;
  const { plain, mantissa, power } = written({ ...common, digits: common.digits.slice(0, 8) });
  // A plain number needs its digits to reach beyond the point, or the dots would stand for digits before it.
  if (plain !== undefined && common.exponent >= common.digits.length) return `[${text(lo)}, ${text(hi)}]`;
  return plain !== undefined ? `${plain}…` : `${mantissa}… × 10${superscript(power)}`;
}

/** The middle of log10 of an enclosure, to draw by; NaN where it reaches 0, which has no place on a logarithmic axis. */
export function middleLog10(bounds) {
  if (!bounds || value(bounds.lo) < 0 || log10(bounds.lo) === -Infinity) return NaN;
  return (log10(bounds.lo) + log10(bounds.hi)) / 2;
}
