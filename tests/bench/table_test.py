"""The table of the benchmark, on canned samples whose ratios are known. No argument is used."""
from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "programs"))
import table  # noqa: E402
from programs import Report  # noqa: E402
from table import Row, Sample, Samples, line_of, lines_of  # noqa: E402


def canned() -> Samples:
    """A machine that becomes twice as slow from round to round: ratios within a round are exact, ratios of medians too, others not."""
    samples = []
    for round_ in range(5):
        slow = 2.0 ** round_
        for name, seconds in (("work/plain_blas/1", 3e-3), ("work/plain_fused/1", 2e-3), ("work/ball/1", 2.2e-3), ("work/arb/1", 0.4)):
            samples.append(Sample("group", name, round_, slow * seconds))
        samples.append(Sample("other", "work/late/1", round_, 1.0))
    for round_, (start, whole) in enumerate(((0.001, 0.011), (0.010, 0.019), (0.001, 0.012))):
        samples += [Sample("processes", "process/true", round_, start), Sample("processes", "process/eval", round_, whole)]
    return Samples(tuple(samples), {"peak": 900.0}, {"date": "today"})


PLAIN = ("work/plain_blas/1", "work/plain_fused/1")


def check_ratios(report: Report) -> None:
    """Against the faster of two, in the same round."""
    line = line_of(Row("w", "ball", ("work/ball/1",), PLAIN, at_most=1.2), canned())
    report.check(line.ratio == "1.10 × plain" and line.noise == "1.10 to 1.10", "ratios to the faster peer", str(line))
    report.check(line.time == "8.80 ms" and line.goal == "≤ 1.20 × plain" and line.met == "yes", "times, goals and verdicts", str(line))
    line = line_of(Row("w", "arb", ("work/arb/1",), ("work/ball/1",), at_least=200, over_name="ball"), canned())
    report.check(line.ratio == "182 × ball" and line.met == "no", "goals from below", str(line))


def check_rounds(report: Report) -> None:
    """A round that the machine disturbed for one of two shows in the quartiles and hardly in the median."""
    samples = [Sample("g", "a", k, 2.0 if k != 3 else 20.0) for k in range(7)] + [Sample("g", "b", k, 1.0) for k in range(7)]
    line = line_of(Row("w", "a", ("a",), ("b",), at_most=2), Samples(tuple(samples), {}))
    report.check(line.ratio == "2.00 × plain" and line.met == "yes", "the median over rounds", str(line))
    spread = table.Spread.of([1.0, 2.0, 3.0, 4.0, 5.0])
    report.check(spread == table.Spread(3.0, 2.0, 4.0) and table.Spread.of([7.0]) == table.Spread(7.0, 7.0, 7.0), "quartiles", str(spread))


def check_processes(report: Report) -> None:
    """What starting any process takes is subtracted in the same round."""
    line = line_of(Row("w", "eval", ("process/eval",), minus="process/true", at_most=0.010), canned())
    report.check(line.time == "10.0 ms" and line.met == "yes", "processes without their start", str(line))


def check_absent(report: Report) -> None:
    """What was not measured, or not in one group, is never compared."""
    samples = canned()
    for row in (Row("w", "x", ("absent",), PLAIN, at_most=1), Row("w", "x", ("work/ball/1",), ("absent",)),
                Row("w", "x", ("work/late/1",), PLAIN), Row("w", "x", fact="absent", at_most=1)):
        line = line_of(row, samples)
        report.check(line.time == "not measured" and line.met == "", "absent measurements", str(line))
    report.check(lines_of(samples, [Row("a", "x", ("absent",)), Row("b", "y", ("work/ball/1",))])[0].work == "b", "works without any")


def check_facts(report: Report) -> None:
    for bound, met in ((1000, "yes"), (800, "no")):
        line = line_of(Row("w", "memory", fact="peak", at_most=bound, unit="MiB"), canned())
        report.check(line.time == "900 MiB" and line.met == met, "facts", str(line))


def check_program(report: Report) -> None:
    """The file on disk, in both forms."""
    samples = canned()
    document = {"context": samples.context, "facts": {}, "samples": [
        {**vars(s), "name": s.name.replace("work", "loss").replace("/1", "/50x1000x50")} for s in samples.samples]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "samples.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        cells = "| loss, (50, 1000, 50) | pair sum | 8.80 ms | 1.10 × plain | 1.10 to 1.10 |"
        expected: list[tuple[list[str], str]] = [([], "pair sum"), (["--markdown"], cells)]
        for options, wanted in expected:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                code = table.main([str(path), *options])
            report.check(code == 0 and wanted in printed.getvalue(), "printed tables", printed.getvalue())


def check_names(report: Report) -> None:
    """Every row has a name or a number to look up, one bound at most, and fits the headings."""
    for row in table.all_rows():
        report.check(bool(row.names) != bool(row.fact) and (row.at_most is None or row.at_least is None), "rows", str(row))
        report.check(len(line_of(row, canned()).cells()) == len(table.HEADINGS), "cells", str(row))


def main() -> int:
    report = Report("table_test")
    for check in (check_ratios, check_rounds, check_processes, check_absent, check_facts, check_program, check_names):
        check(report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
