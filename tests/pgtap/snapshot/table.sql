-- Snapshots' keys: each belongs to a portfolio, a position, or a trade that is there, and stands once.
begin;
select plan(30);

select tests.set_stage();
select tests.quote('AAPL', 99, 101);
select tests.open('alice');
select tests.trade('alice', 'AAPL', 'buy', 10, 100) is not null;
select shared_data.take_snapshots();

create temporary table cases (target text, change jsonb, refused text);
insert into cases values
  ('portfolio_snapshots', '{"feed_number": 9}', 'accepted'),
  ('portfolio_snapshots', '{}', '23505 portfolio_snapshots_default_pkey'),
  ('portfolio_snapshots', '{"username": "bob"}', '23503 portfolio_snapshots_portfolio_fkey'),
  ('position_snapshots', '{"feed_number": 9}', 'accepted'),
  ('position_snapshots', '{}', '23505 position_snapshots_default_pkey'),
  ('position_snapshots', '{"symbol": "MSFT"}', '23503 position_snapshots_position_fkey'),
  ('price_snapshots', '{"feed_number": 9}', 'accepted'),
  ('price_snapshots', '{}', '23505 price_snapshots_default_pkey'),
  ('price_snapshots', '{"username": "bob"}', '23503 price_snapshots_trade_fkey'),
  ('price_snapshots', '{"feed_number": 9, "mae": "NaN"}', '23514 amount_is_finite'),
  ('price_snapshots', '{"feed_number": 9, "price": 0}', '23514 price_is_positive'),
  ('price_snapshots', '{"feed_number": 9, "mfe": -1}', '23514 magnitude_is_not_negative');

select is(tests.refusal(tests.row_like(target::regclass, change)), refused, target || ': ' || refused) from cases;

-- Nothing changes them, nobody empties them, past a partition neither; what is too old is found by an index.
create function pg_temp.plan_of(query text) returns setof text language plpgsql as $$ begin return query execute 'explain ' || query; end $$;
set local enable_seqscan = off;
select is(tests.refusal(format(act, name)), format(refused, name), format(act, name))
from unnest(array['portfolio_snapshots', 'position_snapshots', 'price_snapshots']) as name,
     (values ('update %s set feed_number = 2', 'TB001 %s_default'), ('delete from %s', 'TB001 %s_default'), ('truncate %s', 'TB001 %s'),
             ('truncate %s_default', 'TB001 %1$s_default'), ('update %s_default set feed_number = 2', 'TB001 %1$s_default')) as tried (act, refused);
select isnt_empty(format($$ select line from pg_temp.plan_of('delete from %s where created_at < now() - interval ''30 days''') as line where line ~ 'created_at_idx' $$, name), name || ' has an index by age')
from unnest(array['portfolio_snapshots', 'position_snapshots', 'price_snapshots']) as name;

select finish();
rollback;
