"""Bad input to the real programs: exit 2, one message on standard error, nothing on standard output, no file left behind.

Every message names the program and, where a file is bad, that file. `--messages` also prints all messages, to be read by eye.
"""
from __future__ import annotations

import io
import json
import os
import resource
import stat
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Optional, Sequence

import numpy

from programs import Programs, Report, Run, folder_of_programs, long_run, workspace, write_json
from specification import Certificate, instance_from_json, make_claim

GOOD = {"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher": [["1", "0"], ["0", "1"]],
        "student": [["0.7", "0.1"], ["0.1", "1"]]}
TEXT = json.dumps(GOOD)
CERTIFICATE = json.dumps({"format": "lojacert-certificate/1",
                          "claim": {"kind": "loss", "quantifier": "forall", "negated": False, "hi": "10"},
                          "instance": {"digest": "sha256:" + "0" * 64, "d": 2, "m": 2, "r": 2, "embedded": "EMBEDDED"}, "evidence": {}}).encode()
FORMS = ["--activation", "abs", "--neuron", "norm", "--teacher-neuron", "unit"]
NOBODY = 65534


@dataclass
class Bench:
    """The programs, a folder to work in, and the messages seen."""

    report: Report
    programs: Programs
    folder: Path
    messages: list[tuple[str, str]] = field(default_factory=list)

    def file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def rejects(self, what: str, run: Run, mentions: Sequence[str] = (), codes: Sequence[int] = (2,)) -> None:
        """Exit 2, silence on standard output, one message that starts with the program's name and mentions what it must."""
        lines = [line for line in run.err.splitlines() if line.strip()]
        self.messages.append((what, run.err.strip()))
        problems = []
        if run.code not in codes:
            problems.append(f"exit {run.code}")
        if run.code == 2:
            if run.out:
                problems.append("something on standard output")
            usage_hint = len(lines) == 2 and "--help" in lines[1]
            if len(lines) != 1 and not usage_hint:
                problems.append(f"{len(lines)} lines on standard error")
            text = run.err.replace("_", "-")
            problems += [f"does not mention {word!r}" for word in mentions if word.replace("_", "-") not in text]
            if lines and len(lines[0]) > 600:
                problems.append("a message of more than 600 characters")
        self.report.check(not problems, "bad input", lambda: f"{what}: {', '.join(problems)}\n{run.describe()[:3000]}")

    def rejects_one_of_two(self, what: str, run: Run) -> None:
        """A bad instance beside a good certificate: the verifier may take both for certificates and give each its line."""
        self.messages.append((what, run.err.strip()))
        lines = [line for line in run.err.splitlines() if line.strip()]
        good = run.code == 2 and lines and "bad.json" in lines[0] and len(lines) <= 2
        quiet = all(line.startswith("c ") and line.endswith(" MALFORMED") for line in run.out.splitlines())
        self.report.check(good and quiet, "a bad instance beside a certificate", lambda: f"{what}: {run.describe()[:1500]}")

    def leaves_nothing(self, what: str, before: set[str], folder: Optional[Path] = None) -> None:
        left = {p.name for p in (folder or self.folder).iterdir()} - before
        self.report.check(not left, "no file left behind", f"{what}: {left}")


# --------------------------------------------------------------------------------------------------------- JSON texts

def changed(**changes: Any) -> bytes:
    return json.dumps({key: value for key, value in {**GOOD, **changes}.items() if value is not ...}).encode()


def with_entry(text: str) -> bytes:
    """The instance with one raw entry."""
    return TEXT.replace('"0.7"', text, 1).encode()


def bad_texts() -> dict[str, bytes]:
    """Texts that are no JSON of RFC 8259, or no instance."""
    texts: dict[str, bytes] = {
        "empty file": b"", "only white space": b" \n\t ", "only a brace": b"{", "truncated in a key": TEXT[:20].encode(),
        "truncated in a row": TEXT[:TEXT.index("0.1")].encode(), "truncated at the end": TEXT[:-1].encode(),
        "trailing comma": TEXT[:-1].encode() + b",}", "trailing text": TEXT.encode() + b" x", "two values": TEXT.encode() * 2,
        "duplicate key": TEXT[:-1].encode() + b', "neuron": "unit"}',
        "duplicate key by escape": TEXT[:-1].encode() + b', "ne\\u0075ron": "unit"}',
        "duplicate key in provenance": TEXT[:-1].encode() + b', "provenance": {"a": 1, "a": 2}}',
        "byte order mark": b"\xef\xbb\xbf" + TEXT.encode(), "UTF-16": TEXT.encode("utf-16"), "Latin-1": TEXT[:-1].encode() + b', "name": "M\xfcller"}',
        "overlong UTF-8": TEXT[:-1].encode() + b', "name": "\xc0\xaf"}', "lone surrogate": TEXT[:-1].encode() + b', "name": "\\ud800"}',
        "control character": TEXT[:-1].encode() + b', "name": "a\x01b"}', "nul byte": TEXT.encode() + b"\0",
        "comment": b"// no\n" + TEXT.encode(), "single quotes": TEXT.replace('"', "'").encode(),
        "NaN": with_entry("NaN"), "Infinity": with_entry("Infinity"), "-Infinity": with_entry("-Infinity"), "plus sign": with_entry("+1"),
        "leading zero": with_entry("01"), "bare point": with_entry(".5"), "hexadecimal": with_entry("0x10"), "True": with_entry("True"),
        "number beyond doubles": with_entry("1e999"), "number with a huge exponent": with_entry("1e999999999"),
        "number with a million digits": with_entry("9" * 10 ** 6), "deep nesting": b"[" * 100000,
        "deep nesting closed": b"[" * 100000 + b"]" * 100000, "deep objects": b'{"a":' * 100000,
        "deep provenance": TEXT[:-1].encode() + b', "provenance": {"a": ' + b"[" * 100000 + b"]" * 100000 + b"}}",
        "deep teacher": changed(teacher="X").replace(b'"X"', b"[" * 70 + b"1" + b"]" * 70),
        "an array": b"[]", "null": b"null", "a number": b"1", "a string": b'"instance"', "binary": bytes(range(256)),
        "many open strings": b'{"' + b"a" * 10 ** 6}
    return texts


