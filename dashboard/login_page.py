"""The page that asks for name and password: one form, no script."""

import html
from pathlib import Path
from string import Template
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

PAGE = Template(Path(__file__).with_name("login_page.html").read_text("utf-8"))
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def login_page(back: str, problem: str = "", status: int = 200, retry: float | None = None) -> HTMLResponse:
    """The form, which leads `back` where one wanted to go; `problem` is why the last try was none."""
    action = f"/login?{urlencode({'next': back})}"
    page = PAGE.substitute(action=html.escape(action), problem=html.escape(problem))
    more = {} if retry is None else {"Retry-After": f"{max(1, round(retry))}"}
    return HTMLResponse(page, status, HEADERS | more)
