"""The claim not-convex through both programs, against second differences of the definition of the loss.

Directions are tuned until U.H(W)U is a millionth of its scale on either side of 0, so that a wrong term of the Hessian would
show; chords are tuned likewise. Certificates whose rows are changed so that the sign flips must be refused.
"""
from __future__ import annotations

import json
import random
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

from not_convex_oracle import Document, Rows, both_signs, chord_gap, mixtures, near_split, network, random_rows, text_rows
from programs import Programs, Report, folder_of_programs, option, workspace, write_json
from specification import exact_text, instance_from_json
from truth import evaluation

ACTIVATIONS = ("abs", "relu", "relu+linear")


class NotConvex:
    def __init__(self, report: Report, programs: Programs, folder: Path) -> None:
        self.report, self.programs, self.folder = report, programs, folder

    def prove(self, document: Document, *arguments: Any) -> tuple[str, Any]:
        path, target = write_json(self.folder / "instance.json", document), self.folder / "proved.json"
        target.unlink(missing_ok=True)
        run = self.programs.cert("prove", "not-convex", path, *arguments, "-o", target)
        self.report.check_run(run)
        return run.status, json.loads(target.read_text(encoding="utf-8")) if target.exists() else None

    def verified(self, document: Document, certificate: Document) -> Any:
        run = self.programs.verify(write_json(self.folder / "instance.json", document),
                                   write_json(self.folder / "certificate.json", certificate))
        self.report.check_run(run)
        return run

    def expect(self, document: Document, arguments: list[Any], negative: bool, what: str) -> Any:
        """The true verdict with a certificate that verifies, while its negation does not."""
        status, certificate = self.prove(document, *arguments)
        wanted = "PROVED" if negative else "DISPROVED"
        if not self.report.check(status == wanted and certificate is not None, what, lambda: f"{document} {arguments}: {status}, not {wanted}"):
            return None
        run = self.verified(document, certificate)
        self.report.check(run.status == "VERIFIED", f"{what}: certificates verified", run.describe)
        turned = {**certificate, "claim": {**certificate["claim"], "negated": not certificate["claim"]["negated"]}}
        del turned["claim"]["statement"]
        run = self.verified(document, turned)
        self.report.check(run.status == "NOT VERIFIED", f"{what}: negations refused", run.describe)
        return certificate

    def direction(self, document: Document, rows: Rows, direction: Rows, negative: bool, what: str) -> Any:
        path = write_json(self.folder / "direction.json", text_rows(direction))
        return self.expect({**document, "student": text_rows(rows)}, ["--direction", path], negative, what)

    def near_zero(self, document: Document, rows: Rows, negative: Rows, positive: Rows) -> None:
        """A mixture of two directions whose value is slightly on either side of 0."""
        certificates = {}
        for u, is_negative in mixtures(document, rows, negative, positive):
            certificates[is_negative] = self.direction(document, rows, u, is_negative, "directions near zero curvature")
        if certificates.get(True) and certificates.get(False):
            forged = json.loads(json.dumps(certificates[True]))
            forged["claim"]["direction"] = certificates[False]["claim"]["direction"]
            run = self.verified({**document, "student": text_rows(rows)}, forged)
            self.report.check(run.status == "NOT VERIFIED" and "refuted" in run.out, "directions changed so that the sign flips", run.describe)

    def chord(self, document: Document, rows: Rows, end: Rows, share: Fraction) -> None:
        gap = chord_gap(document, rows, end, share)
        path = write_json(self.folder / "chord.json", text_rows(end))
        self.expect({**document, "student": text_rows(rows)}, ["--chord", path, f"--lambda={exact_text(share)}"], gap > 0, "chords")

    def found(self, document: Document, rows: Rows, key: str) -> Any:
        """Without options the prover finds a direction or a chord by itself."""
        return_value = self.expect({**document, "student": text_rows(rows)}, [], True, "found without help")
        if return_value:
            self.report.check(key in return_value["claim"], f"found: {key}", str(return_value["claim"]))
        return return_value


def random_networks(test: NotConvex, generator: random.Random, count: int) -> None:
    for activation in ACTIVATIONS:
        for neuron in ("unit", "norm"):
            tuned = 0
            for n in range(10 * count):
                if n >= count and tuned:
                    break
                d = 2 + n % 2
                teacher, rows = near_split(generator, d, neuron)
                document = network(activation, neuron, teacher)
                found = both_signs(generator, document, rows)
                if found:
                    test.near_zero(document, rows, *found)
                    tuned += 1
                test.chord(document, rows, random_rows(generator, len(rows), d), Fraction(1, 3))
                test.chord(document, rows, [rows[1], rows[0], rows[2]], Fraction(1, 2))
            test.report.check(tuned > 0, "activations and forms with directions near zero curvature", f"{activation} {neuron}")


