-- A table or view, as one JSON object a line.
copy (select * from query_table($name)) to $path (format json)
