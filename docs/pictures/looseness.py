#!/usr/bin/python3
"""Draws how loose certified constants are: the smallest ||grad L|| / L^beta that an attack saw, over kappa, against L/eps0.

    looseness.py TABLE.csv... -o FILE.svg

The tables are those that tests/attack/attack_test.py --csv writes. Needs python3-matplotlib.
"""

import argparse
import csv

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "lojacert", "svg.fonttype": "path", "font.size": 11})

import matplotlib.pyplot as plt  # noqa: E402  (after the choice of the backend)

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
FORMS = {"norm": ("norm form, β = 3/4", "o", "-"), "unit": ("unit form, β = 2/3", "s", "--")}


def minima(paths):
    """{(teacher, form): {decade: smallest ratio over kappa}} of the claims `threshold` for abs."""
    found = {}
    for path in paths:
        with open(path, newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                if row["kind"] != "threshold" or row["activation"] != "abs":
                    continue
                teacher = row["label"].removesuffix(" " + row["neuron"])
                decades = found.setdefault((teacher, row["neuron"]), {})
                decade = float(row["loss_over_eps0_up_to"])
                decades[decade] = min(decades.get(decade, float("inf")), float(row["over_kappa"]))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="+")
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    found = minima(arguments.tables)
    teachers = list(dict.fromkeys(teacher for teacher, _ in found))

    figure, axes = plt.subplots(figsize=(7.6, 4.8))
    for (teacher, form), decades in found.items():
        _, marker, line = FORMS[form]
        xs = sorted(decades)
        axes.plot(xs, [decades[x] for x in xs], marker=marker, linestyle=line, color=COLOURS[teachers.index(teacher) % len(COLOURS)],
                  linewidth=1.5, markersize=5)
    axes.axhline(1, color="black", linewidth=1.2)
    axes.axvspan(axes.get_xlim()[0], 1, color="#eeeeee", zorder=0)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(6e-3, 1.6e3)
    axes.set_ylim(bottom=0.4)
    axes.annotate("κ, certified", (7e-3, 1.12), fontsize=10)
    axes.annotate("claimed: L ≤ eps0", (7e-3, 0.5), fontsize=10, color="#555555")
    axes.annotate("no claim", (1.3, 0.5), fontsize=10, color="#555555")
    axes.set_xlabel("L / eps0 (upper end of each decade)")
    axes.set_ylabel("smallest ‖∇L‖ / L^β seen, over κ")
    handles = [plt.Line2D([], [], color=COLOURS[k % len(COLOURS)], linewidth=2, label=teacher) for k, teacher in enumerate(teachers)]
    handles += [plt.Line2D([], [], color="black", marker=marker, linestyle=line, label=text) for text, marker, line in FORMS.values()]
    axes.legend(handles=handles, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=10)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.savefig(arguments.output, bbox_inches="tight", metadata={"Date": None})


if __name__ == "__main__":
    main()
