-- Every table and view with its comment, and every column with its type and comment, in order.
with relations as (
    select table_name as name, comment, 'table' as kind, table_oid as place from duckdb_tables() where not internal
    union all
    select view_name, comment, 'view', view_oid from duckdb_views() where not internal
)
select relations.name, kind, relations.comment, column_name, data_type, columns.comment
from duckdb_columns() as columns
join relations on relations.name = columns.table_name
where not columns.internal
order by coalesce(relations.comment like 'Internal:%', true), place, column_index
