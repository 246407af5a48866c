"""Figures: percentiles, tables, and what machine they were taken on."""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

type Row = tuple[str, ...]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least that share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ratio_row(name: str, bare: Sequence[float], ours: Sequence[float], form: str = "{:.2f}") -> Row:
    """Medians over the rounds, and the ratio: the median of each round's own, with the lowest and the highest."""
    ratios = [b / a for a, b in zip(bare, ours, strict=True) if a]
    between = f"{median(ratios):.3f} ({min(ratios):.2f}–{max(ratios):.2f})" if ratios else "–"
    return name, form.format(median(bare)), form.format(median(ours)), between


def difference_row(name: str, bare: Sequence[float], ours: Sequence[float], form: str = "{:.2f}") -> Row:
    """Medians over the rounds, and the difference: the median of each round's own, with the lowest and the highest."""
    gaps = [b - a for a, b in zip(bare, ours, strict=True)]
    return (
        name,
        form.format(median(bare)),
        form.format(median(ours)),
        (f"{median(gaps):+.3f} ({min(gaps):+.2f} to {max(gaps):+.2f})"),
    )


def print_table(head: Row, rows: Sequence[Row]) -> None:
    """A Markdown table, aligned."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    for row in (head, tuple("-" * width for width in widths), *rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
    print(flush=True)


def print_machine() -> None:
    """What the figures depend on."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    print(
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, mitmproxy {version('mitmproxy')}; load before: {load}\n"
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def arguments(text: str | None, *, control: bool = True) -> argparse.Namespace:
    """`--quick` and, where it makes sense, `--control`."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it runs")
    if control:
        parser.add_argument("--control", action="store_true", help="bare against bare: what the noise alone gives")
    if sys.platform != "linux":
        parser.exit(2, "CPU and memory are read from /proc: the benchmarks run on Linux.\n")
    return parser.parse_args()
