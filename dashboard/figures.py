"""Showing a chart or a table: its title, what it says in a sentence, and all of it to take away.

result = rows("dashboard_spend", filters)
show_chart(spend_over_time(result.rows, colours()), result, title="Spend over time", alt="…", name="spend")
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.data import Result
from dashboard.filters import NOT_SET
from dashboard.numbers import known
from dashboard.palette import Palette, palette, template

# The PNG comes from the chart's own button; what else Plotly offers there, a mouse does.
BUTTONS = ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "pan2d", "zoom2d"]
# Of these, what is missing is no figure that nobody knows.
NAMES = ("app", "team", "user_name", "client")
CONFIG: dict[str, Any] = {"displaylogo": False, "modeBarButtonsToRemove": BUTTONS, "scrollZoom": False}


def colours() -> Palette:
    """The colours of the theme that this viewer has."""
    return palette(st.context.theme.type)


def show_chart(figure: go.Figure, result: Result, *, title: str, alt: str, name: str, help: str | None = None) -> None:
    """A chart under its title. `alt` is a sentence that says what it shows; `name` is that of the files."""
    figure.update_layout(template=template(colours()))
    show_head(title, result, name, help=help, html=lambda: figure.to_html(include_plotlyjs=True, config=CONFIG))
    config = CONFIG | {"toImageButtonOptions": {"format": "png", "scale": 2, "filename": f"tokenecho-{name}"}}
    st.plotly_chart(figure, theme=None, config=config, alt=alt, key=f"chart-{name}")


def show_table(
    result: Result,
    columns: Mapping[str, Any],
    *,
    title: str,
    alt: str,
    name: str,
    help: str | None = None,
    height: int | None = None,
    select: bool = False,
) -> int | None:
    """A table under its title, with these columns of the result in this order; a cell's text is text.

    With `select` a row can be chosen: its number, from 0.
    """
    show_head(title, result, name, help=help)
    named = {column: result.rows[column].fillna(NOT_SET) for column in NAMES if column in result.rows}
    state = st.dataframe(
        result.rows.assign(**named),
        hide_index=True,
        width="stretch",
        height=height or "auto",
        column_order=list(columns),
        column_config=columns,
        placeholder="unknown",
        alt=alt,
        key=f"table-{name}",
        on_select="rerun" if select else "ignore",
        selection_mode="single-row",
    )
    picked: list[int] = state["selection"]["rows"] if isinstance(state, dict) else []
    return picked[0] if picked else None


def show_figures(figures: Iterable[tuple[str, str, str]]) -> None:
    """Single figures side by side, each a title, a value, and what exactly it counts."""
    shown = list(figures)
    for column, (title, value, about) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(title, value, help=about, border=True, height="stretch")


def tokens(title: str, help: str | None = None) -> Any:
    """A column of tokens, wide enough to say that they are unknown."""
    return st.column_config.NumberColumn(title, format="localized", width=84, help=help)


def money(title: str, amounts: "pd.Series[float]", help: str | None = None) -> Any:
    """A column of USD: in cents, or where there are smaller amounts with as many digits as they take."""
    found = [usd for usd in map(known, amounts) if usd]
    least, most = min(found, default=1.0), max(found, default=1.0)
    # Only cents come with thousands separated.
    style = "dollar" if least >= 0.01 or most >= 1_000 else "$%.4f" if most >= 0.01 else "$%.6f"
    return st.column_config.NumberColumn(title, format=style, help=help)


def show_head(
    title: str, result: Result, name: str, *, help: str | None = None, html: Callable[[], str] | None = None
) -> None:
    """A title, and beside it all that can be taken away; `html` makes the chart."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        # Beside the title, not at the far end: there a table's own buttons would lie over them.
        st.subheader(title, anchor=False, help=help, width="content")
        show_downloads(result, name, html)


def show_downloads(result: Result, name: str, html: Callable[[], str] | None = None) -> None:
    """The rows, the query behind them, and the chart if there is one."""
    with st.popover("", icon=":material/download:", type="tertiary", help="Take these figures away"):
        _download("Rows (CSV)", lambda: result.rows.to_csv(index=False), f"tokenecho-{name}.csv", "text/csv")
        if html:
            _download("Chart (HTML)", html, f"tokenecho-{name}.html", "text/html")
            st.caption("As a picture (PNG): the camera above the chart.")
        _download("Query (SQL)", lambda: result.sql, f"tokenecho-{name}.sql", "application/sql")


def _download(text: str, made: Callable[[], str], file: str, mime: str) -> None:
    """Made when it is asked for."""
    st.download_button(text, made, file, mime, key=f"download-{file}", on_click="ignore", width="stretch")
