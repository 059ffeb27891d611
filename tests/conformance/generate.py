#!/usr/bin/env python3
"""Writes numbers.json and digests.json, the cases that lojacert and lojaverify both have to answer alike.

It implements sections 1 to 3 of certificates/README.md on its own, with Python's integers, fractions and hashlib, and shares
nothing with the two programs. `generate.py` writes the files beside itself; `generate.py --check` says whether they are what it
would write (exit 0) or not (exit 1).
"""

import hashlib
import json
import re
import sys
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent
MAX_CHARACTERS = 20000
MAX_DECIMAL_EXPONENT = 20000
MAX_BINARY_EXPONENT = 65536

if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)


class Malformed(ValueError):
    """The text is not in the grammar or beyond its limits."""


# --- Section 1: numbers -------------------------------------------------------------------------------------------

DECIMAL = re.compile(r"([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?")
RATIONAL = re.compile(r"([+-]?)([0-9]+)/([0-9]+)")
HEXFLOAT = re.compile(
    r"([+-]?)0[xX](?:([0-9a-fA-F]+)(?:\.([0-9a-fA-F]*))?|\.([0-9a-fA-F]+))(?:[pP]([+-]?[0-9]+))?")
UNCERTAIN = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?\?([0-9]*)([uUdD]?)(?:[eE]([+-]?[0-9]+))?")


def exponent_value(text, limit):
    value = int(text) if text else 0
    if abs(value) > limit:
        raise Malformed("exponent")
    return value


def signed(sign, value):
    return -value if sign == "-" else value


def number(text):
    """The value of a `number`, a Fraction."""
    if len(text) > MAX_CHARACTERS:
        raise Malformed("length")
    if match := RATIONAL.fullmatch(text):
        sign, numerator, denominator = match.groups()
        if int(denominator) == 0:
            raise Malformed("zero denominator")
        return signed(sign, Fraction(int(numerator), int(denominator)))
    for pattern, base, unit, limit in ((HEXFLOAT, 16, 2, MAX_BINARY_EXPONENT), (DECIMAL, 10, 10, MAX_DECIMAL_EXPONENT)):
        if match := pattern.fullmatch(text):
            sign, whole, part, only_part, exponent = match.groups()
            part = part or only_part or ""
            scale = Fraction(unit) ** exponent_value(exponent, limit)
            return signed(sign, Fraction(int((whole or "") + part, base), base ** len(part)) * scale)
    raise Malformed("syntax")


def uncertain(text):
    match = UNCERTAIN.fullmatch(text)
    if not match or len(text) > MAX_CHARACTERS:
        raise Malformed("uncertain form")
    sign, whole, part, radius, direction, exponent = match.groups()
    part = part or ""
    middle = signed(sign, Fraction(int(whole + part), 10 ** len(part)))
    width = (Fraction(int(radius)) if radius else Fraction(1, 2)) / 10 ** len(part)
    scale = Fraction(10) ** exponent_value(exponent, MAX_DECIMAL_EXPONENT)
    low = middle if direction in ("u", "U") else middle - width
    high = middle if direction in ("d", "D") else middle + width
    return low * scale, high * scale


def exact(text):
    """The ends of a `number` or a `box`."""
    if text.startswith("["):
        if not text.endswith("]"):
            raise Malformed("bracket")
        ends = [number(end.strip(" ")) for end in text[1:-1].split(",")]
        if len(ends) > 2 or ends[0] > ends[-1]:
            raise Malformed("ends")
        return ends[0], ends[-1]
    if "?" in text:
        return uncertain(text)
    value = number(text)
    return value, value


JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def nearest_double(text):
    """The value of a JSON number: the double nearest to its text, as a Fraction."""
    if not JSON_NUMBER.fullmatch(text):
        raise Malformed("not a JSON number")
    value = float(text)  # CPython rounds correctly, whatever the length
    if value in (float("inf"), float("-inf")):
        raise Malformed("beyond the range of doubles")
    return Fraction(value)


# --- Sections 2 and 3: instances and digests ----------------------------------------------------------------------


class JsonNumber(str):
    """The text of a JSON number, so that it can be told from a string."""


