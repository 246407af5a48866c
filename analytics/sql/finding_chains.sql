select exchange_id, stem::varchar, tail from chains semi join wanted using (exchange_id);
