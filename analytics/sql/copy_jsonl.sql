-- What was selected, as one JSON object a line.
copy (select * from selected) to $path (format json)