def load(text):
    return json.loads(text, parse_int=JsonNumber, parse_float=JsonNumber)


def canonical(value):
    return f"{value.numerator}/{value.denominator}"


def canonical_entry(entry):
    low, high = (nearest_double(entry),) * 2 if isinstance(entry, JsonNumber) else exact(entry)
    return canonical(low) if low == high else f"[{canonical(low)},{canonical(high)}]"


def canonical_rows(rows):
    return [" ".join(canonical_entry(entry) for entry in row) for row in rows]


def canonical_text(instance, subject):
    lines = [f"lojacert-canonical/1 {subject}", f"activation {instance['activation']}", f"neuron {instance['neuron']}",
             f"teacher_neuron {instance.get('teacher_neuron', 'unit')}"]
    teacher = instance["teacher"]
    if isinstance(teacher, dict):
        lines += [f"gram {len(teacher['gram'])}"] + canonical_rows(teacher["gram"])
    else:
        lines += [f"teacher {len(teacher)} {len(teacher[0])}"] + canonical_rows(teacher)
    if subject == "instance" and "student" in instance:
        student = instance["student"]
        lines += [f"student {len(student)} {len(student[0])}"] + canonical_rows(student)
    return "".join(line + "\n" for line in lines)


def digest(text):
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


# --- The cases ----------------------------------------------------------------------------------------------------

NUMBERS = [
    # decimals
    "0", "1", "-1", "+1", "00", "007", "-0", "+0", "-0.0", "0.1", "-0.1", "+.5", "-.5", ".5", "5.", "-5.", "0.", ".0", "1.50", "123456789012345678901234567890",
    "0.30000000000000004", "3.141592653589793238462643383279502884197", "1e0", "1e3", "1E3", "1e+3", "1e-3", "1.5e2", "5.e1", ".5e1",
    "-2.5E-2", "1e007", "1e-007", "1e00000000000000000000000000000000000001", "12e-2", "1200e-2", "0e0", "0e20000", "0e-20000", "-0e5",
    "1e20000", "1e-20000", "1e+20000", "0" * 19999 + "7", "0." + "0" * 19997 + "0", "9007199254740993", "1e22", "1e23", "1e400", "1e-400",
    "179769313486231570814527423731704356798070e267", "4.9e-324", "0.5", "0.25", "0.7071067811865476", "1e1", "10", "999999999999999999",
    "9999999999999999999", "18446744073709551616", "-18446744073709551617",
    # rationals
    "1/2", "-1/2", "+1/2", "2/4", "6/3", "0/5", "-0/7", "007/008", "1/3", "10/1", "123456789123456789123456789/987654321987654321", "4/2", "1/1",
    "170141183460469231731687303715884105727/170141183460469231731687303715884105728",
    # hexadecimal floats
    "0x1", "0x10", "0X1P0", "0x1p0", "0x1.8p-1", "-0x1.8p-1", "+0x1p+3", "0x.8", "0x.8p1", "0x8.", "0x8.p-3", "0xff", "0xFF.Fp4", "0xabcdefABCDEF",
    "0x1.bb67ae8584caap-1", "0x1p-1074", "0x1p-1075", "0x1p1024", "0x1.fffffffffffffp1023", "0x0p65536", "0x0p-65536", "0x1p65536", "0x1p-65536",
    "0x0.0", "-0x0", "0x1p007", "0x00001", "0xe", "0x1e5", "0xep1", "0x1.00000000000008p0", "0x123456789abcdef0123456789p-60",
    # boxes in brackets
    "[1,2]", "[1, 2]", "[ 1 , 2 ]", "[    1,2    ]", "[-1,1]", "[1/3,1/2]", "[0x1p-20,0x1p-19]", "[-0x1p-20, 0x1p-20]", "[0.49, 0.51]", "[1,1]",
    "[1]", "[ 1 ]", "[1/2]", "[0.5,1/2]", "[-2,-1]", "[0,0]", "[-0,0]", "[+1,+2]", "[.1,1.]", "[1e-3,1E-2]", "[-1e5,0x1p3]", "[0.1,0.1]",
    # IEEE 1788's uncertain form
    "3.56?1", "3.56?", "3.56?u", "3.56?d", "3.56?1u", "3.56?1d", "3.56?1e2", "3.56?e2", "3.56?1ue2", "10?2ue1", "10?", "10?0", "0?", "0?1", "-10?2",
    "-10?2u", "-10?2d", "+10?2", "-3.56?1", "3.560?2", "10?18", "2.5?d", "0.000?5", "3.56?1E-2", "3.56?1U", "3.56?1D", "3.56?D", "10?3e+1", "10?0e1",
    "-0?1", "1.25?25", "0?1e20000", "0?0e20000", "0?0e-20000", "100?100", "1?12345678901234567890123",
]

