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


def database() -> Database:
    """The database this dashboard shows: `TOKENECHO_DB`, or the default one."""
    given = os.environ.get("TOKENECHO_DB")
    return Database(places(Path(given) if given else None).database)


@st.cache_data(ttl=1.0, show_spinner=False)
def recent_exchanges(limit: int) -> pd.DataFrame:
    """The newest calls, one a row. Raises NoData or DataProblem."""
    try:
        with database().reading() as connection:
            return connection.execute(sql("dashboard_exchanges"), [limit]).df()
    except DatabaseMissing as error:
        raise NoData(str(error)) from error
    except DatabaseError as error:
        raise DataProblem(str(error)) from error
