#!/usr/bin/python3
"""Draws an instance in the plane: the vectors of teachers and students, with what is certified about it.

    instance.py INSTANCE CERT... -o FILE.svg

The caption quotes the claims of certificates that lojaverify verifies; lojaverify must be on the PATH. Needs python3-matplotlib.
"""

import argparse
import json
import subprocess
from fractions import Fraction

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "lojacert", "svg.fonttype": "path", "font.size": 11})

import matplotlib.pyplot as plt  # noqa: E402  (after the choice of the backend)
import numpy as np  # noqa: E402

BOUNDS = {"angle": "mean angle", "residual": "residual", "far_mass": "far mass"}
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]


def number(entry):
    if not isinstance(entry, str):
        return float(entry)
    return float.fromhex(entry) if "x" in entry.lower() else float(Fraction(entry))


def vectors(rows):
    return np.array([[number(entry) for entry in row] for row in rows])


def claim_text(claim):
    if claim["kind"] == "loss":
        return f"L(W) ∈ [{short(claim['lo'], 'down')}, {short(claim['hi'], 'up')}]"
    if claim["kind"] == "lojasiewicz":
        power = "" if claim["beta"] == "1" else f"^{claim['beta']}"
        return f"‖∇L(W)‖ ≥ {claim['kappa']} · L(W){power}"
    if claim["kind"] == "recovery":
        parts = [f"{name} ≤ {claim[key]}" for key, name in BOUNDS.items() if key in claim]
        return "every teacher recovered:\n" + ", ".join(parts)
    raise SystemExit(f"no caption for a claim of kind {claim['kind']}")


def short(text, direction):
    """Five digits or six, rounded in that direction, so that the bound stays valid."""
    value = Fraction(text)
    exponent = len(str(abs(value.numerator))) - len(str(value.denominator)) - 5
    scaled = value / Fraction(10) ** exponent
    digits = scaled.__floor__() if direction == "down" else scaled.__ceil__()
    return f"{float(digits * Fraction(10) ** exponent):.7g}"


def verified_claims(instance_path, certificates):
    for path in certificates:
        subprocess.run(["lojaverify", instance_path, path], check=True, stdout=subprocess.DEVNULL)
        with open(path, encoding="utf-8") as file:
            yield json.load(file)["claim"]


def arrow(axes, tip, **style):
    axes.annotate("", xy=tip, xytext=(0, 0), arrowprops={"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, **style})


def draw(instance, claims):
    teachers, students = vectors(instance["teacher"]), vectors(instance["student"])
    assignment = next((claim["assignment"] for claim in claims if claim["kind"] == "recovery"), None)
    reach = 1.15 * max(np.abs(teachers).max(), np.abs(students).max())

    figure, axes = plt.subplots(figsize=(6.4, 5.6))
    for index, teacher in enumerate(teachers):
        line = 2 * reach * teacher / np.linalg.norm(teacher)
        axes.plot([-line[0], line[0]], [-line[1], line[1]], color=COLOURS[index % len(COLOURS)], linewidth=0.8, alpha=0.5, zorder=1)
        arrow(axes, teacher, color="black", linewidth=1.6, zorder=2)
        label = teacher + 0.1 * reach * teacher / np.linalg.norm(teacher)
        axes.annotate(f"$w^*_{index + 1}$", label, ha="center", va="center", fontsize=13,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
    for index, student in enumerate(students):
        belongs = assignment[index] if assignment else None
        colour = "0.5" if belongs is None else COLOURS[belongs % len(COLOURS)]
        axes.plot([0, student[0]], [0, student[1]], color=colour, linewidth=1.0, alpha=0.8, zorder=3)
        axes.plot(*student, "o", color=colour, markersize=5.5, markeredgecolor="white", markeredgewidth=0.6, zorder=4)
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    axes.axis("off")
    axes.set_title(f"{len(teachers)} teachers (arrows) and {len(students)} students (dots), coloured by teacher", fontsize=11)
    caption = "\n".join(claim_text(claim) for claim in claims)
    figure.text(0.5, 0.02, "Verified by lojaverify:\n" + caption, ha="center", va="bottom", fontsize=10, linespacing=1.5)
    figure.subplots_adjust(left=0.02, right=0.98, top=0.93, bottom=0.06 + 0.045 * (caption.count("\n") + 2))
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("instance")
    parser.add_argument("certificates", nargs="+")
    parser.add_argument("-o", "--output", required=True)
    options = parser.parse_args()
    with open(options.instance, encoding="utf-8") as file:
        instance = json.load(file)
    figure = draw(instance, list(verified_claims(options.instance, options.certificates)))
    figure.savefig(options.output, metadata={"Date": None} if options.output.endswith(".svg") else None, dpi=110)


if __name__ == "__main__":
    main()
