"""Samples as Markdown: medians with their spread, and ratios of medians."""

import statistics
import sys


def tell(number, load, name, sample):
    """A sample of a round, counted from 0, as soon as it is there."""
    print(f"round {number + 1} {load} {name}: " + ", ".join(
        f"{key} {value:.4g}" for key, value in sample.items() if value is not None), file=sys.stderr)


def cell(rows, key, digits):
    values = [row[key] for row in rows if row.get(key) is not None]
    if not values:
        return "-"
    if key in ("dropped", "errors"):
        return str(sum(values))
    middle, low, high = statistics.median(values), min(values), max(values)
    text = f"{middle:.{digits}f}"
    return text if len(values) == 1 else f"{text} ({low:.{digits}f}..{high:.{digits}f})"


def ratio(samples, other, key):
    ours = [r[key] for r in samples if r.get(key) is not None]
    theirs = [r[key] for r in other if r.get(key) is not None]
    if not ours or not theirs or key in ("dropped", "others") or statistics.median(theirs) == 0:
        return "-"
    found = statistics.median(ours) / statistics.median(theirs)
    return f"{found:.2f}" if found >= 0.1 else f"{found:.3f}"


def table(rows, columns, more=()):
    """`rows` {name: samples}; `columns` [(title, key, digits)]; `more` [(title, {name: text})] behind the first column."""
    columns = [c for c in columns if any(c[1] in row for samples in rows.values() for row in samples)]
    first, *others = columns
    titles = [first[0], *(title for title, _ in more), *(c[0] for c in others)]
    lines = [f"| | {' | '.join(titles)} |", "|---|" + "---:|" * len(titles)]
    for name, samples in rows.items():
        cells = [cell(samples, *first[1:]), *(texts[name] for _, texts in more), *(cell(samples, *c[1:]) for c in others)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
