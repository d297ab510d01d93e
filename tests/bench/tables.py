"""Samples as Markdown: medians with their spread, and ratios of medians."""

import statistics


def cell(rows, key, digits):
    values = [row[key] for row in rows if row.get(key) is not None]
    if not values:
        return "-"
    if key == "dropped":
        return str(sum(values))
    middle, low, high = statistics.median(values), min(values), max(values)
    text = f"{middle:.{digits}f}"
    return text if len(values) == 1 else f"{text} ({low:.{digits}f}..{high:.{digits}f})"


def ratio(samples, other, key):
    ours = [r[key] for r in samples if r.get(key) is not None]
    theirs = [r[key] for r in other if r.get(key) is not None]
    if not ours or not theirs or key in ("dropped", "others") or statistics.median(theirs) == 0:
        return "-"
    return f"{statistics.median(ours) / statistics.median(theirs):.2f}"
