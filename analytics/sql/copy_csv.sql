-- What was selected, as comma-separated values with a heading.
copy (select * from selected) to $path (format csv, header true)
