"""A user's program, for the type checker: it must find nothing here, and a mistake in every line marked so."""
from fractions import Fraction
from typing import List, Optional, Tuple, Union

import numpy as np
import numpy.typing as npt

import lojacert


def certify(teacher: npt.NDArray[np.float32], student: npt.NDArray[np.float64]) -> bool:
    instance = lojacert.Instance.from_arrays(teacher, student, activation="relu", neuron="unit")
    evaluation = lojacert.evaluate(instance, digits=8)
    lower: Fraction = evaluation.loss.lo
    norm: Optional[lojacert.Enclosure] = evaluation.gradient_norm
    gradient: Optional[Tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] = evaluation.gradient
    proof = lojacert.prove("lojasiewicz", instance, best=True, beta=Fraction(3, 4))
    rows: List[lojacert.Reach] = lojacert.explain(instance)
    return bool(rows) and lower in evaluation.loss and None not in (norm, gradient) and lojacert.verify(proof, instance).verified


def exact() -> lojacert.Instance:
    return lojacert.Instance.from_arrays([[1, 0], [0, "1/3"]], [[Fraction(1, 2), 0.5]], activation="abs", neuron="norm")


class Layer:
    """What torch.nn.Linear is to the type checker."""

    weight: npt.NDArray[np.float32]
    bias: None


def train(layer: Layer, steps: List[npt.NDArray[np.float32]]) -> Optional[int]:
    instance = lojacert.Instance.from_torch(np.eye(2), layer, activation="relu", neuron="unit")
    rows: Optional[Tuple[Tuple[Union[Fraction, lojacert.Enclosure], ...], ...]] = instance.student
    run = lojacert.Trajectory.from_arrays(np.eye(2), steps, step="1/10", activation="abs", neuron="norm")
    proof = lojacert.prove("trajectory", run[0], trajectory=run)
    verdict: Optional[str] = lojacert.audit([instance, *run], samples=np.ones((3, 2))).row("lemma-8").verdict
    found = lojacert.stress(run, digits=8)
    lojacert.report(proof, found, run, instance, "certificate.json", path="page.html")
    return found.frontier[0].least_bits if rows and verdict else found.bits


def mistakes(instance: lojacert.Instance, evaluation: lojacert.Evaluation) -> None:
    lojacert.Instance.from_arrays([[1]], activation="tanh", neuron="unit")  # mistake
    lojacert.Instance.from_arrays([[1]], neuron="unit")  # mistake
    evaluation.loss < 1  # mistake
    evaluation.gradient_norm.lo  # mistake
    instance.digest = ""  # mistake
    lojacert.evaluate(instance, digits="8")  # mistake
    lojacert.Instance.from_torch(instance, activation="relu", neuron="unit")  # mistake
    lojacert.Trajectory.from_arrays([[1]], [[[1]]], activation="abs", neuron="norm")  # mistake
    lojacert.audit(evaluation)  # mistake
    lojacert.stress(instance).trajectory[0].digits_lo + 1  # mistake
    lojacert.report(evaluation, path="page.html")  # mistake
