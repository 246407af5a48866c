"""What the tables mean: said in the database, and in docs/tables.md."""

from pathlib import Path

from analytics.store.database import Database, sql
from analytics.store.documentation import columns, documentation

PAGE = Path(__file__).parents[3] / "docs" / "tables.md"


def test_every_table_and_every_public_column_says_what_it_means() -> None:
    found = columns()
    assert sorted({column.table for column in found if not column.about}) == []
    assert [f"{column.table}.{column.name}" for column in found if not column.internal and not column.comment] == []


def test_the_tables_of_the_contract_are_public() -> None:
    public = {column.table for column in columns() if not column.internal}
    assert {"exchanges", "turns", "conversations", "blocks", "prefixes"} <= public


def test_every_figure_of_a_call_that_may_be_unknown_says_so() -> None:
    figures = [c for c in columns() if c.table in ("exchanges", "turns") and c.name.endswith(("_tokens", "_usd"))]
    assert [f"{c.table}.{c.name}" for c in figures if "NULL" not in (c.comment or "")] == []


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == documentation(), "run python -m analytics.store.documentation > docs/tables.md"


def test_a_new_database_has_the_comments(tmp_path: Path) -> None:
    database = Database(tmp_path / "new.duckdb")
    with database.writing():
        pass
    with database.reading() as connection:
        found = connection.execute(sql("documentation")).fetchall()
    assert len(found) == len(columns())
    assert all(row[2] for row in found)