def bad_instances() -> dict[str, bytes]:
    """JSON that breaks the rules of section 2."""
    cases: dict[str, dict[str, Any]] = {
        "unknown key": {"students": [["1", "0"]]}, "misspelt key": {"Neuron": "unit"}, "no format": {"format": ...},
        "format of another type": {"format": 1}, "no activation": {"activation": ...}, "unknown activation": {"activation": "tanh"},
        "activation of another type": {"activation": None}, "no neuron": {"neuron": ...}, "unknown form": {"neuron": "abs"},
        "unknown teacher form": {"teacher_neuron": "Unit"}, "no teacher": {"teacher": ...}, "teacher empty": {"teacher": []},
        "teacher of empty rows": {"teacher": [[], []]}, "teacher ragged": {"teacher": [["1", "0"], ["1"]]},
        "teacher one row flat": {"teacher": ["1", "0"]}, "teacher three levels": {"teacher": [[["1", "0"]]]},
        "teacher text": {"teacher": "1 0"}, "teacher null": {"teacher": None}, "student empty": {"student": []},
        "student of another dimension": {"student": [["1", "0", "0"]]}, "student ragged": {"student": [["1", "0"], ["1", "0", "1"]]},
        "student null": {"student": None}, "student object": {"student": {}}, "name a number": {"name": 3}, "provenance a list": {"provenance": []},
        "Gram matrix beside a student": {"teacher": {"gram": [["1"]]}}, "Gram matrix not square": {"teacher": {"gram": [["1", "0"]]}, "student": ...},
        "Gram matrix not symmetric": {"teacher": {"gram": [["1", "0"], ["1/2", "1"]]}, "student": ...},
        "Gram matrix with a negative square": {"teacher": {"gram": [["-1"]]}, "student": ...},
        "Gram matrix with a box": {"teacher": {"gram": [["[1,2]"]]}, "student": ...}, "Gram matrix with another key": {"teacher": {"gram": [["1"]], "x": 1}, "student": ...}}
    texts = {what: changed(**change) for what, change in cases.items()}
    for entry in ("", " ", " 1", "1 ", "1 0", "1,5", "--1", "1e", "e1", "0x", "0x1p", "1/0", "1/-2", "1/2/3", "1.5/2", "nan", "inf", "-inf", "infinity",
                  "[2, 1]", "[1, 2", "[]", "[empty]", "[entire]", "[1, inf]", "[1, 2, 3]", "[1,,2]", "1??", "1?-1", "?", "1e999999999", "1e20001",
                  "0x1p65537", "1e-20001", "1e99999999999999999999", "１", "1\u00a0", "1\n", "1\u0000", "9" * 20001, "[1, 1e30000]", "1_000", "1f"):
        texts[f"entry {entry[:30]!r}"] = with_entry(json.dumps(entry))
    for raw in ("null", "true", "{}", "[]", '["1"]'):
        texts[f"entry of another type {raw}"] = with_entry(raw)
    return texts


def check_texts(bench: Bench) -> None:
    """Bad instances to lojacert eval, lojacert prove -o and lojaverify."""
    good = instance_from_json(GOOD)
    certificate = write_json(bench.folder / "certificate.json", Certificate(good, make_claim("loss", hi="10")).to_json())
    bad = bench.folder / "bad.json"
    output = bench.folder / "out.json"
    bad.write_bytes(b"")
    before = {p.name for p in bench.folder.iterdir()}
    texts, instances = bad_texts(), bad_instances()
    for what, data in {**texts, **instances}.items():
        bad.write_bytes(data)
        bench.rejects(f"eval, {what}", bench.programs.cert("eval", bad), ["lojacert", "bad.json"])
        bench.rejects(f"prove, {what}", bench.programs.cert("prove", "loss", bad, "-o", output), ["lojacert", "bad.json"])
        bench.leaves_nothing(what, before)
        bench.rejects_one_of_two(f"lojaverify, {what}", bench.programs.verify(bad, certificate))
        if what in texts:
            bench.rejects(f"lojaverify alone, {what}", bench.programs.verify(bad), ["lojaverify", "bad.json"])
        else:
            bad.write_bytes(CERTIFICATE.replace(b'"EMBEDDED"', data, 1))
            bench.rejects(f"lojaverify embedded, {what}", bench.programs.verify(bad), ["lojaverify", "bad.json", "embedded"])
    bad.write_bytes(changed(format="lojacert-instance/2"))
    bench.rejects("eval, format of a later version", bench.programs.cert("eval", bad), ["bad.json"], (2, 3))
    bench.rejects("lojaverify, format of a later version", bench.programs.verify(bad, certificate), [], (2, 3))


