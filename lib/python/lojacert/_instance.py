"""What claims are about: a teacher and a student, with their forms."""

from __future__ import annotations

import os
from typing import Callable, Literal, Optional, Tuple, Union

from . import _core
from ._arrays import MatrixLike, Rows, exact_rows, shape_of
from ._core import InputError

Activation = Literal["abs", "relu", "relu+linear"]
Neuron = Literal["unit", "norm"]
Path = Union[str, "os.PathLike[str]"]


class Instance:
    """A teacher and, usually, a student: matrices of exact numbers whose rows are neurons.

    Made by `from_arrays` or `load`; it does not change.
    """

    def __init__(self, core: _core.Instance) -> None:
        self._core = core

    @classmethod
    def from_arrays(
        cls,
        teacher: MatrixLike,
        student: Optional[MatrixLike] = None,
        *,
        activation: Activation,
        neuron: Neuron,
        teacher_neuron: Neuron = "unit",
        name: str = "",
    ) -> Instance:
        """From matrices, each number exactly as it is: float16, float32 and float64, in any memory order, PyTorch
        tensors, and nested lists that may also hold integers, fractions and texts.

        `unit` neurons compute activation(w.x), `norm` neurons |w| activation(w.x).

        >>> instance = Instance.from_arrays([[1, 0], [0, 1]], [["0.7", 0], [0, "2/3"]], activation="abs", neuron="norm")
        >>> instance
        <lojacert.Instance: abs, norm-form students, unit-form teachers, d = 2, m = 2, r = 2>

        Raises InputError (a ValueError) for entries that are not finite, shapes that do not fit, and integer arrays.
        """
        teacher_rows = exact_rows(teacher, "teacher")
        student_rows = None if student is None else exact_rows(student, "student")
        if student_rows is not None:
            _check_shapes(teacher_rows, student_rows)
        return cls(_core.make_instance(teacher_rows, student_rows, activation, neuron, teacher_neuron, name))

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        activation: Optional[Activation] = None,
        neuron: Optional[Neuron] = None,
        teacher_neuron: Optional[Neuron] = None,
    ) -> Instance:
        """From a file: lojacert-instance/1 (JSON), or .npz with arrays `teacher` and `student`, for which the forms
        are required."""
        return cls(_core.load_instance(os.fspath(path), activation or "", neuron or "", teacher_neuron or ""))

    def save(self, path: Path) -> None:
        """Writes lojacert-instance/1 (JSON), whole or not at all. Loading it gives the same numbers and digests.

        >>> instance = Instance.from_arrays([[0.1]], [[0.2]], activation="relu", neuron="unit")
        >>> instance.save("instance.json")
        >>> Instance.load("instance.json") == instance
        True
        """
        self._core.save(os.fspath(path))

    def json(self) -> str:
        """The text that `save` writes."""
        return self._core.json()

    @property
    def digest(self) -> str:
        """`sha256:...` of the canonical text: what certificates about these weights are bound to."""
        return self._core.digest()

    @property
    def teacher_digest(self) -> str:
        """The digest of the forms and the teacher, for claims about every student."""
        return self._core.teacher_digest()

    @property
    def name(self) -> str:
        """What it is called; never part of the mathematics."""
        return self._core.name

    @property
    def activation(self) -> str:
        """abs, relu or relu+linear."""
        return self._core.activation

    @property
    def neuron(self) -> str:
        """The students' form: unit or norm."""
        return self._core.neuron

    @property
    def teacher_neuron(self) -> str:
        """The teachers' form: unit or norm."""
        return self._core.teacher_neuron

    @property
    def d(self) -> int:
        """The dimension of the inputs."""
        return self._core.d

    @property
    def m(self) -> int:
        """The number of students, 0 without any."""
        return self._core.m

    @property
    def r(self) -> int:
        """The number of teachers."""
        return self._core.r

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Instance):
            return NotImplemented
        return self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> Tuple[Callable[[str], Instance], Tuple[str]]:
        return _from_json, (self.json(),)

    def __repr__(self) -> str:
        sizes = f"d = {self.d}, m = {self.m}, r = {self.r}"
        boxes = "" if self._core.is_point else ", boxes"
        return (f"<lojacert.Instance: {self.activation}, {self.neuron}-form students, "
                f"{self.teacher_neuron}-form teachers, {sizes}{boxes}>")


def _from_json(text: str) -> Instance:
    return Instance(_core.parse_instance(text))


def _check_shapes(teacher: Rows, student: Rows) -> None:
    (r, d), (m, student_d) = shape_of(teacher), shape_of(student)
    if student_d == d:
        return
    found = f"student: shape ({m}, {student_d}) does not fit the teacher's ({r}, {d}): the rows need {d} entries"
    if m == d:
        raise InputError(f"{found}; rows are neurons; did you mean student.T?")
    if student_d == r:
        raise InputError(f"{found}; rows are neurons; did you mean teacher.T?")
    if m == r:
        raise InputError(f"{found}; rows are neurons; did you mean teacher.T and student.T?")
    raise InputError(f"{found}; rows are neurons")
