"""What a call costs under another outcome: its input priced anew, all else as it was billed."""

from collections.abc import Mapping
from dataclasses import replace

from analytics.caching.bill import input_cost
from analytics.caching.billed import BilledCall
from analytics.caching.call import Call, Outcome
from analytics.pricing.cost import REPORTED, Rates
from analytics.pricing.pricer import Pricer
from analytics.whatif.traffic import Chosen


class Bill:
    """Prices the chosen calls. A call's own rates are looked up once."""

    def __init__(self, pricer: Pricer, chosen: Mapping[str, Chosen]) -> None:
        self._pricer, self._chosen = pricer, chosen
        self._rates: dict[str, Rates] = {}

    def usd(self, billed: BilledCall, call: Call, outcome: Outcome) -> float | None:
        """The whole call in USD, made as `call` with this outcome; None where a part is unknown.

        Output and what is charged beside the tokens stay as they were billed.
        """
        known = self._chosen[call.call_id].usd
        if known is None or billed.paid.usd is None:
            return None
        cost = input_cost(outcome, self._rates_of(billed, call), call.rule).usd
        return None if cost is None else cost + known - billed.paid.usd

    def _rates_of(self, billed: BilledCall, call: Call) -> Rates:
        """The rates of a call of this size. Where the provider reported the cost, those of the call as it was."""
        if call.input_tokens != billed.call.input_tokens and billed.row.cost_basis != REPORTED:
            return replace(billed, call=call).rates(self._pricer)
        rates = self._rates.get(call.call_id)
        if rates is None:
            rates = self._rates[call.call_id] = billed.rates(self._pricer)
        return rates
