-- What each call cost before it is priced again.
create temp table costs_before as select exchange_id, cost_usd from exchanges
