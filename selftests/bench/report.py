#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes a table, JSON and documents out of samples.

report.py RELEASE JSON DOCUMENTATION PAGES SAMPLES...

A file of samples has lines of a figure's key, its unit and a value; the n-th value
of one figure was measured next to the n-th of another in the same file.
DOCUMENTATION is a directory, PAGES says what is written there: some of main, ipsec, nat, fleet.
"""

import json
import os
import statistics
import sys

import document
from figures import FLEET, GOALS, IPSEC, IPSEC_GOALS, NAT, NAT_GOALS, SECTIONS

ALL = SECTIONS + [IPSEC, NAT, FLEET]


class Figure:
    """The values of one figure, in the order of the rounds."""

    def __init__(self, unit, source):
        self.unit = unit
        self.source = source
        self.values = []

    @property
    def median(self):
        return statistics.median(self.values)

    def ratio(self, other):
        """Of the rounds' ratios the median: what disturbed a round disturbed both."""
        if self.source == other.source and len(self.values) == len(other.values):
            pairs = zip(self.values, other.values)
            return statistics.median(a / b for a, b in pairs if b)
        return self.median / other.median


def read(files):
    figures = {}
    for name in files:
        with open(name, encoding="utf-8") as file:
            for line in file:
                key, unit, value = line.split()
                figures.setdefault(key, Figure(unit, name)).values.append(float(value))
    return figures


def number(value):
    """Three or four digits that mean something."""
    if value >= 10000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def goals(figures, wanted):
    """Yields (text, value, limit as text, met or None when it was not measured)."""
    for text, key, other, limit, how in wanted:
        if key not in figures or (other and other not in figures):
            yield text, None, f"{how} {limit}", None
            continue
        value = figures[key].ratio(figures[other]) if other else figures[key].median
        met = {"<=": value <= limit, "<": value < limit, ">=": value >= limit}[how]
        against = f" x {other}" if other else f" {figures[key].unit}"
        yield text, value, f"{how} {limit:,}{against}", met


def rows(figures, section):
    """The rows of a section's table, those that were measured."""
    for key, text, other in section[1]:
        if key not in figures:
            continue
        fig = figures[key]
        ratio = f"{fig.ratio(figures[other]):.2f}" if other and other in figures else ""
        yield (key, text, fig.unit, number(fig.median), number(min(fig.values)),
               number(max(fig.values)), ratio, other if ratio else "")


def screen(figures):
    for section in ALL:
        table = list(rows(figures, section))
        if not table:
            continue
        print(f"\n{section[0]}")
        for key, text, unit, median, low, high, ratio, other in table:
            text = text.replace("**", "")
            compared = f"{ratio} x {other}" if ratio else ""
            print(f"  {text:<52} {median:>9} {unit:<10} {low:>9} to {high:<9} {compared}")
    print("\nGoals")
    for text, value, limit, met in goals(figures, GOALS + IPSEC_GOALS + NAT_GOALS):
        if value is not None:
            print(f"  {'met   ' if met else 'MISSED'} {text}: {value:.3g}, goal {limit}")


def write_json(figures, path):
    out = []
    compared = {key: other for section in ALL for key, _, other in section[1]}
    for key, fig in figures.items():
        other = compared.get(key)
        other = other if other in figures else None
        out.append({"name": key, "unit": fig.unit, "median": fig.median,
                    "min": min(fig.values), "max": max(fig.values), "runs": len(fig.values),
                    "ratio": round(fig.ratio(figures[other]), 4) if other else None,
                    "ratio_to": other})
    with open(path, "w", encoding="utf-8") as file:
        json.dump(out, file, indent=1)
        file.write("\n")


def main():
    release, path, documentation, pages = sys.argv[1:5]
    figures = read(sys.argv[5:])
    write_json(figures, path)
    screen(figures)
    if "main" in pages:
        document.write(documentation, release, figures)
    document.write_parts(documentation, release, figures, pages)
    if "fleet" in pages:
        document.write_cap(documentation, os.path.join(os.path.dirname(sys.argv[5]), "cap.series"))


if __name__ == "__main__":
    main()