def family(test: NotConvex) -> None:
    """docs/theory/not-convex.md, Theorem 2: the stated value of the Hessian, and L as near to 0 as one likes."""
    for loss_text in ("1e-6", "1e-24"):
        for activation in ACTIVATIONS:
            for neuron in ("unit", "norm"):
                source = write_json(test.folder / "teacher.json", network(activation, neuron, [[Fraction(2), Fraction(1)], [Fraction(0), Fraction(1)]]))
                target = test.folder / "tilt.json"
                run = test.programs.cert("make", "tilt", source, "--loss", loss_text, "-o", target)
                test.report.check_run(run)
                document = json.loads(target.read_text(encoding="utf-8"))
                exact = evaluation(instance_from_json(document)).loss.middle
                bound = Fraction(loss_text)
                test.report.check(bound * Fraction(95, 100) < exact <= bound, "tilts of the loss asked for", f"{float(exact)}")
                test.expect(document, [], True, "tilts are not convex")


def zeros_and_boxes(test: NotConvex) -> None:
    zero, one, half = Fraction(0), Fraction(1), Fraction(1, 2)
    for neuron in ("unit", "norm"):
        document = network("abs", neuron, [[one, zero]])
        rows = [[one, Fraction(1, 100)], [zero, zero]]
        path = write_json(test.folder / "direction.json", text_rows([[one, zero], [zero, one]]))
        status, _ = test.prove({**document, "student": text_rows(rows)}, "--direction", path)
        test.report.check(status == "UNDECIDED", "directions at a zero student stay open", status)
        test.found(document, rows, "chord")
        good = test.direction(document, [[half, half], [half, -half]], [[one, zero], [zero, one]], False, "plain directions") \
            or test.direction(document, [[half, half], [half, -half]], [[one, zero], [zero, one]], True, "plain directions")
        del good["claim"]["statement"]
        forged = json.loads(json.dumps(good))
        forged["instance"]["digest"] = instance_from_json({**document, "student": text_rows(rows)}).digest()
        run = test.verified({**document, "student": text_rows(rows)}, forged)
        test.report.check(run.status == "NOT VERIFIED", "directions at a zero student refused", run.describe)
        boxes = {**document, "student": [["[0.4,0.5]", "0.1"], ["0.5", "-0.1"]]}
        status, _ = test.prove(boxes)
        test.report.check(status == "UNSUPPORTED", "boxes are not covered", status)
        forged["claim"]["negated"] = False
        forged["instance"]["digest"] = instance_from_json(boxes).digest()
        run = test.verified(boxes, forged)
        test.report.check(run.status == "NOT VERIFIED", "boxes refused", run.describe)


def malformed(test: NotConvex) -> None:
    """Rows of another shape, lambda outside (0, 1), both keys at once: exit 2."""
    one, zero, half = Fraction(1), Fraction(0), Fraction(1, 2)
    document = {**network("abs", "norm", [[one, zero]]), "student": text_rows([[half, half], [half, -half]])}
    path = write_json(test.folder / "chord.json", text_rows([[half, -half], [half, half]]))
    certificate = test.prove(document, "--chord", path)[1]
    del certificate["claim"]["statement"]
    claim = certificate["claim"]
    for changed in ({**claim, "lambda": "0"}, {**claim, "lambda": "1"}, {**claim, "lambda": "-1/2"}, {**claim, "chord": claim["chord"][:1]},
                    {**claim, "chord": [row[:1] for row in claim["chord"]]}, {**claim, "direction": claim["chord"]}, {**claim, "chord": [[0.5, 0.5], [0.5, 0.5]]},
                    {key: value for key, value in claim.items() if key != "lambda"}, {key: value for key, value in claim.items() if key != "chord"}):
        run = test.verified(document, {**certificate, "claim": changed})
        test.report.check(run.code == 2, "malformed claims", run.describe)
    for name, rows, extra in (("short", [["1", "0"]], []), ("ragged", [["1", "0"], ["1"]], []), ("box", [["[0,1]", "0"], ["1", "0"]], []), ("empty", [], [])):
        path = write_json(test.folder / f"{name}.json", rows)
        run = test.programs.cert("prove", "not-convex", write_json(test.folder / "instance.json", document), "--direction", path, *extra)
        test.report.check(run.code == 2, "bad files of rows", run.describe)


def main() -> int:
    report = Report("not_convex_test")
    generator = random.Random(option("--seed", 1))
    with workspace() as name:
        test = NotConvex(report, Programs(folder_of_programs()), Path(name))
        random_networks(test, generator, option("--count", 4))
        family(test)
        zeros_and_boxes(test)
        malformed(test)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
