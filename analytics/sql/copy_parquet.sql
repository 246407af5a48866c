-- A table or view, as a Parquet file.
copy (select * from query_table($name)) to $path (format parquet, compression zstd)
