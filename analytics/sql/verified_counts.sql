-- How much there is to verify.
select
    (select count(*) from exchanges) as exchanges,
    (select count(*) from stored.main.exchanges) as stored_exchanges,
    (select count(*) from blocks) as blocks,
    (select count(*) from blocks where content is null) as textless,
    (select count(*) from prefixes) as prefixes,
    (select count(*) from preambles) as preambles
