"""What the kinds of findings are worth, each by how sure it is. Rows in, figure out."""

from collections.abc import Sequence

import plotly.graph_objects as go

from analytics.findings.worth import SURE
from analytics.reporting import Row
from dashboard.numbers import dollars, known
from dashboard.palette import Palette, beside
from dashboard.plain_text import in_chart

# How a bar is filled by its confidence: the less sure, the emptier. The cache's hatching is another one.
PATTERNS = {"certain": "", "likely": "x", "possible": "."}


def worth(kinds: Sequence[Row], colours: Palette) -> go.Figure:
    """One bar for each kind whose money is known, in the order given, from the top."""
    shown = priced(kinds)
    names = [in_chart(row["finding"]) for row in shown]
    figure = go.Figure()
    for sure in SURE:
        amounts = [known(row[f"{sure}_usd"]) or 0.0 for row in shown]
        if any(amounts):
            figure.add_bar(
                y=names,
                x=amounts,
                name=sure,
                orientation="h",
                marker=_fill(sure, colours),
                hovertemplate="%{x:$,.4f}",
            )
    figure.update_layout(
        barmode="stack",
        height=110 + 34 * max(len(shown), 1),
        hovermode="y unified",
        showlegend=True,
        margin=beside(str(row["finding"]) for row in shown),
    )
    figure.update_xaxes(title="avoidable (USD)", tickformat="$,.3~r", rangemode="tozero", showgrid=True, nticks=5)
    figure.update_yaxes(autorange="reversed", showgrid=False, title=None)
    return figure


def priced(kinds: Sequence[Row]) -> list[Row]:
    """The kinds that claim money."""
    return [row for row in kinds if known(row["usd"])]


def spoken(kinds: Sequence[Row]) -> str:
    """The chart in a sentence."""
    said = ", ".join(f"{row['finding']} {dollars(known(row['usd']))}" for row in priced(kinds))
    return f"Bars of what each kind of finding claims as avoidable: {said}. They overlap, and do not add up."


def _fill(sure: str, colours: Palette) -> dict[str, object]:
    pattern = {
        "shape": PATTERNS[sure],
        "fillmode": "overlay",
        "fgcolor": colours.background,
        "solidity": 0.4,
        "size": 6,
    }
    return {"color": colours.warning, "line": {"width": 1, "color": colours.warning}, "pattern": pattern}