def check_certificates(bench: Bench) -> None:
    """Sizes of 1e9 and numbers without end in certificates."""
    good = instance_from_json(GOOD)
    base = Certificate(good, make_claim("loss", hi="10"), {}, embed=True).to_json()
    path = bench.folder / "size.json"
    for key in ("d", "m", "r"):
        for value in (10 ** 9, 2 ** 31, 2 ** 63, 2 ** 64, 10 ** 100, -1, 1.5, "2"):
            document = json.loads(json.dumps(base))
            document["instance"][key] = value
            run = bench.programs.verify(write_json(path, document))
            bench.report.check(run.code in (1, 2), "sizes of certificates", lambda: f"{key} = {value}: {run.describe()}")
    for value in ("9" * 10 ** 6, "1e999999999", "0x1p99999999", "1/" + "3" * 10 ** 6):
        document = json.loads(json.dumps(base))
        document["claim"]["hi"] = value
        bench.rejects(f"certificate, hi = {value[:12]}...", bench.programs.verify(write_json(path, document)), ["size.json", "hi"])
    for arguments in ([], ["--max-bits"], ["--max-bits", "1", path], ["--max-bits", "x", path], ["--max-bits", "0", path], ["--max-bits", "-5", path],
                      ["--time-limit", "-1", path], ["--time-limit", "nan", path], ["--time-limit", "x", path], ["--unknown", path], ["-x", path]):
        bench.rejects(f"lojaverify {arguments[:2]}", bench.programs.verify(*arguments), ["lojaverify"])


# -------------------------------------------------------------------------------------------------- recovery's teachers

def check_recovery_teachers(bench: Bench) -> None:
    """Recovery needs nonzero teachers, no two parallel: a refusal with the reason, no certificate."""
    output = bench.folder / "out.json"
    for what, teacher in (("zero", [["0", "0"], ["1", "0"]]), ("parallel", [["1", "0"], ["2", "0"]]), ("antiparallel", [["1", "0"], ["-2", "0"]])):
        path = bench.file("teachers.json", changed(teacher=teacher))
        run = bench.programs.cert("prove", "recovery", path, "--best", "-o", output)
        text = run.err + run.out
        good = run.code in (2, 3) and not output.exists() and ("parallel" in text or "one line" in text or "zero" in text) and "teacher" in text
        bench.report.check(good, "recovery's teachers", lambda: f"{what}: {run.describe()}")
        bench.messages.append((f"recovery, {what} teachers", text.strip()))
    path = bench.file("no-student.json", changed(student=...))
    for command in (["eval"], *(["prove", *kind] for kind in (["loss"], ["gradient"], ["lojasiewicz", "--best"], ["recovery", "--best"],
                                                              ["not-pl", "--constant", "1"]))):
        run = bench.programs.cert(*command, path)
        bench.rejects(f"{' '.join(command)} without students", run, ["student"], (2, 3))
    path = bench.file("gram.json", changed(teacher={"gram": [["1"]]}, student=...))
    bench.rejects("eval of a Gram matrix", bench.programs.cert("eval", path), [], (2, 3))


# -------------------------------------------------------------------------------------------------------------- options

