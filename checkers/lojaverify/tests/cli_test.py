#!/usr/bin/python3
"""Drives the real lojaverify: verdicts, exit codes, and every way to be refused. Usage: cli_test.py LOJAVERIFY [unittest options]

Python's standard library only. The canonical text and the digests are computed here afresh.
"""

import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction

PROGRAM = ""


def exact(entry):
    """The ends (lo, hi) of an entry: a JSON number, a decimal or fraction, or "[lo, hi]"."""
    if isinstance(entry, str) and entry.startswith("["):
        ends = [Fraction(part.strip()) for part in entry[1:-1].split(",")]
        return ends[0], ends[-1]
    return Fraction(entry), Fraction(entry)


def canonical_entry(entry):
    lo, hi = (f"{x.numerator}/{x.denominator}" for x in exact(entry))
    return lo if lo == hi else f"[{lo},{hi}]"


def digest(instance):
    text = "lojacert-canonical/1 instance\n"
    text += f"activation {instance['activation']}\nneuron {instance['neuron']}\n"
    text += f"teacher_neuron {instance.get('teacher_neuron', 'unit')}\n"
    for section in ("teacher", "student"):
        rows = instance.get(section)
        if rows:
            text += f"{section} {len(rows)} {len(rows[0])}\n"
            text += "".join(" ".join(map(canonical_entry, row)) + "\n" for row in rows)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def about_teacher(instance, kind, evidence, **claim):
    """A certificate bound to the teacher digest, with the instance inside."""
    text = "lojacert-canonical/1 teacher\n"
    text += f"activation {instance['activation']}\nneuron {instance['neuron']}\nteacher_neuron {instance.get('teacher_neuron', 'unit')}\n"
    text += f"teacher {len(instance['teacher'])} {len(instance['teacher'][0])}\n"
    text += "".join(" ".join(map(canonical_entry, row)) + "\n" for row in instance["teacher"])
    bound = {"digest": "sha256:" + hashlib.sha256(text.encode()).hexdigest(), "r": len(instance["teacher"]), "embedded": instance}
    return {"format": "lojacert-certificate/1", "claim": {"kind": kind, "quantifier": "forall-students", "negated": False, **claim},
            "instance": bound, "evidence": evidence}


def network(teacher, student, activation="abs", neuron="norm", teacher_neuron="unit"):
    return {"format": "lojacert-instance/1", "activation": activation, "neuron": neuron, "teacher_neuron": teacher_neuron,
            "teacher": teacher, "student": student}


def certificate(instance, kind, embed=True, evidence=None, negated=False, **claim):
    result = {"format": "lojacert-certificate/1",
              "claim": {"kind": kind, "quantifier": "forall", "negated": negated, **claim},
              "instance": {"digest": digest(instance), "d": len(instance["teacher"][0]), "m": len(instance.get("student", [])),
                           "r": len(instance["teacher"])},
              "evidence": evidence or {}}
    if embed:
        result["instance"]["embedded"] = instance
    return result


SIMPLE = network([["1", "0"], ["1/2", 0.75]], [["0.7071", 0.01], ["0.49", "-1/1000"]])
# Orthogonal unit vectors: L = 1 - 2/pi and ||grad L|| = 1 - 2/pi, both irrational.
ORTHOGONAL = network([[1, 0]], [[0, 1]], neuron="unit")
BOXES = network([[1, 0]], [["[0.4, 0.6]", "[-0.1, 0.1]"]])


