"""Prints the table of a benchmark run from its raw samples.

    table.py SAMPLES.json [--markdown]

A ratio is the median over rounds of (time / time of the other in the same round); beside it stand its quartiles. Where the other is
a choice of several, as the two plain programs, it is the one with the smallest median in the group. Times are CPU time,
except where threads are compared: there they are wall time.
"""
from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Optional, Sequence

PLAIN = ("plain_blas", "plain_fused")
ARB = ("arb_dot", "arb_mat")


@dataclass(frozen=True)
class Sample:
    """One time, in seconds, of one thing in one round of one group of interleaved runs."""

    group: str
    name: str
    round: int
    seconds: float


@dataclass(frozen=True)
class Samples:
    samples: tuple[Sample, ...]
    facts: dict[str, float]
    context: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def read(path: Path) -> "Samples":
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        samples = tuple(Sample(str(s["group"]), str(s["name"]), int(s["round"]), float(s["seconds"])) for s in document["samples"])
        return Samples(samples, {str(k): float(v) for k, v in document["facts"].items()},
                       {str(k): str(v) for k, v in document["context"].items()})

    def groups_with(self, names: Sequence[str]) -> list[str]:
        """The groups in which every one of the names was timed."""
        found: dict[str, set[str]] = {}
        for sample in self.samples:
            found.setdefault(sample.group, set()).add(sample.name)
        return [group for group, here in found.items() if set(names) <= here]

    def rounds(self, group: str, name: str) -> dict[int, float]:
        return {s.round: s.seconds for s in self.samples if s.group == group and s.name == name}

    def fastest(self, names: Sequence[str]) -> Optional[str]:
        """The one with the smallest median, in the first group that has any of them."""
        for group in dict.fromkeys(s.group for s in self.samples):
            medians = {name: median(times.values()) for name in names if (times := self.rounds(group, name))}
            if medians:
                return min(medians, key=lambda name: medians[name])
        return None


@dataclass(frozen=True)
class Spread:
    """A median with its quartiles."""

    middle: float
    low: float
    high: float

    @staticmethod
    def of(values: Sequence[float]) -> "Spread":
        if len(values) == 1:
            return Spread(values[0], values[0], values[0])
        low, middle, high = quantiles(values, n=4, method="inclusive")
        return Spread(middle, low, high)


@dataclass(frozen=True)
class Row:
    """What a line of the table is about. Names are those of the benchmark; of several, the fastest counts.

    With `over`, the ratio names / over is printed; `minus` is what starting any process takes, and is subtracted from both. A goal is
    a bound of the ratio, or, without `over`, of the seconds; or, with `fact`, of that number.
    """

    work: str
    what: str
    names: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    minus: Optional[str] = None
    at_most: Optional[float] = None
    at_least: Optional[float] = None
    factor: float = 1.0
    fact: Optional[str] = None
    unit: str = ""
    over_name: str = "plain"


@dataclass(frozen=True)
class Line:
    work: str
    what: str
    time: str
    ratio: str
    noise: str
    goal: str
    met: str

    def cells(self) -> tuple[str, ...]:
        return (self.work, self.what, self.time, self.ratio, self.noise, self.goal, self.met)


HEADINGS = ("work", "what", "median time", "ratio", "quartiles", "goal", "met?")


def named(work: str, peers: Sequence[str], size: str) -> tuple[str, ...]:
    return tuple(f"{work}/{peer}/{size}" for peer in peers)


def rows_of_gradient(size: str) -> list[Row]:
    """Loss and gradient on random networks."""
    work, tuple_name = f"loss and gradient, ({size.replace('x', ', ')})", "loss_gradient"
    plain, ball = named(tuple_name, PLAIN, size), named(tuple_name, ["ball"], size)
    arb, mpfi = named(tuple_name, ARB, size), named(tuple_name, ["mpfi"], size)
    peers = [Row(work, f"plain, {label}", named(tuple_name, [peer], size), plain)
             for peer, label in zip(PLAIN, ("OpenBLAS tiles", "fused product"))]
    goals = [Row(work, "pair sum", ball, plain, at_most=1.2)]
    slow = [Row(work, "Arb, 53 bits, arb_dot", named(tuple_name, ["arb_dot"], size), plain),
            Row(work, "Arb, 53 bits, arb_mat_mul", named(tuple_name, ["arb_mat"], size), plain),
            Row(work, "MPFI, 53 bits", mpfi, plain)]
    if size == "50x100x50":
        slow.append(Row(work, "mpmath iv, 53 bits (scaled by pairs)", named(tuple_name, ["mpmath_iv"], size), plain))
    slow += [Row(work, "Arb against the pair sum", arb, ball, at_least=150, over_name="pair sum"),
             Row(work, "MPFI against the pair sum", mpfi, ball, at_least=1000, over_name="pair sum")]
    return peers + goals + slow


def rows_of_loss(size: str) -> list[Row]:
    work, plain = f"loss, ({size.replace('x', ', ')})", named("loss", PLAIN, size)
    return [Row(work, "plain, OpenBLAS tiles", plain[:1], plain), Row(work, "plain, fused product", plain[1:], plain),
            Row(work, "pair sum", named("loss", ["ball"], size), plain, at_most=1.1 if size == "50x5000x50" else None)]


