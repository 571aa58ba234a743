-- A month's partition is closed: it can't be read, written or emptied past its parent.
begin;
select plan(20);

select tests.set_stage();
insert into shared_data.feeds (username, name) values ('alice', 'hers'), ('bob', 'his');

set local role twinbook_admin;
select is(shared_data.add_month('2031-05-17'), '2031-05', 'an administrator makes a month');
select is(shared_data.add_month('2031-05-01'), '2031-05', 'making it again does nothing');
select throws_ok(format('select shared_data.add_month(%L::date)', month), 'TB400', null, 'not a month: ' || coalesce(month, 'null'))
from unnest(array[null, 'infinity']) as wrong (month);
select throws_ok('select * from shared_data.market_data_2031_05', '42501', null, 'he reads nothing of it');
reset role;

insert into shared_data.market_data (username, feed, number, kind, symbol, last, quoted_at, created_at, feed_time)
values ('alice', 'hers', 1, 'quote', 'AAPL', 7, '2031-05-02', '2031-05-02', '2031-05-02'),
       ('bob', 'his', 1, 'quote', 'AAPL', 8, '2031-05-02', '2031-05-02', '2031-05-02');
select is((select count(*) from shared_data.market_data_2031_05), 2::bigint, 'it takes what was stored in its month');

insert into shared_data.market_data (username, feed, number, kind, symbol, last, quoted_at, created_at, feed_time)
values ('bob', 'his', 2, 'quote', 'AAPL', 8, '2032-05-02', '2032-05-02', '2032-05-02');
set local role twinbook_admin;
select throws_ok($$ select shared_data.add_month('2032-05-01') $$, 'TB422', null,
  'a month that the default partition holds can''t be made');
reset role;

select is(tests.refusal('truncate shared_data.market_data_2031_05'), 'TB001 market_data_2031_05', 'nobody empties it');
select is(tests.refusal('delete from shared_data.market_data_2031_05'), 'TB001 market_data_2031_05',
  'nobody deletes from it');
select is(tests.refusal('update shared_data.market_data_2031_05 set last = 1'), 'TB001 market_data_2031_05',
  'nobody changes it');

select tests.act_as('alice', 'paper');
select results_eq('select last::numeric from shared_data.market_data where feed in (''hers'', ''his'')', array[7::numeric],
  'alice reads her own rows through the parent');
select throws_ok(act, '42501', null, 'past the parent nothing: ' || act)
from unnest(array['select * from shared_data.market_data_2031_05', 'delete from shared_data.market_data_2031_05',
                  'truncate shared_data.market_data_2031_05', 'select * from shared_data.market_data_default',
                  'insert into shared_data.market_data_2031_05 (username, feed, number, kind, symbol, quoted_at, created_at)
                   values (''alice'', ''hers'', 2, ''quote'', ''AAPL'', now(), ''2031-05-03'')']) as tried (act);
select throws_ok($$ select shared_data.add_month('2031-06-01') $$, '42501', null, 'nor makes she months');

reset role;
select results_eq(
  $$ select c.relname::text collate "C", c.relrowsecurity, c.relforcerowsecurity
     from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
     where i.inhparent = 'shared_data.market_data'::regclass order by 1 $$,
  $$ values ('market_data_2031_05' collate "C", true, true), ('market_data_default', true, true) $$,
  'row level security is forced on every partition');
set local role twinbook_engine;
select throws_ok('select * from shared_data.market_data_2031_05', '42501', null,
  'the engine goes through the parent too');
set local role twinbook_owner;
select set_config('app.current_user', tests.says('alice', 'administration'), true);
select is((select count(*) from shared_data.market_data_2031_05), 0::bigint,
  'and its owner, whom force binds, sees no row past it');

reset role;
select finish();
rollback;
