"""What becomes an instance, and what is refused with which words."""
from __future__ import annotations

import json
import pickle
import sys
import unittest
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import lojacert
from stand_in_torch import Tensor
from support import in_temporary_folder, programs

RNG = np.random.default_rng(1)
FORMS: dict[str, Any] = {"activation": "abs", "neuron": "norm"}


def instance(teacher: Any, student: Any = None, **forms: Any) -> lojacert.Instance:
    return lojacert.Instance.from_arrays(teacher, student, **{**FORMS, **forms})


def exact(rows: Any) -> list[list[Fraction]]:
    return [[Fraction(float(entry)) for entry in row] for row in rows]


class Accepted(unittest.TestCase):
    def setUp(self) -> None:
        self.teacher, self.student = RNG.standard_normal((2, 3)), RNG.standard_normal((5, 3))
        self.reference = instance(exact(self.teacher), exact(self.student))

    def same(self, teacher: Any, student: Any) -> None:
        self.assertEqual(instance(teacher, student).digest, self.reference.digest)

    def test_doubles_are_their_fractions(self) -> None:
        self.same(self.teacher, self.student)
        self.same(self.teacher.tolist(), self.student.tolist())

    def test_narrow_floats_are_taken_exactly(self) -> None:
        for kind in (np.float16, np.float32):
            student = self.student.astype(kind)
            self.assertEqual(instance(self.teacher, student), instance(self.teacher, exact(student)), kind)
            self.assertEqual(instance(self.teacher, list(student)), instance(self.teacher, exact(student)), kind)
            self.assertNotEqual(instance(self.teacher, student), self.reference)

    def test_wide_floats_are_taken_exactly(self) -> None:
        third = np.longdouble(1) / 3
        self.assertEqual(instance([[1]], np.array([[third]])), instance([[1]], [[Fraction(*third.as_integer_ratio())]]))
        self.assertNotEqual(instance([[1]], np.array([[third]])), instance([[1]], [[float(third)]]))

    def test_any_memory_layout(self) -> None:
        self.same(np.asfortranarray(self.teacher), np.asfortranarray(self.student))
        self.same(self.teacher, np.repeat(self.student, 2, axis=0)[::2])
        self.same(self.teacher, np.ascontiguousarray(self.student.T).T)
        self.same(self.teacher, self.student[::-1][::-1])
        self.same(self.teacher.astype(">f8"), self.student)

    def test_tensors(self) -> None:
        self.same(Tensor(self.teacher), Tensor(self.student))
        self.same(self.teacher, [Tensor(row) for row in self.student])
        self.same(self.teacher, [[Tensor(np.array(entry)) for entry in row] for row in self.student])
        self.same(Tensor(self.teacher, "torch.bfloat16"), self.student)

    def test_exact_entries(self) -> None:
        self.assertEqual(instance([["0.1"]], [[Decimal("0.1")]]), instance([[Fraction(1, 10)]], [["1/10"]]))
        self.assertEqual(instance([[np.int64(2)]], [[-3]]), instance([[2.0]], [["-3"]]))
        self.assertNotEqual(instance([["0.1"]]), instance([[0.1]]))
        self.assertIn("boxes", repr(instance([[1]], [["[0.1, 0.2]"]])))

    def test_long_numbers(self) -> None:
        long = Fraction(10**6000 + 1, 3**9000)
        self.assertNotEqual(instance([[long]]), instance([[long + 1]]))
        with in_temporary_folder():
            instance([[long]]).save("long.json")
            self.assertEqual(lojacert.Instance.load("long.json"), instance([[long]]))

    def test_files(self) -> None:
        with in_temporary_folder():
            self.reference.save("instance.json")
            loaded = lojacert.Instance.load(Path("instance.json"))
            self.assertEqual((loaded.digest, loaded.teacher_digest), (self.reference.digest, self.reference.teacher_digest))
            copy = pickle.loads(pickle.dumps(self.reference))
            self.assertEqual((copy, copy.json()), (self.reference, self.reference.json()))
            np.savez("weights.npz", teacher=self.teacher, student=self.student)
            forms: Any = {**FORMS, "teacher_neuron": "unit"}
            self.assertEqual(lojacert.Instance.load("weights.npz", **forms), self.reference)
            run = programs().cert("eval", "instance.json")
            self.assertIn(self.reference.digest, run.out)

    def test_the_numbers_come_back(self) -> None:
        self.assertEqual(self.reference.teacher, tuple(map(tuple, exact(self.teacher))))
        self.assertTrue((np.array(self.reference.student, dtype=float) == self.student).all())
        boxes = instance([["1/3"]], [["[0.1, 1]"], [Fraction(7, 3**400)]])
        self.assertEqual(boxes.student, ((lojacert.Enclosure(Fraction(1, 10), Fraction(1)),), (Fraction(7, 3**400),)))
        self.assertEqual((boxes.teacher, instance([[1]]).student), (((Fraction(1, 3),),), None))
        self.assertEqual(instance(boxes.teacher, boxes.student), boxes)

    def test_what_it_says_of_itself(self) -> None:
        found = instance(self.teacher, self.student, activation="relu+linear", teacher_neuron="norm", name="five")
        self.assertEqual((found.d, found.m, found.r, found.name), (3, 5, 2, "five"))
        self.assertEqual((found.activation, found.neuron, found.teacher_neuron), ("relu+linear", "norm", "norm"))
        self.assertEqual(json.loads(found.json())["name"], "five")
        self.assertEqual(instance(self.teacher).m, 0)


