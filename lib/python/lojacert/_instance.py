"""What claims are about: a teacher and a student, with their forms."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Callable, Literal, Optional, Tuple, Union, cast

from . import _core
from ._arrays import MatrixLike, Rows, exact_rows, shape_of
from ._core import InputError
from ._enclosure import Enclosure
from ._torch import Network, neurons_of

Activation = Literal["abs", "relu", "relu+linear"]
Neuron = Literal["unit", "norm"]
Said = Tuple[str, Optional[str]]  # who says something, and what, if anything
Path = Union[str, "os.PathLike[str]"]

#: Exact numbers, one neuron a row; an Enclosure where the instance has a box.
Matrix = Tuple[Tuple[Union[Fraction, Enclosure], ...], ...]


class Instance:
    """A teacher and, usually, a student: matrices of exact numbers whose rows are neurons.

    Made by `from_arrays`, `from_torch` or `load`; it does not change.
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
    def from_torch(
        cls,
        teacher: Network,
        student: Optional[Network] = None,
        *,
        activation: Optional[Activation] = None,
        neuron: Optional[Neuron] = None,
        teacher_neuron: Neuron = "unit",
        name: str = "",
    ) -> Instance:
        """From models of PyTorch, each number exactly as it is. Each is one of:

        - a `Linear` without bias, whose weights are the neurons; it does not say what is computed with them, so
          `activation` and `neuron` are required;
        - a `Sequential` of (Linear, ReLU) or (Linear, ReLU, Linear) without biases: `unit` neurons under `relu`. Output
          weights a > 0 are multiplied into the rows, a relu(w.x) = relu(a w.x): the instance is the network with
          these products as its weights, and gradients are taken in them;
        - a matrix, as for `from_arrays`.

        >>> import numpy as np
        >>> from types import SimpleNamespace as Linear  # stands for torch.nn.Linear(2, 2, bias=False)
        >>> layer = Linear(weight=np.array([[0.7, 0.1], [0.0, 0.9]], dtype=np.float32), bias=None)
        >>> Instance.from_torch(np.eye(2), layer, activation="relu", neuron="unit")
        <lojacert.Instance: relu, unit-form students, unit-form teachers, d = 2, m = 2, r = 2>

        Raises InputError as `from_arrays` does, for a bias, for output weights that are not positive, and for a model
        whose computation is not known.
        """
        teachers = neurons_of(teacher, "teacher")
        students = None if student is None else neurons_of(student, "student")
        by_teacher = ("the teacher computes", teachers.activation)
        by_student = ("the student computes", students.activation if students else None)
        return cls.from_arrays(
            teachers.rows, students.rows if students else None, name=name,
            activation=cast(Activation, _agreed("activation", ("you say", activation), by_teacher, by_student)),
            neuron=cast(Neuron, _agreed("neuron", ("you say", neuron), _form(by_student))),
            teacher_neuron=cast(Neuron, _agreed("teacher_neuron", ("you say", teacher_neuron), _form(by_teacher))))

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
    def teacher(self) -> Matrix:
        """Its exact numbers, one neuron a row (the Gram matrix, if that is what it is given by).

        >>> instance = Instance.from_arrays([["1/3", 0.5]], [["[0, 1]", 0]], activation="abs", neuron="norm")
        >>> instance.teacher
        ((Fraction(1, 3), Fraction(1, 2)),)
        >>> instance.student
        ((Enclosure[0, 1], Fraction(0, 1)),)
        >>> import numpy as np
        >>> np.array(instance.teacher, dtype=float)  # the nearest doubles
        array([[0.33333333, 0.5       ]])
        """
        return _matrix(self._core.teacher())

    @property
    def student(self) -> Optional[Matrix]:
        """Its exact numbers, one neuron a row; None without a student."""
        entries = self._core.student()
        return None if entries is None else _matrix(entries)

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


def _matrix(rows: _core.Entries) -> Matrix:
    return tuple(tuple(Enclosure(*entry) if isinstance(entry, tuple) else entry for entry in row) for row in rows)


def _form(said: Said) -> Said:
    """A model that is known to compute an activation of w.x says the form, too."""
    return said[0], "unit" if said[1] else None


def _agreed(option: str, *said: Said) -> str:
    """What those who say something all say."""
    values = [(who, value) for who, value in said if value]
    if not values:
        raise InputError(f"{option}: is not known from the model; say {option}=")
    for who, value in values[1:]:
        if value != values[0][1]:
            raise InputError(f"{option}: {values[0][0]} {values[0][1]}, and {who} {value}")
    return values[0][1]


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