def check_options(bench: Bench) -> None:
    """Absurd values and missing options."""
    path = bench.file("good.json", TEXT.encode())
    output = bench.folder / "out.json"
    before = {p.name for p in bench.folder.iterdir()}
    numbers = ("nan", "inf", "", "x", "1e", "1/0", "1 ", "[1,2]", "1e999999999", "9" * 20001)
    lines: list[list[Any]] = [["eval", path, "--rel", value] for value in ("0", "-1", "nan", "inf", "x", "", "2")]
    lines += [["eval", path, "--digits", value] for value in ("-5", "0", "1.5", "x", "999999999999")]
    lines += [["eval", path, "--max-bits", value] for value in ("1", "0", "-1", "x", "1e9", "99999999999999999999")]
    lines += [["eval", path, "--rel", "1e-5", "--digits", "5"], ["eval"], ["eval", path, path], ["eval", path, "--unknown"], ["evaluate", path], [],
              ["prove"], ["prove", path], ["prove", "theorem", path], ["prove", "loss"], ["prove", "lojasiewicz", path], ["prove", "recovery", path],
              ["prove", "not-pl", path], ["prove", "lojasiewicz", path, "--kappa", "1", "--best"], ["prove", "recovery", path, "--angle", "1", "--best"],
              ["prove", "loss", path, "--lo", "2", "--hi", "1"], ["prove", "loss", path, "-o", "-"], ["prove", "loss", path, "-o"],
              ["prove", "gradient", path, "--digits", "0"], ["prove", "gradient", path, "--digits", "-5"], ["prove", "gradient", path, "--norm-lo", "1"],
              ["prove", "gradient", path, "--norm-lo", "2", "--norm-hi", "1"], ["prove", "lojasiewicz", path, "--best", "--max-bits", "1"],
              ["show"], ["explain"], ["eval", path, "--activation", "abs"]]
    lines += [["prove", "lojasiewicz", path, f"--kappa={value}"] for value in numbers + ("0", "-1", "0/5", "-0.0")]
    lines += [["prove", "lojasiewicz", path, "--kappa", "1", f"--beta={value}"] for value in numbers + ("0", "-1", "1001", "1/1001", "0.0001")]
    lines += [["prove", "not-pl", path, f"--constant={value}"] for value in numbers + ("0", "-1")]
    lines += [["prove", "loss", path, f"--{key}={value}"] for key in ("lo", "hi") for value in numbers]
    lines += [["prove", "recovery", path, "--angle", "1", f"--delta1={value}"] for value in numbers + ("-1", "1.5708", "2")]
    lines += [["prove", "recovery", path, f"--{key}={value}"] for key in ("angle", "residual", "far-mass") for value in numbers + ("-1",)]
    for line in lines:
        words = [str(w) for w in line]
        target = ["-o", output] if words[:1] == ["prove"] and "-o" not in words and len(words) > 2 else []
        run = bench.programs.cert(*line, *target)
        option = [w.split("=")[0].lstrip("-") for w in words if w.startswith("--") and "=" in w and not w.endswith("=")]
        bench.rejects(" ".join(w[:30] for w in words), run, option)
        bench.leaves_nothing(" ".join(words)[:100], before)


# ------------------------------------------------------------------------------------------------------- files and folders

def check_files(bench: Bench) -> None:
    """Missing, folders, unreadable, standard input, broken outputs."""
    good = bench.file("good.json", TEXT.encode())
    missing = bench.folder / "missing.json"
    for program, words in ((bench.programs.lojacert, ["eval"]), (bench.programs.lojacert, ["prove", "loss"]), (bench.programs.lojaverify, []),
                           (bench.programs.lojacert, ["show"]), (bench.programs.lojacert, ["explain"])):
        bench.rejects(f"{words} missing file", bench.programs.run(program, *words, missing), ["missing.json"])
        bench.rejects(f"{words} folder", bench.programs.run(program, *words, bench.folder), [bench.folder.name])
        bench.rejects(f"{words} empty name", bench.programs.run(program, *words, ""), [])
        for data in (b"", b"{", b"\xff"):
            run = bench.programs.run(program, *words, "-", input=data.decode("latin-1"), encoding="latin-1") if data else \
                bench.programs.run(program, *words, "-", stdin=subprocess.DEVNULL)
            bench.rejects(f"{words} - with {data!r}", run, [])
    run = bench.programs.cert("eval", "-", stdin=good.open("rb"))
    bench.report.check(run.code == 0 and run.status == "EVALUATED", "standard input works", run.describe)
    proof = bench.folder / "proof.json"
    run = bench.programs.cert("prove", "loss", "-", "-o", proof, "--embed", stdin=good.open("rb"))
    bench.report.check(run.code == 0 and bench.programs.verify("-", stdin=proof.open("rb")).code == 0, "standard input works", run.describe)
    run = bench.programs.verify("-", "-", stdin=proof.open("rb"))
    bench.report.check(run.code == 2, "standard input twice", run.describe)
    bench.rejects("lojaverify, instance alone", bench.programs.verify(good), ["instance"])
    bench.rejects("lojaverify, two instances", bench.programs.verify(good, good, proof), ["two instance"])
    bench.rejects("eval of a certificate", bench.programs.cert("eval", proof), ["proof.json"])
    bench.rejects("show of an instance", bench.programs.cert("show", good), ["good.json"])
    check_unreadable(bench, good)


def check_unreadable(bench: Bench, good: Path) -> None:
    """A file without permission, as an unprivileged user."""
    if os.geteuid() != 0:
        good.chmod(0)
        bench.rejects("unreadable", bench.programs.cert("eval", good), ["good.json"])
        good.chmod(0o644)
        return
    if not reachable(Path(bench.programs.lojacert)):
        print("bad_input_test: the binaries are not reachable for an unprivileged user; the unreadable file was left out")
        return
    bench.folder.chmod(0o755)
    secret = bench.file("secret.json", TEXT.encode())
    secret.chmod(0)
    bench.rejects("eval unreadable", bench.programs.cert("eval", secret, user=NOBODY), ["secret.json"])
    bench.rejects("lojaverify unreadable", bench.programs.verify(secret, user=NOBODY), ["secret.json"])
    bench.rejects("unwritable folder", bench.programs.cert("prove", "loss", good, "-o", bench.folder / "new.json", user=NOBODY), ["new.json"])
    secret.unlink()


