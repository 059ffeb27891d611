"""Enclosures of the loss and its gradient."""

from __future__ import annotations

from fractions import Fraction
from typing import Optional, Tuple

from . import _core
from ._arrays import Doubles, Entry, positive
from ._core import InputError, UndecidedError
from ._enclosure import Enclosure
from ._instance import Instance


class Evaluation:
    """What `evaluate` returns: every enclosure contains the true value, for every choice of the numbers in boxes."""

    def __init__(self, core: _core.Evaluation) -> None:
        self._core = core

    @property
    def loss(self) -> Enclosure:
        """L(W). Raises UndecidedError where boxes are so wide that no bound is known."""
        return _required(self._core.loss, "the loss")

    @property
    def gradient_norm(self) -> Optional[Enclosure]:
        """The Frobenius norm of the gradient; None where a unit-form student is or may be zero: there is none."""
        if self._core.undefined_at is not None:
            return None
        return _required(self._core.gradient_norm, "the gradient norm")

    @property
    def gradient(self) -> Optional[Tuple[Doubles, Doubles]]:
        """Arrays (lo, hi) of the student's shape: the partial derivatives' ends, rounded outward to doubles."""
        return self._core.gradient

    @property
    def undefined_at(self) -> Optional[int]:
        """The student because of which there is no gradient."""
        return self._core.undefined_at

    @property
    def loss_is_exactly_zero(self) -> bool:
        """Whether L(W) = 0 was proved by exact arithmetic."""
        return self._core.loss_is_exactly_zero

    @property
    def is_narrow(self) -> bool:
        """Whether loss and gradient have the digits asked for."""
        return self._core.is_narrow

    @property
    def precision_bits(self) -> int:
        """The working precision it took."""
        return self._core.bits

    def ratio(self, beta: Entry) -> Optional[Enclosure]:
        """||grad L|| / L^beta; None at zero loss, where the gradient is undefined, and where no bound is known.

        A float is taken exactly: write "2/3" or Fraction(2, 3) for two thirds.
        """
        ends = self._core.ratio(positive(beta, "beta"))
        return None if ends is None else Enclosure(*ends)

    def __repr__(self) -> str:
        loss = self._core.loss
        return f"<lojacert.Evaluation: loss {Enclosure(*loss) if loss else 'unbounded'}, {self.precision_bits} bits>"


def evaluate(instance: Instance, *, digits: int = 15, max_bits: int = 32768) -> Evaluation:
    """Encloses loss and gradient to `digits` digits (1 to 300), with as much precision as that takes.

    >>> instance = Instance.from_arrays([[1, 0], [0, 1]], [["0.9", "0.1"], [0, 1]], activation="abs", neuron="norm")
    >>> result = evaluate(instance, digits=6)
    >>> result.loss
    Enclosure[0.0209798..., 0.0209798...]
    >>> result.ratio("1/2")
    Enclosure[2.77090..., 2.77090...]
    >>> result.gradient[0].shape
    (2, 2)

    Other threads go on meanwhile, and an interrupt (Ctrl-C) ends it.
    """
    if not 1 <= digits <= 300:
        raise InputError(f"digits: must be from 1 to 300, not {digits}")
    if not 8 <= max_bits <= 10_000_000:
        raise InputError(f"max_bits: must be from 8 to 10000000, not {max_bits}")
    return Evaluation(_core.evaluate(instance._core, digits, max_bits))


def _required(ends: Optional[Tuple[Fraction, Fraction]], what: str) -> Enclosure:
    if ends is None:
        raise UndecidedError(f"{what} has no bounded enclosure; make the boxes smaller")
    return Enclosure(*ends)
