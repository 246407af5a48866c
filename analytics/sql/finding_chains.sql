select exchange_id, stem::blob, tail from chains semi join wanted using (exchange_id);
