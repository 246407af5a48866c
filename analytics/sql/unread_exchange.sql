-- One call that is stored raw.
select 1 from exchanges where reading = 'unread' limit 1