NOT_NUMBERS = [
    "", " ", "+", "-", ".", "+.", "-.", "e5", ".e5", "1e", "1e+", "1e-", "1e1.5", "1e1e1", "1.2.3", "--1", "++1", "+-1", "1-", "1+1", "- 1", " 1", "1 ", "1 2", "\t1",
    "1\n", "\n1", "1\u0000", "\u00a01", "1\u00a0", "1,5", "1_000", "1'000", "1 000", "\uff11", "\u0661", "\u22121", "\u00bd", "1f", "1.0f", "1d5", "1L", "0b1",
    "0o7", "abc", "one", "nan", "NaN", "-nan", "inf", "Inf", "-inf", "+inf", "infinity", "Infinity", "1e20001", "1e-20001", "0e20001", "0e-20001",
    "1e99999999999999999999999", "1e-99999999999999999999999", "0e18446744073709551616", "0" * 20001, "1" * 20001, "0." + "0" * 19999,
    # rationals
    "1/0", "0/0", "1/00", "/2", "1/", "1//2", "1/-2", "1/+2", "1 /2", "1/ 2", "1.5/2", "1/2.5", "1e1/2", "1/2e1", "1/2/3", "0x1/2", "1/0x2", "-/2",
    # hexadecimal floats
    "0x", "0X", "0x.", "0xp1", "0x.p1", "0x1p", "0x1p+", "0x1p1.5", "0x1pa", "0x1g", "x1", "1x1", "00x1", "0x1.8.8", "0x-1", "0x 1", "0x1p65537", "0x1p-65537",
    "0x0p65537", "0x0p-65537", "0x1p99999999999999999999999", "0x1p-4294967296", "0x" + "0" * 19999, "0x1e+5", "- 0x1",
    # boxes in brackets
    "[]", "[ ]", "[,]", "[1,]", "[,1]", "[ , ]", "[2,1]", "[1,2,3]", "[1;2]", "[1 2]", "[1,2", "1,2]", "[1,2]]", "[[1,2]]", " [1,2]", "[1,2] ", "[1,2]1", "1[1,2]", "(1,2)",
    "[1\t,2]", "[\n1,2]", "[1,\u00a02]", "[empty]", "[Empty]", "[entire]", "[ empty ]", "[1,inf]", "[-inf,1]", "[1, Infinity]", "[-inf,+inf]", "[,inf]", "[nan]", "[nan,nan]",
    "[1,nan]", "[1..2]", "[0.2,0.1]", "[1/2,1/3]", "[0x1p1,0x1p0]", "[1/0,2]", "[1e20001]", "[3.56?1]", "[1?,2?]", "[1,2]?1", "[", "]", "[1", "1]", "[-1,-2]", "[1,1,1]",
    "[1,1 e5]", "[1 /2,1]", "[" + "0" * 20001 + ",1]", "[1, 2]_com",
    # uncertain form
    "?", "?1", "1??", "10??", "10??u", "-10??d", "1?ud", "1?du", "1?uu", "1?1.5", "1?-1", "1?+1", "1.?", "1.?1", ".5?", ".5?1", "1e5?1", "1?1e", "1?1e+", "1?1e20001",
    "1?1e-20001", "0?0e20001", "0x1?1", "1/2?1", "1? 1", "1 ?1", " 1?1", "1?1 ", "1?1p1", "1?u1", "1?1e1u", "1?1x", "-?1", "1?" + "0" * 20000, "--1?1", "1?1?1",
    "inf?1", "[1,2]?",
]

