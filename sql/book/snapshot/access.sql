select keep_private('portfolio_snapshots');
select keep_private('position_snapshots');
select keep_private('price_snapshots');
grant delete on portfolio_snapshots, position_snapshots, price_snapshots to twinbook_engine;
select close_leaf(i.inhrelid::regclass)
from pg_catalog.pg_inherits as i
where i.inhparent in ('portfolio_snapshots'::regclass, 'position_snapshots'::regclass, 'price_snapshots'::regclass);
