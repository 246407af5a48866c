"""What the team's applications read and write at length: a handbook, source files, contracts. All of it made up.

Every function takes the source of chance, so that the same seed gives the same text.
"""

from datetime import UTC, datetime
from random import Random

PARTS = (
    "brake pads",
    "chains",
    "saddles",
    "inner tubes",
    "pedals",
    "wheel sets",
    "lights",
    "helmets",
    "pumps",
    "locks",
)
PLACES = ("the counter", "the warehouse", "the returns desk", "the workshop", "the night shift", "the call desk")
ACTIONS = ("checked", "counted", "labelled", "weighed", "booked out", "put aside", "scanned twice", "photographed")
REASONS = (
    "because the carrier bills by volume and not by weight",
    "so that the morning shift finds them without asking",
    "since two orders were mixed up that way last spring",
    "unless the customer collects them on the same day",
    "until the supplier has confirmed the batch number",
    "as the insurance covers nothing that has no photograph",
)
EXCEPTIONS = (
    "Orders from abroad are the exception: they go to customs first.",
    "Nobody may skip this step, also not on the last day of a sale.",
    "If the scanner is down, write the number on the slip and enter it later.",
    "Ask the lead of the shift when the amount is above 400 euros.",
    "A second pair of eyes is needed for anything that was opened before.",
    "Gift orders keep their wrapping and get a neutral slip.",
)
NOUNS = ("order", "invoice", "parcel", "refund", "voucher", "stock", "carrier", "return", "price", "customer")
VERBS = ("load", "store", "merge", "check", "round", "split", "release", "reserve", "cancel", "assign")
FLAWS = (
    "rounds each share before it adds them up",
    "compares with a limit that nobody sets any more",
    "reads the amount twice, before and after the discount",
    "takes the tax of the wrong country for split orders",
    "gives up at the first parcel that has no carrier",
)
REMEDIES = (
    "moved the rounding behind the sum",
    "took the limit from the settings",
    "read it once and handed it on",
    "looked the country up by the parcel",
    "made it go on and say so in the log",
)
TABLES = ("orders", "parcels", "returns", "vouchers", "stock_moves", "suppliers", "visits")
COLUMNS = ("order_id", "country", "placed_at", "amount_eur", "carrier", "weight_g", "refunded", "channel", "vat_rate")


def handbook(rng: Random, title: str, sentences: int) -> str:
    """A section of the shop's handbook."""
    lines = [f"## {title}"]
    for number in range(1, sentences + 1):
        part, place = rng.choice(PARTS), rng.choice(PLACES)
        lines.append(
            f"{number}. At {place}, {part} are {rng.choice(ACTIONS)} within {rng.randint(2, 48)} hours, "
            f"{rng.choice(REASONS)}."
        )
        if rng.random() < 0.3:
            lines.append(f"   {rng.choice(EXCEPTIONS)}")
    return "\n".join(lines)


def source_file(rng: Random, module: str, functions: int) -> str:
    """A module of the shop's order service."""
    lines = [
        f'"""{module.capitalize()}s of the shop: kept, checked and handed on."""',
        "",
        "from decimal import Decimal",
    ]
    for _ in range(functions):
        verb, noun, limit = rng.choice(VERBS), rng.choice(NOUNS), rng.randint(3, 900)
        lines += [
            "",
            "",
            f"def {verb}_{noun}_{limit}({noun}: dict[str, str], most: int = {limit}) -> Decimal:",
            f'    """The amount of this {noun}, in euros."""',
            f'    amount = Decimal({noun}["{rng.choice(COLUMNS)}"]) * {rng.randint(2, 99)} / 100',
            f'    if {noun}.get("{rng.choice(COLUMNS)}") in ("late", "open") and amount > most:',
            f"        raise ValueError(f\"{noun} {{{noun}['id']}}: more than {{most}} euros\")",
            f"    return amount.quantize(Decimal('0.{'0' * rng.randint(1, 3)}1'))",
        ]
    return "\n".join(lines)


def numbered(text: str) -> str:
    """A file as an agent's reading tool shows it."""
    return "\n".join(f"{number:5}\t{line}" for number, line in enumerate(text.splitlines(), 1))


def search_hits(rng: Random, word: str, count: int) -> str:
    """What a search through the order service finds."""
    return "\n".join(
        f"shop/{rng.choice(NOUNS)}s.py:{rng.randint(3, 480)}:    {rng.choice(VERBS)}_{word}({rng.choice(NOUNS)}, "
        f"most={rng.randint(3, 900)})"
        for _ in range(count)
    )