HALF_LEAST = str(Fraction(1, 2 ** 1075).numerator * 5 ** 1075).zfill(1075)  # the digits of 2^-1075 behind the point
JSON_NUMBERS = [
    "0", "-0", "1", "-1", "0.1", "-0.1", "0.5", "1.5", "0.30000000000000004", "3.141592653589793", "100", "1e2", "1E2", "1e+2", "1e-2", "1.0", "1.50", "0.0", "-0.0",
    "0e0", "0e999999999999999999999", "0.000e-999999999999999999999", "123456789", "9007199254740992", "9007199254740993", "9007199254740994", "9007199254740995",
    "9007199254740993.0000000000000000000000000001", "9007199254740992.9999999999999999999999999999", "18446744073709551615", "18446744073709551616",
    "-9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "1e22", "1e23", "8.5e22", "1.7976931348623157e308", "1.7976931348623158e308",
    "-1.7976931348623157e308", "179769313486231580793e288", "2.2250738585072014e-308", "2.2250738585072011e-308", "2.225073858507201e-308", "4.9e-324", "5e-324",
    "-5e-324", "3e-324", "2.5e-324", "2.4703282292062328e-324", "2.4703282292062327e-324", "-2.4703282292062327e-324", "2e-324", "1e-324", "1e-400", "-1e-400", "1e-20001",
    "1e-99999999999999999999", "0." + HALF_LEAST, "0." + HALF_LEAST + "1", "0." + HALF_LEAST[:-1] + "4", "0." + HALF_LEAST + "0" * 3000, "0." + HALF_LEAST + "0" * 3000 + "1",
    "1" + "0" * 308, "0." + "0" * 400 + "1", "1" + "0" * 400 + "e-400", "0." + "0" * 400 + "1e401", "1.00000000000000011102230246251565404236316680908203125",
    "1.00000000000000011102230246251565404236316680908203126", "1.00000000000000011102230246251565404236316680908203124", "6.631236846766476e-316", "0.1e1", "10e-1",
    "2.2204460492503131e-16", "0.70710678118654752440084436210484903928483593768847",
]

NOT_JSON_NUMBERS = [
    "1e309", "-1e309", "1e400", "1.797693134862315808e308", "1.7976931348623159e308", "179769313486231580794e288", "1e99999999999999999999", "-1e99999999999999999999",
    "1" + "0" * 309, "2e308", "0.00001e314", "01", "-01", "00", "+1", ".5", "-.5", "5.", "-", "--1", "1e", "1e+", "1e-", "1e1.5", "0x10", "0x1p3", "NaN", "-NaN", "Infinity",
    "-Infinity", "nan", "inf", "1/2", "1_000", "1,5", "1f", "0b1", "1.e5", "1..5", "1e5e5", "1?1", "\uff11", "- 1", "1-",
]

