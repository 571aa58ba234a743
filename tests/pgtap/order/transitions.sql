-- Rule 10: every pair of states, allowed or refused as order_transitions says; the trigger and this test read the same rows.
begin;
select plan(59);

select tests.set_stage();
select tests.open('alice');

-- One order in each state, reached by allowed moves.
create temporary table states (state text, order_id text);
insert into states
select state, tests.pending('alice', 'AAPL', 'buy', 10)
from unnest(array['PENDING', 'OPEN', 'PARTIALLY_FILLED', 'FILLED', 'REJECTED', 'CANCELED', 'EXPIRED']) as state;

create function pg_temp.move(order_id text, state text) returns text language sql as $$
  select format(
    'update orders set status = %1$L, reject_reason = %2$s,
       filled_quantity = case %1$L when ''FILLED'' then quantity when ''PARTIALLY_FILLED'' then greatest(filled_quantity, 4)
                                   else filled_quantity end
     where order_id = %3$L',
    state, case state when 'REJECTED' then '''no''' else 'null' end, order_id)
$$;

create function pg_temp.go(statement text) returns void language plpgsql as $$ begin execute statement; end $$;
select pg_temp.go(pg_temp.move(order_id, state)) from states where state <> 'PENDING';
select results_eq('select status::text from orders order by order_number', 'select state from states',
  'an order stands in each state');

select is(tests.refusal(pg_temp.move(s.order_id, t.state)),
          case when exists (select from order_transitions where (from_status, to_status) = (s.state, t.state)) then 'accepted' else 'TB002' end,
          s.state || ' to ' || t.state)
from states as s, states as t
where s.state <> t.state;

-- What doesn't change its state is no move: a trigger, a replacement, another fill.
select is(tests.refusal(format('update orders set effective_number = effective_number + 1 where order_id = %L', order_id)), 'accepted',
          state || ' to itself') from states;

select set_eq(
  $$ select from_status, to_status from order_transitions $$,
  $$ select * from (values
       ('PENDING', 'OPEN'), ('PENDING', 'PARTIALLY_FILLED'), ('PENDING', 'FILLED'), ('PENDING', 'REJECTED'), ('PENDING', 'CANCELED'),
       ('PENDING', 'EXPIRED'), ('OPEN', 'OPEN'), ('OPEN', 'PARTIALLY_FILLED'), ('OPEN', 'FILLED'), ('OPEN', 'CANCELED'),
       ('OPEN', 'EXPIRED'), ('OPEN', 'REJECTED'), ('PARTIALLY_FILLED', 'PARTIALLY_FILLED'), ('PARTIALLY_FILLED', 'FILLED'),
       ('PARTIALLY_FILLED', 'CANCELED'), ('PARTIALLY_FILLED', 'EXPIRED')) as paper (from_status, to_status)
     union all
     select * from (values ('CANCELED', 'FILLED'), ('EXPIRED', 'FILLED')) as live (from_status, to_status) where book() = 'live' $$,
  'the moves are those of the rule; live adds what a broker may tell late');

select is(tests.refusal(act), refused, act)
from (values ('delete from order_transitions where false', 'TB001 order_transitions'),
             ('update order_transitions set to_status = to_status where false', 'TB001 order_transitions'),
             ('truncate order_transitions', 'TB001 order_transitions'),
             ('insert into order_transitions values (''PENDING'', ''OPEN'')', '23505 order_transitions_pkey')) as tried (act, refused);

select tests.act_as('alice', book());
select isnt_empty('select * from order_transitions', 'traders read the rules');
select throws_ok($$ insert into order_transitions values ('FILLED', 'OPEN') $$, '42501', null, 'and don''t write them');
select tests.act_as_installer();
select set_config('role', 'twinbook_engine', true);
select throws_ok($$ insert into order_transitions values ('FILLED', 'OPEN') $$, '42501', null, 'nor does the engine');
select set_config('role', 'twinbook_auditor', true);
select isnt_empty('select * from order_transitions', 'the auditor reads them');

select tests.act_as_installer();
select finish();
rollback;
