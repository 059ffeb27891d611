"""Report pages in a real browser: verdicts, formulas, tables and pictures are there, nothing is loaded, nothing overflows, and the
accessibility rules of axe-core hold, on a phone and on a desktop, light and dark.

Arguments: the folder of the built programs, node, the folder of the page's npm packages.
"""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from files_test import HOSTILE
from pages import KEPT, certificate, data_of, instance_of, recorded_descent, report
from programs import ROOT, Programs, Report, folder_of_programs, workspace, write_json

HERE = Path(__file__).resolve().parent
PHONE, DESKTOP = 375, 1280

AUDIT = {
    "format": "lojacert-audit/1",
    "instances": [{"name": HOSTILE, "file": "a.json", "digest": "sha256:0", "network": "abs"}, {"name": "second", "file": "b.json"}],
    "rows": [{"instance": i, "row": row, "source": row, "title": "a title", "left": {"lo": "0.25", "hi": "0.26"}, "relation": ">=",
              "right": {"lo": "0.1", "hi": "0.1"}, "implied_constant": {"lo": f"{i + 1}.5", "hi": f"{i + 1}.6"}, "verdict": verdict, "note": "$x$"}
             for i in range(2) for row, verdict in (("Lemma 8", "PROVED"), ("Lemma 9", "DISPROVED"), ("Lemma 10", None))],
    "ranges": [{"row": "Lemma 8", "lo": {"lo": "1.5", "hi": "1.6"}, "hi": {"lo": "2.5", "hi": "2.6"}, "attained_at_lo": 0, "attained_at_hi": 1}],
    "status": "EVALUATED",
}
STRESS = {
    "format": "lojacert-stress/1",
    "instance": {"name": "under stress", "digest": "sha256:0", "activation": "abs", "neuron": "norm", "teacher_neuron": "unit", "d": 2, "m": 3, "r": 2},
    "beta": "3/4", "wanted_digits": 6, "loss": {"lo": "1e-12", "hi": "2e-12"}, "gradient_norm": None, "ratio": None,
    "formulas": [{"name": "acos", "title": "acos of a cosine", "reason": None}, {"name": "cluster", "title": "cluster form", "reason": None}],
    "precisions": [{"name": "float32", "bits": 24}, {"name": "double", "bits": 53}],
    "digits": [{"quantity": quantity, "formula": formula, "precision": precision, "bits": 53, "measure": "relative", "state": state,
                "digits_lo": digits, "digits_hi": digits}
               for quantity in ("loss", "gradient", "ratio")
               for formula, precision, state, digits in (("acos", "float32", "nan", None), ("acos", "double", "finite", 3.125), ("cluster", "double", "finite", 11.5))],
    "breakdown": [{"precision": "double", "bits": 53, "stage": "angle", "condition_log10": 6.5, "loss_state": "finite", "loss_digits_lo": 3.5,
                   "loss_digits_hi": 3.5, "gradient_state": "nan", "gradient_digits_lo": None, "gradient_digits_hi": None}],
    "frontier": [{"claim": "loss", "lo": "1", "hi": "2", "margin": "2^-40", "least_bits": 90, "predicted_bits": None}],
    "advice": {"verdict": "use the cluster form", "bits": None, "text": "it keeps 11 digits in double"},
    "status": "EVALUATED",
}

# What one page of each kind must hold: words of its formulas.
FORMULAS = {
    "figure-1c-kappa": "≥429.83L(W)",
    "box-kappa-too-large": "<359L(W)",
    "claim2-1e-2-pl": "≥",
    "threshold-60-degrees-norm": "L(W)≤1.8608×10−9",
    "convergence-init-orthonormal-2-d2": "(205830+0.093707t)−2",
    "teacher-60-degrees-mu-too-large": "not all of",
}


