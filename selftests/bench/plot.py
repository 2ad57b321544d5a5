# SPDX-License-Identifier: GPL-2.0
"""Plots as SVG, with nothing but strings."""

WIDTH = 720
OURS, THEIRS, INK, GRID = "#1a6e9e", "#b4b8bd", "#222222", "#dddddd"
LINES = (OURS, "#c2571a", "#7a7f85")


def text(x, y, words, anchor="start", color=INK, size=12):
    return (f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{color}" '
            f'font-size="{size}">{words}</text>')


def line(x1, y1, x2, y2, color=GRID, width=1):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{color}" stroke-width="{width}"/>')


def svg(height, title, parts):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" role="img">')
    return "\n".join([head, f"<title>{title}</title>",
                      f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
                      text(16, 24, title, size=15), *parts, "</svg>"]) + "\n"


def step(top):
    """A round number that divides the scale into a few parts."""
    size = 1
    while top / size > 8:
        for factor in (2, 2.5, 2):
            size *= factor
            if top / size <= 8:
                break
    return size


def bars(title, rows, unit):
    """rows: (label, median, min, max, ours)."""
    left, top, pitch = 300, 44, 26
    scale = (WIDTH - left - 70) / max(high for _, _, _, high, _ in rows)
    height = top + pitch * len(rows) + 34
    parts, tick = [], 0
    size = step(max(high for _, _, _, high, _ in rows))
    while tick * scale <= WIDTH - left - 70:
        x = left + tick * scale
        parts += [line(x, top - 4, x, height - 30), text(x, height - 14, f"{tick:g}", "middle")]
        tick += size
    parts.append(text(WIDTH - 16, height - 14, unit, "end"))
    for i, (label, median, low, high, ours) in enumerate(rows):
        y = top + i * pitch
        color = OURS if ours else THEIRS
        parts += [text(left - 8, y + 14, label, "end"),
                  f'<rect x="{left}" y="{y}" width="{median * scale:.1f}" height="18" '
                  f'fill="{color}"/>',
                  line(left + low * scale, y + 9, left + high * scale, y + 9, INK, 1.5),
                  text(left + high * scale + 6, y + 14, f"{median:.0f}")]
    return svg(height, title, parts)


def over_time(title, series, unit):
    """series: (name, [(seconds, value)])."""
    left, top, height = 80, 70, 360
    bottom, right = height - 50, WIDTH - 40
    high = max(v for _, points in series for _, v in points) * 1.1
    end = max(t for _, points in series for t, _ in points)
    parts, tick = [], 0
    while tick <= high:
        y = bottom - tick / high * (bottom - top)
        parts += [line(left, y, right, y), text(left - 8, y + 4, f"{tick:g}", "end")]
        tick += step(high)
    tick = 0
    while tick <= end:
        parts.append(text(left + tick / end * (right - left), bottom + 20, f"{tick:g} s", "middle"))
        tick += step(end)
    parts.append(text(16, top - 14, unit))
    for i, (name, points) in enumerate(series):
        color = LINES[i % len(LINES)]
        path = " ".join(f"{left + t / end * (right - left):.1f},"
                        f"{bottom - v / high * (bottom - top):.1f}" for t, v in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [line(left + 130 + i * 200, top - 18, left + 154 + i * 200, top - 18, color, 3),
                  text(left + 160 + i * 200, top - 14, name)]
    return svg(height, title, parts)


def curves(title, labels, series, unit):
    """series: (name, [value or None for each label])."""
    left, top, height = 80, 70, 360
    bottom, right = height - 50, WIDTH - 40
    high = max(v for _, values in series for v in values if v) * 1.05
    parts, tick = [], 0
    at = [left + 30 + i * (right - left - 60) / max(1, len(labels) - 1)
          for i in range(len(labels))]
    while tick <= high:
        y = bottom - tick / high * (bottom - top)
        parts += [line(left, y, right, y), text(left - 8, y + 4, f"{tick:g}", "end")]
        tick += step(high)
    parts += [text(x, bottom + 20, label, "middle") for x, label in zip(at, labels)]
    parts.append(text(16, top - 14, unit))
    for i, (name, values) in enumerate(series):
        color = LINES[i % len(LINES)]
        points = [(x, bottom - v / high * (bottom - top)) for x, v in zip(at, values) if v]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>' for x, y in points]
        parts += [line(left + 130 + i * 150, top - 18, left + 154 + i * 150, top - 18, color, 3),
                  text(left + 160 + i * 150, top - 14, name)]
    return svg(height, title, parts)
