-- Links whose place follows from others that changed.
update links
set conversation_id = moved.conversation_id, turn = moved.turn, branch = moved.branch, relation = moved.relation
from moved
where links.exchange_id = moved.exchange_id
