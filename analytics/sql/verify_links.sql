-- Every exchange of a conversation has a place in one, after a parent of the same conversation, which need not be one
-- of those to verify.
select chains.exchange_id
from chains
left join exchanges using (exchange_id)
left join links using (exchange_id)
left join stored.main.links as parent on parent.exchange_id = links.parent_exchange_id
where exchanges.exchange_id is null
   or links.exchange_id is null
   or (links.parent_exchange_id is not null and parent.conversation_id is distinct from links.conversation_id)
   or (links.relation = 'retry' and parent.turn > links.turn)
   or (links.relation <> 'retry' and parent.turn >= links.turn)
