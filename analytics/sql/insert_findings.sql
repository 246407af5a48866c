insert into findings select * from batch;
