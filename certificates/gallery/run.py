#!/usr/bin/python3
"""Proves the gallery afresh, verifies every certificate, and compares each line with manifest.json.

One table row a line; exit 0 when nothing differs, 1 on any difference, 2 on bad usage. README.md describes the manifest.
"""

import argparse
import dataclasses
import json
import pathlib
import subprocess
import sys
import tempfile
import time
from fractions import Fraction

GALLERY = pathlib.Path(__file__).resolve().parent
INSTANCES = GALLERY.parent / "instances"

LINE_KEYS = {"name", "about", "instance", "options", "claim", "cites", "expect", "verify", "quick", "certificate"}
EXPECT_KEYS = {"verdict", "exit", "constants"}
VERIFY_KEYS = {"verdict", "exit", "reason"}
CERTIFYING = ("PROVED", "DISPROVED")
SEARCHED = Fraction(1, 50)  # larger deviations are those of a search, not of rounding


class ManifestError(Exception):
    """The manifest itself is wrong."""


class Difference(Exception):
    """A program did something other than what the manifest says."""


@dataclasses.dataclass
class Row:
    instance: str
    claim: str
    constants: str = ""
    proved: str = ""
    verified: str = ""
    seconds: float = 0.0
    size: int = 0
    difference: str = ""


def number(text):
    """The exact value of a number string: integer, decimal, rational or C99 hex float."""
    if "x" in text.lower():
        mantissa, _, exponent = text.lower().replace("0x", "").partition("p")
        whole, _, part = mantissa.partition(".")
        return Fraction(int(whole + part, 16)) / 16 ** len(part) * Fraction(2) ** int(exponent or 0)
    return Fraction(text)


def read_manifest(path):
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if manifest.get("format") != "lojacert-gallery/1":
        raise ManifestError("format: is not lojacert-gallery/1")
    names = set()
    for line in manifest["lines"]:
        name = line.get("name", "(a line without name)")
        unknown = (set(line) - LINE_KEYS) | (set(line["expect"]) - EXPECT_KEYS) | (set(line.get("verify", {})) - VERIFY_KEYS)
        if unknown:
            raise ManifestError(f"{name}: unknown key {sorted(unknown)[0]}")
        if (line["expect"]["verdict"] in CERTIFYING) != ("verify" in line):
            raise ManifestError(f"{name}: verify goes with PROVED and DISPROVED, and only with them")
        if name in names:
            raise ManifestError(f"{name}: the name is used twice")
        names.add(name)
    return manifest["lines"]


def run(command, limit):
    """(exit code, output lines, seconds) of a program."""
    started = time.monotonic()
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        raise Difference(f"{pathlib.Path(command[0]).name}: no answer within {limit} s") from None
    if done.stderr:
        print(done.stderr, end="", file=sys.stderr)
    return done.returncode, done.stdout.splitlines(), time.monotonic() - started


def expect(what, wanted, got):
    if wanted != got:
        raise Difference(f"{what}: expected {wanted}, got {got}")


def expect_same_claim(file, fresh, kept, expected):
    """Equal keys and values; where not, names one key that differs and not the whole claim.

    Constants that the manifest knows only up to a relative deviation come from a search in doubles, which another compiler may end
    elsewhere: they may differ by as much, and the sentence that quotes them with them.
    """
    searched = {path for path, wanted in expected.items() if isinstance(wanted, dict) and number(wanted["relative"]) > SEARCHED}
    for path in searched:
        compare_constant(kept, path, expected[path])
    ignored = searched | ({"statement"} if searched else set())
    differing = [key for key in [*fresh, *kept] if key not in ignored and fresh.get(key) != kept.get(key)]
    if differing:
        key = differing[0]
        raise Difference(f"{file} claims another {key}: {brief(kept.get(key))}; the fresh proof {brief(fresh.get(key))}")


def brief(value):
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def status(lines):
    """What the one status line says, which must be the last line."""
    found = [line for line in lines if line.startswith("s ")]
    if len(found) != 1 or lines[-1] != found[0]:
        raise Difference(f"{len(found)} status lines, or one that is not the last")
    return found[0][2:]


def constant(claim, path):
    value = claim
    for key in path.split("."):
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            raise Difference(f"the claim has no {path}")
    return value


def compare_constant(claim, path, wanted):
    """`wanted` is an exact number (a string), or {"value", "relative"}: a number and the relative deviation allowed."""
    text = constant(claim, path)
    if isinstance(wanted, str):
        if number(text) != number(wanted):
            raise Difference(f"{path}: expected {wanted}, got {text}")
        return
    value, allowed = number(wanted["value"]), number(wanted["relative"])
    if abs(number(text) - value) > allowed * abs(value):
        raise Difference(f"{path}: expected {wanted['value']} within {wanted['relative']}, got {text}")


def short(text):
    if len(text) <= 14:
        return text
    return f"{float(number(text)):.6g}" if abs(number(text)) > Fraction(10) ** -300 else text[:5] + ".." + text[-6:]