class Lojaverify(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, content):
        data = content if isinstance(content, (bytes, str)) else json.dumps(content)
        with open(self.path(name), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return self.path(name)

    def run_program(self, *arguments, stdin="", **options):
        run = subprocess.run([PROGRAM, *arguments], input=stdin if isinstance(stdin, bytes) else stdin.encode(),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, **options)
        out, err = run.stdout.decode(errors="replace"), run.stderr.decode(errors="replace")
        self.assertIn(run.returncode, (0, 1, 2, 3, 4), err)
        lines = out.splitlines()
        status = [line for line in lines if not line.startswith("c ")]
        if run.returncode != 2 and "--help" not in arguments and "--version" not in arguments:
            expected = {0: "s VERIFIED", 1: "s NOT VERIFIED", 3: "s UNSUPPORTED", 4: "s NOT VERIFIED"}[run.returncode]
            self.assertEqual(status, [expected], out)
            self.assertEqual(lines[-1], expected)
        return run.returncode, out, err

    def check(self, value, *options):
        code, out, err = self.run_program(*options, "-", stdin=value if isinstance(value, (str, bytes)) else json.dumps(value))
        return code, out, err

    def verified(self, value, *options):
        code, out, err = self.check(value, *options)
        self.assertEqual(code, 0, out + err)
        return out

    def not_verified(self, value, reason, *options):
        code, out, err = self.check(value, *options)
        self.assertEqual(code, 4 if reason == "resource" else 1, out + err)
        self.assertIn(f"c reason {reason}: ", out)
        return out

    def malformed(self, value, *words):
        code, out, err = self.check(value)
        self.assertEqual((code, out), (2, ""), out + err)
        self.assertEqual(err.count("\n"), 1, err)
        for word in words:
            self.assertIn(word, err)

    # Verdicts ------------------------------------------------------------------------------------------------------------

    def test_loss_on_both_sides(self):
        # 1 - 2/pi = 0.36338022763241865...
        for negated in (False, True):
            expect = self.not_verified if negated else lambda c, _: self.verified(c)
            oppose = self.verified if negated else lambda c: self.not_verified(c, "refuted")
            for bounds in ({"lo": "0.363380227632418", "hi": "0.363380227632419"}, {"lo": "0.3633"}, {"hi": "0.3634"}):
                expect(certificate(ORTHOGONAL, "loss", negated=negated, **bounds), "refuted")
            for bounds in ({"lo": "0.3634"}, {"hi": "0.3633"}, {"lo": "0", "hi": "0.36"}):
                oppose(certificate(ORTHOGONAL, "loss", negated=negated, **bounds))

    def test_near_ties(self):
        one = Fraction(1)
        for margin in (Fraction(1, 1000), Fraction(1, 2**39)):
            below, above = str(one - margin), str(one + margin)
            self.verified(certificate(ORTHOGONAL, "lojasiewicz", kappa=below, beta="1"))
            self.not_verified(certificate(ORTHOGONAL, "lojasiewicz", kappa=above, beta="1"), "refuted")
            self.verified(certificate(ORTHOGONAL, "lojasiewicz", kappa=above, beta="1", negated=True))
            self.not_verified(certificate(ORTHOGONAL, "lojasiewicz", kappa=below, beta="1", negated=True), "refuted")

    def test_an_equality_is_not_guessed(self):
        self.not_verified(certificate(ORTHOGONAL, "lojasiewicz", kappa="1", beta="1"), "insufficient-precision")
        self.not_verified(certificate(ORTHOGONAL, "lojasiewicz", kappa="1", beta="1", negated=True), "insufficient-precision")

    def test_an_exact_equality_is_decided(self):
        diagonal = network([[1, 1]], [[2, 2]], neuron="unit")  # L = 1, though the norms are irrational
        self.verified(certificate(diagonal, "loss", lo="1", hi="1"))
        line = network([[1]], [[2]], neuron="unit")  # L = 1/2, gradient 1
        self.verified(certificate(line, "loss", lo="0.5", hi="1/2"))
        self.verified(certificate(line, "lojasiewicz", kappa="2", beta="1"))
        self.not_verified(certificate(line, "lojasiewicz", kappa="2", beta="1", negated=True), "refuted")

    def test_tiny_losses_and_extreme_norms(self):
        for exponent in (100, 300):
            near = network([["1", "0"]], [["1", f"1e-{exponent}"]], neuron="unit")  # L ~ 1e-2e/2, gradient ~ 1e-e
            self.verified(certificate(near, "lojasiewicz", kappa="1.41", beta="1/2"))
            self.not_verified(certificate(near, "lojasiewicz", kappa="1.42", beta="1/2"), "refuted")
            self.verified(certificate(near, "loss", lo=f"49e-{2 * exponent + 2}", hi=f"51e-{2 * exponent + 2}"))
            self.not_verified(certificate(near, "loss", hi="0"), "refuted")
        for scale in ("1e150", "1e-150"):
            scaled = network([[scale, "0"]], [["0", scale]], neuron="unit")
            self.verified(certificate(scaled, "lojasiewicz", kappa=str(Fraction(1 - Fraction(1, 2**39)) / Fraction(scale)), beta="1"))
            self.not_verified(
                certificate(scaled, "lojasiewicz", kappa=str(Fraction(1 + Fraction(1, 2**39)) / Fraction(scale)), beta="1"), "refuted")

    def test_zero_loss(self):
        exactly = network([[1, 0], [0, 1]], [["1/3", 0], ["-2/3", 0], [0, -1]], neuron="unit")
        self.verified(certificate(exactly, "loss", lo="0", hi="0"))
        self.verified(certificate(exactly, "gradient", gradient_norm={"lo": "0", "hi": "0"}))
        self.verified(certificate(exactly, "lojasiewicz", kappa="1e100", beta="1/1000"))
        self.not_verified(certificate(exactly, "lojasiewicz", kappa="1", beta="1", negated=True), "refuted")
        self.not_verified(certificate(exactly, "not-pl", constant="1"), "refuted")
        self.verified(certificate(exactly, "not-pl", constant="1", negated=True))

    def test_a_zero_student(self):
        unit = network([[1, 0]], [[0, 0], [1, 1]], neuron="unit")
        for negated in (False, True):
            for claim in ({"kind": "lojasiewicz", "kappa": "1e-9", "beta": "1"}, {"kind": "not-pl", "constant": "1"},
                          {"kind": "gradient", "gradient_norm": {"lo": "0", "hi": "100"}}):
                out = self.not_verified(certificate(unit, negated=negated, **claim), "refuted")
                self.assertIn("the gradient is undefined: student 0 is zero in unit form", out)
        self.verified(certificate(unit, "loss", lo="0", hi="10"))
        self.verified(certificate(network([[1, 0]], [[0, 0], [1, 1]]), "lojasiewicz", kappa="1e-9", beta="1"))

    def test_gradient_entries(self):
        # grad = (1 - 2/pi) w for ORTHOGONAL; its first entry is exactly 0
        entry = {"lo": "0.3633802276", "hi": "0.3633802277"}
        zero = {"lo": "0", "hi": "0"}
        self.verified(certificate(ORTHOGONAL, "gradient", gradient=[[zero, entry]], gradient_norm=entry))
        self.verified(certificate(ORTHOGONAL, "gradient", gradient=[[zero, zero]], negated=True))
        self.not_verified(certificate(ORTHOGONAL, "gradient", gradient=[[zero, zero]]), "refuted")
        self.not_verified(certificate(ORTHOGONAL, "gradient", gradient=[[entry, entry]]), "refuted")

    def test_not_pl(self):
        # ||grad||^2 / (2 L) = (1 - 2/pi) / 2 = 0.18169...
        self.verified(certificate(ORTHOGONAL, "not-pl", constant="0.1817"))
        self.not_verified(certificate(ORTHOGONAL, "not-pl", constant="0.1816"), "refuted")
        self.verified(certificate(ORTHOGONAL, "not-pl", constant="0.1816", negated=True))

    def test_boxes(self):
        self.verified(certificate(BOXES, "loss", lo="0.1", hi="0.6"))
        self.not_verified(certificate(BOXES, "loss", lo="0.3", hi="0.6"), "insufficient-precision")
        self.not_verified(certificate(BOXES, "loss", hi="0.001"), "refuted")
        self.not_verified(certificate(BOXES, "lojasiewicz", kappa="1e9", beta="1"), "refuted")
        self.verified(certificate(BOXES, "lojasiewicz", kappa="0.1", beta="1"))
        unit = network([[1, 0]], [["[-0.1, 0.1]", "[0, 1]"]], neuron="unit")
        self.assertIn("student 0 can be zero", self.not_verified(certificate(unit, "not-pl", constant="1"), "insufficient-precision"))

    def test_witnesses(self):
        def claim(evidence, instance=BOXES):
            return certificate(instance, "loss", lo="0.3", negated=True, evidence=evidence)

        # |w| = 0.6: p = 0.36, L = (1 - 0.36)^2 / 2 = 0.2048
        self.verified(claim({"witness": {"student": [["0.6", "0"]]}}))
        for evidence in ({}, {"witness": {"student": [["0.7", "0"]]}}, {"witness": {"student": [["0.6"]]}},
                         {"witness": {"student": [["0.6", "0"], ["0.6", "0"]]}}, {"witness": {"student": [["[0.5, 0.6]", "0"]]}},
                         {"witness": {"student": [["0.4", "0"]]}},  # in its box, but there L > 0.3
                         {"witness": {"student": [["0.6", "0"]], "teacher": [["1", "1"]]}}):
            self.not_verified(claim(evidence), "bad-evidence")
        self.verified(claim({"witness": {"student": [["0.6", "0"]], "teacher": [["1", "0"]]}}))
        self.not_verified(certificate(BOXES, "loss", lo="0", evidence={"witness": {"student": [["0.6", "0"]]}}), "bad-evidence")
        point = network([[1, 0]], [["0.6", "0"]])
        self.not_verified(claim({"witness": {"student": [["0.6", "0"]]}}, point), "bad-evidence")
        both = network([["[0.9, 1]", 0]], [["[0.4, 0.6]", "0"]])
        self.not_verified(claim({"witness": {"student": [["0.6", "0"]]}}, both), "bad-evidence")
        self.verified(claim({"witness": {"student": [["0.6", "0"]], "teacher": [["1", "0"]]}}, both))
        self.malformed(claim({"witness": {"student": [["nan", "0"]]}}), "/evidence/witness/student/0/0")
        self.malformed(claim({"witness": {"student": "all"}}), "/evidence/witness/student")
        self.malformed(claim({"witness": {"students": []}}), "unknown key 'students'")

    def test_statements(self):
        prefix = ("For the abs network with d = 2, m = 1 unit-form students and r = 1 unit-form teachers, at the given weights, ")
        for body, claim in (("0.3 <= L(W) <= 0.4.", {"kind": "loss", "lo": "0.3", "hi": "0.4"}),
                            ("L(W) >= 0.3.", {"kind": "loss", "lo": "0.3"}),
                            ("L(W) < 0.4 or L(W) > 0.5.", {"kind": "loss", "lo": "0.4", "hi": "0.5", "negated": True}),
                            ("||grad L(W)||_F >= 1/2 * L(W)^(0.75).", {"kind": "lojasiewicz", "kappa": "1/2", "beta": "0.75"}),
                            ("||grad L(W)||_F < 2 * L(W)^(1).", {"kind": "lojasiewicz", "kappa": "2", "beta": "1", "negated": True}),
                            ("0 < ||grad L(W)||_F^2 < 2 * 0x1p3 * L(W).", {"kind": "not-pl", "constant": "0x1p3"}),
                            ("with every student assigned to a nearest teacher within 0.1 radians as listed (else far), every "
                             "residual ||v_i|| is at most 2 and the far mass is at most 1.",
                             {"kind": "recovery", "delta1": "0.1", "assignment": [None], "residual": "2", "far_mass": "1"})):
            self.assertIn("c statement: " + prefix + body, self.verified(certificate(ORTHOGONAL, **claim), "--explain"))
            self.verified(certificate(ORTHOGONAL, statement=prefix + body, **claim))
            self.not_verified(certificate(ORTHOGONAL, statement=prefix + body + " ", **claim), "bad-evidence")
        boxes = "For the abs network with d = 2, m = 1 norm-form students and r = 1 unit-form teachers, for every choice of the weights in the given boxes, L(W) >= 0."
        self.verified(certificate(BOXES, "loss", lo="0", statement=boxes))

    # Recovery ------------------------------------------------------------------------------------------------------------

    def recovery(self, teacher, student, activation="abs", neuron="unit", **claim):
        return certificate(network(teacher, student, activation, neuron), "recovery", **claim)

    def test_recovery(self):
        teacher, student = [[1, 0], [0, 2]], [["1/2", "0.01"], ["-1/2", "0.01"], ["1/100", "2"], ["0.01", "0.01"]]
        claim = {"delta1": "0.1", "assignment": [0, 0, 1, None]}
        self.verified(self.recovery(teacher, student, **claim, angle="0.03", residual="0.011", far_mass="0.0142"))
        self.not_verified(self.recovery(teacher, student, **claim, angle="0.01"), "refuted")
        self.verified(self.recovery(teacher, student, **claim, angle="0.01", negated=True))
        self.not_verified(self.recovery(teacher, student, **claim, far_mass="0.0141"), "refuted")
        # v_0 = (1/2, 0.01) + (1/2, -0.01) - (1, 0) = 0 and v_1 = (0.01, 0), exactly
        self.verified(self.recovery(teacher, student, **claim, residual="0.01"))
        self.not_verified(self.recovery(teacher, student, **claim, residual="0.00999999999999999999999999"), "refuted")
        # a wrong assignment makes both the claim and its negation false
        for wrong in ([1, 0, 1, None], [None, 0, 1, None], [0, 0, 1, 0], [0, 0, 0, None]):
            for negated in (False, True):
                self.not_verified(self.recovery(teacher, student, delta1="0.1", assignment=wrong, angle="0", negated=negated), "refuted")
        # directions instead of lines: the second student is far
        self.not_verified(self.recovery(teacher, student, "relu", **claim, angle="1"), "refuted")
        self.verified(self.recovery(teacher, student, "relu", delta1="0.1", assignment=[0, None, 1, None], angle="1"))

    def test_recovery_ties_and_exact_zeros(self):
        for assignment in ([0], [1]):  # on the bisector both teachers are nearest
            self.verified(self.recovery([[1, 0], [0, 1]], [[1, 1]], delta1="0.8", assignment=assignment, angle="0.8"))
        self.verified(self.recovery([[3, 4]], [[-6, -8]], delta1="0", assignment=[0], angle="0", residual="5", far_mass="0"))
        self.not_verified(self.recovery([[3, 4]], [[-6, -8]], delta1="0", assignment=[0], residual="4.99999999999999999999"), "refuted")
        self.not_verified(self.recovery([[3, 4]], [[6, "8.00000000001"]], delta1="0", assignment=[0], residual="9"), "refuted")
        self.verified(self.recovery([["48/5", "64/5"]], [["12/5", "16/5"]], neuron="norm", delta1="0", assignment=[0], residual="0"))
        self.verified(self.recovery([[1, 0]], [[0, 0], [1, 0]], delta1="0", assignment=[None, 0], residual="0", far_mass="0"))
        self.not_verified(self.recovery([[1, 0]], [[0, 0], [1, 0]], delta1="0", assignment=[0, 0], residual="0"), "refuted")
        self.verified(self.recovery([[1, 0]], [[0, "3/5"], [0, "2/5"]], delta1="1", assignment=[None, None], far_mass="1"))
        self.verified(self.recovery([[1, 0]], [[0, "3/5"]], neuron="norm", delta1="1", assignment=[None], far_mass="0.36"))

    def test_recovery_needs_distinct_nonzero_teachers(self):
        for teacher in ([[1, 0], [2, 0]], [[1, 0], [-1, 0]], [[1, 0], [0, 0]]):
            for negated in (False, True):
                self.not_verified(self.recovery(teacher, [[1, 0]], delta1="0.1", assignment=[0], angle="0", negated=negated), "refuted")
        self.verified(self.recovery([[1, 0], [-1, 0]], [[1, 0]], "relu", delta1="0.1", assignment=[0], angle="0"))

    def test_recovery_in_boxes(self):
        student = [["[0.9, 1.1]", "[-0.01, 0.01]"], ["[-0.01, 0.01]", "[0.02, 0.03]"]]
        claim = {"delta1": "0.1", "assignment": [0, None]}
        self.verified(self.recovery([[1, 0]], student, **claim, angle="0.012", residual="0.12", far_mass="0.04"))
        self.not_verified(self.recovery([[1, 0]], student, **claim, angle="0.005"), "insufficient-precision")
        self.verified(self.recovery([[1, 0]], student, **claim, angle="0.005", negated=True,
                                    evidence={"witness": {"student": [["0.9", "0.01"], ["0", "0.02"]]}}))
        zero = [["[0, 1]", "0"]]
        for assignment in ([0], [None]):
            self.not_verified(self.recovery([[1, 0]], zero, delta1="0.1", assignment=assignment, angle="1"), "insufficient-precision")

    # Descent and flow ----------------------------------------------------------------------------------------------------

    def test_trajectory(self):
        # One student w on the line of one teacher 1: L = (w^2 - 1)^2 / 2, grad L = 2 w (w^2 - 1). From 3/2 with step 1/4 to 9/16.
        line = network([["1"]], [["3/2"]])
        good = {"step": "1/4", "epsilon": "0", "iterates": [[["9/16"]]]}
        out = self.verified(certificate(line, "trajectory", **good), "--explain")
        self.assertIn("m = 1 norm-form students and r = 1 unit-form teachers, at the given weights, the 1 listed iterates are steps of gradient "
                      "descent with step 1/4 up to a relative error of 0, L falls at every step.", out)
        for key, value in (("iterates", [[["0.5625000001"]]]), ("step", "0.2500001"), ("iterates", [[["9/16"]], [["9/16"]]])):
            self.not_verified(certificate(line, "trajectory", **{**good, key: value}), "refuted")
        # L(W_0) = 25/32: (a + 0 t)^(-2) for a = 1 is above it, and for a = 1.2 below
        self.verified(certificate(line, "trajectory", envelope={"a": "1", "c": "0"}, **good))
        self.not_verified(certificate(line, "trajectory", envelope={"a": "1.2", "c": "0"}, **good), "refuted")
        # too large a step: from 3/2 with step 1 to -9/4, where L is larger
        self.not_verified(certificate(line, "trajectory", step="1", epsilon="0", iterates=[[["-9/4"]]]), "refuted")
        zero = network([["1"]], [["0"], ["1/2"]], neuron="unit")
        out = self.not_verified(certificate(zero, "trajectory", step="1", epsilon="0.9", iterates=[[["1/2"], ["1"]]]), "refuted")
        self.assertIn("student 0 of W_0 is zero in unit form", out)
        for change in ({"step": "0"}, {"epsilon": "1"}, {"epsilon": "-1"}, {"iterates": []}, {"iterates": [[["1", "0"]]]}, {"iterates": [[["1"]] * 2]},
                       {"iterates": [[[1]]]}, {"iterates": [[["nan"]]]}, {"envelope": {"a": "0", "c": "0"}}, {"envelope": {"a": "1", "c": "-1"}},
                       {"negated": True}, {"quantifier": "forall-students"}, {"momentum": "0"}, {"evidence": {"by": "G"}}):
            with self.subTest(change=change):
                self.malformed(certificate(line, "trajectory", **{**good, **change}))

    def test_convergence(self):
        # On the teacher's line all angles are 0, and L(W_0)^(-1/2) = 2^(1/2) / (1.005^2 - 1) = 141.068...
        line = network([["1", "0"]], [["1.005", "0"]])
        evidence = {"by": "I", "mu": "1", "delta": "0.01", "chi": "0", "classes": [0]}
        good = {"dynamics": "descent", "step": "1/16", "envelope": [{"a": "141.068", "c": "1e-6"}], "distance": "1e9", "limit": [0],
                "target": {"loss": "1e-6", "steps": "1e9"}}
        out = self.verified(certificate(line, "convergence", evidence=evidence, **good), "--explain")
        self.assertIn("at the given weights, gradient descent with step 1/16 from there satisfies for every t: L(W_t) <= (141.068 + 1e-6 * t)^(-2); W_t "
                      "tends to a limit of zero loss within 1e9 * (141.068 + 1e-6 * t)^(-1/2); every student with a listed limit ends on the line of "
                      "that teacher; L(W_t) <= 1e-6 for every t >= 1e9.", out)
        for key, value in (("envelope", [{"a": "141.069", "c": "1e-6"}]), ("envelope", [{"a": "141", "c": "1e9"}]), ("distance", "1e-9"), ("step", "1"),
                           ("target", {"loss": "1e-6", "steps": "8e8"}), ("envelope", good["envelope"] * 2), ("statement", "It ends.")):
            self.not_verified(certificate(line, "convergence", evidence=evidence, **{**good, key: value}), "bad-evidence")
        for change in ({"mu": "1.01"}, {"delta": "2"}, {"chi": "-1"}, {"classes": [None]}):
            self.not_verified(certificate(line, "convergence", evidence={**evidence, **change}, **good), "bad-evidence")
        twice = network([["1", "0"], ["-2", "0"]], [["1.005", "0"]])
        self.not_verified(certificate(twice, "convergence", evidence=evidence, **good), "refuted")
        for change in ({"step": "0"}, {"dynamics": "flow"}, {"envelope": []}, {"envelope": good["envelope"] * 3}, {"envelope": [{"a": "0", "c": "1"}]},
                       {"limit": [1]}, {"limit": []}, {"target": {"loss": "1"}}, {"recovery": {"residual": "1"}}, {"negated": True},
                       {"evidence": {"by": "I"}}, {"evidence": {"by": "G"}}, {"evidence": {**evidence, "classes": []}},
                       {"evidence": {**evidence, "hand_over": {"loss": "1e-9"}}}, {"evidence": {**evidence, "extra": "1"}}):
            with self.subTest(change=change):
                self.malformed(certificate(line, "convergence", **{"evidence": evidence, **good, **change}))
        self.assertEqual(self.check(certificate(line, "convergence", evidence={"by": "L"}, **good))[0], 3)

    def test_recovery_for_all(self):
        one = network([["1", "0"]], [["1", "0"]])
        hints = {"by": "G", "psi": "product", "mu": "0.999", "delta1": "1.2", "S": "1.16", "Z": "0.844", "psi_far": "0.738", "delta_cap": "0.2",
                 "T": "1.274", "e_prime": "0.0216", "gam": "0.515", "q": "0.6", "c": "0.1", "h_prime": "64"}
        threshold = about_teacher(one, "threshold", hints, eps0="1e-6", kappa="0.001", beta="3/4", kappa_1="0.001")
        self.verified(threshold)
        evidence = {"by": "G", "threshold": threshold}
        good = {"loss": "1e-7", "delta1": "1.2", "residual": "0.01", "far_mass": "0.01", "mass": "0.5", "angle": "1"}
        out = self.verified(about_teacher(one, "recovery-for-all", evidence, **good), "--explain")
        self.assertIn("every choice W of their weights with L(W) <= 1e-7, classes by the nearest line within 1.2 radians: the far mass is at most 0.01 and "
                      "the residuals are at most 0.01 and every student of mass at least 0.5 lies within 1 radians of a teacher's line.", out)
        # every residual is at least 0 and can be (2 loss)^(1/2) = 4.4e-4
        for key, value in (("residual", "1e-4"), ("far_mass", "0"), ("mass", "1e-9"), ("angle", "1e-9"), ("loss", "0.1"), ("delta1", "1.1")):
            self.not_verified(about_teacher(one, "recovery-for-all", evidence, **{**good, key: value}), "bad-evidence")
        self.not_verified(about_teacher(one, "recovery-for-all", evidence, opposed="1e9", **good), "refuted")
        self.not_verified(about_teacher(network([["2", "0"]], [["1", "0"]]), "recovery-for-all", evidence, **good), "bad-evidence")
        for change in ({"loss": "0"}, {"delta1": "1.6"}, {"residual": "-1"}, {"angle": "1.58"}, {"mass": "0"}, {"negated": True}, {"quantifier": "forall"}):
            with self.subTest(change=change):
                self.malformed(about_teacher(one, "recovery-for-all", evidence, **{**good, **change}))
        for key in ("mass", "angle"):
            self.malformed(about_teacher(one, "recovery-for-all", evidence, **{k: v for k, v in good.items() if k != key}), "belong together")
        for change in ({"threshold": "file"}, {"threshold": {}}, {"threshold": {**threshold, "evidence": {}}}, {"classes": [0]}):
            self.malformed(about_teacher(one, "recovery-for-all", {**evidence, **change}, **good))

    # Forgeries and malformed files ---------------------------------------------------------------------------------------

    def test_hash_mismatch(self):
        good = certificate(SIMPLE, "loss", lo="0")
        self.verified(good)
        for key, value in (("digest", "sha256:" + "0" * 64), ("digest", ""), ("d", 3), ("d", 10**9), ("m", 1), ("m", 10**18), ("r", 10**9), ("r", -1)):
            forged = json.loads(json.dumps(good))
            forged["instance"][key] = value
            self.not_verified(forged, "hash-mismatch")
        changed = json.loads(json.dumps(good))
        changed["instance"]["embedded"]["teacher"][1][1] = 0.7500000000000001
        self.not_verified(changed, "hash-mismatch")
        upper = json.loads(json.dumps(good))
        upper["instance"]["digest"] = upper["instance"]["digest"].upper()
        self.not_verified(upper, "hash-mismatch")

    def test_given_and_embedded_instances(self):
        other = self.write("other.json", ORTHOGONAL)
        simple = self.write("simple.json", SIMPLE)
        embedded = self.write("embedded.json", certificate(SIMPLE, "loss", lo="0"))
        bare = self.write("bare.json", certificate(SIMPLE, "loss", lo="0", embed=False))
        code, out, _ = self.run_program(embedded)
        self.assertEqual(code, 0)
        self.assertIn("c instance taken from the certificate\n", out)
        self.assertEqual(self.run_program(simple, bare)[:2], (0, "s VERIFIED\n"))
        self.assertEqual(self.run_program(bare, simple)[0], 0)
        self.assertEqual(self.run_program(other, embedded)[0], 1)
        code, out, err = self.run_program(bare)
        self.assertEqual((code, out), (2, ""))
        self.assertIn("name the instance file", err)
        lying = certificate(SIMPLE, "loss", lo="0")
        lying["instance"]["embedded"] = ORTHOGONAL
        self.assertIn("hash-mismatch", self.run_program(simple, self.write("lying.json", lying))[1])

    def test_malformed_claims(self):
        bad = ({"kind": "loss"}, {"kind": "loss", "lo": "2", "hi": "1"}, {"kind": "loss", "lo": 0}, {"kind": "loss", "lo": "nan"},
               {"kind": "loss", "lo": "[0, 1]"}, {"kind": "loss", "lo": "0", "extra": 1}, {"kind": "loss", "lo": "0", "statement": 1},
               {"kind": "loss", "lo": "0", "negated": "no"}, {"kind": "loss", "lo": "0", "quantifier": "exists"}, {"kind": "loss", "lo": None},
               {"kind": "lojasiewicz", "kappa": "-1", "beta": "1"}, {"kind": "lojasiewicz", "kappa": "0", "beta": "1"},
               {"kind": "lojasiewicz", "kappa": "1"}, {"kind": "lojasiewicz", "kappa": "1", "beta": "0"},
               {"kind": "lojasiewicz", "kappa": "1", "beta": "-1"}, {"kind": "lojasiewicz", "kappa": "1", "beta": "1/1001"},
               {"kind": "lojasiewicz", "kappa": "1", "beta": "1001"}, {"kind": "lojasiewicz", "kappa": "inf", "beta": "1"},
               {"kind": "not-pl", "constant": "0"}, {"kind": "not-pl"}, {"kind": "gradient"}, {"kind": "gradient", "gradient": []},
               {"kind": "gradient", "gradient": [[{"lo": "0", "hi": "1"}]]}, {"kind": "gradient", "gradient_norm": {"lo": "0"}},
               {"kind": "gradient", "gradient_norm": {"lo": "1", "hi": "0"}}, {"kind": "gradient", "gradient_norm": ["0", "1"]},
               {"kind": "gradient", "gradient_norm": {"lo": "0", "hi": "1", "mid": "0"}},
               {"kind": "recovery", "delta1": "0.1", "assignment": [0, 0]}, {"kind": "recovery", "delta1": "0.1", "assignment": [0], "angle": "1"},
               {"kind": "recovery", "delta1": "0.1", "assignment": [0, 2], "angle": "1"}, {"kind": "recovery", "delta1": "0.1", "assignment": [0, -1], "angle": "1"},
               {"kind": "recovery", "delta1": "0.1", "assignment": [0, 0.5], "angle": "1"}, {"kind": "recovery", "delta1": "0.1", "assignment": [0, "1"], "angle": "1"},
               {"kind": "recovery", "delta1": "1.6", "assignment": [0, 0], "angle": "1"}, {"kind": "recovery", "delta1": "-0.1", "assignment": [0, 0], "angle": "1"},
               {"kind": "recovery", "delta1": "0.1", "assignment": [0, 0], "angle": "-1"}, {"kind": "recovery", "delta1": "0.1", "assignment": None, "angle": "1"},
               {"kind": 1}, {"kind": None})
        for claim in bad:
            with self.subTest(claim=claim):
                self.malformed(certificate(SIMPLE, **claim), "standard input")

    def test_malformed_certificates(self):
        good = certificate(SIMPLE, "loss", lo="0")
        for path, value in ((("extra",), 1), (("evidence",), []), (("evidence", "hint"), 1), (("evidence", "precision_bits"), 1),
                            (("evidence", "precision_bits"), 10**7 + 1), (("evidence", "precision_bits"), 10**30), (("evidence", "precision_bits"), "64"),
                            (("evidence", "precision_bits"), 64.0), (("evidence", "witness"), 1), (("producer",), "me"), (("claim",), []), (("claim",), None),
                            (("instance",), None), (("instance", "d"), 2.0), (("instance", "d"), "2"), (("instance", "d"), 1e9), (("instance", "name"), 1),
                            (("instance", "embedded"), 1), (("instance", "digest"), 1), (("instance", "embedded", "neuron"), "both"), (("format",), 1),
                            (("format",), "something"), (("instance", "embedded", "student"), [])):
            forged = json.loads(json.dumps(good))
            target = forged
            for key in path[:-1]:
                target = target[key]
            target[path[-1]] = value
            with self.subTest(path=path, value=value):
                self.malformed(forged)
        for path in (("claim",), ("instance",), ("evidence",), ("format",), ("claim", "negated"), ("claim", "quantifier"), ("claim", "kind"), ("instance", "digest"),
                     ("instance", "d"), ("instance", "m"), ("instance", "r")):
            forged = json.loads(json.dumps(good))
            target = forged
            for key in path[:-1]:
                target = target[key]
            del target[path[-1]]
            with self.subTest(missing=path):
                self.malformed(forged, f"'{path[-1]}' is missing")

    def test_malformed_json(self):
        good = json.dumps(certificate(SIMPLE, "loss", lo="0"))
        for text in ("", " ", "null", "1", "[]", "{}", '"x"', good[:-1], good[:100], good + "x", good + good, "\ufeff" + good, good.replace('"lo"', '"lo":"0","lo"'),
                     good.replace("0.75", "NaN"), good.replace("0.75", "1e999"), good.replace("0.75", "0x1"), good + "\0", "[" * 10**6, '{"a":' * 10**5):
            self.malformed(text)
        self.malformed(good.encode().replace(b"loss", b"lo\xffs"))
        for size in range(0, len(good), 7):
            self.malformed(good[:size])

    def test_hints_cannot_hurt(self):
        for bits in (2, 64, 10**7):
            self.verified(certificate(SIMPLE, "loss", lo="0", evidence={"precision_bits": bits}))
        self.not_verified(certificate(SIMPLE, "loss", lo="0", evidence={"by": "direct"}), "bad-evidence")
        self.not_verified(certificate(SIMPLE, "lojasiewicz", kappa="1e-3", beta="1", evidence={"by": "magic"}), "bad-evidence")
        self.verified(certificate(SIMPLE, "lojasiewicz", kappa="1e-3", beta="1", evidence={"by": "direct"}))

    def test_the_hint_says_how_fine_the_claim_is(self):
        # 1 - 2/pi to 100 digits: the sides agree to more bits than a claim without a hint is given
        digits = "0.3633802276324186569244649465099425518621614170381742050093306237644128094630938596395447889349876561"
        claim = {"kind": "loss", "hi": str(Fraction(digits) + Fraction(1, 10**95))}
        self.verified(certificate(ORTHOGONAL, evidence={"precision_bits": 512}, **claim))
        self.not_verified(certificate(ORTHOGONAL, "loss", hi=str(Fraction(digits) - Fraction(1, 10**95)), evidence={"precision_bits": 512}), "refuted")

    def test_unsupported(self):
        for forged in (certificate(SIMPLE, "saddle", eps0="1"), {"format": "lojacert-certificate/2"}):
            self.assertEqual(self.check(forged)[0], 3)
        future = self.write("future.json", {"format": "lojacert-instance/2"})
        self.assertEqual(self.run_program(future, self.write("c.json", certificate(SIMPLE, "loss", lo="0")))[0], 3)

    def test_output_cannot_be_forged(self):
        name = self.write("x\ns VERIFIED\nc y", certificate(SIMPLE, "loss", hi="0"))
        code, out, _ = self.run_program(name, name)
        self.assertEqual((code, out.count("\ns ")), (1, 1))
        self.check({"format": "lojacert-certificate/2\ns VERIFIED"})
        self.not_verified(certificate(SIMPLE, "loss", lo="0", statement="\ns VERIFIED"), "bad-evidence")

    # The command line ----------------------------------------------------------------------------------------------------

    def test_several_certificates(self):
        simple = self.write("simple.json", SIMPLE)
        good = self.write("good.json", certificate(SIMPLE, "loss", lo="0"))
        bad = self.write("bad.json", certificate(SIMPLE, "loss", hi="0"))
        unknown = self.write("unknown.json", certificate(SIMPLE, "saddle"))
        broken = self.write("broken.json", "{")
        code, out, err = self.run_program(simple, good, good)
        self.assertEqual((code, out, err), (0, f"c {good} VERIFIED\n" * 2 + "s VERIFIED\n", ""))
        code, out, _ = self.run_program(good, unknown)
        self.assertEqual(code, 3)
        self.assertIn(f"c {unknown} UNSUPPORTED\n", out)
        code, out, _ = self.run_program(good, unknown, bad)
        self.assertEqual(code, 1)
        self.assertIn(f"c {bad} NOT VERIFIED (refuted)\n", out)
        code, out, err = self.run_program(good, bad, broken)
        self.assertEqual(code, 2)
        self.assertIn(f"c {broken} MALFORMED\n", out)
        self.assertIn("broken.json", err)
        self.assertNotIn("\ns ", "\n" + out)
        self.assertEqual(self.run_program("--time-limit", "0", good, unknown, bad)[0], 4)
        self.assertEqual(self.run_program(simple, simple, good)[0], 2)

    def test_bad_usage(self):
        good = self.write("good.json", certificate(SIMPLE, "loss", lo="0"))
        simple = self.write("simple.json", SIMPLE)
        for arguments in ((), ("--frobnicate", good), ("--max-bits", good), ("--max-bits", "1", good), ("--max-bits", "1e9", good), ("--max-bits",),
                          ("--max-bits", "99999999999999999999", good), ("--time-limit", "-1", good), ("--time-limit", "nan", good), ("--time-limit", "x", good),
                          (simple,), ("-", "-"), (self.folder.name,), (self.path("missing.json"),), ("",)):
            code, out, err = self.run_program(*arguments)
            self.assertEqual((code, out), (2, ""), arguments)
            self.assertEqual(err.count("\n"), 1, err)
        self.assertEqual(self.run_program("--max-bits", "128", "--explain", good)[0], 0)

    def test_help_and_version(self):
        code, out, err = self.run_program("--help")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("usage: lojaverify", out)
        code, out, _ = self.run_program("--version")
        self.assertRegex(out, r"^lojaverify \d+\.\d+\.\d+\nFLINT \d.*\nArb \d.*\nGMP \d.*\nOpenSSL \d.*\ncompiler \w.*\n$")

    def test_limits(self):
        hard = certificate(network([["1", "0"]], [["1", "1e-300"]], neuron="unit"), "loss", lo="1e-700")
        self.verified(hard)
        self.not_verified(hard, "insufficient-precision", "--max-bits", "512")
        large = network([[(i * 37 + k * k) % 101 / 64 + 1 for k in range(10)] for i in range(40)], [[(j * 53 + k**3) % 97 / 64 for k in range(10)] for j in range(60)])
        self.not_verified(certificate(large, "lojasiewicz", kappa="1", beta="1"), "resource", "--time-limit", "0.001")
        self.verified(certificate(large, "loss", lo="0"))

    def test_foreign_locale_and_full_disk(self):
        good = self.write("good.json", certificate(SIMPLE, "loss", lo="0"))
        self.assertEqual(self.run_program(good, env={**os.environ, "LC_ALL": "de_DE.UTF-8"})[0], 0)
        with open("/dev/full", "w") as full:
            run = subprocess.run([PROGRAM, good], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(run.returncode, 2)

    def test_little_memory(self):
        def little():
            resource.setrlimit(resource.RLIMIT_AS, (150 * 2**20,) * 2)

        if subprocess.run([PROGRAM, "--version"], capture_output=True, preexec_fn=little).returncode != 0:
            self.skipTest("the program itself does not fit (a sanitizer's shadow memory)")
        rows = [["1e-20000"] * 100] * 200
        path = self.write("huge.json", network(rows, rows))
        cert = certificate(SIMPLE, "loss", lo="0", embed=False)
        code, out, _ = self.run_program(path, self.write("c.json", cert), preexec_fn=little)
        self.assertEqual(code, 4)
        self.assertIn("c reason resource", out)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
