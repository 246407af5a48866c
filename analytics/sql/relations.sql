-- The tables and views there are, with their columns.
select table_name, list(column_name order by column_index)
from duckdb_columns()
where not internal and schema_name = 'main' and database_name = current_database()
group by table_name
order by table_name
