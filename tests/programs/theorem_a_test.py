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
from truth import evaluation

Document = dict[str, Any]
ACTIVATIONS = ("abs", "relu", "relu+linear")


def vectors(rows: list[list[str]], norm_form: bool) -> list[list[mpf]]:
    result = []
    for row in rows:
        w = [to_mpf(parse_number(x)) for x in row]
        length = mp.sqrt(sum(x * x for x in w))
        result.append([length * x for x in w] if norm_form else w)
    return result


def inner(u: list[mpf], v: list[mpf]) -> mpf:
    return sum((x * y for x, y in zip(u, v)), mpf(0))


def bound(document: Document, evidence: Document, loss: Fraction, beta: Fraction) -> mpf:
    """(2L - P) / (|D| L^beta), from the definitions; d = J^-1 D with the matrix J inverted by mpmath."""
    norm_form, d = document["neuron"] == "norm", len(document["teacher"][0])
    students = vectors(document["student"], norm_form)
    teachers = vectors(document["teacher"], document.get("teacher_neuron") == "norm")
    weights = [to_mpf(parse_number(w)) for w in evidence["weights"]]
    residuals = [[-x for x in p] for p in teachers]
    share = [mpf(0)] * len(teachers)
    weighted, squared = mpf(0), mpf(0)
    for j, (p, i) in enumerate(zip(students, evidence["assignment"])):
        step = list(p)
        if i is not None:
            q = teachers[i]
            sign = 1 if inner(p, q) >= 0 else -1
            theta = mp.acos(min(mpf(1), abs(inner(p, q)) / mp.sqrt(inner(p, p) * inner(q, q))))
            share[i] += sign * weights[j]
            residuals[i] = [v + sign * x for v, x in zip(residuals[i], p)]
            step = [x - sign * weights[j] * y for x, y in zip(p, q)]
            weighted += mp.sqrt(inner(q, q)) * weights[j] * (1 - mp.cos(theta))
        if norm_form and inner(p, p) > 0:
            w = [x / mp.sqrt(mp.sqrt(inner(p, p))) for x in p]
            length = mp.sqrt(inner(w, w))
            jacobian = mp.matrix(d, d)
            for a in range(d):
                for b in range(d):
                    jacobian[a, b] = length * ((a == b) + w[a] * w[b] / length ** 2)
            step = list(mp.lu_solve(jacobian, mp.matrix(step)))
        squared += inner(step, step)
    deficit = 4 / mp.pi * sum(mp.sqrt(inner(v, v)) for v in residuals) * weighted
    if document["activation"] == "relu":
        z = [sum(p[k] for p in students) - sum(q[k] for q in teachers) for k in range(d)]
        deficit -= sum((1 - s) * inner(z, q) for s, q in zip(share, teachers))
    if document["activation"] != "abs":
        deficit /= 4
    value = to_mpf(loss)
    return (2 * value - max(deficit, mpf(0))) / (mp.sqrt(squared) * value ** to_mpf(beta))


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


def text_rows(rows: list[list[Fraction]]) -> list[list[str]]:
    return [[exact_text(x) for x in row] for row in rows]


def near(generator: random.Random, activation: str, neuron: str, teacher_neuron: str, d: int, scale: float) -> Document:
    """Two students near each of two teachers, and perhaps one more anywhere."""
    teacher = [[Fraction(round(generator.gauss(0, 1) * 100), 100) for _ in range(d)] for _ in range(2)]
    student = []
    for p in teacher:
        length = float(sum(x * x for x in p)) ** 0.5
        for part in (0.3, 0.7):
            factor = part * (length if teacher_neuron == "norm" else 1)
            factor = (factor / length) ** 0.5 if neuron == "norm" else factor
            sign = generator.choice((1, -1)) if activation != "relu" else 1
            student.append([sign * Fraction(factor + scale * generator.gauss(0, 1)).limit_denominator(10 ** 6) * x
                            + Fraction(scale * generator.gauss(0, 1)).limit_denominator(10 ** 6) for x in p])
    if generator.random() < 0.5:
        student.append([Fraction(scale * generator.gauss(0, 1)).limit_denominator(10 ** 6) for _ in range(d)])
    return {"format": "lojacert-instance/1", "activation": activation, "neuron": neuron, "teacher_neuron": teacher_neuron,
            "teacher": text_rows(teacher), "student": text_rows(student)}


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
