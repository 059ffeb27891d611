"""Recorded descents: the weights after every step, or after some."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from typing import Any, Dict, Iterable, Iterator, Sequence, Tuple, Union, overload

from . import _core
from ._arrays import Entry, MatrixLike, positive
from ._core import InputError, write_file
from ._instance import Activation, Instance, Neuron
from ._instance import Path as PathLike


class Trajectory(Sequence[Instance]):
    """The weights that gradient descent visited, each an Instance, and the step.

    >>> import numpy as np
    >>> from lojacert import evaluate, prove
    >>> students = [np.array([[0.5, 0.125]])]
    >>> for _ in range(3):
    ...     instance = Instance.from_arrays([[0, 1]], students[-1], activation="abs", neuron="norm")
    ...     gradient = evaluate(instance).gradient[0]
    ...     students.append(students[-1] - 0.125 * gradient)
    >>> run = Trajectory.from_arrays([[0, 1]], students, step="1/8", activation="abs", neuron="norm")
    >>> run
    <lojacert.Trajectory: 4 iterates, 0 to 3, step 1/8, abs, norm-form students, unit-form teachers, d = 2, m = 1, r = 1>
    >>> prove("trajectory", run[0], trajectory=run).verdict
    'PROVED'

    Made by `from_arrays` or `load`; it does not change.
    """

    def __init__(self, step: Fraction, iterates: Sequence[Tuple[int, Instance]]) -> None:
        if not iterates:
            raise InputError("students: no iterate; give the initial weights at least")
        self._step = step
        self._iterations = tuple(iteration for iteration, _ in iterates)
        self._instances = tuple(instance for _, instance in iterates)
        for iteration, instance in iterates:
            if (instance.m, instance.d) != (self[0].m, self[0].d):
                raise InputError(f"iterate {iteration}: shape {(instance.m, instance.d)} is not the first's, {(self[0].m, self[0].d)}")

    @classmethod
    def from_arrays(
        cls,
        teacher: MatrixLike,
        students: Iterable[MatrixLike],
        *,
        step: Entry,
        activation: Activation,
        neuron: Neuron,
        teacher_neuron: Neuron = "unit",
        name: str = "",
    ) -> Trajectory:
        """From the student's matrix before the first step and after every step, in order, and the step of the descent. All
        of them are taken as Instance.from_arrays takes them; copy an array that the next step overwrites.

        Raises InputError as Instance.from_arrays does, and for a step that is not positive.
        """
        return cls(positive(step, "step"), list(enumerate(
            _iterate(teacher, student, index, activation=activation, neuron=neuron, teacher_neuron=teacher_neuron, name=name)
            for index, student in enumerate(students))))

    @classmethod
    def load(cls, path: PathLike) -> Trajectory:
        """From a file lojacert-trajectory/1, such as `lojacert train --trajectory` writes."""
        step, iterates = _core.load_trajectory(os.fspath(path))
        return cls(step, [(iteration, Instance(core)) for iteration, core in iterates])

    def save(self, path: PathLike) -> None:
        """Writes lojacert-trajectory/1 (JSON Lines), whole or not at all."""
        lines = [self._header(), *(self._line(iteration) for iteration in range(len(self)))]
        write_file(os.fspath(path), "".join(json.dumps(line) + "\n" for line in lines))

    @property
    def step(self) -> Fraction:
        """The step of the descent."""
        return self._step

    @property
    def iterations(self) -> Tuple[int, ...]:
        """How many steps each iterate is away from the first."""
        return self._iterations

    @overload
    def __getitem__(self, index: int) -> Instance: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Instance]: ...
    def __getitem__(self, index: Union[int, slice]) -> Union[Instance, Sequence[Instance]]:
        return self._instances[index]

    def __len__(self) -> int:
        return len(self._instances)

    def __iter__(self) -> Iterator[Instance]:
        return iter(self._instances)

    def __repr__(self) -> str:
        span = f"{len(self)} iterates, {self._iterations[0]} to {self._iterations[-1]}, step {self._step}"
        return f"<lojacert.Trajectory: {span}, {repr(self[0]).partition(': ')[2]}"

    def _header(self) -> Dict[str, Any]:
        first = json.loads(self[0].json())
        kept = {key: first[key] for key in ("name", "activation", "neuron", "teacher_neuron", "teacher") if key in first}
        return {"format": "lojacert-trajectory/1", **kept, "m": self[0].m, "step": str(self._step)}

    def _line(self, index: int) -> Dict[str, Any]:
        return {"iteration": self._iterations[index], "student": json.loads(self[index].json())["student"]}


def _iterate(teacher: MatrixLike, student: MatrixLike, index: int, **forms: Any) -> Instance:
    try:
        instance = Instance.from_arrays(teacher, student, **forms)
    except InputError as error:
        raise InputError(f"iterate {index}: {error}") from None
    if not instance._core.is_point:
        raise InputError(f"iterate {index}: has boxes; a recorded descent has numbers")
    return instance
