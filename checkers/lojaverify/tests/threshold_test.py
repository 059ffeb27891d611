#!/usr/bin/python3
"""Drives lojaverify with claims `threshold`. Usage: threshold_test.py LOJAVERIFY [unittest options]

The certificates are written here by hand; every constant is then moved past its condition, and must be refused by name.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction
from pathlib import Path

PROGRAM = ""


def fraction(entry):
    value = Fraction(entry)
    return f"{value.numerator}/{value.denominator}"


def instance(teacher, activation="abs", neuron="norm", teacher_neuron="unit", **more):
    return {"format": "lojacert-instance/1", "activation": activation, "neuron": neuron, "teacher_neuron": teacher_neuron, "teacher": teacher, **more}


def digest(value):
    """The teacher digest, computed afresh."""
    text = f"lojacert-canonical/1 teacher\nactivation {value['activation']}\nneuron {value['neuron']}\nteacher_neuron {value['teacher_neuron']}\n"
    rows = value["teacher"]
    if isinstance(rows, dict):
        rows = rows["gram"]
        text += f"gram {len(rows)}\n"
    else:
        text += f"teacher {len(rows)} {len(rows[0])}\n"
    text += "".join(" ".join(map(fraction, row)) + "\n" for row in rows)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def terms(*pairs):
    return [{"exponents": list(exponents), "coefficient": coefficient} for coefficient, exponents in pairs]


ORTHOGONAL = instance([[1, 0], [0, 1]])
PSI = terms(("1.06", (0, 0)), ("-0.69", (2, 0)), ("-0.69", (0, 2)), ("-0.37", (4, 0)), ("-0.37", (0, 4)), ("1.48", (2, 2)))
EVIDENCE = {"by": "G", "psi": PSI, "mu": "0.36338", "delta1": "1.2", "S": "1.01", "Z": "0.72", "psi_far": "0.89", "delta_cap": "0.0057", "T": "2.9871",
            "e_prime": "0.2641", "gam": "0.715", "q": "0.6", "c": "0.1", "h_prime": "10475"}
CLAIM = {"kind": "threshold", "quantifier": "forall-students", "negated": False, "eps0": "7.27e-10", "kappa": "1.52e-3", "beta": "3/4", "kappa_1": "0.2926"}
UNIT = {**CLAIM, "beta": "2/3", "kappa": "1.123e-4", "kappa_1": "0.1249"}


def certificate(value=None, claim=None, evidence=None, **changes):
    value, claim = value or ORTHOGONAL, claim or CLAIM
    rows = value["teacher"]["gram"] if isinstance(value["teacher"], dict) else value["teacher"]
    return {"format": "lojacert-certificate/1", "claim": claim, "instance": {"digest": digest(value), "r": len(rows), "embedded": value},
            "evidence": {**EVIDENCE, **(evidence or {}), **changes}}


class Threshold(unittest.TestCase):
    def check(self, value, *options):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "certificate.json"
            file.write_text(json.dumps(value), encoding="utf-8")
            result = subprocess.run([PROGRAM, *options, str(file)], capture_output=True, text=True, timeout=120, check=False)
        return result.returncode, result.stdout, result.stderr

    def verified(self, value):
        code, out, err = self.check(value)
        self.assertEqual((code, out.splitlines()[-1:], err), (0, ["s VERIFIED"], ""), out)

    def refused(self, value, code="bad-evidence", reason=""):
        status, out, err = self.check(value)
        self.assertEqual((status, out.splitlines()[-1:], err), (1, ["s NOT VERIFIED"], ""), out)
        self.assertIn(f"c reason {code}: ", out)
        self.assertIn(reason, out)

    def malformed(self, value):
        self.assertEqual(self.check(value)[:2], (2, ""))

    # Two orthogonal teachers ---------------------------------------------------------------------------------------------

    def test_both_forms(self):
        self.verified(certificate())
        self.verified(certificate(instance([[1, 0], [0, 1]], neuron="unit"), UNIT))
        self.verified(certificate(q="0.8", c="0.5", delta_cap="0.0035", h_prime="18814", claim={**CLAIM, "eps0": "5.64e-11", "kappa": "7.07e-3", "kappa_1": "2.58"}))

    def test_students_and_their_boxes_are_ignored(self):
        value = instance([[1, 0], [0, 1]], student=[["[0, 1]", 3]])
        self.verified(certificate(value))

    def test_the_claim_must_follow(self):
        self.refused(certificate(claim={**CLAIM, "eps0": "7.28e-10"}), reason="eps0")
        self.refused(certificate(claim={**CLAIM, "kappa": "1.521e-3"}), reason="kappa")
        self.refused(certificate(claim={**CLAIM, "kappa_1": "0.293"}), reason="kappa_1")
        self.verified(certificate(claim={**CLAIM, "eps0": "1e-12", "kappa_1": "1.52"}))
        self.refused(certificate(claim=UNIT), "refuted", "beta")

    def test_every_constant_past_its_condition(self):
        for changes, reason in (
                ({"mu": "0.36339"}, "(C1)"),
                ({"S": "1.005"}, "(C3)"),
                ({"S": "1.0052"}, "(C3)"),
                ({"Z": "0.715"}, "(C4)"),
                ({"psi_far": "0.892"}, "(C4)"),
                ({"T": "2.334"}, "(C5)"),
                ({"e_prime": "0.2"}, "(C5)"),
                ({"gam": "0.7149"}, "(C5)"),
                ({"h_prime": "7800", "T": "2.336"}, "(**)"),
                ({"c": "0.11"}, "(*)"),
                ({"T": "3.1"}, "(*)"),
                ({"delta_cap": "1.5"}, "I_low"),
                ({"delta1": "0.9"}, "(C"),
                ({"psi": terms(("1.06", (0, 0)), ("-1.06", (2, 0)), ("-1.06", (0, 2)))}, "(C"),
                ({"psi": PSI[:-1] + terms(("1.48", (2, 2)), ("1e-40", (1, 1)))}, "(C2)"),
                ({"psi": PSI[1:] + terms(("1.0600000000000000000000000000001", (0, 0)))}, "(C2)"),
                ({"psi": PSI[:-1] + terms(("0.2", (2, 2)))}, "(C"),
        ):
            with self.subTest(**changes):
                self.refused(certificate(**changes), reason=reason)

    def test_ranges(self):
        for changes in ({"mu": "0"}, {"S": "-1.01"}, {"Z": "0"}, {"psi_far": "0"}, {"T": "-3"}, {"gam": "-1"}, {"q": "1"}, {"q": "0"}, {"c": "1"}, {"c": "-0.1"},
                        {"h_prime": "0"}, {"delta1": "1.5708"}, {"delta1": "0"}, {"delta_cap": "1.5708"}, {"delta_prime": "0.4"},
                        {"psi": terms(("1", (0, 0, 0)))}, {"psi": terms(("1", (1, 0)))}):
            with self.subTest(**changes):
                self.refused(certificate(**changes))

    def test_malformed(self):
        for changes in ({"psi": "sum"}, {"psi": []}, {"psi": terms(("1", (0, 0)), ("2", (0, 0)))}, {"psi": terms(("1", (-2, 0)))}, {"psi": terms(("1", (102, 0)))},
                        {"psi": terms(("one", (0, 0)))}, {"mu": 0.3}, {"surplus": "1"}, {"precision_bits": 1}):
            with self.subTest(**changes):
                self.malformed(certificate(**changes))
        for key in EVIDENCE:
            value = certificate()
            del value["evidence"][key]
            with self.subTest(without=key):
                self.malformed(value)
        for changes in ({"eps0": "0"}, {"kappa": "-1"}, {"kappa_1": "x"}, {"beta": "1"}, {"quantifier": "forall"}, {"negated": True}, {"surplus": "1"}):
            with self.subTest(**changes):
                self.malformed(certificate(claim={**CLAIM, **changes}))

    def test_other_theorems_are_unknown(self):
        self.assertEqual(self.check(certificate(by="X"))[0], 3)

    # Binding and words ---------------------------------------------------------------------------------------------------

    def test_binding(self):
        value = certificate()
        value["instance"]["digest"] = digest(instance([[1, 0], [0, 2]]))
        self.refused(value, "hash-mismatch")
        value = certificate()
        value["instance"]["r"] = 3
        self.refused(value, "hash-mismatch")
        value = certificate()
        value["instance"]["d"] = 2
        self.malformed(value)

    def test_statement(self):
        words = ("For the abs network with r = 2 unit-form teachers, for every number of norm-form students, in every dimension, and every choice W of their weights "
                 "with L(W) <= 7.27e-10: ||grad L(W)||_F >= 1.52e-3 * L(W)^(3/4) and ||grad L(W)||_F >= 0.2926 * L(W).")
        self.verified(certificate(claim={**CLAIM, "statement": words}))
        self.refused(certificate(claim={**CLAIM, "statement": words.replace("every number", "every odd number")}), reason="statement")
        code, out, _ = self.check(certificate(), "--explain")
        self.assertEqual(code, 0)
        for part in (words, "(**)", "N = 5.37039", "boxes", "Theorem G", "rests on"):
            self.assertIn(part, out)

    def test_teachers_that_are_excluded(self):
        for teacher in ([[1, 0], [2, 0]], [[1, 0], [-1, 0]], [[1, 0], [0, 0]], {"gram": [[1, 2], [2, 1]]}):
            with self.subTest(teacher=teacher):
                self.refused(certificate(instance(teacher)), "refuted")

    # Other teachers and activations --------------------------------------------------------------------------------------

    def test_a_gram_matrix_and_scaled_teachers(self):
        self.verified(certificate(instance({"gram": [[1, 0], [0, 1]]})))
        # rows of length 2 and 3 in unit form: y_i = |P_i| <w, a_i>
        scaled = [{"exponents": t["exponents"], "coefficient": str(Fraction(t["coefficient"]) / 2**t["exponents"][0] / 3**t["exponents"][1])} for t in PSI]
        self.verified(certificate(instance([[0, 2], [3, 0]]), claim={**CLAIM, "eps0": "2.9e-9", "kappa_1": "0.2"}, psi=scaled))
        self.refused(certificate(instance([[0, 2], [3, 0]]), claim={**CLAIM, "eps0": "2.92e-9", "kappa_1": "0.2"}, psi=scaled), reason="eps0")
        # in norm form p = |w| w: masses 4 and 9
        self.verified(certificate(instance([[0, 2], [3, 0]], teacher_neuron="norm"), claim={**CLAIM, "eps0": "1.16e-8", "kappa_1": "0.14"}, psi=scaled))

    def test_relu_with_linear(self):
        value = instance([[1, 0], [0, 1]], "relu+linear")
        self.verified(certificate(value, {**CLAIM, "eps0": "1.8175e-10", "kappa": "1.0748e-3"}))
        self.refused(certificate(value, {**CLAIM, "eps0": "7.27e-10", "kappa": "1.0748e-3"}), reason="eps0")

    def test_relu(self):
        claim = {**CLAIM, "eps0": "1.7e-10", "kappa": "1e-3", "kappa_1": "0.25"}
        value = instance([[1, 0], [0, 1]], "relu")
        self.verified(certificate(value, claim, delta_prime="0.448"))
        self.refused(certificate(value, claim, delta_prime="0.723"), reason="delta_prime")
        self.refused(certificate(value, claim), reason="delta_prime")
        self.refused(certificate(value, {**claim, "eps0": "1.8e-10"}, delta_prime="0.448"), reason="eps0")
        dependent = instance([[1, 0], [0, 1], [1, 1]], "relu")
        self.refused(certificate(dependent, claim, psi="product", delta_prime="0.448"), reason="linearly dependent")

    def test_one_teacher(self):
        constants = {"psi": "product", "mu": "1", "delta1": "1.350", "S": "1.0505", "Z": "0.8204", "psi_far": "0.9519", "T": "1.2732396", "e_prime": "0.016672",
                     "gam": "0.66556", "delta_cap": "0.1558", "h_prime": "44.35"}
        claim = {**CLAIM, "eps0": "3.646e-5", "kappa": "0.0304", "kappa_1": "0.39"}
        self.verified(certificate(instance([[0, 1]]), claim, constants))
        for changes in ({"mu": "1.0000001"}, {"T": "1.2731"}, {"Z": "0.81"}, {"S": "0.99"}):
            with self.subTest(**changes):
                self.refused(certificate(instance([[0, 1]]), claim, {**constants, **changes}))

    def test_a_product_in_twenty_dimensions(self):
        rows = [[str(Fraction((7 * i + 3 * k * k + i * k) % 11 - 5, 3)) for k in range(20)] for i in range(4)]
        constants = {"psi": "product", "mu": "0.02", "delta1": "0.6", "S": "1e4", "Z": "1e4", "psi_far": "0.01", "T": "18.1", "e_prime": "2", "gam": "10",
                     "delta_cap": "1e-6", "h_prime": "1e22"}
        self.verified(certificate(instance(rows), {**CLAIM, "eps0": "1e-46", "kappa": "1e-12", "kappa_1": "0.3"}, constants))
        self.refused(certificate(instance(rows), {**CLAIM, "eps0": "1e-46", "kappa": "1e-12", "kappa_1": "0.3"}, {**constants, "psi_far": "0.1"}))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = sys.argv.pop(1)
    unittest.main()
