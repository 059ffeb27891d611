"""A user's program, for the type checker: it must find nothing here, and a mistake in every line marked so."""
from fractions import Fraction
from typing import List, Optional, Tuple

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


def mistakes(instance: lojacert.Instance, evaluation: lojacert.Evaluation) -> None:
    lojacert.Instance.from_arrays([[1]], activation="tanh", neuron="unit")  # mistake
    lojacert.Instance.from_arrays([[1]], neuron="unit")  # mistake
    evaluation.loss < 1  # mistake
    evaluation.gradient_norm.lo  # mistake
    instance.digest = ""  # mistake
    lojacert.evaluate(instance, digits="8")  # mistake
