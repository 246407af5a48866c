-- Of the calls that are made anew, usage that another call told is forgotten: they themselves told none.
update exchanges
set usage_from = null,
    usage_basis = 'none',
    usage_raw = null,
    input_tokens = null,
    cache_read_tokens = null,
    cache_write_tokens = null,
    cache_write_5m_tokens = null,
    cache_write_30m_tokens = null,
    cache_write_1h_tokens = null,
    cache_write_12h_tokens = null,
    output_tokens = null,
    reasoning_tokens = null,
    audio_input_tokens = null,
    audio_output_tokens = null,
    reported_cost_usd = null
where usage_from is not null
  and exchange_id in (select anew.exchange_id from anew)
