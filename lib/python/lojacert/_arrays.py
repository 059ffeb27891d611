"""Anything like a matrix as exact rows: an array of doubles, or lists of floats, texts and fractions."""

from __future__ import annotations

import math
import numbers
from decimal import Decimal
from fractions import Fraction
from typing import Any, List, Protocol, Sequence, Tuple, Union

import numpy as np
import numpy.typing as npt

from ._core import InputError, parse_number
from ._enclosure import Enclosure

Doubles = npt.NDArray[np.float64]
Cell = Union[float, str, Fraction]
Rows = Union[Doubles, List[List[Cell]]]

#: One number: exact, whatever its type. A text follows the number grammar ("0.1" is 1/10, "[0.1, 0.2]" a box); an Enclosure is a box.
Entry = Union[float, str, Fraction, Decimal, "np.floating[Any]", Enclosure]


class Array(Protocol):
    """What NumPy can make an array of."""

    def __array__(self) -> Any: ...


class Tensor(Protocol):
    """What is needed of a PyTorch tensor."""

    def detach(self) -> Any: ...


#: A NumPy array, what NumPy can make one of, a PyTorch tensor, or a sequence of rows of entries. Rows are neurons.
MatrixLike = Union[Array, Tensor, Sequence[Any]]


def exact_rows(value: MatrixLike, name: str) -> Rows:
    """The matrix without a change of any number. `name` is what messages call it."""
    plain = _without_tensor(value)
    if isinstance(plain, (list, tuple)):
        return _from_lists(plain, name)
    if isinstance(plain, np.ma.MaskedArray) and np.any(plain.mask):
        raise InputError(f"{name}: masked entries have no value; give every weight")
    array = np.asarray(plain)
    if array.ndim != 2:
        raise InputError(f"{name}: {array.ndim} dimensions, and a matrix has 2; rows are neurons")
    if array.size == 0:
        raise InputError(f"{name}: shape {array.shape}; it needs at least one row and one column")
    if array.dtype.kind == "f" and array.dtype.itemsize <= 8:
        return _from_floats(array, name)
    if array.dtype.kind in "OU" or array.dtype.kind == "f":
        return _from_lists(list(array), name)
    raise InputError(f"{name}: {array.dtype} entries; convert with .astype(float) and know what that does to them")


def shape_of(rows: Rows) -> Tuple[int, int]:
    """(neurons, dimension)."""
    return len(rows), len(rows[0])


def exact_entry(entry: Any, place: str) -> Cell:
    """One number without a change: a double as it is, a text unread, anything else as a fraction."""
    if isinstance(entry, str):
        return str(entry)
    if isinstance(entry, Enclosure):
        return f"[{entry.lo}, {entry.hi}]"
    if isinstance(entry, (float, np.float16, np.float32)):
        if math.isfinite(entry):
            return float(entry)
    elif isinstance(entry, (np.floating, Decimal)):  # wider than a double
        if np.isfinite(float(entry)):
            return Fraction(*entry.as_integer_ratio())
    elif isinstance(entry, numbers.Rational) and not isinstance(entry, bool):
        return Fraction(int(entry.numerator), int(entry.denominator))
    raise InputError(f"{place}: {entry!r} is not a number: give a finite float, an integer, a fraction or a text")


def positive(value: Any, name: str) -> Fraction:
    """A positive number, exactly; of a text too."""
    entry = exact_entry(value, name)
    try:
        exact = parse_number(entry) if isinstance(entry, str) else Fraction(entry)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    if exact <= 0:
        raise InputError(f"{name}: {value!r} is not a positive number")
    return exact


def _without_tensor(value: Any) -> Any:
    """A PyTorch tensor as the array that it holds; anything else as it is."""
    if not hasattr(value, "detach"):
        return value
    tensor = value.detach().cpu()
    if "bfloat16" in str(tensor.dtype) or "float8" in str(tensor.dtype):
        tensor = tensor.float()  # exact: NumPy has neither
    return tensor.numpy()


def _scalar(entry: Any) -> Any:
    """The number in an array or a tensor without dimensions; anything else as it is."""
    plain = _without_tensor(entry)
    return plain[()] if isinstance(plain, np.ndarray) and plain.ndim == 0 else plain


def _from_floats(array: npt.NDArray[np.floating[Any]], name: str) -> Doubles:
    doubles = np.ascontiguousarray(array, dtype=np.float64)  # float16 and float32 are doubles
    bad = np.argwhere(~np.isfinite(doubles))
    if len(bad):
        i, k = bad[0]
        raise InputError(f"{name}[{i}][{k}]: {doubles[i, k]} is not finite; every weight must be a number")
    return doubles


def _from_lists(rows: Sequence[Any], name: str) -> List[List[Cell]]:
    if not rows:
        raise InputError(f"{name}: it has no rows; give at least one")
    found: List[List[Cell]] = []
    for i, row in enumerate(rows):
        entries = _without_tensor(row)
        if not isinstance(entries, (list, tuple, np.ndarray)):
            raise InputError(f"{name}[{i}]: a row of numbers is needed, not {type(row).__name__}; rows are neurons")
        found.append([exact_entry(_scalar(entry), f"{name}[{i}][{k}]") for k, entry in enumerate(entries)])
        if not found[i] or len(found[i]) != len(found[0]):
            raise InputError(f"{name}[{i}]: a row of length {len(found[i])}; all rows need the same d >= 1 entries")
    return found