def rows_of_huge() -> list[Row]:
    work, small, large = "loss and gradient, (100, 50000, 100)", "100x12500x100", "100x50000x100"
    one, two = named("huge", ["ball_1"], large), named("huge", ["ball_2"], large)
    pairs = (50100 / 12600) ** 2
    return [Row(work, "one thread, m = 12500", named("huge", ["ball_1"], small)),
            Row(work, "one thread, against the number of pairs", one, named("huge", ["ball_1"], small), factor=1 / pairs, at_most=1.2,
                over_name="m = 12500, scaled"),
            Row(work, "one thread against two", one, two, at_least=1.8, over_name="two threads"),
            Row(work, "peak memory", fact=f"peak_MiB/huge/ball_1/{large}", at_most=1024, unit="MiB")]


def rows_near_convergence(eps: str) -> list[Row]:
    work = f"near convergence, eps = {eps}"
    name = "near_convergence"
    arb, ladder = named(name, ARB, eps), named(name, ["ladder"], eps)
    rung_1 = named(name, ["landscape"], eps)
    return [Row(work, "Arb, fewest bits", arb), Row(work, "its bits", fact=f"bits/{name}/arb_dot/{eps}", unit="bits"),
            Row(work, "rung 0's ladder", ladder, arb, over_name="Arb"),
            Row(work, "Arb against rung 0's ladder", arb, ladder, at_least=10, over_name="rung 0"),
            Row(work, "relative width of L", fact=f"width_of_loss/{name}/ladder/{eps}", at_most=1e-6),
            Row(work, "relative width of the gradient's norm", fact=f"width_of_gradient/{name}/ladder/{eps}", at_most=1e-6),
            Row(work, "rung 1, fewest bits", rung_1, arb, over_name="Arb"),
            Row(work, "narrow_evaluation against rung 1", named(name, ["narrow"], eps), rung_1, at_most=1.2, over_name="rung 1")]


def rows_of_ladder(size: str) -> list[Row]:
    """A ladder beside its best rung, far from convergence."""
    work, name = f"ladders, ({size.replace('x', ', ')})", "loss_gradient"
    return [Row(work, "rung 0's ladder against the pair sum", named(name, ["ladder"], size), named(name, ["ball"], size), at_most=1.2,
                over_name="pair sum"),
            Row(work, "narrow_evaluation against rung 1", named(name, ["narrow"], size), named(name, ["landscape"], size), at_most=1.2,
                over_name="rung 1")]


def rows_of_eigenvalues() -> list[Row]:
    work, plain = "lambda_min, n = 1000", named("lambda_min", ["plain_llt"], "1000")
    return [Row(work, "plain Cholesky", plain),
            Row(work, "bound at a given shift", named("lambda_min", ["given_shift"], "1000"), plain, at_most=1.5, over_name="Cholesky"),
            Row(work, "all", named("lambda_min", ["all"], "1000"), plain, at_most=5, over_name="Cholesky")]


def rows_of_processes() -> list[Row]:
    work, start = "whole processes, (10, 20, 10)", "process/true"
    arb = named("loss_gradient", ARB, "10x20x10")
    return [Row(work, "start-up: lojacert --version", ("process/version",), minus=start, at_most=0.010),
            Row(work, "lojacert eval", ("process/eval",), minus=start, at_most=0.020),
            Row(work, "Arb alone", arb),
            Row(work, "lojaverify, loss, without its start-up", ("process/verify_loss",), arb, "process/verify_version", at_most=3,
                over_name="Arb"),
            Row(work, "lojaverify, gradient, without its start-up", ("process/verify_gradient",), arb, "process/verify_version",
                at_most=3, over_name="Arb"),
            Row(work, "lojaverify, loss, whole", ("process/verify_loss",), minus=start),
            Row(work, "lojaverify, gradient, whole", ("process/verify_gradient",), minus=start)]


TEACHERS = {"orthonormal-1": "one teacher", "orthonormal-2": "two orthonormal", "60-degrees-norm": "two at 60 degrees",
            "orthonormal-3": "three orthonormal"}


def rows_of_threshold() -> list[Row]:
    rows = []
    for teacher, label in TEACHERS.items():
        rows += [Row(f"threshold, {label}", "prove", (f"threshold/prove/{teacher}",), minus="process/true", at_most=10),
                 Row(f"threshold, {label}", "verify", (f"threshold/verify/{teacher}",), minus="process/true", at_most=60)]
        if teacher != "orthonormal-1":  # a half circle: a handful of cells
            rows.append(Row(f"threshold, {label}", "cells of the sphere proved", fact=f"cells_per_second/sphere/prove/{teacher}/iterations:1",
                            unit="a second"))
    return rows


