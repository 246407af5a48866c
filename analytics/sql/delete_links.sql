-- Links that are written anew.
delete from links where exchange_id in (select batch.exchange_id from batch)
