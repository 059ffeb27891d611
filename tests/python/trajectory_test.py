"""Recorded descents: from arrays to a file and back, certified by the claim `trajectory`, and what is refused with which words."""
from __future__ import annotations

import json
import sys
import unittest
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import lojacert
from stand_in_torch import Tensor
from support import ROOT, in_temporary_folder, programs

FORMS: dict[str, Any] = {"activation": "abs", "neuron": "norm"}
START = np.array([[0.72, 0.02], [0.7, -0.01], [0.03, 0.98]])


def descent(steps: int, step: float = 0.1, dtype: Any = np.float64) -> list[Any]:
    """Steps of gradient descent with the middle of the certified gradient, in the arithmetic of `dtype`."""
    students = [START.astype(dtype)]
    for _ in range(steps):
        lo, _ = lojacert.evaluate(lojacert.Instance.from_arrays(np.eye(2), students[-1], **FORMS)).gradient or (None, None)
        students.append((students[-1] - dtype(step) * lo.astype(dtype)).astype(dtype))
    return students


def run_of(students: Any, step: Any = "1/10", **forms: Any) -> lojacert.Trajectory:
    return lojacert.Trajectory.from_arrays(np.eye(2), students, step=step, **{**FORMS, **forms})


class Kept(unittest.TestCase):
    def test_to_a_file_and_back(self) -> None:
        run = run_of(descent(4), name="four steps")
        with in_temporary_folder():
            run.save(Path("run.jsonl"))
            again = lojacert.Trajectory.load("run.jsonl")
        self.assertEqual((list(again), again.step, again.iterations), (list(run), Fraction(1, 10), (0, 1, 2, 3, 4)))
        self.assertEqual((again[0].name, len(again), again[-1]), ("four steps", 5, run[4]))
        self.assertEqual((list(again[1:3]), run[1] in again), ([run[1], run[2]], True))

    def test_every_number_is_taken_exactly(self) -> None:
        for students in (descent(1, dtype=np.float32), [Tensor(START), Tensor(START / 2)], [START.tolist(), [["1/3", "0.1"]] * 3]):
            run = run_of(students, step=np.float32(0.1))
            self.assertEqual(list(run), [lojacert.Instance.from_arrays(np.eye(2), student, **FORMS) for student in students])
            self.assertEqual(run.step, Fraction(float(np.float32(0.1))))

    def test_steps(self) -> None:
        for given, kept in (("0x1p-3", Fraction(1, 8)), (0.1, Fraction(0.1)), ("0.1", Fraction(1, 10)), (Fraction(1, 3), Fraction(1, 3)), (1, Fraction(1))):
            self.assertEqual(run_of([START], given).step, kept)

    def test_what_train_writes(self) -> None:
        with in_temporary_folder() as folder:
            spec = {"format": "lojacert-training/1", "teacher": [["1", "0"]], "student": [["7/10", "1/10"], ["7/10", "-1/10"]], "activation": "abs",
                    "neuron": "norm", "step": "1/10", "iterations": 25, "record_every": 10}
            (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
            self.assertEqual(programs().cert("train", "spec.json", "-o", "last.json", "--trajectory", "run.jsonl").status, "DONE")
            run = lojacert.Trajectory.load("run.jsonl")
            self.assertEqual((run.iterations, run.step, run[-1]), ((0, 10, 20, 25), Fraction(1, 10), lojacert.Instance.load("last.json")))
            run.save("again.jsonl")
            self.assertEqual(list(lojacert.Trajectory.load("again.jsonl")), list(run))
            with self.assertRaisesRegex(lojacert.InputError, "trajectory.*line 3.*iteration: is 10 where 1 is due"):
                lojacert.prove("trajectory", run[0], trajectory=run)


class Certified(unittest.TestCase):
    def test_double_and_single(self) -> None:
        """A loop in float32 is a descent too, only less exactly so."""
        errors = []
        for dtype in (np.float64, np.float32):
            run = run_of(descent(10, dtype=dtype))
            proof = lojacert.prove("trajectory", run[0], trajectory=run)
            self.assertEqual((proof.verdict, bool(lojacert.verify(proof))), ("PROVED", True))
            errors.append(Fraction(proof.claim["epsilon"]))
        self.assertTrue(0 < errors[0] < Fraction(1, 10**12) < errors[1] < Fraction(1, 10**4), errors)

    def test_what_is_no_descent(self) -> None:
        run = run_of(descent(3)[::-1])
        with self.assertRaises(lojacert.UndecidedError):
            lojacert.prove("trajectory", run[0], trajectory=run)

    def test_from_another_start(self) -> None:
        run = run_of(descent(2))
        with self.assertRaisesRegex(lojacert.InputError, "instance"):
            lojacert.prove("trajectory", run[1], trajectory=run)


class Refused(unittest.TestCase):
    def refused(self, words: str) -> Any:
        return self.assertRaisesRegex(lojacert.InputError, words)

    def test_iterates(self) -> None:
        bad = START.copy()
        bad[1, 0] = np.nan
        for students, words in (([], "students: no iterate"), ([START, START[:2]], r"iterate 1: shape \(2, 2\) is not the first's, \(3, 2\)"),
                                ([START, bad], r"iterate 1: student\[1\]\[0\]: nan is not finite"), ([START.T], "iterate 0: .* student.T"),
                                ([[["[0, 1]", 0]]], "iterate 0: has boxes")):
            with self.subTest(words), self.refused(words):
                run_of(students)

    def test_steps(self) -> None:
        for step in ("1/0", "x", -1, 0, float("nan"), None):
            with self.subTest(step), self.refused("step: "):
                run_of([START], step)

    def test_files(self) -> None:
        with self.refused("nowhere.jsonl"):
            lojacert.Trajectory.load("nowhere.jsonl")
        with self.refused("nowhere"):
            run_of([START]).save("/nowhere/run.jsonl")
        with self.refused("line 1"):
            lojacert.Trajectory.load(ROOT / "docs" / "examples" / "near.json")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
