-- Keys made anew.
update chains
set offers = keyed.offers, seeks = keyed.seeks
from keyed
where chains.exchange_id = keyed.exchange_id
