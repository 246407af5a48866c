"""The page: what the calls cost, what would help, and where that comes from, in one file that asks nobody for anything.

A policy in its head forbids every request, and every script but the two that are written here, by their digests. What
was captured is escaped wherever it stands. https://www.w3.org/TR/CSP3/
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from importlib.metadata import version
from importlib.resources import files

from plotly.offline import get_plotlyjs

from analytics.cli.report_tables import FINDING, TEXTS, Table, notes, tables
from analytics.findings.registry import FINDINGS
from analytics.findings.worth import Digest
from analytics.reporting import Row
from dashboard.numbers import UNKNOWN, compact, dollars, known, share
from dashboard.palette import DARK, LIGHT, Palette
from dashboard.plain_text import one_line, visible
from dashboard.report.charts import Chart, charts
from dashboard.report.material import Material
from dashboard.report.sources import sources

MOST_KINDS = 5
# More lines than that nobody reads on paper.
MOST_ROWS = 60
LONGEST_NAME = 60
ADVICE = {finding.name: finding.text.rpartition("What to do: ")[2] for finding in FINDINGS}


def page(material: Material) -> str:
    """The whole page."""
    drawn = list(charts(material))
    scripts = (get_plotlyjs(), _file("page.js")) if drawn else ()
    return "".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark"><title>tokenecho report</title>',
            f"<style>{_colours()}{_file('page.css')}</style></head><body><main>",
            *_body(material, drawn),
            f'</main><script type="application/json" id="figures">{_data(drawn)}</script>',
            *(f"<script>{script}</script>" for script in scripts),
            "</body></html>\n",
        )
    )


def _body(material: Material, drawn: Sequence[Chart]) -> Iterator[str]:
    yield from _head(material)
    yield from _cards(material)
    if drawn:
        yield "<noscript><p>The charts need JavaScript; the tables hold their figures.</p></noscript>"
    for chart in drawn:
        yield f'<section><h2>{_text(chart.title)}</h2><figure><div id="{chart.name}" role="img" '
        yield f'aria-label="{_text(chart.alt)}"></div><figcaption>{_text(chart.alt)}</figcaption></figure></section>'
    yield from _what_to_do(material)
    yield from (part for table in tables(material.report, material.found)[1:] for part in _table(table))
    yield from _method(material)


def _head(material: Material) -> Iterator[str]:
    totals, chosen = material.report.totals, material.selection
    spans = [f"{moment:%Y-%m-%d %H:%M}" for name in ("first_call", "last_call") if (moment := _moment(totals, name))]
    only = [f"{name} {value}" for name, value in (("app", chosen.app), ("team", chosen.team)) if value]
    said = [f"{totals['calls']:,} calls in {totals['conversations']:,} conversations", " to ".join(spans), *only]
    yield f"<h1>tokenecho report</h1><p class=quiet>{_text(' · '.join(part for part in said if part))}"
    yield f"<br>made on {datetime.now(UTC):%Y-%m-%d %H:%M}; all times are UTC</p>"


def _moment(totals: Row, name: str) -> datetime | None:
    found = totals[name]
    return found if isinstance(found, datetime) else None


def _cards(material: Material) -> Iterator[str]:
    totals, found = material.report.totals, material.found
    figures = {name: known(value) for name, value in totals.items()}
    unpriced = f"and {totals['unpriced']:,} calls of unknown cost" if totals["unpriced"] else ""
    cards = (
        ("Spend", dollars(figures["cost_usd"]), unpriced),
        ("Input tokens", compact(figures["input_tokens"]), f"{compact(figures['output_tokens'])} of output"),
        ("Echo share", share(figures["echo_share"]), f"billed with {dollars(figures['echo_usd'])}"),
        ("From cache", share(figures["cache_hit_share"]), "of the input whose reads are reported"),
        ("Avoidable", _avoidable(found), _beside(found)),
    )
    yield '<dl class="cards">'
    for title, value, note in cards:
        yield f"<div><dt>{title}</dt><dd>{_text(value)}<small>{_text(note)}</small></dd></div>"
    yield "</dl>"


def _avoidable(found: Digest) -> str:
    if found.count:
        return dollars(found.avoidable.usd)
    return UNKNOWN if found.waiting else "none"


def _beside(found: Digest) -> str:
    """What is not in the avoidable money."""
    smaller, doubtful = found.avoidable.smaller_history_usd, found.avoidable.unknown
    said = [f"a smaller history: {dollars(smaller)}, which overlaps"] if smaller else []
    said += [f"{doubtful:,} findings of unknown worth"] if doubtful else []
    said += [f"{found.waiting:,} conversations that are not examined yet"] if found.waiting else []
    return f"not in it: {'; '.join(said)}" if said else ""


def _what_to_do(material: Material) -> Iterator[str]:
    """The kinds worth most, each with the advice for its largest case and what to do about all of them."""
    if not material.found.kinds:
        return
    yield "<section><h2>What to do first</h2>"
    for row in material.found.kinds[:MOST_KINDS]:
        usd = known(row["usd"])
        figures = [f"{dollars(usd)} avoidable"] if usd is not None else []
        figures += [f"{row['times']:,} times in {row['conversations']:,} conversations", f"mostly {row['confidence']}"]
        yield f"<h3>{_text(row['finding'])}</h3><p class=quiet>{_text(', '.join(figures))}</p>"
        yield f"<p>The largest: {_text(row['advice'])}</p>"
        yield f"<p>What to do: {_text(' '.join(ADVICE.get(str(row['finding']), '').split()))}</p>"
    yield "</section>"


def _table(table: Table) -> Iterator[str]:
    kinds = ["prose" if heading == FINDING[-1] else "text" if heading in TEXTS else "" for heading in table.headings]
    yield f'<section><h2>{_text(table.title)}</h2><div class="wide"><table>'
    if any(table.headings[:1]):
        named = zip(table.headings, kinds, strict=True)
        heads = (f'<th class="{kind and "text"}">{_text(name)}</th>' for name, kind in named)
        yield f"<thead><tr>{''.join(heads)}</tr></thead>"
    for row in table.rows[-MOST_ROWS:] if table.headings[0] == "day" else table.rows[:MOST_ROWS]:
        cells = zip(row, kinds, strict=True)
        yield f"<tr>{''.join(_cell(cell, kind) for cell, kind in cells)}</tr>"
    yield "</table></div>"
    if len(table.rows) > MOST_ROWS:
        which = "days before them" if table.headings[0] == "day" else "lines that cost less"
        yield f'<p class="quiet">{len(table.rows) - MOST_ROWS:,} {which} are left out; `tokenecho report` has all.</p>'
    yield "</section>"


def _cell(text: str, kind: str) -> str:
    """A name may be of any length; a sentence has room."""
    return f'<td class="{kind}">{_text(text if kind == "prose" else one_line(text, LONGEST_NAME))}</td>'


def _method(material: Material) -> Iterator[str]:
    yield "<section><h2>Method and sources</h2>"
    for sentence in (*METHOD, *notes(material.found)):
        yield f"<p>{_text(sentence)}</p>"
    yield "<ul>"
    for source in sources(material):
        yield f"<li>{_text(source)}</li>"
    made = f"Made by tokenecho {version('tokenecho')}. No message is in this file."
    yield f'</ul><p class="quiet">{_text(made)}</p></section>'


METHOD = (
    "Tokens and price classes are those that the providers reported with each call. A call's input is divided into "
    "what its conversation had sent before (resent), the model's own earlier reply (echoed) and what was new. Where a "
    "call holds its parent's whole request, resent is the parent's own reported input; else it is estimated. The echo "
    "share is what was resent and echoed, of all input.",
    "Server-side state does not make tokens cheaper by itself: where a provider bills the whole chain, it saves upload "
    "and no money, and no money is claimed for it.",
)


def _text(value: object) -> str:
    """What was captured, as text, in an attribute too: no mark of HTML is one, and nothing is invisible."""
    return escape(visible(str(value)), quote=True)


def _data(drawn: Sequence[Chart]) -> str:
    """All charts by their ids. Plotly spells every `<` out, which could end the script."""
    return f"{{{','.join(f'"{chart.name}":{chart.json}' for chart in drawn)}}}"


def _policy(scripts: Sequence[str]) -> str:
    digests = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    rules = ("default-src 'none'", f"script-src {digests or "'none'"}", "style-src 'unsafe-inline'")
    return "; ".join((*rules, "img-src data: blob:", "base-uri 'none'", "form-action 'none'"))


def _colours() -> str:
    """The palettes as the style sheet's variables: dark where that is preferred, and never on paper."""
    return f":root{{{_variables(LIGHT)}}}@media screen and (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"


def _variables(colours: Palette) -> str:
    return "".join(f"--{name}:{getattr(colours, name)};" for name in ("background", "panel", "ink", "muted", "grid"))


def _file(name: str) -> str:
    return files("dashboard").joinpath("report", name).read_text("utf-8")