def test_run(rng: Random, module: str, tests: int, failed: int) -> str:
    """The output of the order service's tests."""
    lines = [f"collected {tests} items", ""]
    for number in range(tests):
        name = f"tests/test_{module}s.py::test_{rng.choice(VERBS)}s_a_{rng.choice(NOUNS)}_{number}"
        lines.append(f"{name} {'FAILED' if number < failed else 'PASSED'} [{100 * (number + 1) // tests:3}%]")
    for number in range(failed):
        wanted, found = rng.randint(100, 9_000), rng.randint(100, 9_000)
        lines += [
            "",
            f"____ test {number} ____",
            f"    assert total({rng.choice(NOUNS)}s) == Decimal('{wanted / 100}')",
            f"E   AssertionError: assert Decimal('{found / 100}') == Decimal('{wanted / 100}')",
        ]
    return "\n".join([*lines, "", f"==== {failed} failed, {tests - failed} passed in {tests * 0.03:.2f}s ===="])


def patch(rng: Random, module: str, hunks: int) -> str:
    """A change to a module, as a diff."""
    lines = [f"--- a/shop/{module}s.py", f"+++ b/shop/{module}s.py"]
    for _ in range(hunks):
        at, noun = rng.randint(3, 900), rng.choice(NOUNS)
        lines += [
            f"@@ -{at},6 +{at},7 @@ def {rng.choice(VERBS)}_{noun}({noun}):",
            f'     amount = Decimal({noun}["{rng.choice(COLUMNS)}"])',
            f"-    if amount > {rng.randint(3, 900)}:",
            f'+    if amount >= {rng.randint(3, 900)} and {noun}["{rng.choice(COLUMNS)}"] != "open":',
            f"+        {rng.choice(VERBS)}_{rng.choice(NOUNS)}({noun}, reason={rng.choice(ACTIONS)!r})",
            f"         return {rng.choice(VERBS)}_{noun}({noun})",
        ]
    return "\n".join(lines)


def contract(rng: Random, number: int, clauses: int) -> str:
    """A framework contract with a supplier."""
    lines = [f"Framework contract no. {number} on the supply of {rng.choice(PARTS)}"]
    for clause in range(1, clauses + 1):
        lines.append(
            f"§{clause} The supplier delivers {rng.choice(PARTS)} within {rng.randint(2, 60)} working days of the "
            f"order to {rng.choice(PLACES)}. For each day of delay the buyer may keep {rng.randint(1, 9)} per mille "
            f"of the order's value, at most {rng.randint(3, 12)} per cent, {rng.choice(REASONS)}. "
            f"{rng.choice(EXCEPTIONS)} Notice is {rng.randint(1, 6)} months to the end of a quarter."
        )
    return "\n".join(lines)


def rows(rng: Random, count: int) -> str:
    """The result of a query, as comma-separated values."""
    lines = ["order_id,country,placed_at,amount_eur,carrier"]
    for _ in range(count):
        country, carrier = rng.choice(("DE", "FR", "NL", "AT", "PL")), rng.choice(("van", "post", "bike"))
        day = f"2026-{rng.randint(1, 10):02}-{rng.randint(1, 28):02}"
        lines.append(f"{rng.randint(100_000, 999_999)},{country},{day},{rng.randint(500, 90_000) / 100},{carrier}")
    return "\n".join(lines)


def work_note(rng: Random, sentences: int) -> str:
    """What an engineer, or a model in the place of one, says of a change."""
    said = []
    for _ in range(sentences):
        noun, verb, limit = rng.choice(NOUNS), rng.choice(VERBS), rng.randint(3, 900)
        said.append(
            f"`{verb}_{noun}_{limit}` in shop/{noun}s.py {rng.choice(FLAWS)}; I {rng.choice(REMEDIES)} and left "
            f"{rng.randint(2, 9)} callers as they were."
        )
    return " ".join(said)


def handbook_answer(rng: Random, sentences: int) -> str:
    """What the handbook says, rule by rule."""
    return " ".join(
        f"Rule {rng.randint(1, 60)}: {rng.choice(PARTS)} are {rng.choice(ACTIONS)} at {rng.choice(PLACES)} within "
        f"{rng.randint(2, 48)} hours, {rng.choice(REASONS)}."
        for _ in range(sentences)
    )


def sales_note(rng: Random, sentences: int) -> str:
    """A report of a day's sales."""
    return " ".join(
        f"{rng.choice(PARTS).capitalize()} went {rng.choice(('up', 'down'))} by {rng.randint(1, 19)} % to "
        f"{rng.randint(900, 9_000):,} euros; {rng.randint(2, 40)} of {rng.randint(41, 200)} parcels were late, most of "
        f"them from {rng.choice(PLACES)}."
        for _ in range(sentences)
    )


def clause_note(rng: Random, sentences: int) -> str:
    """How contracts differ, clause by clause."""
    return " ".join(
        f"§{rng.randint(1, 95)} allows {rng.randint(2, 60)} working days instead of {rng.randint(2, 60)}, and the "
        f"penalty ends at {rng.randint(3, 12)} per cent where the others have {rng.randint(3, 12)}."
        for _ in range(sentences)
    )


def moment(at: float) -> str:
    """A time as a careless application writes it into its instructions."""
    return datetime.fromtimestamp(at, UTC).strftime("%A, %d %B %Y, %H:%M:%S")
