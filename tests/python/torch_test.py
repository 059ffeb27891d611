"""Networks of PyTorch, by their stand-ins: what becomes an instance, and what is refused with which words."""
from __future__ import annotations

import re
import sys
import unittest
from fractions import Fraction
from typing import Any

import numpy as np

import lojacert
from stand_in_torch import Linear, Net, ReLU, Sequential, Tanh, Tensor
from support import ROOT

RNG = np.random.default_rng(5)
TEACHER, STUDENT = (RNG.standard_normal(shape).astype(np.float32) for shape in ((2, 3), (4, 3)))
OUTPUT = np.array([[0.1, 2, 1, 0.7]], dtype=np.float32)
FORMS: dict[str, Any] = {"activation": "relu", "neuron": "unit"}


def network(teacher: Any, student: Any = None, **forms: Any) -> lojacert.Instance:
    return lojacert.Instance.from_torch(teacher, student, **forms)


def reference(student: Any = STUDENT, **forms: Any) -> lojacert.Instance:
    return lojacert.Instance.from_arrays(TEACHER, student, **{**FORMS, **forms})


class Accepted(unittest.TestCase):
    def test_linear_layers(self) -> None:
        self.assertEqual(network(Linear(TEACHER), Linear(STUDENT), **FORMS), reference())
        forms: Any = {"activation": "abs", "neuron": "norm", "teacher_neuron": "norm"}
        self.assertEqual(network(Linear(TEACHER), Linear(STUDENT), **forms), reference(**forms))

    def test_matrices_and_tensors_beside_layers(self) -> None:
        for teacher in (TEACHER, Tensor(TEACHER), TEACHER.tolist()):
            self.assertEqual(network(teacher, Linear(STUDENT), **FORMS), reference())

    def test_a_teacher_alone(self) -> None:
        self.assertEqual(network(Linear(TEACHER), **FORMS), reference(None))

    def test_what_a_sequential_says(self) -> None:
        self.assertEqual(network(Linear(TEACHER), Sequential(Linear(STUDENT), ReLU())), reference())
        self.assertEqual(network(Sequential(Linear(TEACHER), ReLU()), Linear(STUDENT), neuron="norm"), reference(neuron="norm"))

    def test_output_weights_are_multiplied_in_exactly(self) -> None:
        products = [[Fraction(float(a)) * Fraction(float(w)) for w in row] for a, row in zip(OUTPUT[0], STUDENT)]
        found = network(Linear(TEACHER), Sequential(Linear(STUDENT), ReLU(), Linear(OUTPUT)))
        self.assertEqual(found, reference(products))
        self.assertEqual(found.student, tuple(map(tuple, products)))
        rounded = STUDENT * OUTPUT.T
        self.assertNotEqual(found, reference(rounded), "a product in float32 is rounded")

    def test_the_loss_is_the_networks(self) -> None:
        """Against a plain average of what the two networks compute."""
        found = network(Sequential(Linear(TEACHER), ReLU()), Sequential(Linear(STUDENT), ReLU(), Linear(OUTPUT)))
        x = np.random.default_rng(1).standard_normal((400_000, 3))
        student, teacher = np.maximum(x @ STUDENT.T, 0) @ OUTPUT[0], np.maximum(x @ TEACHER.T, 0).sum(axis=1)
        values = 0.5 * (student - teacher) ** 2
        self.assertLess(abs(values.mean() - lojacert.evaluate(found).loss.mid), 5 * values.std() / np.sqrt(len(x)))

    def test_bfloat16(self) -> None:
        coarse = STUDENT.view(np.uint32) & np.uint32(0xFFFF0000)  # what bfloat16 holds
        self.assertEqual(network(TEACHER, Linear(coarse.view(np.float32), dtype="torch.bfloat16"), **FORMS),
                         reference(coarse.view(np.float32)))


