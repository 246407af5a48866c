"""The empty page that Streamlit fills, with a head start for the browser.

Streamlit's own page looks for its server at each level of the address, which costs a page other than the first a round
trip and an error on the console, and fetches and evaluates Plotly (5 MB of script) only when the first chart arrives.
Here the page knows where its server is (`window.__streamlit`, which Streamlit reads for pages that are hosted apart
from it), and where there will be charts the script is evaluated while the server still thinks.
"""

from pathlib import Path

import streamlit
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

STATIC = Path(streamlit.__file__).with_name("static")
NAMES = frozenset(page.stem for page in Path(__file__).with_name("app_pages").glob("*.py"))
FIRST = "overview"
WITH_CHARTS = frozenset({FIRST, "cache", "conversation"})
# All that is behind the last slash is the page's name.
SERVER = '<script>window.__streamlit={BACKEND_BASE_URL:location.origin+location.pathname.replace(/[^/]*$/,"")}</script>'


class Shell:
    """The middleware that answers for the pages; everything else is Streamlit's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._pages = shells(STATIC)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = self._pages.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if page is None:
            await self._app(scope, receive, send)
        else:
            await HTMLResponse(page, headers={"Cache-Control": "no-cache"})(scope, receive, send)


def shells(static: Path) -> dict[str, str]:
    """The page by path, made from Streamlit's; none where that is not as it was when this was written."""
    index = static / "index.html"
    head, end, rest = (index.read_text("utf-8") if index.exists() else "").partition("</head>")
    if not end:
        return {}
    found = {name: SERVER + (_charts(static) if name in WITH_CHARTS else "") for name in NAMES}
    pages = {f"/{name}": f"{head}{more}{end}{rest}" for name, more in found.items()}
    return pages | {"/": pages[f"/{FIRST}"]}


def _charts(static: Path) -> str:
    """A script that evaluates Plotly once the browser has it; nothing where it has another name now."""
    files = list((static / "static" / "js").glob("PlotlyChart.*.js"))
    return f'<script type="module">import("./static/js/{files[0].name}")</script>' if len(files) == 1 else ""
