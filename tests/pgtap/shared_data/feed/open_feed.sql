-- Feeds: one's own, opened once, with a clock of its own; shared ones by market data's role.
begin;
select plan(27);

select tests.set_stage();

select tests.act_as('alice', 'paper');
select results_eq(
  $$ select username, name, is_realtime, fills_on, shared_data.clock(f) from shared_data.open_feed('replay') as f $$,
  $$ values ('alice', 'replay', false, 'this quote', timestamptz '-infinity') $$,
  'rule 21: an own feed is its user''s, and its clock stands at -infinity while it is empty');
select is((select count(*) from shared_data.open_feed('replay')), 1::bigint, 'opening it again returns it');
select is((select count(*) from shared_data.feeds where username = 'alice'), 1::bigint, 'and opens no second one');
select throws_ok($$ select shared_data.open_feed('replay', 'next quote') $$, 'TB422', null,
  'it can''t fill otherwise afterwards');
select throws_ok(format('select shared_data.open_feed(%L)', name), 'TB400', null, format('not named %s', coalesce(name, 'null')))
from unnest(array['Two Words', '', null, repeat('a', 64)]) as wrong (name);
select throws_ok($$ select shared_data.open_feed('other', 'a whim') $$, 'TB400', null, 'nor filling on a whim');
select throws_ok($$ select shared_data.open_feed('other', null) $$, 'TB400', null, 'nor on null');
select throws_ok($$ select shared_data.open_shared_feed('other') $$, '42501', null, 'a trader opens no shared feed');

select lives_ok($$ select shared_data.replay_quotes('replay', array[('AAPL', 99, 101, null, null, '2012-01-03 15:00+00', null, null)::shared_data.quote]) $$,
  'she feeds it');
select is(shared_data.clock(f), timestamptz '2012-01-03 15:00+00', 'its clock is its newest quote''s time')
from shared_data.feeds as f where f.name = 'replay';
select ok(abs(extract(epoch from shared_data.clock(f) - clock_timestamp())) < 5, 'realtime runs on the real clock')
from shared_data.feeds as f where f.name = 'realtime';

select tests.act_as('bob', 'paper');
select is_empty($$ select * from shared_data.feeds where name = 'replay' $$, 'bob doesn''t see her feed');
select is_empty($$ select * from shared_data.quotes where feed = 'replay' $$, 'nor its quotes');
select is_empty($$ select * from shared_data.market_data where feed = 'replay' $$, 'nor its history');
select throws_ok($$ select shared_data.replay_quotes('replay', '{}') $$, 'TB404', null, 'nor feeds it');
select is((select username from shared_data.open_feed('replay', 'next quote')), 'bob', 'the same name is his own feed');

select tests.act_as('', 'paper');
select throws_ok($$ select shared_data.open_feed('replay') $$, 'TB401', null, 'nobody opens none');
select tests.act_as('market', 'paper');
select throws_ok($$ select shared_data.open_feed('replay') $$, 'TB401', null, 'and nobody acts as the market');
select tests.act_as('alice', 'live');
select throws_ok($$ select shared_data.open_feed('replay') $$, '42501', null,
  'the live book has no feeds of one''s own');

select tests.act_as_installer();
set local role twinbook_market_data;
select results_eq($$ select username, name from shared_data.open_shared_feed('club') $$,
  $$ values ('market', 'club') $$,
  'market data''s role opens a shared feed');
select is((select count(*) from shared_data.open_shared_feed('club')), 1::bigint, 'opening it again returns it');
select throws_ok(format('select shared_data.open_shared_feed(%L)', name), 'TB400', null, format('not named %s', coalesce(name, 'null')))
from unnest(array['Two Words', null]) as wrong (name);
select throws_ok($$ select shared_data.open_feed('own') $$, '42501', null, 'it has none of its own');

reset role;
select finish();
rollback;
