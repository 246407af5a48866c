-- The calls that fetched a stored response.
select exchange_id from exchanges where api = 'openai.responses.retrieve' order by exchange_id
