"""Draws tightness.svg: the true errors of rung 0 as shares of their radii.

    cmake --build --preset release --target tightness
    build/bin/tightness 400 | docs/pictures/tightness.py
"""
from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

TITLES = {"pair-sum": "pair sum", "double-double": "double-double", "cluster-form": "cluster form"}
COLOURS = {"loss": "#1f5fa8", "row": "#c05a1a", "norm": "#4a8f3c"}
NAMES = {"loss": "loss", "row": "worst row of the gradient", "norm": "norm of the gradient"}


def main() -> None:
    shares = defaultdict(list)
    for line in sys.stdin:
        formula, quantity, share = line.split()
        shares[formula, quantity].append(float(share))
    assert all(share <= 1 for values in shares.values() for share in values)
    figure, panels = plt.subplots(1, 3, figsize=(10, 3), sharey=True)
    for panel, formula in zip(panels, TITLES):
        for quantity, colour in COLOURS.items():
            values = np.sort(np.maximum(shares[formula, quantity], 1e-6))
            panel.step(values, np.arange(1, len(values) + 1) / len(values), where="post", color=colour, label=NAMES[quantity])
        panel.axvline(1, color="black", linewidth=1)
        panel.set_xscale("log")
        panel.set_xlim(1e-6, 2)
        panel.set_title(TITLES[formula], fontsize=10)
        panel.set_xlabel("true error / radius")
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("share of networks below")
    panels[0].legend(fontsize=7, loc="upper left")
    figure.tight_layout()
    figure.savefig(Path(__file__).with_name("tightness.svg"), metadata={"Date": None})


if __name__ == "__main__":
    main()
