"""From two arrays to a VERIFIED file in five lines: the script of somebody who has read no page, on weights as training leaves them."""
from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np

import lojacert
from support import Report, in_temporary_folder, programs

# What the newcomer has: `saved` as a layer's weights, shape (out, in), and a view of them that is not contiguous.
LAYOUTS = {
    "every other row of a larger array": "whole = np.zeros((8, 9), saved.dtype); whole[::2, 1::3] = saved; student = whole[::2, 1::3]",
    "a transpose": "student = np.ascontiguousarray(saved.T).T",
    "backward": "student = np.ascontiguousarray(saved[::-1, ::-1])[::-1, ::-1]",
}
PROLOGUE = """
import numpy as np
saved = np.load("layer.npy")
teacher = np.eye(2, 3, dtype=np.float32)
{layout}
assert not student.flags.c_contiguous and (student == saved).all()
"""
FIVE_LINES = """
import lojacert
instance = lojacert.Instance.from_arrays(teacher, student, activation="{activation}", neuron="{neuron}")
proof = lojacert.prove("lojasiewicz", instance, best=True, path="weights.cert.json", embed=True)
answer = lojacert.verify("weights.cert.json")
print(answer.status)
"""


def check_script(report: Report, layout: str, dtype: Any, **forms: Any) -> None:
    """Runs it in a process of its own, in a folder with nothing but the weights."""
    name = f"{layout}, {np.dtype(dtype)}, {forms}"
    layer = (np.repeat(np.eye(2, 3), 2, axis=0) * 0.7 + 0.02 * np.random.default_rng(4).standard_normal((4, 3))).astype(dtype)
    with in_temporary_folder() as folder:
        np.save("layer.npy", layer)
        script = PROLOGUE.format(layout=LAYOUTS[layout]) + FIVE_LINES.format(**forms)
        run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        report.check(run.stdout == "VERIFIED\n", "five lines end with VERIFIED", f"{name}: {run.stdout}{run.stderr}")
        if run.returncode == 0:
            certificate = json.loads((folder / "weights.cert.json").read_text(encoding="utf-8"))
            exact = lojacert.Instance.from_arrays([[1, 0, 0], [0, 1, 0]], layer.tolist(), **forms)
            report.check(certificate["instance"]["digest"] == exact.digest, "the certificate is about exactly these numbers", name)
            report.check(programs().verify("weights.cert.json").status == "VERIFIED", "the file is VERIFIED on the command line", name)


def main() -> int:
    report = Report("newcomer_test")
    report.check(len(FIVE_LINES.strip().splitlines()) == 5, "they are five lines")
    for layout in LAYOUTS:
        check_script(report, layout, np.float32, activation="abs", neuron="norm")
    check_script(report, "a transpose", np.float16, activation="relu", neuron="unit")
    check_script(report, "backward", np.float64, activation="relu+linear", neuron="norm")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