def reachable(path: Path) -> bool:
    return all(p.stat().st_mode & stat.S_IXOTH for p in [path, *path.parents])


def check_outputs(bench: Bench) -> None:
    """Outputs that cannot be written: exit 2, the old file kept, no temporary."""
    good = bench.file("good.json", TEXT.encode())
    before = {p.name for p in bench.folder.iterdir()}
    for target in (bench.folder / "no-such-folder" / "c.json", bench.folder, Path("/dev/full"), Path("/proc/c.json"), good / "c.json",
                   bench.folder / ("x" * 300), Path("")):
        run = bench.programs.cert("prove", "loss", good, "-o", str(target) if str(target) != "." else "")
        bench.rejects(f"-o {str(target)[-40:]}", run, [])
        bench.leaves_nothing(f"-o {target}", before)
    bench.report.check(Path("/dev/full").is_char_device(), "/dev/full is still a device")
    with open("/dev/full", "w") as full:
        for program, words in ((bench.programs.lojacert, ["eval", str(good)]), (bench.programs.lojacert, ["claims"])):
            done = subprocess.run([program, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
            bench.report.check(done.returncode == 2 and done.stderr.strip() != "", "standard output on a full disk", f"{words} {done}")
    check_full_disk(bench, good)


def check_full_disk(bench: Bench, good: Path) -> None:
    """A file system without space: the old certificate stays, no temporary is left."""
    small = bench.folder / "small"
    small.mkdir()
    mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(small)], capture_output=True, check=False).returncode == 0
    if not mounted:
        print("bad_input_test: no small file system could be mounted; /dev/full alone was used")
        small.rmdir()
        return
    try:
        old = small / "old.json"
        old.write_text("old")
        (small / "filler").write_bytes(b"x" * 12000)
        try:
            with open(small / "filler", "ab", buffering=0) as filler:
                while filler.write(b"x" * 100):
                    pass
        except OSError:
            pass
        before = {p.name for p in small.iterdir()}
        run = bench.programs.cert("prove", "gradient", good, "--embed", "-o", old)
        bench.rejects("full disk", run, ["old.json"])
        bench.report.check(old.read_text() == "old", "the old file is kept on a full disk", old.read_text()[:100])
        bench.leaves_nothing("full disk", before, small)
    finally:
        subprocess.run(["umount", str(small)], check=False)


# ------------------------------------------------------------------------------------------------------------- arrays

def npy(array: numpy.ndarray) -> bytes:
    stream = io.BytesIO()
    numpy.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def npz(**arrays: numpy.ndarray) -> bytes:
    stream = io.BytesIO()
    numpy.savez(stream, **arrays)
    return stream.getvalue()


def bad_arrays() -> dict[str, bytes]:
    """.npy files that are no matrix of floating point numbers."""
    good = npy(numpy.eye(2))
    arrays = {"integers": numpy.eye(2, dtype=int), "complex numbers": numpy.eye(2, dtype=complex), "objects": numpy.array([[None]], dtype=object),
              "long double": numpy.eye(2, dtype=numpy.longdouble), "text": numpy.array([["1", "0"]]),
              "one dimension": numpy.ones(2), "three dimensions": numpy.ones((1, 1, 2)), "no dimension": numpy.array(1.0), "no row": numpy.ones((0, 2)),
              "no column": numpy.ones((2, 0)), "NaN": numpy.array([[numpy.nan, 0.0]]), "infinity": numpy.array([[numpy.inf, 0.0]]), "bool": numpy.eye(2, dtype=bool)}
    files = {what: npy(array) for what, array in arrays.items()}
    files.update({"empty": b"", "truncated data": good[:-1], "truncated header": good[:40], "only magic": good[:8], "longer than its shape": good + b"\0" * 8,
                  "another magic": b"\x93NUMPX" + good[6:], "a later version": good[:6] + b"\x09\x00" + good[8:],
                  "shape of 1e9 rows": good.replace(b"(2, 2)", b"(10**9, 2)"), "a huge shape": good.replace(b"(2, 2), }   ", b"(999999999, 2), }"[:16].ljust(12)),
                  "negative shape": good.replace(b"(2, 2)", b"(-2,2)"), "header of 4 GB": good[:6] + b"\x02\x00\xff\xff\xff\xff" + good[10:], "JSON": TEXT.encode()})
    return files