class Refused(unittest.TestCase):
    def refused(self, *words: str) -> Any:
        return self.assertRaisesRegex(lojacert.InputError, ".*".join(words))

    def test_biases(self) -> None:
        with self.refused("student: this Linear has a bias", "bias=False"):
            network(TEACHER, Linear(STUDENT, bias=Tensor(np.zeros(4))), **FORMS)
        with self.refused(r"teacher\[2\]: this Linear has a bias"):
            network(Sequential(Linear(TEACHER), ReLU(), Linear(OUTPUT[:, :2], bias=Tensor(np.zeros(1)))), STUDENT, **FORMS)

    def test_what_is_not_said(self) -> None:
        with self.refused("activation: .* say activation="):
            network(Linear(TEACHER), Linear(STUDENT), neuron="unit")
        with self.refused("neuron: .* say neuron="):
            network(Linear(TEACHER), Linear(STUDENT), activation="relu")

    def test_what_contradicts(self) -> None:
        student = Sequential(Linear(STUDENT), ReLU())
        for forms, words in (({"activation": "abs"}, "activation: you say abs, and the student computes relu"),
                             ({"neuron": "norm"}, "neuron: you say norm, and the student computes unit")):
            with self.refused(words):
                network(TEACHER, student, **forms)
        with self.refused("teacher_neuron: you say norm, and the teacher computes unit"):
            network(Sequential(Linear(TEACHER), ReLU()), student, teacher_neuron="norm")

    def test_output_layers(self) -> None:
        for weights, words in ((-OUTPUT, r"student\[2\].weight\[0\]\[0\]: is -0.1.*positive"), (0 * OUTPUT, "remove that neuron"),
                               (OUTPUT[:, :3], r"student\[2\]: weights of shape \(1, 3\)"),
                               (np.ones((2, 4), np.float32), r"shape \(2, 4\); one output and 4 inputs"),
                               (np.full((1, 4), np.nan, np.float32), r"student\[2\].weight\[0\]\[0\]: nan is not finite")):
            with self.subTest(words), self.refused(words):
                network(TEACHER, Sequential(Linear(STUDENT), ReLU(), Linear(weights)))

    def test_unknown_computations(self) -> None:
        with self.refused(r"a Sequential of \(Linear, Tanh\)", r"student\[0\]"):
            network(TEACHER, Sequential(Linear(STUDENT), Tanh()))
        for layers in ((), (Linear(STUDENT),), (ReLU(), Linear(STUDENT)), (Linear(STUDENT), ReLU(), ReLU())):
            with self.refused("is not understood"):
                network(TEACHER, Sequential(*layers))
        with self.refused("what a Net computes is not known here; .* student.hidden, and the forms"):
            network(TEACHER, Net(STUDENT), **FORMS)
        with self.refused("what a ReLU computes is not known"):
            network(TEACHER, ReLU(), **FORMS)

    def test_transposed(self) -> None:
        with self.refused("did you mean student.T?"):
            network(Linear(TEACHER), Linear(np.ascontiguousarray(STUDENT.T)), **FORMS)


class Shown(unittest.TestCase):
    """The functions for layers that the pages show."""

    def function(self, page: str, name: str) -> Any:
        found = re.search(rf"^```python\n(def {name}\(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), flags=re.M | re.S)
        assert found, page
        names: dict[str, Any] = {"lojacert": lojacert}
        exec(found[1], names)
        return names[name]

    def test_slope(self) -> None:
        found = self.function("docs/howto/use-from-python.md", "certified_slope")(Linear(STUDENT), Linear(TEACHER))
        ratio = lojacert.evaluate(reference()).ratio(1)
        assert ratio
        self.assertTrue(ratio.lo * Fraction(999, 1000) < Fraction(found) < ratio.hi)

    def test_ratio(self) -> None:
        found = self.function("docs/howto/certify-a-training-run.md", "certified_ratio")(Linear(STUDENT), TEACHER)
        self.assertEqual(found, lojacert.evaluate(reference(), digits=6).ratio("2/3"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