class Refused(unittest.TestCase):
    def refused(self, *words: str) -> Any:
        return self.assertRaisesRegex(lojacert.InputError, ".*".join(words))

    def test_not_finite(self) -> None:
        for bad in (np.nan, np.inf, -np.inf):
            student = np.ones((2, 3))
            student[1, 2] = bad
            for given in (student, student.astype(np.float16), student.tolist(), Tensor(student)):
                with self.refused(r"student\[1\]\[2\]", str(bad)):
                    instance(np.eye(3), given)
        with self.refused(r"teacher\[0\]\[0\]"):
            instance([[Decimal("NaN")]])
        with self.refused(r"teacher\[0\]\[0\]"):
            instance([["inf"]])

    def test_it_is_a_value_error(self) -> None:
        with self.assertRaises(ValueError):
            instance([[np.nan]])
        self.assertEqual(lojacert.InputError.__module__, "lojacert")

    def test_transposed(self) -> None:
        with self.refused("rows are neurons; did you mean student.T?"):
            instance(np.ones((2, 3)), np.ones((3, 5)))
        with self.refused("rows are neurons; did you mean teacher.T?"):
            instance(np.ones((3, 2)), np.ones((5, 3)))
        with self.refused("did you mean teacher.T and student.T?"):
            instance(np.ones((3, 2)), np.ones((3, 5)))

    def test_shapes(self) -> None:
        with self.refused("student: shape"):
            instance(np.ones((2, 3)), np.ones((5, 4)))
        for bad in (np.ones(3), np.ones((1, 2, 3)), 1.0):
            with self.refused("teacher", "dimension"):
                instance(bad)
        for empty in (np.ones((0, 3)), np.ones((3, 0)), [], [[]]):
            with self.refused("teacher", "at least one|same d"):
                instance(empty)
        with self.refused(r"teacher\[1\]", "length 1"):
            instance([[1, 2], [3]])
        with self.refused(r"teacher\[0\]", "a row of numbers"):
            instance([1, 2])

    def test_types(self) -> None:
        for kind in (int, bool, complex, np.uint8):
            with self.refused("teacher", "entries"):
                instance(np.eye(2).astype(kind))
        with self.refused("student", "masked"):
            instance(np.eye(2), np.ma.masked_less(np.eye(2), 0.5))
        for entry in (True, None, 1j, [1.0], "one", "1/0"):
            with self.refused(r"teacher\[0\]\[0\]"):
                instance([[entry]])

    def test_forms(self) -> None:
        with self.refused("tanh"):
            instance(np.eye(2), activation="tanh")
        with self.refused("weird"):
            instance(np.eye(2), neuron="weird")

    def test_files(self) -> None:
        with self.refused("nowhere.json"):
            lojacert.Instance.load("nowhere.json")
        with self.refused("nowhere"):
            instance(np.eye(2)).save("/nowhere/instance.json")


class Enclosures(unittest.TestCase):
    def test_it_is_not_a_number(self) -> None:
        enclosure = lojacert.Enclosure(Fraction(1, 3), Fraction(2, 3))
        with self.assertRaisesRegex(TypeError, r"\.mid"):
            float(enclosure)
        with self.assertRaises(TypeError):
            enclosure < enclosure  # type: ignore[operator]
        with self.assertRaises(ValueError):
            lojacert.Enclosure(Fraction(1), Fraction(0))

    def test_bounds_are_valid_and_close(self) -> None:
        for _ in range(300):
            lo, width = Fraction(RNG.standard_normal()) ** 9, Fraction(2) ** int(RNG.integers(-300, 3))
            enclosure = lojacert.Enclosure(lo, lo + width)
            for digits in (None, 1, 5, 40):
                below, above = map(Fraction, enclosure.bounds(digits))
                self.assertTrue(below <= enclosure.lo and enclosure.hi <= above)
            below, above = map(Fraction, enclosure.bounds())
            self.assertLess(above - below, 2 * width + max(abs(lo), abs(lo + width)) / 50)
            shown = repr(enclosure).removeprefix("Enclosure[").rstrip("]").split(", ")
            self.assertTrue(Fraction(shown[0]) <= enclosure.lo and enclosure.hi <= Fraction(shown[1]))
            mid, rad = Fraction(enclosure.mid), Fraction(enclosure.rad)
            self.assertTrue(mid - rad <= enclosure.lo and enclosure.hi <= mid + rad)

    def test_in_tables(self) -> None:
        third = lojacert.Enclosure(Fraction(1, 3), Fraction(1, 2))
        self.assertEqual((f"{third:.3}", f"{third:>16.3}", f"{third}"), ("[0.333, 0.5]", "    [0.333, 0.5]", str(third)))
        for bad in ("e", ".0", "x.3", ".3f"):
            with self.assertRaises(ValueError):
                format(third, bad)
        with self.assertRaisesRegex(ValueError, "digits"):
            third.bounds(0)

    def test_what_it_contains(self) -> None:
        third = lojacert.Enclosure(Fraction(1, 3), Fraction(1, 2))
        for inside in (np.float32(0.375), np.float16(0.5), 0.5, "1/3", "0.4", Fraction(1, 3), Decimal("0.5")):
            self.assertIn(inside, third)
        for outside in (np.float32(1) / 3 - np.float32(1e-7), 1, np.int64(0), float("inf"), float("nan"), np.float64("inf"), 1 / 3):
            self.assertNotIn(outside, third)

    def test_points(self) -> None:
        self.assertEqual(repr(lojacert.Enclosure(Fraction(0), Fraction(0))), "Enclosure[0, 0]")
        self.assertEqual(repr(lojacert.Enclosure(Fraction(100), Fraction(100))), "Enclosure[100, 100]")
        self.assertEqual(lojacert.Enclosure(Fraction(1, 2), Fraction(1, 2)).rad, 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
