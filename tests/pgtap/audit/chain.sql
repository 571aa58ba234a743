-- The audit log: each act one row, numbered, chained by bytes that never change, and every tampering is found.
begin;
select plan(32);

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select tests.act_as('alice', book());
select edit_portfolio('main', 1, slippage_percent => 0.3) is not null, place_order('AAPL', 'buy', 1, context => '{"why": "Grüße"}') is not null;
select tests.act_as_installer();
select tests.trade('alice', 'AAPL', 'buy', 10, 100) is not null, tests.pending('alice', 'AAPL', 'buy', 1) is not null;
select tests.act_as('alice', book());
select count(*) from cancel_all();

select results_eq('select seq, operation, actor from audit_log order by seq',
  $$ values (1::bigint, 'portfolio_opened', 'alice'), (2, 'money_moved', 'alice'), (3, 'portfolio_edited', 'alice'),
            (4, 'order_rejected', 'alice'), (5, 'order_placed', 'alice'), (6, 'order_filled', 'venue'), (7, 'order_placed', 'alice'),
            (8, 'order_canceled', 'alice') $$,
  'each act is one row, numbered without gaps, with who did it');
select ok(bool_and(previous_checksum is not distinct from before), 'each is chained to the one before it')
from (select previous_checksum, lag(checksum) over (order by seq) as before from audit_log) as links;
select is((select audit_head from portfolios), (select checksum from audit_log where seq = 8),
  'the portfolio keeps the head');
select is((select audit_seq from portfolios), 8::bigint, 'and the count');
select ok(bool_and(session_id is not null and occurred_at <= clock_timestamp()), 'session and time stand beside it') from audit_log;

-- The bytes, built here anew: each field as its octet length, a colon, and itself in UTF-8; null is a dash.
select is(checksum, sha256(convert_to(string_agg(coalesce(octet_length(convert_to(field, 'UTF8')) || ':' || field, '-'), '' order by place), 'UTF8')),
          'recomputed: ' || operation)
from audit_log, unnest(array['1', book(), username, portfolio_id::text, seq::text, operation, actor,
                             to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), details::text, encode(previous_checksum, 'hex')])
                 with ordinality as f (field, place)
group by username, portfolio_id, seq, operation, checksum order by seq;

select results_eq('select portfolio::text, events, rebuilt_equals_stored, chain_intact, first_bad_seq from verify_portfolios()',
  $$ values ('main', 8::bigint, true, true, null::bigint) $$, 'her book is whole, and so she may verify herself');
select tests.act_as('', book());
select throws_ok('select * from verify_portfolios()', 'TB401', null, 'nobody has none to verify');

select set_config('role', 'none', true);
select results_eq('select username, rebuilt_equals_stored, chain_intact from verify() order by username',
  $$ values ('alice', true, true), ('bob', true, true) $$, 'the whole book is whole');

-- Tampering, as only a superuser can who switches the guards off. Each is undone again.
alter table audit_log disable trigger user;
alter table portfolios disable trigger user;
create function pg_temp.first_bad(tampering text) returns text language plpgsql as $$
declare
  found text;
begin
  execute tampering;
  select string_agg(format('%s %s', v.username, v.first_bad_seq), ', ' order by v.username) into found from verify() as v where not v.chain_intact;
  raise exception using errcode = 'TT000', message = coalesce(found, 'nothing');
exception
  when sqlstate 'TT000' then return sqlerrm;
end
$$;
select is(pg_temp.first_bad(tampering), found, tampering)
from (values
  ('select 1', 'nothing'),
  ('update audit_log set actor = ''bob'' where (username, seq) = (''alice'', 3)', 'alice 3'),
  ('update audit_log set operation = ''nothing'' where (username, seq) = (''alice'', 8)', 'alice 8'),
  ('update audit_log set details = details || ''{"x": 1}'' where (username, seq) = (''alice'', 1)', 'alice 1'),
  ('update audit_log set occurred_at = occurred_at + interval ''1 microsecond'' where (username, seq) = (''alice'', 4)', 'alice 4'),
  ('delete from audit_log where (username, seq) = (''alice'', 3)', 'alice 4'),
  ('delete from audit_log where (username, seq) = (''alice'', 8)', 'alice 8'),
  ('delete from audit_log where username = ''alice'' and seq > 4', 'alice 5'),
  ('delete from audit_log where (username, seq) = (''alice'', 1)', 'alice 2'),
  ('delete from audit_log where username = ''alice''', 'alice 1'),
  ('update audit_log set seq = 9 - seq where username = ''alice'' and seq in (4, 5) and false; update audit_log set seq = 99 where (username, seq) = (''alice'', 4);
    update audit_log set seq = 4 where (username, seq) = (''alice'', 5); update audit_log set seq = 5 where (username, seq) = (''alice'', 99)', 'alice 4'),
  ('update portfolios set audit_head = sha256(''x'') where username = ''alice''', 'alice 9'),
  ('update portfolios set audit_seq = 9 where username = ''alice''', 'alice 9'),
  ('update audit_log set checksum = sha256(''x'') where (username, seq) = (''alice'', 2)', 'alice 2'),
  ('delete from audit_log where (username, seq) = (''alice'', 8); update portfolios set audit_seq = 7 where username = ''alice''', 'alice 8')) as tried (tampering, found);
-- An actor who recomputes a row's own checksum still breaks the link that follows.
select is(pg_temp.first_bad(
  'update audit_log set actor = ''bob'', checksum = checksum_of(username, portfolio_id, seq, operation, ''bob'', occurred_at, details, previous_checksum)
   where (username, seq) = (''alice'', 3)'), 'alice 4', 'a forged row breaks the link after it');

select finish();
rollback;
