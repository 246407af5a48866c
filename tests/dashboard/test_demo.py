"""What says that a demo is shown."""

import pytest
from streamlit.testing.v1 import AppTest

from analytics.demo.folder import DEMO
from analytics.store.database import Database


def test_a_demo_says_so_on_every_page(app: AppTest, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DEMO, "1")
    assert [info.value.startswith("Demo data: a made-up team") for info in app.run().info] == [True]
    app.switch_page("app_pages/help.py").run()
    assert "Demo data" in app.info[0].value


def test_ones_own_calls_are_no_demo(app: AppTest, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DEMO, raising=False)
    assert not app.run().info
