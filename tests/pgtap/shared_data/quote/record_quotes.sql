-- Quotes come in: numbered, kept as history, the latest only forward; a batch with a bad quote stores nothing.
begin;
select plan(38);

select tests.set_stage();
set local role twinbook_market_data;

select results_eq(
  $$ select username, feed, symbol, number, bid::numeric, ask::numeric from shared_data.record_quote('AAPL', 99, 101, quoted_at => '2026-03-02 15:00+00', feed => 'tape') $$,
  $$ values ('market', 'tape', 'AAPL', 1::bigint, 99::numeric, 101::numeric) $$,
  'a quote is the latest, and numbered within its feed');

select is(shared_data.record_quotes(array[
    ('AAPL', 98, 102, 100, 5, '2026-03-02 15:00:01+00', 1, 2), ('MSFT', 49, 51, 50, 5, '2026-03-02 15:00:01+00', 1, 2),
    ('AAPL', 97, 103, 100, 5, '2026-03-02 15:00:02+00', 1, 2)]::shared_data.quote[], 'tape'), 3,
      'a batch tells how many it stored');
select results_eq($$ select symbol, number, bid::numeric from shared_data.quotes where feed = 'tape' order by symbol $$,
  $$ values ('AAPL', 4::bigint, 97::numeric), ('MSFT', 3, 49) $$, 'the last of a symbol in a batch is its latest');
select results_eq($$ select number, kind, symbol from shared_data.market_data where feed = 'tape' order by number $$,
  $$ values (1::bigint, 'quote', 'AAPL'), (2, 'quote', 'AAPL'), (3, 'quote', 'MSFT'), (4, 'quote', 'AAPL') $$,
  'every quote stays as history, numbered without gaps');
select results_eq($$ select newest_number, newest_at, late_quotes from shared_data.feeds where name = 'tape' $$,
  $$ values (4::bigint, timestamptz '2026-03-02 15:00:02+00', 0::bigint) $$, 'and the feed moves on');

select is((select bid::numeric from shared_data.record_quote('AAPL', 10, 11, quoted_at => '2026-03-02 15:00:01+00', feed => 'tape')), 97::numeric,
  'rule 23: an older quote never moves the price back');
select results_eq($$ select kind from shared_data.market_data where feed = 'tape' and number = 5 $$, array['late'],
  'it is kept as history');
select results_eq($$ select late_quotes, newest_at from shared_data.feeds where name = 'tape' $$,
  $$ values (1::bigint, timestamptz '2026-03-02 15:00:02+00') $$, 'and counted');
select is(shared_data.record_quotes(array[
    ('AAPL', 95, 105, null, null, '2026-03-02 15:00:05+00', null, null), ('AAPL', 1, 2, null, null, '2026-03-02 15:00:04+00', null, null)]::shared_data.quote[], 'tape'), 2,
  'one may be late within its batch');
select is((select bid::numeric from shared_data.quotes where (feed, symbol) = ('tape', 'AAPL')), 95::numeric,
  'and moves nothing either');
select is((select late_quotes from shared_data.feeds where name = 'tape'), 2::bigint, 'and is counted too');
select is((select bid::numeric from shared_data.record_quote('AAPL', 94, 106, quoted_at => '2026-03-02 15:00:05+00', feed => 'tape')), 94::numeric,
  'one of the same moment is not late');

select throws_ok(format('select shared_data.record_quotes(array[(''AAPL'', 1, 2, null, null, ''2026-03-02 16:00+00'', null, null), %s]::shared_data.quote[], ''tape'')', bad),
  code, null, 'refused: ' || bad)
from (values
  ('(''XXXX'', 1, 2, null, null, ''2026-03-02 16:00+00'', null, null)', 'TB404'),
  ('(null, 1, 2, null, null, ''2026-03-02 16:00+00'', null, null)', 'TB404'),
  ('null', 'TB404'),
  ('(''AAPL'', null, null, null, null, ''2026-03-02 16:00+00'', null, null)', 'TB400'),
  ('(''AAPL'', 0, 2, null, null, ''2026-03-02 16:00+00'', null, null)', 'TB400'),
  ('(''AAPL'', 1, -2, null, null, ''2026-03-02 16:00+00'', null, null)', 'TB400'),
  ('(''AAPL'', 1, 2, ''NaN'', null, ''2026-03-02 16:00+00'', null, null)', 'TB400'),
  ('(''AAPL'', 1, ''Infinity'', null, null, ''2026-03-02 16:00+00'', null, null)', 'TB400'),
  ('(''AAPL'', 1, 2, null, -1, ''2026-03-02 16:00+00'', null, null)', 'TB400'),
  ('(''AAPL'', 1, 2, null, null, ''2026-03-02 16:00+00'', -1, null)', 'TB400'),
  ('(''AAPL'', 1, 2, null, null, ''2026-03-02 16:00+00'', null, ''NaN'')', 'TB400'),
  ('(''AAPL'', 1, 2, null, null, null, null, null)', 'TB400'),
  ('(''AAPL'', 1, 2, null, null, ''infinity'', null, null)', 'TB400')) as wrong (bad, code);
select is((select newest_number from shared_data.feeds where name = 'tape'), 8::bigint,
  'nothing of a bad batch is stored');

select throws_ok($$ select shared_data.record_quote('AAPL', 1, 2, feed => 'silent') $$, 'TB404', null,
  'an unknown feed');
select throws_ok($$ select shared_data.record_quote('AAPL', 1, 2, feed => null) $$, 'TB404', null, 'no feed');
select throws_ok($$ select shared_data.record_quote('AAPL', 1, 2, quoted_at => clock_timestamp() + interval '2 minutes') $$, 'TB400', null,
  'real time has no quotes from the future');
select lives_ok($$ select shared_data.record_quote('AAPL', 1, 2, quoted_at => clock_timestamp() + interval '30 seconds') $$,
  'but clocks differ a little');
select is(shared_data.record_quotes('{}', 'tape'), 0, 'an empty batch is no quotes');

set local role twinbook_paper;
select throws_ok($$ select shared_data.record_quote('AAPL', 1, 2) $$, '42501', null, 'a trader makes no prices');
select throws_ok($$ select shared_data.record_quotes('{}') $$, '42501', null, 'nor a batch of them');
select throws_ok(act, '42501', null, 'nor past the verbs: ' || act)
from unnest(array['update shared_data.quotes set bid = 1', 'delete from shared_data.quotes', 'truncate shared_data.quotes',
                  'update shared_data.feeds set newest_number = 9', 'delete from shared_data.market_data']) as tried (act);

reset role;
select finish();
rollback;
