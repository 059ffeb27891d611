"""Audits, stress tests and report pages from Python, held against the programs on the command line."""
from __future__ import annotations

import json
import sys
import unittest
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

import lojacert
from support import ROOT, in_temporary_folder, programs

EXAMPLES, INSTANCES = ROOT / "docs" / "examples", ROOT / "certificates" / "instances"
NEAR = lojacert.Instance.load(EXAMPLES / "near.json")
BOX = lojacert.Instance.load(EXAMPLES / "box.json")


def plain(value: Any) -> Any:
    """As it stands in JSON, but for the number of digits."""
    if isinstance(value, lojacert.Enclosure):
        return value
    if isinstance(value, dict) and value.keys() == {"lo", "hi"}:
        return lojacert.Enclosure(Fraction(value["lo"]), Fraction(value["hi"]))
    return float(value) if isinstance(value, Decimal) else value


def run_of(*students: Any) -> lojacert.Trajectory:
    return lojacert.Trajectory.from_arrays(np.eye(2), students, step="1/10", activation="abs", neuron="norm")


class SameAsTheProgram(unittest.TestCase):
    def same(self, found: Any, shown: list[dict[str, Any]]) -> None:
        """Every attribute of every object is what the program printed under that key."""
        self.assertEqual(len(found), len(shown))
        self.assertTrue(shown)
        for entry, expected in zip(found, shown):
            for key, value in vars(entry).items():
                self.assertEqual(plain(value), plain(expected[key]), key)


class Audit(SameAsTheProgram):
    def test_one_instance(self) -> None:
        threshold = lojacert.prove("threshold", NEAR, certificate="product")
        with in_temporary_folder():
            threshold.save("threshold.cert.json")
            shown = json.loads(programs().cert("audit", EXAMPLES / "near.json", "--threshold", "threshold.cert.json", "--json").out)
        found = lojacert.audit(NEAR, threshold=threshold)
        self.assertIn("G", {factor.theorem for factor in found.factors})
        self.same(found.instances, shown["instances"])
        self.same(found.rows, shown["rows"])
        self.same(found.hypotheses, shown["hypotheses"])
        self.same(found.factors, shown["factors"])
        self.assertEqual((found.samples, found.notes), ((), ()))

    def test_several_instances_and_inputs(self) -> None:
        paths = EXAMPLES / "near.json", INSTANCES / "trained-m4-r2-1e-6.json"
        shown = json.loads(programs().cert("audit", *paths, "--no-theorem-g", "--count", 50, "--seed", 3, "--confidence", "0.9", "--step", "1/20", "--json").out)
        found = lojacert.audit(list(map(lojacert.Instance.load, paths)), theorem_g=False, count=50, seed=3, confidence="0.9", step="1/20")
        self.same(found.rows, shown["rows"])
        self.same(found.samples, shown["samples"])
        self.assertEqual([(range.row, range.constants.lo, range.attained_at_hi) for range in found.ranges],
                         [(range["row"], Fraction(range["lo"]), range["attained_at_hi"]) for range in shown["ranges"]])
        self.assertEqual(found.row("lemma-8", 1).instance, 1)

    def test_inputs_of_ones_own(self) -> None:
        x = np.random.default_rng(0).standard_normal((40, 2)).astype(np.float32)
        found = lojacert.audit(NEAR, samples=x, theorem_g=False).samples[0]
        student, teacher = (np.array(rows, dtype=float) for rows in (NEAR.student, NEAR.teacher))
        errors = np.abs(x @ student.T) @ np.linalg.norm(student, axis=1) - np.abs(x @ teacher.T).sum(axis=1)
        self.assertAlmostEqual(found.loss.mid / (0.5 * np.mean(errors**2)), 1, places=9)
        with in_temporary_folder():
            np.save("inputs.npy", x)
            self.assertEqual(lojacert.audit(NEAR, samples="inputs.npy", theorem_g=False).samples[0], found)

    def test_trajectories(self) -> None:
        run = run_of(np.eye(2) * 0.5, np.eye(2) * 0.6)
        self.assertEqual([entry.digest for entry in lojacert.audit(run, theorem_g=False).instances], [at.digest for at in run])

    def test_its_text_is_a_table(self) -> None:
        lines = repr(lojacert.audit([NEAR, NEAR], theorem_g=False)).splitlines()
        self.assertIn("instance 1: three students near two teachers: abs, norm-form students, unit-form teachers, d = 2, m = 3, r = 2", lines)
        self.assertTrue(any(line.startswith("Lemma 8 ") and line.endswith("PROVED") for line in lines), lines)
        self.assertTrue(any(line.startswith("theorem-4 ") for line in lines), lines)

    def test_refused(self) -> None:
        cases: list[tuple[dict[str, Any], str]] = [
            ({"instances": []}, "instances: there is none"), ({"instances": BOX}, "the instance"), ({"samples": np.ones((4, 3))}, "samples"),
            ({"samples": [["1/3", 1.0]]}, "samples: every entry must be a float"), ({"samples": "nowhere.npy"}, "nowhere.npy"),
            ({"count": 5, "confidence": 2}, "confidence"), ({"step": 0}, "step")]
        for options, words in cases:
            with self.subTest(words), self.assertRaisesRegex(lojacert.InputError, words):
                lojacert.audit(**{"instances": NEAR, "theorem_g": False, **options})
        with self.assertRaisesRegex(KeyError, "lemma-99.*lemma-8"):
            lojacert.audit(NEAR, theorem_g=False).row("lemma-99")


