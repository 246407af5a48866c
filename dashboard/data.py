"""Read-only queries for the pages. Opens the database for one query at a time, so that the collector can write."""

import os
from pathlib import Path

import pandas as pd
import streamlit as st

from analytics.launch.places import places
from analytics.store.database import Database, DatabaseError, DatabaseMissing, sql


class DataProblem(Exception):
    """The database cannot be read now; the message is for the person at the screen."""


class NoData(DataProblem):
    """Nothing was captured yet."""


def recent_exchanges(limit: int) -> pd.DataFrame:
    """The newest calls, one a row, from `TOKENECHO_DB` or the default database. Raises NoData or DataProblem."""
    given = os.environ.get("TOKENECHO_DB")
    return _rows("dashboard_exchanges", places(Path(given) if given else None).database, limit)


@st.cache_data(ttl=1.0, show_spinner=False)
def _rows(query: str, path: Path, limit: int) -> pd.DataFrame:
    """A query's rows, shared between everybody who looks at that moment."""
    try:
        with Database(path).reading() as connection:
            return connection.execute(sql(query), [limit]).df()
    except DatabaseMissing as error:
        raise NoData(str(error)) from error
    except DatabaseError as error:
        raise DataProblem(str(error)) from error
