-- IOC and FOK: at once, or canceled; never resting.
begin;
select plan(14);

create function pg_temp.place(tif text, type text, price numeric, portfolio text) returns text language sql as $$
  select format('%s %s%s', status, plain(average_price), end_reason is not null)
  from place_order('AAPL', 'buy', 10, type, price, time_in_force => tif, portfolio => portfolio)
$$;
create function pg_temp.bar(last numeric, minute integer) returns integer language sql as $$
  select shared_data.replay_quotes('bars', array[('AAPL', null, null, last, null, timestamptz '2026-03-02 15:00+00' + minute * interval '1 minute', null, null)::shared_data.quote])
$$;

select tests.set_stage();
select tests.open('alice'), tests.open('alice', 'slow');
select tests.quote('AAPL', 99, 101);
select tests.act_as('alice', 'paper');

select is(pg_temp.place(tif, 'market', null, 'main'), 'FILLED 101f', tif || ' market fills') from unnest(array['IOC', 'FOK']) as tif;
select is(pg_temp.place(tif, 'limit', 102, 'main'), 'FILLED 101f', tif || ' limit that meets the market fills') from unnest(array['IOC', 'FOK']) as tif;
select is(pg_temp.place(tif, 'limit', 100, 'main'), 'CANCELED t', tif || ' limit that doesn''t is canceled, and says why') from unnest(array['IOC', 'FOK']) as tif;
select is((select held::numeric from balances as b join portfolios as p using (username, portfolio_id) where p.name = 'main'), 0::numeric,
  'and holds nothing');
select tests.quote('AAPL', 102, 101);
select is(pg_temp.place(tif, 'market', null, 'main'), 'CANCELED t', tif || ' on a crossed quote is canceled') from unnest(array['IOC', 'FOK']) as tif;

-- Where it must wait for the next quote, that quote is its only one.
select tests.act_as_installer();
insert into shared_data.feeds (username, name, fills_on) values ('alice', 'bars', 'next quote');
select tests.act_as('alice', 'paper');
select is((select feed from open_portfolio('bars', feed => 'bars')), 'bars',
  'a portfolio that fills on the next quote');
select pg_temp.bar(100, 0);
select is(pg_temp.place('IOC', 'limit', 98, 'bars'), 'OPEN f',
  'an IOC limit below the market waits for the next quote');
select pg_temp.bar(99, 1);
select results_eq($$ select status::text from orders where feed = 'bars' order by order_number desc limit 1 $$, array['CANCELED'],
  'which doesn''t reach it: canceled, it never rests');
select is(pg_temp.place('FOK', 'limit', 98, 'bars'), 'OPEN f', 'so does a FOK limit');
select pg_temp.bar(97, 2);
select results_eq($$ select status::text, average_price from orders where feed = 'bars' order by order_number desc limit 1 $$,
  $$ values ('FILLED', 97.10) $$,
  'which meets it: filled');

select tests.act_as_installer();
select finish();
rollback;
