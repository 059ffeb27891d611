"""lojacert report as a user runs it: what is in the page, what it refuses, and that it never says more than the verifier did.

Argument: the folder of the built programs.
"""
from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from pages import INSTANCES, KEPT, KINDS, ROOT, certificate, data_of, instance_of, recorded_descent, report
from programs import Programs, Report, folder_of_programs, workspace, write_json

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028<!-- & \"quoted\" @lojacert-title@ @lojacert-data@ $x$ `y`"


def shown(document: dict[str, Any]) -> str:
    """The status that the page's data hold, or nothing."""
    return (document["verification"] or {"status": ""})["status"]


def check_every_kind(check: Report, programs: Programs, folder: Path) -> None:
    """One page for certificates of every kind: the data are the files' and the verifier's own."""
    run, trajectory = recorded_descent(programs, folder)
    files = [certificate(name) for name in KEPT] + [trajectory]
    page = folder / "every.html"
    done = report(programs, *files, run, *{instance_of(name) for name in KEPT}, "-o", page)
    check.check_run(done)
    if not check.check(done.status == "DONE" and page.exists(), "pages made", done.describe):
        return
    data = data_of(page)
    check.check(len(data["documents"]) == len(files) + 1, "numbers of documents")
    check.check({document["certificate"]["claim"]["kind"] for document in data["documents"][:-1]} == KINDS, "every kind of claim")
    for file, document in zip(files, data["documents"]):
        check_document(check, programs, file, document)
    check_recorded(check, programs, run, data["documents"][-1], data["documents"][-2], folder)


