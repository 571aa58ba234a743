-- A portfolio whose matching fails stops nobody else's, and loses nothing: it is matched when next taken.
begin;
select plan(11);

create function pg_temp.fail() returns trigger language plpgsql as $$ begin raise exception 'on purpose'; end $$;

select tests.set_stage();
select tests.open('alice'), tests.open('bob');
select tests.quote('AAPL', 99, 100);
select tests.act_as('alice', 'paper');
select place_order('AAPL', 'buy', 10, 'limit', 95, time_in_force => 'GTC') is not null;
select tests.act_as('bob', 'paper');
select place_order('AAPL', 'buy', 10, 'limit', 95, time_in_force => 'GTC') is not null;

select tests.act_as_installer();
create trigger fails before insert on executions for each row when (new.username = 'alice') execute function pg_temp.fail();
set local client_min_messages = error;
select lives_ok($$ select tests.quote('AAPL', 94, 95) $$, 'the quote is taken, whoever can''t be matched');
select results_eq('select username, status::text from orders order by username', $$ values ('alice', 'OPEN'), ('bob', 'FILLED') $$,
  'bob is filled');
select results_eq($$ select username, from_number, cause from unmatched where cause = 'failed' $$,
  $$ values ('alice', 2::bigint, 'failed') $$,
  'alice is left to be matched');
drop trigger fails on executions;

select tests.quote('AAPL', 99, 100);
select results_eq($$ select status::text, average_price from orders where username = 'alice' $$,
  $$ values ('FILLED', 95::numeric) $$,
  'and is, when next taken');
select results_eq($$ select quote_number from executions where username = 'alice' $$, array[2::bigint],
  'at the quote that she had missed');
select is_empty('select * from unmatched', 'nothing is left');
select is_empty('select * from verify() where not (chain_intact and rebuilt_equals_stored)', 'the book is whole');

-- Nor does one that a corporate action fails for.
create function pg_temp.fail_again() returns trigger language plpgsql as $$ begin raise exception 'on purpose'; end $$;
create trigger fails before insert on position_adjustments for each row when (new.username = 'alice') execute function pg_temp.fail_again();
select lives_ok($$ select shared_data.record_corporate_action('AAPL', 2, 1, feed => 'tape') $$, 'the action is taken');
select results_eq('select username, quantity::numeric from positions order by username', $$ values ('alice', 10::numeric), ('bob', 20) $$, 'bob''s are split');
drop trigger fails on position_adjustments;
select tests.quote('AAPL', 49, 50);
select results_eq('select username, quantity::numeric from positions order by username', $$ values ('alice', 20::numeric), ('bob', 20) $$,
  'and so are alice''s, when next taken');
select is_empty('select * from unmatched', 'nothing is left');

select finish();
rollback;
