"""The route --by theoremA of the claim lojasiewicz, through both programs.

The bound is computed again from the definitions of docs/theory/theorem-a.md in mpmath, with the loss and the gradient of the
oracle: the kappa that is claimed is what the theorem gives, and never more than the truth. A kappa just past the theorem's and
mutated evidence must be refused.
"""
from __future__ import annotations

import json
import random
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

from mpmath import mp, mpf

from oracle import to_mpf
from programs import Programs, Report, folder_of_programs, option, workspace, write_json
from specification import exact_text, instance_from_json, parse_number
from theorem_a_oracle import Document, bound, near
from truth import evaluation

ACTIVATIONS = ("abs", "relu", "relu+linear")


class TheoremA:
    def __init__(self, report: Report, programs: Programs, folder: Path) -> None:
        self.report, self.programs, self.folder = report, programs, folder

    def prove(self, document: Document, *arguments: Any) -> tuple[Any, Any]:
        path, target = write_json(self.folder / "instance.json", document), self.folder / "proved.json"
        target.unlink(missing_ok=True)
        run = self.programs.cert("prove", "lojasiewicz", path, *arguments, "-o", target)
        self.report.check_run(run)
        return run, json.loads(target.read_text(encoding="utf-8")) if target.exists() else None

    def verify(self, document: Document, certificate: Document) -> Any:
        run = self.programs.verify(write_json(self.folder / "instance.json", document),
                                   write_json(self.folder / "certificate.json", certificate))
        self.report.check_run(run)
        return run

    def best(self, document: Document, beta: str) -> tuple[Any, mpf]:
        """The best kappa by Theorem A: verified, as the definitions say, and no more than the truth. Returns its ratio to the truth."""
        run, certificate = self.prove(document, "--best", "--by", "theoremA", "--beta", beta)
        if certificate is None:
            self.report.check(run.status == "UNDECIDED", "instances where Theorem A says nothing", run.describe)
            return None, mpf(0)
        answer = self.verify(document, certificate)
        self.report.check(answer.status == "VERIFIED", "certificates verified", answer.describe)
        found = evaluation(instance_from_json(document))
        kappa = to_mpf(parse_number(certificate["claim"]["kappa"]))
        defined = bound(document, certificate["evidence"], found.loss.middle, Fraction(beta))
        true = to_mpf(found.norm.middle) / to_mpf(found.loss.middle) ** to_mpf(Fraction(beta))
        self.report.check(defined * mpf("0.9997") < kappa <= defined, "kappa is what the definitions give", lambda: f"{document} {kappa} {defined}")
        self.report.check(defined <= true * (1 + mpf(10) ** -15), "the theorem's kappa is at most the truth", lambda: f"{document} {defined} {true}")
        past = exact_text(parse_number(certificate["claim"]["kappa"]) * Fraction(1001, 1000))
        run, beyond = self.prove(document, "--kappa", past, "--by", "theoremA", "--beta", beta)
        self.report.check(run.status == "UNDECIDED" and beyond is None, "kappa just past the theorem's", run.describe)
        forged = json.loads(json.dumps(certificate))
        forged["claim"]["kappa"] = past
        del forged["claim"]["statement"]
        answer = self.verify(document, forged)
        self.report.check(answer.status == "NOT VERIFIED", "forged: kappa just past the theorem's", answer.describe)
        return certificate, kappa / true

    def mutations(self, document: Document, certificate: Document) -> None:
        evidence = certificate["evidence"]
        assignment, weights = evidence["assignment"], [parse_number(w) for w in evidence["weights"]]
        first = next(j for j, i in enumerate(assignment) if i is not None)
        others = [j for j, i in enumerate(assignment) if i == assignment[first] and j != first]
        changed: dict[str, Document] = {
            "a sum below 1": {"weights": [w * Fraction(999, 1000) if j == first else w for j, w in enumerate(weights)]},
            "a sum above 1 by very little": {"weights": [w + Fraction(1, 10 ** 60) if j == first else w for j, w in enumerate(weights)]},
            "a weight too few": {"weights": weights[:-1]},
            "an empty class": {"assignment": [None if i == assignment[first] else i for i in assignment], "weights": weights},
            "a student too many": {"assignment": assignment + [0], "weights": weights},
            "another theorem": {"by": "theoremB"},
            "direct with weights": {"by": "direct"},
        }
        if others:
            negative = list(weights)
            negative[first], negative[others[0]] = Fraction(-1, 10), weights[first] + weights[others[0]] + Fraction(1, 10)
            changed["a negative weight"] = {"weights": negative}
        if len(set(assignment) - {None}) > 1:
            changed["classes exchanged"] = {"assignment": [None if i is None else (i + 1) % len(document["teacher"]) for i in assignment]}
        changed["a teacher that does not exist"] = {"assignment": [i if i is None else i + len(document["teacher"]) for i in assignment]}
        for what, change in changed.items():
            mutated = {**evidence, **change}
            mutated["weights"] = [w if isinstance(w, str) else exact_text(w) for w in mutated["weights"]]
            answer = self.verify(document, {**certificate, "evidence": mutated})
            self.report.check(answer.code in (1, 2), f"mutated: {what}", answer.describe)
        negated = json.loads(json.dumps(certificate))
        negated["claim"]["negated"] = True
        del negated["claim"]["statement"]
        answer = self.verify(document, negated)
        self.report.check(answer.status == "NOT VERIFIED", "mutated: negated", answer.describe)


