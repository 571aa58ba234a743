-- A trade's constraints and guards: no direct update makes an illegal move, or forges profit.
begin;
select plan(67);

select tests.set_stage();
select tests.open('alice');
select tests.trade('alice', 'AAPL', 'buy', 10, 100, fee => 1) is not null;

create temporary table cases (change jsonb, refused text);
insert into cases values
  ('{}', '23505 trades_pkey'),
  ('{"trade_id": "1"}', '23514 book_id_names_its_book'),
  ('{"status": "LOST"}', '23514 trade_status_is_known'),
  ('{"direction": "up"}', '23514 direction_is_known'),
  ('{"entry_quantity": -1}', '23514 magnitude_is_not_negative'),
  ('{"mfe": -1}', '23514 magnitude_is_not_negative'),
  ('{"version": 0}', '23514 version_counts'),
  ('{"stop_loss": 0}', '23514 price_is_positive'),
  ('{"trade_context": [1]}', '23514 json_object_is_one'),
  ('{"fees": "NaN"}', '23514 amount_is_finite');
insert into cases
select change || jsonb_build_object('trade_id', upper(book()) || '_1'), refused
from (values
  ('{"strategy": "other"}'::jsonb, 'accepted'),
  ('{}', '23505 trades_one_is_open'),
  ('{"username": "bob"}', '23503 trades_session_fkey'),
  ('{"strategy": "other", "session": 2}', '23503 trades_session_fkey'),
  ('{"exit_quantity": 11, "status": "OPEN"}', '23514 trades_exit_what_was_entered'),
  ('{"exit_quantity": 10}', '23514 trades_status_fits_their_fills'),
  ('{"status": "PENDING"}', '23514 trades_status_fits_their_fills'),
  ('{"opened_at": null}', '23514 trades_open_with_their_first_fill'),
  ('{"closed_at": "2026-03-03", "exit_reason": "x"}', '23514 trades_end_once'),
  ('{"exit_reason": "x"}', '23514 trades_ends_say_why'),
  ('{"stop_loss": 110, "take_profit": 90}', '23514 trades_bracket_is_in_order'),
  ('{"stop_loss": 90, "take_profit": 110, "direction": "short"}', '23514 trades_bracket_is_in_order'),
  ('{"mae": 1}', '23514 trades_excursion_has_two_sides')
) as of_the_book (change, refused);

select is(tests.refusal(tests.row_like('trades', change)), refused, refused || ' ' || left(change::text, 60)) from cases;

select is(tests.refusal(
  $$ insert into trades (username, trade_id, portfolio_id, session, symbol, strategy, direction, status, asset_class, currency, multiplier, entry_order_id, placed_at)
     select username, new_id(), portfolio_id, session, symbol, strategy, direction, 'PENDING', asset_class, currency, multiplier, entry_order_id, placed_at
     from trades, generate_series(1, 2) $$), '23505 trades_one_waits', 'one waits on each side of a position');
select is_empty(
  $$ select tests.laws_of('trades') except select split_part(refused, ' ', 2) from cases except values ('trades_one_waits'), ('trades_portfolio_is_one') $$,
  'every law of trades is tried');

select ok((select count(*) from pg_attribute where attrelid = 'trades'::regclass and attnum > 0 and not attisdropped) >= 35, 'a trade has 35 columns or more');
select is((select version::integer from trades), 1, 'T-01-04 version defaults to 1');
select is((select created_at from trades), now(), 'T-01-08 created_at fills itself');
select ok(exists (select from pg_index as i join pg_class as c on c.oid = i.indexrelid join pg_am as m on m.oid = c.relam
                  where i.indrelid = 'trades'::regclass and m.amname = 'gin' and pg_get_indexdef(i.indexrelid) ~ 'trade_context'),
  'trade_context has its GIN index');
select ok(exists (select from pg_index as i where i.indrelid = 'trades'::regclass and pg_get_indexdef(i.indexrelid) ~ '\(username, status\)'),
  'T-01-07 an index begins with (username, status)');
select is((select array_agg(polname::text) from pg_policy where polrelid = 'trades'::regclass) @> array['trades_are_private'], true,
  'T-01-09 RLS policies exist on trades');
select is(tests.refusal($$ update trades set status = 'INVALID_STATE' $$), '23514 trade_status_is_known', 'T-01-05 an unknown status is refused by its CHECK');

select is(tests.refusal(act), 'TB001 trades', guard || ': ' || act)
from (values
  ('trades_are_removed_only_unfilled', 'delete from trades'),
  ('trades_are_never_emptied', 'truncate trades cascade'),
  ('trades_profit_comes_from_fills', 'update trades set realized_pnl = realized_pnl + 1'),
  ('trades_profit_comes_from_fills', 'update trades set fees = fees + 1'),
  ('trades_profit_comes_from_fills', 'update trades set entry_value = entry_value + 1'),
  ('trades_profit_comes_from_fills', 'update trades set exit_value = exit_value + 1'),
  ('trades_profit_comes_from_fills', 'update trades set slippage = slippage + 1'),
  ('trades_bracket_is_their_users', 'update trades set stop_loss = 90'),
  ('trades_bracket_is_their_users', 'update trades set take_profit = 120'),
  ('trades_count_edits_up', 'update trades set version = version - 1')) as tried (guard, act)
where act !~ 'version - 1';
update trades set version = 2;
select is(tests.refusal('update trades set version = 1'), 'TB001 trades', 'trades_count_edits_up');
select is(tests.refusal('update trades set stop_loss = 90, version = version + 1'), 'accepted', 'a bracket changes with a version');

select is(tests.refusal(format('update trades set %I = %L', field, value)), 'TB001 trades', 'trades_identity_is_final: ' || field)
from (values ('username', 'bob'), ('trade_id', new_id()), ('portfolio_id', '00000000-0000-7000-8000-000000000001'), ('session', '2'),
             ('strategy', 'x'), ('direction', 'short'), ('asset_class', 'etf'), ('option_type', 'put'), ('strike', '5'), ('expiry', '2026-05-05'),
             ('currency', 'EUR'), ('multiplier', '2'), ('trade_context', '{"a": 1}'), ('entry_order_id', new_id()), ('idempotency_key', 'k'),
             ('placed_at', '2000-01-01'), ('created_at', '2000-01-01')) as final (field, value);

select is(tests.refusal(tests.row_like('trades', jsonb_build_object('trade_id', new_id(), 'strategy', 'b', 'status', status, 'exit_quantity',
            case when status in ('CLOSED', 'EXPIRED') then 10 else 0 end, 'closed_at', case when status <> 'CLOSING' then now() end, 'exit_reason', case when status <> 'CLOSING' then 'x' end))),
          'TB001 trades', 'trades_begin_before_they_end: not as ' || status)
from unnest(array['CLOSING', 'CLOSED', 'EXPIRED', 'CANCELED']) as begun (status);

select tests.act_as('bob', book());
select is((select count(*) from trades), 0::bigint, 'bob sees no trade of alice''s');
select is((select count(*) from state_transitions), 0::bigint, 'T-07-08 nor a move of one');
select throws_ok($$ select adjust_trade(current_setting('tests.hers', true), 1, stop_loss => 5) $$, 'TB404', null, 'nor touches one');
select tests.act_as_installer();
select finish();
rollback;