def make_pages(check: Report, programs: Programs, folder: Path) -> dict[str, Path]:
    pages = {}

    def make(name: str, *arguments: Any) -> None:
        pages[name] = folder / f"{name}.html"
        done = report(programs, *arguments, "-o", pages[name])
        check.check(done.code == 0, "pages made", done.describe)

    for name in KEPT:
        make(name, certificate(name), "--instance", instance_of(name))
    run, trajectory = recorded_descent(programs, folder)
    make("trajectory", trajectory)
    kept = json.loads(certificate("figure-1c-kappa").read_text(encoding="utf-8"))
    kept["claim"] = {key: value for key, value in kept["claim"].items() if key != "statement"} | {"kappa": "500"}
    kept["instance"]["name"] = HOSTILE
    forged = write_json(folder / "forged.cert.json", kept)
    make("forged", forged, instance_of("figure-1c-kappa"))
    make("unchecked", certificate("figure-1c-kappa"), "--instance", instance_of("figure-1c-kappa"), "--no-verify", "--title", HOSTILE)
    descent = folder / "descent.json"
    start = str(instance_of("convergence-init-orthonormal-2-d2"))
    write_json(descent, {"format": "lojacert-training/1", "teacher": start, "student": start, "step": "1/20", "iterations": 2000, "record_every": 200})
    done = programs.cert("train", descent, "-o", folder / "descended.json", "--trajectory", folder / "descent.jsonl")
    check.check(done.code == 0, "pages made", done.describe)
    make("several", certificate("convergence-init-orthonormal-2-d2"), folder / "descent.jsonl", run, forged, certificate("figure-1c-kappa"), start,
         instance_of("figure-1c-kappa"), write_json(folder / "audit.json", AUDIT), write_json(folder / "stress.json", STRESS))
    return pages


