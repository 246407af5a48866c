-- Derived rows of no call.
delete from links where exchange_id not in (select exchange_id from chains);
delete from ledgers where exchange_id not in (select exchange_id from chains);
delete from hours where hour not in (select date_trunc('hour', started_at) from exchanges);
