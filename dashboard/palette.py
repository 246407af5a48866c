"""Colours with one meaning each, on light and on dark, and the look of every chart. Pure.

Every colour stands out from its background by 3 : 1 (WCAG 1.4.11), and those that meet in a chart can be told apart
with any kind of colour blindness; tests compute both. https://www.w3.org/TR/WCAG22/#non-text-contrast
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

type Mode = Literal["light", "dark"]
FONT = '"Source Sans", "Source Sans Pro", system-ui, sans-serif'
# Meanings that meet in one chart: money by what it bought, input by where it came from.
BOUGHT = ("new", "resent", "cache_read", "cache_write", "output")
PARTS = ("tools", "system", "resent", "echoed", "remembered", "new")
# Room for an axis' title and labels of nine characters ($0.000123) on the left, of two lines below, in pixels. Margins
# that Plotly finds by itself (`automargin`) make it draw a chart twice or three times.
MARGIN = {"l": 84, "r": 12, "t": 8, "b": 66}
# A character of a label, on average.
CHARACTER_PX = 6.6
# What was read from the cache is hatched in every chart; beside the parts of an input it needs no colour of its own.
CACHE_PATTERN = "/"


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme. `colours` go by meaning; `unknown` is for what cannot be divided or priced."""

    mode: Mode
    background: str
    panel: str
    ink: str
    muted: str
    grid: str
    unknown: str
    warning: str
    colours: Mapping[str, str]

    def __getitem__(self, meaning: str) -> str:
        return self.colours[meaning]


LIGHT = Palette(
    mode="light",
    background="#ffffff",
    panel="#f4f6f8",
    ink="#0e1626",
    muted="#566070",
    grid="#e3e7ec",
    unknown="#8a919b",
    warning="#b3261e",
    colours={
        "new": "#113b8e",
        "resent": "#db620c",
        "echoed": "#804c00",
        "remembered": "#745ea7",
        "cache_read": "#42a18b",
        "cache_write": "#8b5168",
        "output": "#0e1626",
        "tools": "#3c3100",
        "system": "#909396",
    },
)
DARK = Palette(
    mode="dark",
    background="#0f1419",
    panel="#1a2129",
    ink="#f1f5fc",
    muted="#a3afbd",
    grid="#2b343f",
    unknown="#77828f",
    warning="#ff8a80",
    colours={
        "new": "#5f96f8",
        "resent": "#a94a00",
        "echoed": "#fdb226",
        "remembered": "#735a8e",
        "cache_read": "#8fd5a4",
        "cache_write": "#ba7c90",
        "output": "#f1f5fc",
        "tools": "#9f9771",
        "system": "#b3c2d3",
    },
)


def palette(mode: str | None) -> Palette:
    """The palette of a theme by its name; the light one where it is not known."""
    return DARK if mode == "dark" else LIGHT


def fill(colours: Palette, meaning: str) -> dict[str, object]:
    """The marker of a bar with that meaning: what was read from a cache is hatched, `unknown` has no meaning."""
    colour = colours.unknown if meaning == "unknown" else colours[meaning]
    shape = CACHE_PATTERN if meaning == "cache_read" else ""
    pattern = {"shape": shape, "fillmode": "overlay", "fgcolor": colours.background, "fgopacity": 0.5, "size": 6}
    return {"color": colour, "line": {"width": 0.5, "color": colours.background}, "pattern": pattern}


# For names that may be of any script, and so of any width: there Plotly has to find the room.
FOUND = MARGIN | {"l": 8, "b": 52}


def beside(names: Iterable[str]) -> dict[str, float]:
    """The margin of a chart whose bars lie on their side and have these names, all of them our own words."""
    return MARGIN | {"l": 20 + CHARACTER_PX * max(map(len, names), default=0), "b": 52}


def template(colours: Palette) -> go.layout.Template:
    """What all charts have in common: quiet axes, one font, room for a legend on top."""
    axis = {
        "gridcolor": colours.grid,
        "linecolor": colours.grid,
        "zerolinecolor": colours.grid,
        "tickfont": {"color": colours.muted, "size": 12},
        "title": {"font": {"color": colours.muted, "size": 13}, "standoff": 8},
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "color": colours.ink, "size": 13},
            "paper_bgcolor": colours.background,
            "plot_bgcolor": colours.background,
            "colorway": list(colours.colours.values()),
            "margin": MARGIN,
            "xaxis": axis | {"showgrid": False},
            "yaxis": axis,
            "legend": {
                "orientation": "h",
                "yanchor": "bottom",
                "y": 1.02,
                "xanchor": "left",
                "x": 0,
                "title": "",
                "font": {"size": 12},
                "traceorder": "normal",
            },
            "hoverlabel": {
                "bgcolor": colours.panel,
                "bordercolor": colours.grid,
                "font": {"color": colours.ink, "family": FONT},
                "namelength": -1,
            },
            "hovermode": "x unified",
            "bargap": 0.15,
        }
    )