class Runner:
    def __init__(self, options):
        self.lojacert = options.bin / "lojacert"
        self.lojaverify = options.bin / "lojaverify"
        self.limit = options.limit
        self.write = options.write

    def row(self, line, folder):
        row = Row(line["instance"], " ".join(line["claim"]))
        started = time.monotonic()
        try:
            self.check(line, folder / f"{line['name']}.cert.json", row)
        except Difference as difference:
            row.difference = str(difference)
        row.seconds = time.monotonic() - started
        return row

    def check(self, line, fresh, row):
        claim = self.prove(line, fresh, row)
        if claim is None:
            return
        row.size = fresh.stat().st_size
        self.verify(line, fresh, row)
        if "certificate" not in line:
            return
        kept = GALLERY / line["certificate"]
        if self.write:
            kept.write_bytes(fresh.read_bytes())
        if not kept.exists():
            raise Difference(f"{kept.name} is not there")
        document = json.loads(kept.read_text(encoding="utf-8"))
        expect_same_claim(kept.name, claim, document["claim"], line["expect"].get("constants", {}))
        self.verify(line, kept, row)

    def prove(self, line, fresh, row):
        """Runs the prover; returns the claim certified, or None where no certificate is expected."""
        wanted = line["expect"]
        command = [self.lojacert, "prove", line["claim"][0], INSTANCES / line["instance"], *line.get("options", [])]
        command += line["claim"][1:]
        if "cites" in line:
            command += ["--threshold", GALLERY / line["cites"]]
        # Arrays are embedded: the verifier reads instances in JSON only.
        command += [*(["--embed"] if self.is_array(line) else []), "-o", fresh]
        code, lines, _ = run(command, self.limit)
        row.proved = status(lines)
        expect("lojacert", wanted["verdict"], row.proved)
        expect("lojacert's exit code", wanted["exit"], code)
        certifies = wanted["verdict"] in CERTIFYING
        expect("a certificate was written", certifies, fresh.exists())
        if not certifies:
            return None
        claim = json.loads(fresh.read_text(encoding="utf-8"))["claim"]
        expect("negated", wanted["verdict"] == "DISPROVED", claim["negated"])
        constants = wanted.get("constants", {})
        row.constants = ", ".join(f"{path} {short(constant(claim, path))}" for path in constants)
        for path, value in constants.items():
            compare_constant(claim, path, value)
        return claim

    def verify(self, line, certificate, row):
        wanted = line["verify"]
        instance = [] if self.is_array(line) else [INSTANCES / line["instance"]]
        code, lines, _ = run([self.lojaverify, *instance, certificate], self.limit)
        row.verified = status(lines)
        expect("lojaverify", wanted["verdict"], row.verified)
        expect("lojaverify's exit code", wanted["exit"], code)
        if "reason" in wanted and not any(text.startswith(f"c reason {wanted['reason']}:") for text in lines):
            raise Difference(f"lojaverify gives another reason than {wanted['reason']}")

    @staticmethod
    def is_array(line):
        return line["instance"].endswith((".npz", ".npy"))


def print_table(rows):
    header = ("instance", "claim", "constants", "lojacert", "lojaverify", "seconds", "bytes")
    cells = [header]
    for row in rows:
        cells.append((row.instance, row.claim, row.constants, row.proved, row.verified, f"{row.seconds:.2f}",
                      str(row.size) if row.size else ""))
    widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
    for index, line in enumerate(cells):
        print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
        if index > 0 and rows[index - 1].difference:
            print(f"  ^ DIFFERS: {rows[index - 1].difference}")


def parse_arguments():
    parser = argparse.ArgumentParser(description="Prove and verify the gallery, and compare it with its manifest.")
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of lojacert and lojaverify")
    parser.add_argument("--quick", action="store_true", help="only the lines marked quick")
    parser.add_argument("--only", metavar="NAME", action="append", help="only this line (may be repeated)")
    parser.add_argument("--write", action="store_true", help="replace the kept certificates by the fresh ones")
    parser.add_argument("--limit", type=float, default=300, help="seconds that one run of a program may take (%(default)s)")
    return parser.parse_args()


def main():
    options = parse_arguments()
    try:
        lines = read_manifest(GALLERY / "manifest.json")
    except (OSError, ValueError, KeyError, ManifestError) as error:
        print(f"manifest.json: {error}", file=sys.stderr)
        return 2
    if options.only:
        unknown = set(options.only) - {line["name"] for line in lines}
        if unknown:
            print(f"--only {sorted(unknown)[0]}: no such line in manifest.json", file=sys.stderr)
            return 2
        lines = [line for line in lines if line["name"] in options.only]
    elif options.quick:
        lines = [line for line in lines if line["quick"]]

    started = time.monotonic()
    runner = Runner(options)
    with tempfile.TemporaryDirectory(prefix="lojacert-gallery-") as folder:
        rows = [runner.row(line, pathlib.Path(folder)) for line in lines]
    print_table(rows)
    differing = sum(1 for row in rows if row.difference)
    print(f"{len(rows)} lines in {time.monotonic() - started:.1f} s: "
          + (f"{differing} differ from the manifest" if differing else "all as the manifest says"))
    return 1 if differing or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