def check_arrays(bench: Bench) -> None:
    good = bench.file("good.npy", npy(numpy.array([[1.0, 0.5], [0.25, 1.0]])))
    run = bench.programs.cert("eval", "--teacher", good, "--student", good, *FORMS)
    bench.report.check(run.code == 0, "good arrays", run.describe)
    for what, data in bad_arrays().items():
        bad = bench.file("bad.npy", data)
        bench.rejects(f"teacher.npy with {what}", bench.programs.cert("eval", "--teacher", bad, "--student", good, *FORMS), ["bad.npy"])
        bench.rejects(f"student.npy with {what}", bench.programs.cert("eval", "--teacher", good, "--student", bad, *FORMS), ["bad.npy"])
    wide = bench.file("wide.npy", npy(numpy.ones((3, 2))))
    turned = bench.file("turned.npy", npy(numpy.ones((2, 3))))
    run = bench.programs.cert("eval", "--teacher", wide, "--student", turned, *FORMS)
    bench.rejects("student transposed", run, ["transpos"])
    for missing in range(0, 6, 2):
        forms = FORMS[:missing] + FORMS[missing + 2:]
        bench.rejects(f"without {FORMS[missing]}", bench.programs.cert("eval", "--teacher", good, "--student", good, *forms), [FORMS[missing].lstrip("-")])
    bench.rejects("student without teacher", bench.programs.cert("eval", "--student", good, *FORMS), ["--teacher"])
    check_npz(bench)


