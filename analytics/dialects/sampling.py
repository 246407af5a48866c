"""What a call is billed for beside its own usage: samplings that the reported totals leave out.

They stand in `details.usage_outside_total`, each as an object with its `type`, its `model` and the counts of a `Usage`.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields

from analytics.dialects.exchange import Json, Usage
from analytics.dialects.fields import count, money, objects, text

NAME = "usage_outside_total"
# A model that declined before a fallback answered. Whether that is billed depends on how far it came.
# https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback
DECLINED = "message"


@dataclass(frozen=True, slots=True)
class Sampling:
    """One of them: `kind` says what it was for, `model` whose rates it is billed at."""

    kind: str | None
    model: str | None
    usage: Usage

    @property
    def billed(self) -> bool:
        """Whether it is certain that it is billed."""
        return self.kind != DECLINED

    def entry(self) -> Json:
        """As it is stored."""
        counts = {name: found for name, found in asdict(self.usage).items() if found is not None}
        return {"type": self.kind, "model": self.model, **counts}


def samplings(details: Json) -> Iterator[Sampling]:
    """Those of a response."""
    for entry in objects(details, NAME):
        counts: dict[str, int | float | None] = {field.name: count(entry, field.name) for field in fields(Usage)}
        counts["reported_cost_usd"] = money(entry, "reported_cost_usd")
        yield Sampling(text(entry, "type"), text(entry, "model"), Usage(**counts))  # type: ignore[arg-type]
