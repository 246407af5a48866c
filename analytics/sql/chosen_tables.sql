-- The tables of the database `stored`, by the same names, with the rows of the chosen calls and of what they sent.
-- Each table is named in full: by a short name a view would find itself.
attach ':memory:' as chosen (read_write);
use chosen;

create schema given;
create table given.calls as
select exchange_id
from stored.main.exchanges
where started_at >= getvariable('since')
  and started_at < getvariable('until')
  and (getvariable('app') is null or app = getvariable('app'))
  and (getvariable('team') is null or team = getvariable('team'));

-- What belongs to one call. What a row says of its conversation (a parent, a sum so far) is what it says there.
create view exchanges as select * from stored.main.exchanges semi join given.calls using (exchange_id);
create view links as select * from stored.main.links semi join given.calls using (exchange_id);
create view chains as select * from stored.main.chains semi join given.calls using (exchange_id);
create view meters as select * from stored.main.meters semi join given.calls using (exchange_id);
create view ledgers as select * from stored.main.ledgers semi join given.calls using (exchange_id);
create view raw_exchanges as select * from stored.main.raw_exchanges semi join given.calls using (exchange_id);
create view findings as select * from stored.main.findings semi join given.calls using (exchange_id);
create view turns as select * from stored.main.turns semi join given.calls using (exchange_id);
create view turn_costs as select * from stored.main.turn_costs semi join given.calls using (exchange_id);
create view unexamined as select * from stored.main.unexamined semi join links using (conversation_id);

-- What was sent: every history from its end to its beginning. Long ones are walked by strides, of which each takes 32
-- steps at once; the last walk goes through what they leave out.
create view given.histories as
with recursive ends as (
    select prefix_hash from exchanges where prefix_hash is not null
    union
    select parent_hash
    from ends
    join stored.main.prefixes using (prefix_hash)
    where parent_hash is not null and depth % 32 <> 0
),
strode as (
    select prefix_hash from ends
    union
    select stride_from from strode join stored.main.strides using (prefix_hash) where stride_from is not null
),
walked as (
    select prefix_hash from strode
    union
    select parent_hash from walked join stored.main.prefixes using (prefix_hash) where parent_hash is not null
)
select prefix_hash from walked;

create view prefixes as select * from stored.main.prefixes semi join given.histories using (prefix_hash);
create view strides as select * from stored.main.strides semi join given.histories using (prefix_hash);
create view preambles as select * from stored.main.preambles semi join exchanges using (preamble_hash);
create view blocks as
with sent as (
    select block_hash from prefixes
    union
    select unnest(block_hashes) from preambles
    union
    select unnest(reply_hashes) from exchanges
)
select * from stored.main.blocks semi join sent using (block_hash);

-- What is no call's, or of calls that were never read.
create view meta as select * from stored.main.meta;
create view losses as select * from stored.main.losses;
create view set_aside as select * from stored.main.set_aside;

create table hours as select * from stored.main.hours limit 0;