def browse(jobs: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run([sys.argv[2], HERE / "browse.mjs", sys.argv[3], write_json(folder / "jobs.json", jobs)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"the browser did not answer: {done.stderr}")
    return json.loads(done.stdout)


def check_any(check: Report, seen: dict[str, Any], name: str, width: int) -> None:
    """What holds for every page."""
    where = f"{name} at {width}: "
    check.check(not seen["messages"], "pages without a message on the console", f"{where}{seen['messages']}")
    check.check(not seen["loads"] and seen["images"] == 0, "pages that load nothing", f"{where}{seen['loads']}")
    check.check(seen["overflow"] <= 0, "pages as wide as the window", f"{where}{seen['overflow']} too wide")
    check.check(not seen["unreadable"] and seen["formulasSeen"], "readable formulas", f"{where}{seen['unreadable']}")
    check.check(not seen["doubled"] and seen["landmarks"] == 1, "one main part, no id twice", f"{where}{seen['doubled']}")
    levels = [level for level, _ in seen["headings"]]
    check.check(levels[0] == 1 and levels.count(1) == 1 and all(b <= a + 1 for a, b in zip(levels, levels[1:])), "headings in order", f"{where}{levels}")
    for figure in seen["figures"]:
        check.check(figure["marks"] > 2 and figure["rows"] > 0 and len(figure["described"]) > 40, "pictures with marks, description and table", f"{where}{figure}")
    if "violations" in seen:
        check.check(not seen["violations"], "pages without a violation of axe's rules", f"{where}{seen['violations']}")


def check_certificate(check: Report, seen: dict[str, Any], name: str, page: Path) -> None:
    """A verified certificate: verdict, sentence, formulas, what it rests on."""
    document = data_of(page)["documents"][0]
    check.check(seen["verdicts"] == [["verified", "Verified.", True]], "verdicts shown", f"{name}: {seen['verdicts']}")
    headings = [text for _, text in seen["headings"]]
    wanted = ["What was proved", "About which network", "Resting on what", "Constants"]
    check.check([text for text in headings if text in wanted] == wanted, "parts in order", f"{name}: {headings}")
    sentence = next(line for line in document["verification"]["lines"] if line.startswith("statement: ")).removeprefix("statement: ")
    check.check(sentence in seen["sentences"], "the verifier's sentences", name)
    rests = {line.removeprefix("rests on ") for line in document["verification"]["lines"] if line.startswith("rests on ")}
    check.check(rests <= set(seen["cells"]), "what verdicts rest on", name)
    check.check(len(seen["formulas"]) > 0 and seen["doubtful"] == 0, "formulas shown", name)
    if name in FORMULAS:
        text = "".join(seen["formulas"]).replace("\u2009", "").replace(" ", "").replace("\u00a0", "")
        check.check(FORMULAS[name].replace(" ", "") in text, "formulas with their constants", f"{name}: {text}")


def check_refused(check: Report, seen: dict[str, Any], style: str, word: str) -> None:
    """A claim that nobody verified says so in its title, its band, its heading and beside its formula, and names nothing it rests on."""
    check.check(seen["verdicts"] == [[style, word, True]], "refusals shown", str(seen["verdicts"]))
    check.check(seen["doubtful"] == 1, "formulas marked as not verified")
    headings = [text for _, text in seen["headings"]]
    check.check("What was proved" not in headings and "What the file claims" in headings, "no heading of a proof")
    check.check("What the verdict rests on" not in seen["tables"], "nothing to rest on")
    check.check(any("not verified" in text.lower() for text in seen["said"]), "said in words")


def check_several(check: Report, seen: dict[str, Any]) -> None:
    answers = [verdict[:2] for verdict in seen["verdicts"]]
    check.check(answers == [["verified", "Verified."], ["refused", "Not verified."], ["verified", "Verified."]], "each document has its own verdict", str(answers))
    check.check("✗ Not verified" in seen["cells"] and seen["cells"].count("✓ Verified") == 2, "the table of answers")
    titles = [figure["title"] for figure in seen["figures"]]
    check.check("The loss over time" in titles and "Implied constants of each statement" in titles and "Digits right of the loss L" in titles, "pictures", str(titles))
    over_time = next(figure for figure in seen["figures"] if figure["title"] == "The loss over time")
    check.check("11 recorded iterates" in over_time["described"], "recorded losses beside the envelope", over_time["described"])
    check.check({"3.125", "11.5", "nan", "[0.25, 0.26]", "✗ DISPROVED", "90"} <= set(seen["cells"]), "numbers of the plots in tables")


def main() -> int:
    check, programs = Report("report in a browser"), Programs(folder_of_programs())
    with workspace() as name:
        folder = Path(name).resolve()
        pages = make_pages(check, programs, folder)
        thorough = {"convergence-init-orthonormal-2-d2", "forged", "several"}  # both widths, both schemes, all rules
        jobs = [{"name": name, "file": str(page), "width": width, "scheme": scheme, "axe": name in thorough, "keys": False}
                for name, page in pages.items()
                for width, scheme in ((PHONE, "dark"), (DESKTOP, "light")) if name in thorough or width == PHONE]
        jobs.append({"name": "keys", "file": str(pages["figure-1c-kappa"]), "width": DESKTOP, "scheme": "light", "axe": False, "keys": True})
        for job, seen in zip(jobs, browse(jobs, folder)):
            name = job["name"]
            check_any(check, seen, name, job["width"])
            if name in KEPT or name == "trajectory":
                check_certificate(check, seen, name, pages[name])
            elif name == "forged":
                check_refused(check, seen, "refused", "Not verified.")
                check.check(seen["title"].startswith("Not verified: "), "titles")
            elif name == "unchecked":
                check_refused(check, seen, "unchecked", "Not checked.")
                check.check(seen["title"] == HOSTILE.replace("\u2028", seen["title"][HOSTILE.index("\u2028")]), "titles are text", seen["title"])
            elif name == "several":
                check_several(check, seen)
            else:
                check.check(seen["plane"][0] != seen["plane"][1] and "teacher[2]" in seen["plane"][1], "the plane is chosen by keys", str(seen["plane"]))
                check.check(seen["firstStop"].startswith("Skip") and seen["skippedTo"] == "main", "the first stop skips to the content", str(seen["firstStop"]))
    return check.finish()


if __name__ == "__main__":
    sys.exit(main())
