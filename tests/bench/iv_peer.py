"""The peer mpmath iv: loss and gradient of a small network in 53-bit intervals, as one would write it there.

Argument: an instance file of doubles, abs activation, unit form. Prints one JSON object: the ends of the loss, and the seconds.
"""
from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from mpmath import iv  # type: ignore[import]


def evaluate(students: list[list[float]], teachers: list[list[float]]) -> tuple[Any, list[list[Any]]]:
    """L, and the gradient in the students."""
    rows = [[iv.mpf(x) for x in row] for row in students + teachers]
    signs = [1] * len(students) + [-1] * len(teachers)
    squares = [sum((x * x for x in row), iv.mpf(0)) for row in rows]
    two_over_pi = 2 / iv.pi
    loss = sum(squares, iv.mpf(0)) / 2
    gradient = [list(row) for row in rows[:len(students)]]
    for g, u in enumerate(rows):
        for h in range(g + 1, len(rows)):
            v = rows[h]
            dot = sum((a * b for a, b in zip(u, v)), iv.mpf(0))
            gap = iv.sqrt(squares[g] * squares[h] - dot * dot)
            angle = iv.atan2(dot, gap)
            loss += signs[g] * signs[h] * two_over_pi * (gap + dot * angle)
            for j, other, w in ((g, h, v), (h, g, u)):
                if j < len(students):
                    along, across = signs[other] * two_over_pi * angle, signs[other] * two_over_pi * gap / squares[j]
                    gradient[j] = [entry + along * x + across * own for entry, x, own in zip(gradient[j], w, rows[j])]
    return loss, gradient


def main() -> int:
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    iv.prec = 53
    start = time.process_time()
    loss, _ = evaluate(document["student"], document["teacher"])
    print(json.dumps({"lower": float(loss.a), "upper": float(loss.b), "seconds": time.process_time() - start}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