def check_npz(bench: Bench) -> None:
    eye = numpy.eye(2)
    good = npz(teacher=eye, student=eye * 2)
    run = bench.programs.cert("eval", bench.file("good.npz", good), *FORMS)
    bench.report.check(run.code == 0, "good arrays", run.describe)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("teacher.npy", npy(eye))
        archive.writestr("teacher.npy", npy(eye * 3))
        archive.writestr("student.npy", npy(eye))
    cases = {"empty": b"", "truncated": good[:len(good) // 2], "no teacher": npz(student=eye), "no student": npz(teacher=eye), "no array": npz(weights=eye),
             "one more array": npz(teacher=eye, student=eye, bias=eye), "teacher twice": stream.getvalue(), "integers": npz(teacher=eye.astype(int), student=eye),
             "NaN": npz(teacher=eye * numpy.nan, student=eye), "other columns": npz(teacher=eye, student=numpy.ones((2, 3))),
             "transposed": npz(teacher=numpy.ones((3, 2)), student=numpy.ones((2, 3))), "a flipped byte": good[:90] + bytes([good[90] ^ 255]) + good[91:],
             "JSON": TEXT.encode(), "not a zip": b"PK\x03\x04" + b"\0" * 100}
    for what, data in cases.items():
        run = bench.programs.cert("eval", bench.file("bad.npz", data), *FORMS)
        allowed = (0, 2, 3) if what in ("one more array", "no student") else (2,)
        bench.rejects(f"npz {what}", run, ["bad.npz"], allowed)
    bench.rejects("npz without forms", bench.programs.cert("eval", bench.folder / "good.npz"), ["activation"])


# ------------------------------------------------------------------------------------- trajectories and cited certificates

START = {"format": "lojacert-instance/1", "activation": "abs", "neuron": "norm", "teacher_neuron": "unit", "teacher": [["1", "0"]],
         "student": [["3/4", "0"]]}
HEADER = {"format": "lojacert-trajectory/1", **{key: START[key] for key in ("activation", "neuron", "teacher_neuron", "teacher")}, "m": 1,
          "step": "1/10", "record_every": 1}


def recorded(*lines: Any) -> bytes:
    """A trajectory: objects and raw texts, one a line."""
    return "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines).encode()


def iterate(number: Any, rows: Any) -> dict[str, Any]:
    return {"iteration": number, "student": rows}


def bad_trajectories() -> dict[str, tuple[bytes, str]]:
    """Files that are no recorded descent from START, and the place that the message must name."""
    first, second = iterate(0, START["student"]), iterate(1, [["0.815625", "0"]])
    good = recorded(HEADER, first, second)
    files = {"empty": (b"", ""), "header only": (recorded(HEADER), ""), "no step": (recorded(HEADER, first), ""),
             "no header": (recorded(first, second), "line 1"), "second header": (recorded(HEADER, first, HEADER), "line 3"),
             "truncated last line": (good[:-12], "line 3"), "empty line": (recorded(HEADER, first, "", second), "line 3"),
             "binary": (bytes(range(256)), "line 1"), "an instance": (TEXT.encode(), "line 1"), "an array": (b"[]\n", "line 1"),
             "start again": (recorded(HEADER, first, first), "line 3"), "text after an iterate": (good.replace(b"]]}\n", b"]]} x\n", 1), "line 2"),
             "duplicate key": (recorded(HEADER, first, '{"iteration": 1, "iteration": 1, "student": [["1", "0"]]}'), "line 3"),
             "deep nesting": (recorded(HEADER, first, "[" * 100000), "line 3")}
    for what, number in (("gap", 2), ("backwards", -1), ("iteration as text", "1"), ("iteration not whole", 1.5), ("huge iteration", 10 ** 30)):
        files[what] = recorded(HEADER, first, iterate(number, [["1", "0"]])), "line 3"
    rows = {"ragged": [["1", "0"], ["1"]], "a row too short": [["1"]], "a row too long": [["1", "0", "0"]], "a student more": [["1", "0"]] * 2,
            "no row": [], "an empty row": [[]], "flat": ["1", "0"], "NaN": [["nan", "0"]], "infinity": [["1", "-inf"]], "a box": [["[0, 1]", "0"]],
            "JSON numbers": [[0.5, 0]], "null": None, "huge exponent": [["1e999999999", "0"]], "million digits": [["9" * 10 ** 6, "0"]]}
    files.update({what: (recorded(HEADER, first, iterate(1, value)), "line 3") for what, value in rows.items()})
    headers: dict[str, dict[str, Any]] = {"step zero": {"step": "0"}, "step negative": {"step": "-1"}, "step a JSON number": {"step": 0.1},
                                          "no step in the header": {"step": ...}, "format of a later version": {"format": "lojacert-trajectory/2"},
                                          "unknown activation": {"activation": "tanh"}, "no teacher": {"teacher": ...},
                                          "key nobody defined": {"momentum": "0"}, "no teacher form": {"teacher_neuron": ...}}
    for what, change in headers.items():
        header = {key: value for key, value in {**HEADER, **change}.items() if value is not ...}
        files[what] = recorded(header, first, second), "line 1"
    return files


def check_trajectories(bench: Bench) -> None:
    """prove trajectory: one message that names the file, and the line where there is one."""
    start, bad, output = write_json(bench.folder / "start.json", START), bench.file("bad.jsonl", b""), bench.folder / "out.json"
    words = ["prove", "trajectory", start, "-o", output, "--trajectory"]
    good = bench.file("good.jsonl", recorded(HEADER, iterate(0, START["student"]), iterate(1, [["0.815625", "0"]])))
    run = bench.programs.cert(*words, good)
    bench.report.check(run.code == 0 and bench.programs.verify(start, output).code == 0, "good trajectories", run.describe)
    output.unlink(missing_ok=True)
    before = {p.name for p in bench.folder.iterdir()}
    for what, (data, place) in bad_trajectories().items():
        bad.write_bytes(data)
        bench.rejects(f"trajectory, {what}", bench.programs.cert(*words, bad), ["lojacert", "bad.jsonl", place])
        bench.leaves_nothing(f"trajectory, {what}", before)
    bench.rejects("trajectory missing", bench.programs.cert(*words, bench.folder / "missing.jsonl"), ["missing.jsonl"])
    bench.rejects("trajectory a folder", bench.programs.cert(*words, bench.folder), [bench.folder.name])
    bench.rejects("trajectory without a name", bench.programs.cert(*words, ""), [])
    for value in ("nan", "x", "", "[0,1]", "1e", "1/0"):
        bench.rejects(f"epsilon {value!r}", bench.programs.cert(*words, good, f"--epsilon={value}"), ["epsilon"])
    bench.leaves_nothing("trajectory", before)
    check_other_starts(bench, good, output)


def check_other_starts(bench: Bench, good: Path, output: Path) -> None:
    """Trajectories that do not begin at the instance, and one with more than a million entries."""
    before = {p.name for p in bench.folder.iterdir()} | {"other.json", "long.jsonl"}
    for what, change in (("weights", {"student": [["0.7500001", "0"]]}), ("activation", {"activation": "relu"}), ("form", {"neuron": "unit"}),
                         ("teacher", {"teacher": [["1", "1"]]}), ("boxes", {"student": [["[0.7, 0.8]", "0"]]})):
        other = write_json(bench.folder / "other.json", {**START, **change})
        run = bench.programs.cert("prove", "trajectory", other, "--trajectory", good, "-o", output)
        bench.rejects(f"trajectory of another start, {what}", run, ["first iterate"])
    rows = [["1"] + ["0"] * 9] * 1000
    wide = {**START, "teacher": rows[:1], "student": rows}
    header = {**HEADER, "teacher": rows[:1], "m": 1000}
    long = bench.file("long.jsonl", recorded(header, *(iterate(t, rows) for t in range(102))))
    run = bench.programs.cert("prove", "trajectory", write_json(bench.folder / "other.json", wide), "--trajectory", long, "-o", output)
    bench.rejects("trajectory of more than a million entries", run, ["1000000 entries"])
    bench.leaves_nothing("trajectories of another start", before)


def check_cited(bench: Bench) -> None:
    """--threshold: files that are missing, malformed or about something else."""
    start, output = write_json(bench.folder / "start.json", START), bench.folder / "out.json"
    teacher, cited = write_json(bench.folder / "teacher.json", {k: v for k, v in START.items() if k != "student"}), bench.folder / "cited.json"
    run = bench.programs.cert("prove", "threshold", teacher, "--certificate", "product", "-o", cited)
    bench.report.check(run.code == 0, "a certificate to cite", run.describe)
    good = json.loads(cited.read_text(encoding="utf-8"))
    walk = bench.file("good.jsonl", recorded(HEADER, iterate(0, START["student"]), iterate(1, [["0.815625", "0"]])))
    commands = [["prove", "convergence", start, "--flow"], ["prove", "convergence", start, "--step", "1/10", "--by", "threshold"],
                ["prove", "recovery", "--for-all", "--loss", "1e-9", start], ["prove", "trajectory", start, "--trajectory", walk]]
    parts: dict[str, Any] = {"format": "lojacert-certificate/2", "claim": {**good["claim"], "kind": "landscape"}, "instance": {}, "evidence": {}}
    texts = {f"another {key}": json.dumps({**good, key: value}) for key, value in parts.items()}
    texts.update({"empty": "", "truncated": json.dumps(good)[:-20], "an instance": TEXT, "an array": "[]", "duplicate key": '{"format": 1, "format": 2}',
                  "deep nesting": "[" * 100000, "NaN": json.dumps({**good, "claim": {**good["claim"], "eps0": "nan"}}),
                  "of another teacher": json.dumps({**good, "instance": {**good["instance"], "digest": "sha256:" + "0" * 64}}),
                  "negated": json.dumps({**good, "claim": {**good["claim"], "negated": True}}),
                  "without S": json.dumps({**good, "evidence": {k: v for k, v in good["evidence"].items() if k != "S"}})})
    bad = bench.file("bad.json", b"")
    before = {p.name for p in bench.folder.iterdir()}
    for command in commands:
        for what, text in texts.items():
            bad.write_text(text, encoding="utf-8")
            run = bench.programs.cert(*command, "--threshold", bad, "-o", output)
            bench.rejects(f"{command[1]}, --threshold {what}", run, ["lojacert", "bad.json"])
        for path, word in ((bench.folder / "missing.json", "missing.json"), (bench.folder, bench.folder.name)):
            bench.rejects(f"{command[1]}, --threshold {word}", bench.programs.cert(*command, "--threshold", path, "-o", output), [word])
        bench.leaves_nothing(f"{command[1]}, --threshold", before)
    run = bench.programs.cert("prove", "convergence", start, "--flow", "--by", f"threshold:{bench.folder / 'missing.json'}", "-o", output)
    bench.rejects("convergence, --by threshold:missing.json", run, ["missing.json"])
    bench.leaves_nothing("convergence, --by", before)


# -------------------------------------------------------------------------------------------------- locale, size, memory

def check_locale(bench: Bench) -> None:
    """A locale with a decimal comma changes nothing."""
    path = bench.file("good.json", TEXT.encode())
    outputs = []
    for name in ("C", "de_DE.UTF-8", "no_SUCH"):
        environment = {**os.environ, "LC_ALL": name}
        proof = bench.folder / "proof.json"
        runs = [bench.programs.cert("eval", path, env=environment), bench.programs.cert("prove", "lojasiewicz", path, "--best", "-o", proof, env=environment),
                bench.programs.verify(path, proof, env=environment)]
        bench.report.check([r.code for r in runs] == [0, 0, 0], "locales", lambda: "\n".join(r.describe() for r in runs))
        outputs.append([line for r in runs[:1] for line in r.out.splitlines() if "precision" not in line] + [json.loads(proof.read_text())["claim"]])
    bench.report.check(outputs[0] == outputs[1] == outputs[2], "locales agree", str(outputs))


def peak_memory(words: Sequence[str]) -> tuple[int, int]:
    """Exit code and peak resident bytes of a command."""
    with open(os.devnull, "w") as nothing:
        process = subprocess.Popen(words, stdout=nothing, stderr=nothing)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss * 1024


def check_large(bench: Bench, megabytes: int) -> None:
    """A large file is read within ten times its size in memory, good or bad."""
    count = megabytes * 1000000 // 2 // 20
    row = ", ".join(["0.12345678901234567"] * count)
    text = f'{{"format": "lojacert-instance/1", "activation": "abs", "neuron": "unit", "teacher": [[{row}]], "student": [[{row}]]}}'
    good = bench.file("large.json", text.encode())
    bad = bench.file("large-bad.json", text[:-3].encode())
    limit = 10 * len(text) + 64 * 2 ** 20
    proof = str(bench.folder / "proof.json")
    for program, words, wanted in ((bench.programs.lojacert, ["prove", "loss", str(good), "--hi", "1e100", "-o", proof], (0,)),
                                   (bench.programs.lojaverify, [str(good), proof], (0,)), (bench.programs.lojacert, ["eval", str(bad)], (2,)),
                                   (bench.programs.lojaverify, [str(bad)], (2,))):
        code, peak = peak_memory([program, *words])
        bench.report.check(code in wanted, "large files", f"{words}: exit {code}")
        bench.report.check(peak <= limit, "memory within ten times the file", f"{words}: {peak / len(text):.1f} times {len(text)} bytes")
        print(f"bad_input_test: {Path(program).name}, exit {code}: {peak / len(text):.1f} times the file in memory")
    for path in (good, bad):
        path.unlink()


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    report = Report("bad_input_test")
    programs = Programs(folder_of_programs())
    checks: list[Callable[[Bench], None]] = [check_texts, check_certificates, check_recovery_teachers, check_options, check_files, check_outputs,
                                             check_arrays, check_trajectories, check_cited, check_locale, lambda bench: check_large(bench, 200 if long_run() else 20)]
    for check in checks:
        with workspace() as name:
            bench = Bench(report, programs, Path(name))
            check(bench)
            if "--messages" in sys.argv:
                for what, message in bench.messages:
                    print(f"MESSAGE {what}\n    {message[:700]}")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
