"""Where the figures of the page come from: price lists, and the rules that its findings rest on."""

from collections.abc import Iterator

from analytics.reporting import Row
from dashboard.report.material import Material

PRICES = {
    "reported": "as the provider reported it",
    "prices.toml": "by the prices of your prices.toml",
    "none": "unknown, or nothing that anybody charges for",
}


def sources(material: Material) -> list[str]:
    """A sentence each, without repetition."""
    rules = (rule for row in material.found.findings for rule in _rules(row))
    return list(dict.fromkeys([*map(_price, material.prices), *rules]))


def _price(row: Row) -> str:
    basis = str(row["cost_basis"] or "none")
    said = f"The cost of {row['calls']:,} calls: {PRICES.get(basis, f'by the price list {basis}')}"
    return (
        f"{said}, {row['assumed']:,} of them with an assumption." if basis != "none" and row["assumed"] else f"{said}."
    )


def _rules(row: Row) -> Iterator[str]:
    """What a finding says of the rule that it applies."""
    evidence = row["evidence"] if isinstance(row["evidence"], dict) else {}
    if evidence.get("source"):
        yield f"{row['finding']}: {evidence.get('rule', 'rule')}, {evidence['source']}."
    if evidence.get("rule_source"):
        quote = f"“{evidence['billing_rule']}” " if evidence.get("billing_rule") else ""
        yield f"{row['finding']}: {quote}({evidence['rule_source']}; looked up {evidence.get('rule_checked')})."
