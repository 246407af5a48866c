-- Hours that are added up anew.
delete from hours where hour in (select touched.hour from touched)