def random_networks(test: TheoremA, generator: random.Random, count: int) -> None:
    for activation in ACTIVATIONS:
        for neuron in ("unit", "norm"):
            known = 0
            for n in range(count):
                document = near(generator, activation, neuron, generator.choice(("unit", "norm")), 2 + n % 2, 10.0 ** -(1 + n % 4))
                certificate, _ = test.best(document, generator.choice(("1", "3/4", "1/2", "2/3")))
                if certificate is not None:
                    known += 1
                    test.mutations(document, certificate)
            test.report.check(known > 0, "activations and forms where Theorem A says something", f"{activation} {neuron}")


def near_equality(test: TheoremA) -> None:
    """One student per teacher, all of them a little too long: the bound is nearly the truth."""
    for activation in ACTIVATIONS:
        for neuron in ("unit", "norm"):
            document = {"format": "lojacert-instance/1", "activation": activation, "neuron": neuron,
                        "teacher": [["1", "0"]], "student": [["1001/1000", "1/1000000"]]}
            certificate, share = test.best(document, "1")
            test.report.check(certificate is not None and share > mpf("0.99"), "near equality: at least 0.99 of the truth", lambda: f"{document} {share}")


def boxes(test: TheoremA) -> None:
    """Boxes where direct evaluation gives nothing or less: the better route is taken, and said."""
    gained = 0
    for neuron in ("unit", "norm"):
        for radius in ("1/2000", "1/1000", "1/500"):
            mid, r = Fraction(11, 10), Fraction(radius)
            entry = f"[{exact_text(mid - r)},{exact_text(mid + r)}]"
            small = f"[{exact_text(-r)},{exact_text(r)}]"
            document = {"format": "lojacert-instance/1", "activation": "abs", "neuron": neuron, "teacher": [["1", "0"]], "student": [[entry, small]]}
            values = {}
            for by in ("direct", "theoremA", "better"):
                run, certificate = test.prove(document, "--best", "--by", by)
                values[by] = parse_number(certificate["claim"]["kappa"]) if certificate else Fraction(0)
                if certificate:
                    answer = test.verify(document, certificate)
                    test.report.check(answer.status == "VERIFIED", "boxes: certificates verified", answer.describe)
                if by == "better":
                    test.report.check("c note: " in run.out, "boxes: the route is said", run.describe)
                    if certificate and certificate["evidence"]["by"] == "theoremA":
                        gained += 1
            test.report.check(values["better"] == max(values["direct"], values["theoremA"]), "boxes: the better of the two", str(values))
            for corner in (mid - r, mid + r):
                point = {**document, "student": [[exact_text(corner), exact_text(r)]]}
                found = evaluation(instance_from_json(point))
                test.report.check(found.norm.middle / found.loss.middle >= values["better"], "boxes: true at the corners", str(point))
    test.report.count("boxes where Theorem A gives more", gained)


def main() -> int:
    mp.prec = 400
    report = Report("theorem_a_test")
    generator = random.Random(option("--seed", 1))
    with workspace() as name:
        test = TheoremA(report, Programs(folder_of_programs()), Path(name))
        random_networks(test, generator, option("--count", 8))
        near_equality(test)
        boxes(test)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
