-- What was selected, as a Parquet file.
copy (select * from selected) to $path (format parquet, compression zstd)
