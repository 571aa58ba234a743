select shared_data.keep_shared('shared_data.market_data');
select shared_data.close_leaf(i.inhrelid::regclass)
from pg_catalog.pg_inherits as i
where i.inhparent = 'shared_data.market_data'::regclass;
