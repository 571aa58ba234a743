-- Rule 14: every pair of a trade's states, allowed or refused as trade_transitions says; the trigger reads the same rows.
begin;
select plan(58);

select tests.set_stage();
select tests.open('alice');

-- One trade in each state, set as a superuser with the guards off.
create temporary table states (state text, trade_id text);
select tests.trade('alice', 'AAPL', 'buy', 10, 100, strategy => state) is not null
from unnest(array['PENDING', 'PARTIALLY_FILLED', 'OPEN', 'CLOSING', 'CLOSED', 'EXPIRED', 'CANCELED']) as state;
insert into states select strategy, trade_id from trades;

create function pg_temp.set_state(trade_id text, state text) returns text language sql as $$
  select format(
    'update trades set status = %1$L,
       entry_quantity = %2$s, entry_value = %2$s * 100, exit_quantity = %3$s, opened_at = %4$s, closed_at = %5$s, exit_reason = %6$s
     where trade_id = %7$L',
    state, case when state in ('PENDING', 'CANCELED') then 0 else 10 end,
    case when state in ('CLOSED', 'EXPIRED') then 10 else 0 end,
    case when state in ('PENDING', 'CANCELED') then 'null' else 'placed_at' end,
    case when state in ('CLOSED', 'EXPIRED', 'CANCELED') then 'placed_at' else 'null' end,
    case when state in ('CLOSED', 'EXPIRED', 'CANCELED') then '''why''' else 'null' end, trade_id)
$$;
create function pg_temp.go(statement text) returns void language plpgsql as $$ begin execute statement; end $$;
alter table trades disable trigger user;
select pg_temp.go(pg_temp.set_state(trade_id, state)) from states;
alter table trades enable trigger trades_moves_are_allowed;
select set_eq('select status::text from trades', 'select state from states', 'a trade stands in each state');

select is(tests.refusal(pg_temp.set_state(s.trade_id, t.state)),
          case when exists (select from trade_transitions where (from_status, to_status) = (s.state, t.state)) then 'accepted' else 'TB002' end,
          s.state || ' to ' || t.state)
from states as s, states as t
where s.state <> t.state;

alter table trades enable trigger user;
select is(tests.refusal(format('update trades set mfe = mfe + 1 where trade_id = %L', trade_id)),
          case when state in ('CLOSED', 'EXPIRED', 'CANCELED') then 'TB001 trades' else 'accepted' end,
          'what has ended stays as it was: ' || state)
from states;

select set_eq(
  'select from_status, to_status from trade_transitions',
  $$ values ('PENDING', 'PARTIALLY_FILLED'), ('PENDING', 'OPEN'), ('PENDING', 'CANCELED'), ('PARTIALLY_FILLED', 'OPEN'),
            ('PARTIALLY_FILLED', 'CLOSING'), ('OPEN', 'OPEN'), ('OPEN', 'CLOSING'), ('OPEN', 'CLOSED'), ('OPEN', 'EXPIRED'),
            ('CLOSING', 'CLOSING'), ('CLOSING', 'OPEN'), ('CLOSING', 'CLOSED'), ('CLOSING', 'EXPIRED') $$,
  'the moves are those of the rule');

select is(tests.refusal(act), refused, act)
from (values ('delete from trade_transitions where false', 'TB001 trade_transitions'),
             ('update trade_transitions set to_status = to_status where false', 'TB001 trade_transitions'),
             ('truncate trade_transitions', 'TB001 trade_transitions'),
             ('insert into trade_transitions values (''PENDING'', ''OPEN'')', '23505 trade_transitions_pkey')) as tried (act, refused);

select tests.act_as('alice', book());
select isnt_empty('select * from trade_transitions', 'traders read the rules');
select throws_ok($$ insert into trade_transitions values ('CLOSED', 'OPEN') $$, '42501', null, 'and don''t write them');
select throws_ok($$ update trades set realized_pnl = 1000000 $$, '42501', null, 'nor their trades');

select tests.act_as_installer();
select finish();
rollback;