def check_document(check: Report, programs: Programs, file: Path, document: dict[str, Any]) -> None:
    """The claim as the file has it, the verdict and every line as lojaverify gives them."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    claim = kept["claim"] | ({"iterates": len(kept["claim"]["iterates"])} if "iterates" in kept["claim"] else {})
    check.check(document["certificate"]["claim"] == claim, "claims as in their files", file.name)
    check.check(document["certificate"].get("producer") == kept.get("producer"), "producers as in their files", file.name)
    instance = document["verification"]["instance"]
    verified = programs.verify("--explain", *([instance] if instance else []), file)
    check.check(shown(document) == verified.status == "VERIFIED", "verdicts that are the verifier's", file.name)
    lines = [line[2:] for line in verified.out.splitlines() if line.startswith("c ")]
    check.check(document["verification"]["lines"] == lines, "lines that are the verifier's", file.name)
    about_teacher = "m" not in kept["instance"]
    digest = document["network"]["teacher_digest" if about_teacher else "instance_digest"]
    check.check(digest == kept["instance"]["digest"], "digests", file.name)


def check_recorded(check: Report, programs: Programs, run: Path, descent: Any, claimed: Any, folder: Path) -> None:
    """Losses of recorded iterates contain those that eval encloses; thinned records keep both ends."""
    lines = [json.loads(line) for line in run.read_text(encoding="utf-8").splitlines()]
    header = {key: lines[0][key] for key in ("activation", "neuron", "teacher_neuron", "teacher")}
    recorded = descent["recorded"]
    check.check([row["iteration"] for row in recorded] == list(range(51)), "iterates of a short record, all of them")
    check.check(claimed["recorded"] == recorded, "iterates of a claim, the same")
    for k in (0, 17, 50):
        instance = write_json(folder / "iterate.json", {"format": "lojacert-instance/1", **header, "student": lines[1 + k]["student"]})
        exact = json.loads(programs.cert("eval", instance, "--json").out)
        for key, value in (("loss", exact["loss"]), ("gradient_norm", exact["gradient_norm"]), ("ratio", exact["lojasiewicz"]["3/4"])):
            mine = recorded[k][key]
            inside = float(mine["lo"]) <= float(value["lo"]) and float(value["hi"]) <= float(mine["hi"])
            narrow = float(mine["hi"]) - float(mine["lo"]) <= 1e-5 * float(mine["lo"])
            check.check(inside and narrow, "enclosures of recorded iterates", f"{key} of iterate {k}: {mine} against {value}")
    long = folder / "long.jsonl"
    long.write_text("\n".join(json.dumps(line) for line in [lines[0]] + [lines[1] | {"iteration": k} for k in range(1000)]) + "\n", encoding="utf-8")
    check.check_run(report(programs, long, "-o", folder / "long.html"))
    places = [row["iteration"] for row in data_of(folder / "long.html")["documents"][0]["recorded"]]
    check.check(places[0] == 0 and places[-1] == 999 and len(places) <= 200 and places == sorted(set(places)), "thinned records keep both ends")


def check_forged(check: Report, programs: Programs, folder: Path) -> None:
    """A certificate that is not verified is never shown as proved, and neither is one that nobody checked."""
    kept = json.loads(certificate("figure-1c-kappa").read_text(encoding="utf-8"))
    instance = instance_of("figure-1c-kappa")

    def forged(name: str, change: dict[str, Any]) -> dict[str, Any]:
        file = write_json(folder / f"{name}.cert.json", kept | {"claim": {**kept["claim"], **change}})
        done = report(programs, file, "--instance", instance, "-o", folder / f"{name}.html")
        check.check_run(done)
        return data_of(folder / f"{name}.html")["documents"][0]

    too_large = forged("kappa", {"kappa": "500", "statement": kept["claim"]["statement"].replace("429.83", "500")})
    check.check(shown(too_large) == "NOT VERIFIED" and any(line.startswith("reason refuted") for line in too_large["verification"]["lines"]),
                "false claims shown as not verified")
    other = forged("sentence", {"statement": "For every network, everything is true."})
    check.check(shown(other) == "NOT VERIFIED", "wrong sentences shown as not verified")
    check.check(shown(forged("kind", {"kind": "everything"})) == "UNSUPPORTED", "unknown kinds shown as not checked")

    embedded = json.loads(json.dumps(kept))
    embedded["instance"]["embedded"] = json.loads((INSTANCES / "claim2-pair-1e-2.json").read_text(encoding="utf-8"))
    file = write_json(folder / "embedded.cert.json", embedded)
    done = report(programs, file, "-o", folder / "embedded.html")
    check.check(done.code == 0 and shown(data_of(folder / "embedded.html")["documents"][0]) == "NOT VERIFIED", "another embedded instance", done.describe)

    done = report(programs, certificate("figure-1c-kappa"), "--instance", instance, "--no-verify", "-o", folder / "unchecked.html")
    check.check_run(done)
    check.check(data_of(folder / "unchecked.html")["documents"][0]["verification"] is None, "no verdict without the verifier")
    # A verifier that always agrees in words, but not by its exit code.
    liar = folder / "liar"
    liar.write_text("#!/bin/sh\necho 's VERIFIED'\nexit 1\n", encoding="utf-8")
    liar.chmod(0o755)
    done = report(programs, certificate("figure-1c-kappa"), "--instance", instance, "-o", folder / "liar.html", env=os.environ | {"LOJAVERIFY": str(liar)})
    check.check(done.code == 0 and shown(data_of(folder / "liar.html")["documents"][0]) == "NOT VERIFIED", "words without the exit code", done.describe)


def check_escaping(check: Report, programs: Programs, folder: Path) -> None:
    """Names and titles are text wherever they stand."""
    instance = json.loads((ROOT / "docs" / "examples" / "near.json").read_text(encoding="utf-8")) | {"name": HOSTILE}
    file = write_json(folder / "hostile.json", instance)
    done = programs.cert("prove", "loss", file, "--hi", "1", "--embed", "-o", folder / "hostile.cert.json")
    check.check(done.status == "PROVED", "hostile names proved", done.describe)
    hostile = folder / "hostile.html"
    done = report(programs, folder / "hostile.cert.json", "--instance", file, "--title", HOSTILE, "-o", hostile)
    check.check_run(done)
    text = hostile.read_text(encoding="utf-8")
    data = data_of(hostile)
    check.check(data["title"] == HOSTILE and data["documents"][0]["network"]["name"] == HOSTILE, "hostile names unchanged in the data")
    outside = text[: text.index("</script>")]  # the page but for its own script
    check.check("<img" not in outside and "\u2028" not in outside[outside.index('id="data"'):], "no markup from names")
    check.check(text.count("</script>") == 2 and text.count("<script") == 2, "two scripts and no more")


def check_self_contained(check: Report, page: Path) -> None:
    """Nothing in the page's markup or style refers to anything outside it, and its policy forbids loads."""
    text = page.read_text(encoding="utf-8")
    markup = text[: text.index('<script type="application/json"')]
    check.check("default-src 'none'" in markup and "connect-src" not in markup and "http" not in markup.replace("http-equiv", ""), "a policy without loads")
    check.check("url(" not in markup and "@import" not in markup and " src=" not in markup and "<link" not in markup, "markup without loads")
    check.check(page.stat().st_size < 700_000, "pages below 700 kB", str(page.stat().st_size))


