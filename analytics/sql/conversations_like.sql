-- The conversations whose id begins so.
select distinct conversation_id from links where starts_with(conversation_id, ?) limit 3
