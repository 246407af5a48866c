"""The page's charts, each on light and on dark, as data for the script that draws them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson
import plotly.graph_objects as go

from dashboard.charts import bands, worth
from dashboard.charts.growth import growth
from dashboard.palette import DARK, LIGHT, Palette, template
from dashboard.report.material import Material
from dashboard.sentences import fitted, growth_sentence

# Whoever prints or mails it keeps the figures: of the buttons only the one for a picture is of use.
BUTTONS = ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "resetScale2d", "pan2d", "zoom2d"]
# As wide as the longest name: columns that Plotly measures for itself are cut at the right edge.
LEGEND_PX = 145
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": BUTTONS, "scrollZoom": False}


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart by its id on the page; `alt` is a sentence that says what it shows, `json` what the script draws."""

    name: str
    title: str
    alt: str
    json: str


def charts(material: Material) -> Iterator[Chart]:
    """Those for which there is something to show."""
    spending, longest, kinds = material.spending, material.longest, material.found.kinds
    if len(spending) and spending["cost_usd"].notna().any():
        bucket = str(spending["bucket"].iloc[0])
        yield Chart(
            "spending",
            "What the money bought",
            bands.spoken(spending, bands.MONEY, bucket),
            _drawn(lambda colours: bands.over_time(spending, bands.MONEY, colours)),
        )
    if longest is not None:
        yield Chart(
            "growth",
            "How input grows: the most expensive conversation",
            growth_sentence(longest),
            _drawn(lambda colours: growth(longest, colours, fitted(longest))),
        )
    if worth.priced(kinds):
        made = _drawn(lambda colours: worth.worth(kinds, colours))
        yield Chart("worth", "What the findings are worth", worth.spoken(kinds), made)


def _drawn(figure: Callable[[Palette], go.Figure]) -> str:
    return f'{{"light":{_json(figure(LIGHT), LIGHT)},"dark":{_json(figure(DARK), DARK)},"config":{_CONFIG}}}'


def _json(figure: go.Figure, colours: Palette) -> str:
    figure.update_layout(template=template(colours), legend={"entrywidth": LEGEND_PX})
    made: str = figure.to_json()
    return made


_CONFIG = orjson.dumps(CONFIG).decode()