class Stress(SameAsTheProgram):
    def test_one_instance(self) -> None:
        shown = json.loads(programs().cert("stress", EXAMPLES / "near.json", "--max-bits", 256, "--json").out)
        found = lojacert.stress(NEAR, max_bits=256)
        self.same(found.digits, shown["digits"])
        self.same(found.breakdown, shown["breakdown"])
        self.assertEqual([(row.claim, row.least_bits, row.predicted_bits) for row in found.frontier],
                         [(row["claim"], row["least_bits"], row["predicted_bits"]) for row in shown["frontier"]])
        self.assertEqual((found.verdict, found.bits, found.advice), tuple(shown["advice"][key] for key in ("verdict", "bits", "text")))
        self.assertEqual(found.frontier[0].constants, {key: shown["frontier"][0][key] for key in ("lo", "hi")})
        self.assertEqual((found.loss, found.trajectory), (plain(shown["loss"]), ()))
        self.assertIn(found.advice, repr(found))

    def test_trajectories(self) -> None:
        run = run_of(*(np.array([[0.7, x], [0.7, -x], [0.0, 1 + x]]) for x in (0.1, 0.01, 0.001)))
        found = lojacert.stress(run, max_bits=64, iterates=2)
        self.assertEqual({entry.iteration for entry in found.trajectory}, {0, 2})
        loss, again = found.trajectory[0].loss, lojacert.evaluate(run[0]).loss
        self.assertTrue(loss.lo <= again.hi and again.lo <= loss.hi)

    def test_refused(self) -> None:
        for what, options, words in ((BOX, {}, "box"), (NEAR, {"max_bits": 1}, "max-bits"), (NEAR, {"digits": 0}, "digits")):
            with self.subTest(words), self.assertRaisesRegex(lojacert.InputError, words):
                lojacert.stress(what, **options)

    def test_plots(self) -> None:
        """What is drawn are the program's numbers; and without matplotlib the message says what is missing."""
        found = lojacert.stress(NEAR, max_bits=64)
        with mock.patch.dict(sys.modules, {"matplotlib": None, "matplotlib.pyplot": None}), self.assertRaisesRegex(ImportError, "python3-matplotlib"):
            found.plot("here.png")
        axes = mock.MagicMock(spec=["plot", "set", "set_xlabel", "fill_between", "grid", "legend", "set_title", "invert_xaxis"])
        self.assertIs(found.plot(axes, quantity="ratio"), axes)
        drawn = {call.kwargs["label"]: call.args[:2] for call in axes.plot.call_args_list}
        expected = sorted((entry.bits, float(entry.digits_lo)) for entry in found.digits
                          if (entry.quantity, entry.formula) == ("ratio", "cluster") and entry.digits_lo is not None)
        self.assertEqual(list(zip(*drawn["cluster"])), expected)


class Report(unittest.TestCase):
    def test_a_page_about_everything(self) -> None:
        proof = lojacert.prove("lojasiewicz", NEAR, best=True)
        with in_temporary_folder():
            proof.save("mine.cert.json")
            NEAR.save("mine.json")
            shown = (proof, proof, lojacert.audit(NEAR, theorem_g=False), lojacert.stress(NEAR, max_bits=64), run_of(np.eye(2) * 0.5), "mine.cert.json", Path("mine.json"))
            lojacert.report(*shown, path="page.html", title="About <us>")
            page = Path("page.html").read_text(encoding="utf-8")
        for words in ("lojasiewicz.cert.json", "lojasiewicz-2.cert.json", "mine.cert.json", "lojacert-audit/1", "lojacert-stress/1", "VERIFIED",
                      proof.claim["kappa"]):
            self.assertIn(words, page)

    def test_refused(self) -> None:
        cases: list[tuple[tuple[Any, ...], str]] = [((), "nothing to show"), (("nowhere.json",), "nowhere.json"), ((NEAR,), "only instances")]
        with in_temporary_folder() as folder:
            for shown, words in cases:
                with self.subTest(words), self.assertRaisesRegex(lojacert.InputError, words):
                    lojacert.report(*shown, path="page.html")
            self.assertEqual(list(folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
