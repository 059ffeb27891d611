"""An interval that contains a number which cannot be written down."""

from __future__ import annotations

import decimal
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import Any, Optional, Tuple, Union

import numpy as np

SHOWN = 20  # digits of an enclosure in texts


@dataclass(frozen=True)
class Enclosure:
    """A certain lower and a certain upper bound of one real number, both exact.

    >>> third = Enclosure(Fraction(333, 1000), Fraction(334, 1000))
    >>> Fraction(1, 3) in third, "1/3" in third, 0.4 in third
    (True, True, False)
    >>> third.mid, third.rad >= 0.0005
    (0.3335, True)
    >>> third
    Enclosure[0.333, 0.334]

    It is not a number: it has no order, and float() refuses it. `==` asks whether two enclosures have the same ends.
    """

    lo: Fraction
    hi: Fraction

    def __post_init__(self) -> None:
        if self.lo > self.hi:
            raise ValueError(f"an enclosure needs lo <= hi, not {self.lo} > {self.hi}")

    @property
    def mid(self) -> float:
        """The double nearest to the midpoint."""
        return float((self.lo + self.hi) / 2)

    @property
    def rad(self) -> float:
        """A double such that the enclosure lies within `rad` of `mid`."""
        mid = Fraction(self.mid)
        exact = max(self.hi - mid, mid - self.lo)
        nearest = float(exact)
        return nearest if Fraction(nearest) >= exact else math.nextafter(nearest, math.inf)

    def __contains__(self, number: Union[int, float, str, Fraction, Decimal, "np.floating[Any]"]) -> bool:
        if not isinstance(number, (str, Rational)):
            if not math.isfinite(number):
                return False
            number = Fraction(*number.as_integer_ratio())
        return self.lo <= Fraction(number) <= self.hi

    def __float__(self) -> float:
        raise TypeError("an enclosure is not a number: use .mid for an approximation, .lo and .hi for bounds")

    def bounds(self, digits: Optional[int] = None) -> Tuple[str, str]:
        """The ends as decimals of `digits` digits, rounded outward: valid bounds. Without `digits`, as many as are known.

        >>> Enclosure(Fraction(1, 3), Fraction(2, 3)).bounds(4)
        ('0.3333', '0.6667')
        """
        precision = self._known_digits() if digits is None else digits
        if precision < 1:
            raise ValueError(f"digits: must be at least 1, not {precision}")
        return _decimal(self.lo, precision, decimal.ROUND_FLOOR), _decimal(self.hi, precision, decimal.ROUND_CEILING)

    def _known_digits(self) -> int:
        """The digits that both ends share, and two more."""
        width, size = self.hi - self.lo, max(abs(self.lo), abs(self.hi))
        return 17 if width == 0 else max(3, 2 + _magnitude(size) - _magnitude(width))

    def __format__(self, spec: str) -> str:
        """Text for tables: `>30.6` is 6 digits, rounded outward, at the right of 30 columns.

        >>> f"{Enclosure(Fraction(1, 3), Fraction(2, 3)):>20.3}"
        '      [0.333, 0.667]'
        """
        parts = re.fullmatch(r"(?P<width>[<>^]?\d*)(\.(?P<digits>[1-9]\d*))?", spec)
        if not parts:
            raise ValueError(f"format {spec!r}: an enclosure takes a width, a dot and digits, like >30.6")
        digits = parts["digits"]
        return format("[{}, {}]".format(*self.bounds(int(digits))) if digits else str(self), parts["width"])

    def __str__(self) -> str:
        return "[{}, {}]".format(*self.bounds(min(self._known_digits(), SHOWN)))

    def __repr__(self) -> str:
        return f"Enclosure{self}"


def _context(digits: int, rounding: str) -> decimal.Context:
    return decimal.Context(prec=digits, rounding=rounding, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX)


def _quotient(value: Fraction, digits: int, rounding: str) -> Decimal:
    return _context(digits, rounding).divide(Decimal(value.numerator), Decimal(value.denominator))


def _magnitude(value: Fraction) -> int:
    """The power of ten of the first digit."""
    return _quotient(value, 3, decimal.ROUND_DOWN).adjusted()


def _decimal(value: Fraction, digits: int, rounding: str) -> str:
    rounded = _quotient(value, digits, rounding).normalize(_context(digits, rounding))
    return format(rounded, "f" if -6 < rounded.adjusted() < 17 else "e")
