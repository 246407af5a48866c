"""Tables in TOML files: entries that know their line, and say which field is not as it should be."""

import re
from collections.abc import Mapping
from datetime import date

type Json = Mapping[str, object]


class TableError(ValueError):
    """A table that cannot be read as meant; the message names file, line and field."""


class Entry:
    """One entry of the file, which knows its line. Every getter names its field when it is not as it should be."""

    def __init__(self, values: Json, place: str, error: type[TableError] = TableError) -> None:
        self._values, self._place, self._error = values, place, error

    def wrong(self, field: str, what: str) -> TableError:
        return self._error(f"{self._place}: {field}: {what}")

    def only(self, known: frozenset[str]) -> None:
        for field in self._values.keys() - known:
            raise self.wrong(field, "there is no such field")

    def value(self, field: str, otherwise: object = None) -> object:
        return self._values.get(field, otherwise)

    def text(self, field: str) -> str | None:
        value = self._values.get(field)
        if value is not None and not isinstance(value, str):
            raise self.wrong(field, f"a text is needed, not {value!r}")
        return value

    def needed(self, field: str) -> str:
        value = self.text(field)
        if not value:
            raise self.wrong(field, "is missing")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        value = self._values.get(field)
        if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
            raise self.wrong(field, f"a list of texts is needed, not {value!r}")
        return tuple(value)

    def pattern(self, field: str) -> re.Pattern[str]:
        try:
            return re.compile(self.text(field) or ".*")
        except re.error as error:
            raise self.wrong(field, f"{error} in {self.text(field)!r}") from error

    def amount(self, field: str) -> float | None:
        value = self._values.get(field)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            raise self.wrong(field, f"a number of at least 0 is needed, not {value!r}")
        return value

    def number(self, field: str) -> int | None:
        value = self.amount(field)
        if value is not None and not isinstance(value, int):
            raise self.wrong(field, f"a whole number is needed, not {value!r}")
        return value

    def flag(self, field: str) -> bool | None:
        value = self._values.get(field)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(field, f"true or false is needed, not {value!r}")
        return value

    def amounts(self, field: str) -> dict[str, float]:
        value = self._values.get(field, {})
        if not isinstance(value, dict):
            raise self.wrong(field, f"a table is needed, not {value!r}")
        inner = self.inner(field, value)
        return {name: inner.amount(name) or 0.0 for name in value}

    def day(self, field: str) -> date | None:
        value = self._values.get(field)
        if value is not None and not isinstance(value, date):
            raise self.wrong(field, f"a date is needed, not {value!r}")
        return value

    def inner(self, field: str, values: Json) -> "Entry":
        """A table within the entry."""
        return Entry(values, f"{self._place}: {field}", self._error)


def entries(data: Json, section: str, text: str, file: str, error: type[TableError] = TableError) -> list[Entry]:
    """The entries `[[section]]` of a file, in order."""
    found = data.get(section, [])
    if not isinstance(found, list):
        raise error(f"{file}: {section}: write [[{section}]]")
    places = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == f"[[{section}]]"]
    return [Entry(entry, f"{file}, line {place}", error) for entry, place in zip(found, places, strict=True)]