INSTANCES = [
    # the example of the specification
    """{"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher": [["1", "0"], ["1/2", "0x1.bb67ae8584caap-1"]],
        "student": [["[0.49, 0.51]", "0"]]}""",
    """{"format": "lojacert-instance/1", "activation": "relu", "neuron": "unit", "teacher_neuron": "norm", "teacher": [[1]]}""",
    # JSON numbers are doubles, strings are exact
    """{"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher": [[0.1, "0.1"]], "student": [["0.1", 0.1]]}""",
    # the same numbers in other words, the keys in another order, name and provenance: the digests of the next two are equal
    """{"format": "lojacert-instance/1", "activation": "relu+linear", "neuron": "unit", "teacher_neuron": "unit", "teacher": [["1/2", "0"], ["3", "-1/4"]],
        "student": [["[-1/8, 1/8]", "7/2"]]}""",
    """{"student": [["[-0.125,0x1p-3]", "3.5"]], "provenance": {"by": "hand", "numbers": [1, 2.50, null, true, {"deep": []}]}, "name": "the same \\u00e9",
        "teacher": [[0.5, -0.0], [3e0, "-0x.4"]], "neuron": "unit", "activation": "relu+linear", "format": "lojacert-instance/1"}""",
    # a Gram matrix: 60 degrees exactly
    """{"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher": {"gram": [["1", "1/2"], ["0.5", 1]]}}""",
    """{"format": "lojacert-instance/1", "activation": "abs", "neuron": "unit", "teacher_neuron": "norm",
        "teacher": {"gram": [[0, 0, 0], [0, "2", "-1/3"], [0, "-1/3", "[4]"]]}}""",
    # boxes of every form; width zero is a point
    """{"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher": [["3.56?1", "3.56?", "10?2ue1"], ["[1]", "[0.5, 1/2]", "0?0"]],
        "student": [["-10?2d", "[-2, 2]", "0x1p-1074"], ["1/3", "-1/3", "[1/3, 2/3]"]]}""",
    # the ends of the doubles, and beyond them
    """{"format": "lojacert-instance/1", "activation": "relu", "neuron": "norm", "teacher": [[1.7976931348623157e308, 5e-324, 1e-400, 2.4703282292062328e-324]],
        "student": [["1e-400", "1e400", "-0x1p-1074", "0x1.0000000000001p0"]]}""",
    # long decimals are rounded only as JSON numbers
    """{"format": "lojacert-instance/1", "activation": "abs", "neuron": "unit", "teacher": [[0.1000000000000000055511151231257827021181583404541015625]],
        "student": [["0.1000000000000000055511151231257827021181583404541015625"], [9007199254740993], ["9007199254740993"], [123456789012345678901234567890]]}""",
    # zero, parallel and antiparallel rows, fewer students than teachers
    """{"format": "lojacert-instance/1", "activation": "relu", "neuron": "norm", "teacher_neuron": "norm", "teacher": [["0", "0"], ["1", "2"], ["-2", "-4"], ["1", "2"]],
        "student": [["0", "0"]]}""",
    """{"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher_neuron": "unit", "teacher": [["1e-50", "123456789123456789123456789/7"]]}""",
    # one bit of one number
    """{"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher": [["1"]], "student": [["0x1.fffffffffffffp-1"]]}""",
    """{"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher": [["1"]], "student": [["0x1.ffffffffffffep-1"]]}""",
    # shapes that hold the same entries
    """{"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher": [[1, 2, 3, 4]], "student": [[5, 6, 7, 8]]}""",
    """{"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher": [[1, 2], [3, 4]], "student": [[5, 6], [7, 8]]}""",
]


def number_case(text):
    try:
        low, high = exact(text)
    except Malformed:
        return {"text": text, "error": True}
    return {"text": text, "lo": canonical(low), "hi": canonical(high)}


def json_number_case(text):
    try:
        return {"text": text, "value": canonical(nearest_double(text))}
    except Malformed:
        return {"text": text, "error": True}


def lines(cases):
    return ",\n".join("  " + json.dumps(case) for case in cases)


def expect(cases, error):
    for case in cases:
        assert case.get("error", False) == error, case["text"][:80]
    return cases


def numbers_file():
    numbers = expect(map_list(number_case, NUMBERS), False) + expect(map_list(number_case, NOT_NUMBERS), True)
    json_numbers = expect(map_list(json_number_case, JSON_NUMBERS), False) + expect(map_list(json_number_case, NOT_JSON_NUMBERS), True)
    return f'{{"numbers": [\n{lines(numbers)}\n],\n"json_numbers": [\n{lines(json_numbers)}\n]}}\n'


def map_list(function, items):
    return [function(item) for item in items]


def digest_case(text):
    instance = load(text)
    whole = canonical_text(instance, "instance")
    rest = json.dumps({"canonical_instance": whole, "instance_digest": digest(whole),
                       "teacher_digest": digest(canonical_text(instance, "teacher"))})
    one_line = re.sub(r"\n\s*", " ", text)
    return f'  {{"instance": {one_line},\n   {rest[1:]}'


def digests_file():
    return '{"digests": [\n' + ",\n".join(map_list(digest_case, INSTANCES)) + "\n]}\n"


def main():
    check = "--check" in sys.argv[1:]
    fine = True
    for name, content in (("numbers.json", numbers_file()), ("digests.json", digests_file())):
        path = HERE / name
        if check:
            same = path.exists() and path.read_text(encoding="ascii") == content
            print(f"{name}: {'up to date' if same else 'differs from what generate.py writes'}")
            fine = fine and same
        else:
            path.write_text(content, encoding="ascii")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