def all_rows() -> list[Row]:
    """The table, from the top: what was asked for, in the order of docs/numerics/speed.md."""
    rows = rows_of_gradient("50x100x50") + rows_of_gradient("100x1000x100") + rows_of_loss("50x1000x50") + rows_of_loss("50x5000x50")
    rows += rows_of_huge()
    for eps in ("1e-03", "1e-06", "1e-10"):
        rows += rows_near_convergence(eps)
    return rows + rows_of_ladder("10x20x10") + rows_of_ladder("50x100x50") + rows_of_eigenvalues() + rows_of_processes() + rows_of_threshold()


def number(x: float) -> str:
    """Three digits, whatever the size."""
    if x != 0 and not 1e-3 <= abs(x) < 1e6:
        return f"{x:.1e}"
    x = float(f"{x:.3g}")  # 9.9999 has as many decimals as 10
    digits = 0 if abs(x) >= 100 else 1 if abs(x) >= 10 else 2 if abs(x) >= 0.1 else 4
    return f"{x:.{digits}f}"


def duration(seconds: float) -> str:
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if abs(seconds) >= size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds / 1e-9)} ns"


def goal_text(row: Row) -> str:
    """"at most 1.20 x plain": the bound, and what it is a multiple of."""
    bound = row.at_most if row.at_most is not None else row.at_least
    if bound is None:
        return ""
    sign = "≤" if row.at_most is not None else "≥"
    if row.over:
        return f"{sign} {number(bound)} × {row.over_name}"
    return f"{sign} {number(bound)} {row.unit}".rstrip() if row.fact else f"{sign} {duration(bound)}"


def verdict(row: Row, value: float) -> str:
    if row.at_most is not None:
        return "yes" if value <= row.at_most else "no"
    if row.at_least is not None:
        return "yes" if value >= row.at_least else "no"
    return ""


def net(samples: Samples, group: str, name: str, minus: Optional[str]) -> dict[int, float]:
    """The rounds of a name, without those of `minus` where that is of the same kind, a process."""
    times = samples.rounds(group, name)
    if minus is None or not name.startswith(("process/", "threshold/")):
        return times
    base = samples.rounds(group, minus)
    return {k: t - base[k] for k, t in times.items() if k in base}


def times_of(row: Row, samples: Samples) -> Optional[tuple[list[float], list[float]]]:
    """Times, and, where a ratio is wanted, ratios in the same rounds; nothing where something was not measured."""
    name = samples.fastest(row.names)
    if name is None:
        return None
    if not row.over:
        groups = samples.groups_with([name] + ([row.minus] if row.minus else []))
        times = list(net(samples, groups[0], name, row.minus).values()) if groups else []
        return (times, []) if times else None
    other = samples.fastest(row.over)
    groups = samples.groups_with([name, other]) if other else []
    if not groups or other is None:
        return None
    above, below = net(samples, groups[0], name, row.minus), net(samples, groups[0], other, row.minus)
    common = [k for k in above if k in below]
    return ([above[k] for k in common], [row.factor * above[k] / below[k] for k in common]) if common else None


def line_of(row: Row, samples: Samples) -> Line:
    if row.fact:
        value = samples.facts.get(row.fact)
        if value is None:
            return Line(row.work, row.what, "not measured", "", "", goal_text(row), "")
        return Line(row.work, row.what, f"{number(value)} {row.unit}".rstrip(), "", "", goal_text(row), verdict(row, value))
    measured = times_of(row, samples)
    if measured is None:
        return Line(row.work, row.what, "not measured", "", "", goal_text(row), "")
    times, ratios = measured
    if not ratios:
        spread = Spread.of(times)
        return Line(row.work, row.what, duration(spread.middle), "", f"{duration(spread.low)} to {duration(spread.high)}", goal_text(row),
                    verdict(row, spread.middle))
    spread = Spread.of(ratios)
    return Line(row.work, row.what, duration(median(times)), f"{number(spread.middle)} × {row.over_name}",
                f"{number(spread.low)} to {number(spread.high)}", goal_text(row), verdict(row, spread.middle))


def lines_of(samples: Samples, rows: Optional[Sequence[Row]] = None) -> list[Line]:
    """The table without the works of which nothing at all was measured."""
    lines = [line_of(row, samples) for row in (all_rows() if rows is None else rows)]
    present = {line.work for line in lines if line.time != "not measured"}
    return [line for line in lines if line.work in present]


def as_text(lines: Sequence[Line]) -> str:
    cells = [HEADINGS] + [line.cells() for line in lines]
    widths = [max(len(row[k]) for row in cells) for k in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells)


def as_markdown(lines: Sequence[Line]) -> str:
    rows = [HEADINGS, ("---",) * len(HEADINGS), *(line.cells() for line in lines)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(description="Prints the table of a benchmark run.")
    parser.add_argument("samples", type=Path)
    parser.add_argument("--markdown", action="store_true", help="a table for docs/numerics/speed.md")
    options = parser.parse_args(arguments)
    samples = Samples.read(options.samples)
    lines = lines_of(samples)
    if not options.markdown:
        for key, value in samples.context.items():
            print(f"{key}: {value}")
    print(as_markdown(lines) if options.markdown else as_text(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
