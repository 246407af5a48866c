-- A table or view, as comma-separated values with a heading.
copy (select * from query_table($name)) to $path (format csv, header true)
