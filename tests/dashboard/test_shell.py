"""The empty page: where the server is, and Plotly ahead of its time."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.shell import STATIC, shells
from tests.dashboard.serving import answered, served

# The file that has the charts, under whatever version's name.
CHARTS = re.compile(r'import\("\./static/js/PlotlyChart\.[^"]+\.js"\)')


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with served(tmp_path_factory.mktemp("shell")) as found:
        yield found


@pytest.mark.parametrize(
    ("page", "charts"), [("/", 1), ("/overview", 1), ("/conversation", 1), ("/cache", 1), ("/live", 0)]
)
def test_a_page_knows_its_server_and_begins_with_the_charts_where_it_has_any(port: int, page: str, charts: int) -> None:
    status, _, said = answered(port, "GET", page)
    head = said.partition("</head>")[0]
    assert (status, "window.__streamlit=" in head) == (200, True)
    assert len(CHARTS.findall(head)) == charts


def test_the_file_with_the_charts_is_there(port: int) -> None:
    found = CHARTS.findall(answered(port, "GET", "/")[2])[0]
    path = found.partition('"')[2].partition('"')[0].lstrip(".")
    status, headers, _ = answered(port, "GET", path)
    assert status == 200
    assert "immutable" in headers["cache-control"]


def test_all_the_rest_is_as_streamlit_has_it(port: int) -> None:
    said = answered(port, "GET", "/cache")[2]
    assert re.sub(r"<script>window.*?</script>|<script type=\"module\">import.*?</script>", "", said) == (
        STATIC / "index.html"
    ).read_text("utf-8")


def test_without_the_file_for_charts_a_page_does_not_ask_for_it(tmp_path: Path) -> None:
    shutil.copy(STATIC / "index.html", tmp_path)
    assert not CHARTS.search(shells(tmp_path)["/overview"])


def test_of_a_streamlit_with_another_page_nothing_is_changed(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>")
    assert shells(tmp_path) == {}
    assert shells(tmp_path / "nowhere") == {}
