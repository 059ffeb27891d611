#!/usr/bin/python3
"""Draws the certified envelope of descent against simulated losses, for students of every width at one teacher.

    envelope.py FOLDER_OF_BINARIES -o FILE.svg

Runs `lojacert train` from certificates/instances/width-*.json with the step of their kept certificates, whose envelopes it draws. Needs
python3-matplotlib; takes some minutes.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "lojacert", "svg.fonttype": "path", "font.size": 11})

import matplotlib.pyplot as plt  # noqa: E402  (after the choice of the backend)

CERTIFICATES = pathlib.Path(__file__).resolve().parents[2] / "certificates"
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"]
# m: the runs, each (steps, every how many recorded): finely at first, for a logarithmic axis
RUNS = {1: [(60, 1)], 2: [(100, 1), (100000, 100)], 8: [(100, 1), (100000, 100)], 64: [(100, 1), (30000, 100)],
        1000: [(30, 1), (600, 20)]}


def losses(programs, m, step, folder):
    """[(t, L(W_t))] of descent from width-m.json."""
    instance = str(CERTIFICATES / "instances" / f"width-{m}.json")
    points = {}
    for steps, every in RUNS[m]:
        spec, trajectory = folder / "spec.json", folder / "run.jsonl"
        spec.write_text(json.dumps({"format": "lojacert-training/1", "teacher": instance, "student": instance, "step": step,
                                    "iterations": steps, "record_every": every}))
        subprocess.run([str(programs / "lojacert"), "train", str(spec), "-o", str(folder / "last.json"), "--trajectory",
                        str(trajectory)], check=True, stdout=subprocess.DEVNULL)
        for line in trajectory.read_text(encoding="utf-8").splitlines()[1:]:
            iterate = json.loads(line)
            points[iterate["iteration"]] = float(iterate["loss"])
    return sorted(points.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()

    figure, axes = plt.subplots(figsize=(7.6, 4.6))
    with tempfile.TemporaryDirectory() as folder:
        for colour, m in zip(COLOURS, RUNS):
            claim = json.loads((CERTIFICATES / "gallery" / f"width-{m}.cert.json").read_text(encoding="utf-8"))["claim"]
            points = losses(arguments.programs, m, claim["step"], pathlib.Path(folder))
            axes.plot([t + 1 for t, _ in points], [loss for _, loss in points], color=colour, linewidth=1.8, label=f"simulated, m = {m}")
    a, c = (float(claim["envelope"][0][key]) for key in ("a", "c"))  # the same for every m: the gallery says so
    ts = [10 ** (k / 20) for k in range(0, 20 * 9)]
    axes.plot(ts, [(a + c * (t - 1)) ** -2 for t in ts], color="black", linewidth=2, linestyle="--", label="certified, every m")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(1, 10 ** 9)
    axes.set_ylim(1e-14, 1e-5)
    axes.set_xlabel("t + 1, steps of gradient descent")
    axes.set_ylabel("L(W_t)")
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=10)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.savefig(arguments.output, bbox_inches="tight", metadata={"Date": None})


if __name__ == "__main__":
    main()
