-- From here on a query reads this database and no other file, and cannot take that back.
set enable_external_access = false;
set lock_configuration = true;
