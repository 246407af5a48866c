"""The tables' documentation, from their own comments: `python -m analytics.store.documentation > docs/tables.md`."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import duckdb

from analytics.store.database import create_tables, sql

HEAD = """# Tables

What a query, a notebook or a dashboard finds in the `.duckdb` file. Times are UTC; money is in USD; tokens are as the
provider reported them unless a column says otherwise. **NULL is unknown, never 0.** The same texts are in the file:
`select table_name, column_name, comment from duckdb_columns() where not internal`.

Open it read-only, and close it again: DuckDB takes one writing process or many readers.

```python
import duckdb

with duckdb.connect("tokenecho.duckdb", read_only=True) as connection:
    print(connection.sql("select conversation_id, turns, echo_share, cost_usd from conversations order by all"))
```

`tokenecho sql "select …"` and `tokenecho export` do so too. With `--since`, `--until`, `--app` and `--team` both find
the calls that these choose: tables with a row per call, turn or finding hold those of these calls as they are without
the filters (`cumulative_usd` counts the whole conversation); `conversations` and `hours` are added up over these calls
alone; `blocks`, `prefixes` and `preambles` hold what these calls sent or got. `meta`, `losses` and `set_aside` belong
to no call: a query finds them whole, and they are exported without these options. In a query the tables with all calls
are beside the chosen ones as `stored.exchanges`, `stored.turns` and so on.

*Made from `analytics/sql/comments.sql` by `python -m analytics.store.documentation > docs/tables.md`.*
"""


INTERNAL = "Internal:"
HEAD_OF_INTERNAL = """
## Internal tables

What the tables above are made from. They may change with any version.

| table | holds |
|---|---|
"""


class Column(NamedTuple):
    """One column of a table or view, with the comments of both."""

    table: str
    kind: str
    about: str | None
    name: str
    type: str
    comment: str | None

    @property
    def internal(self) -> bool:
        """Whether it belongs to a table that may change with any version."""
        return (self.about or INTERNAL).startswith(INTERNAL)


def columns() -> list[Column]:
    """Every column of a fresh database, table by table, internal ones last."""
    with duckdb.connect() as connection:
        create_tables(connection)
        return [Column(*row) for row in connection.execute(sql("documentation")).fetchall()]


def documentation() -> str:
    """The page."""
    public = groupby((c for c in columns() if not c.internal), key=lambda c: (c.table, c.kind, c.about))
    tables = "".join(part for head, found in public for part in _table(*head, list(found)))
    internal = {column.table: column.about or "" for column in columns() if column.internal}
    rows = "".join(f"| `{name}` | {about.removeprefix(INTERNAL).strip()} |\n" for name, about in internal.items())
    return HEAD + tables + HEAD_OF_INTERNAL + rows


def _table(name: str, kind: str, about: str | None, found: Sequence[Column]) -> Iterator[str]:
    yield f"\n## `{name}`{' (view)' if kind == 'view' else ''}\n\n{about or ''}\n\n"
    yield "| column | type | meaning |\n|---|---|---|\n"
    yield from (f"| `{column.name}` | {column.type.lower()} | {column.comment or ''} |\n" for column in found)


if __name__ == "__main__":
    print(documentation(), end="")