def check_messages(check: Report, programs: Programs, folder: Path) -> None:
    """Bad input: exit 2, one message that names the file and the cure, nothing written, an earlier page kept."""
    kept, instance = certificate("figure-1c-kappa"), instance_of("figure-1c-kappa")
    page = folder / "kept.html"
    page.write_text("an earlier page", encoding="utf-8")
    empty = write_json(folder / "empty.json", {})
    odd = write_json(folder / "odd.json", {"format": "lojacert-odd/1"})
    broken = folder / "broken.json"
    broken.write_text('{"format": "lojacert-certificate/1",', encoding="utf-8")
    no_claim = write_json(folder / "no-claim.json", {"format": "lojacert-certificate/1", "instance": {"digest": "x"}, "evidence": {}})
    malformed = write_json(folder / "malformed.json", json.loads(kept.read_text(encoding="utf-8")) | {"odd": 1})
    gap = folder / "gap.jsonl"
    gap.write_text('{"format": "lojacert-trajectory/1"}\n', encoding="utf-8")
    nowhere = {"env": {"PATH": "/nonexistent"}}
    alone = folder / "alone"
    alone.mkdir()
    shutil.copy(programs.lojacert, alone / "lojacert")
    cases = [
        ([kept], {}, [kept.name, "--instance", "not embedded"]),
        ([kept, "--instance", INSTANCES / "claim2-pair-1e-2.json"], {}, [kept.name, "claim2-pair-1e-2.json has sha256:"]),
        ([folder / "missing.json"], {}, ["missing.json", "cannot be opened"]),
        ([empty], {}, ["empty.json", "format"]),
        ([odd], {}, ["odd.json", "lojacert-odd/1"]),
        ([broken], {}, ["broken.json"]),
        ([no_claim], {}, ["no-claim.json", "claim"]),
        ([malformed, "--instance", instance], {}, ["malformed.json", "odd"]),
        ([gap], {}, ["gap.jsonl, line 1"]),
        ([instance], {}, ["only instances"]),
        ([kept, "--instance", folder / "missing.json"], {}, ["missing.json", "cannot be opened"]),
        ([kept, "--instance", instance], {"env": os.environ | {"LOJAVERIFY": "/nonexistent"}}, ["LOJAVERIFY", "/nonexistent"]),
    ]
    for arguments, options, words in cases:
        done = report(programs, *arguments, "-o", page, **options)
        one_line = done.err.count("\n") == 1 and done.err.startswith("lojacert: ")
        check.check(done.code == 2 and one_line and all(word in done.err for word in words) and "\ns " not in "\n" + done.out, "messages", done.describe)
        check.check(page.read_text(encoding="utf-8") == "an earlier page", "earlier pages kept", done.describe)
    done = programs.run(alone / "lojacert", "report", kept, "--instance", instance, "-o", page, **nowhere)
    check.check(done.code == 2 and "LOJAVERIFY" in done.err and "--no-verify" in done.err, "messages", done.describe)
    check.check(report(programs, kept).code == 2, "a page needs a name")
    done = report(programs, kept, "--instance", instance, "-o", folder / "no" / "such" / "page.html")
    check.check(done.code == 2 and "page.html" in done.err, "messages", done.describe)
    check.check(not [file for file in folder.iterdir() if "kept.html" in file.name and file != page], "no temporary file is left")


def check_plots(check: Report, programs: Programs, folder: Path) -> None:
    """The pages that audits and stress tests write themselves hold what their JSON says."""
    for command in (["audit", "--no-theorem-g"], ["stress"]):
        page = folder / f"{command[0]}.html"
        done = programs.cert(*command, ROOT / "docs" / "examples" / "near.json", "--json", "--plot", page)
        check.check(done.code == 0 and data_of(page)["documents"] == [json.loads(done.out)], "pages of audits and stress tests", done.describe)


def check_streams(check: Report, programs: Programs) -> None:
    """A certificate from standard input, a page to standard output."""
    kept, instance = certificate("figure-1c-kappa"), instance_of("figure-1c-kappa")
    with kept.open("rb") as stdin:
        done = report(programs, "-", "--instance", instance, "-o", "-", stdin=stdin)
    check.check(done.code == 0 and "<!doctype html>" in done.out and '"file": "standard input"' in done.out, "streams", lambda: done.err)


def main() -> int:
    check, programs = Report("report"), Programs(folder_of_programs())
    with workspace() as name:
        folder = Path(name)
        for part in (check_every_kind, check_forged, check_escaping, check_messages, check_plots):
            part(check, programs, folder)
        check_self_contained(check, folder / "kappa.html")
        check_streams(check, programs)
    return check.finish()


if __name__ == "__main__":
    sys.exit(main())
