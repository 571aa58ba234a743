-- What a portfolio's events alone come to: its orders, positions, balances and trades, as verify compares them with
-- what is stored. Reads nothing but the audit log.
-- Raises TB400 which portfolio?, TB401 no user, TB404 not visible.

create function replay(portfolio text default null)
  returns table (kind text, key text, state jsonb)
  language plpgsql stable
  security definer
  set search_path from current
  set timezone = 'UTC'
as $$
declare
  me   constant text := acting_user(must_be_active => false);
  home constant uuid := named_portfolio(replay.portfolio);
begin
  return query
    select 'balance', b.currency, state_of(to_jsonb(b) || jsonb_build_object('held', coalesce((
             select sum(h.held_amount) from rebuilt_holds as h
             where (h.username, h.portfolio_id, h.hold_currency) = (me, home, b.currency)), 0)))
    from rebuilt_balances as b
    where (b.username, b.portfolio_id) = (me, home)
    union all
    select 'order', o.order_id, state_of(to_jsonb(o) || jsonb_build_object(
             'held_amount', coalesce(h.held_amount, 0), 'held_quantity', coalesce(h.held_quantity, 0)))
    from rebuilt_orders as o
    left join rebuilt_holds as h on (h.username, h.portfolio_id, h.order_id) = (me, home, o.order_id)
    where (o.username, o.portfolio_id) = (me, home)
    union all
    select 'position', concat_ws(' ', s.symbol, nullif(s.strategy, '')), state_of(to_jsonb(s))
    from rebuilt_positions as s
    where (s.username, s.portfolio_id) = (me, home)
    union all
    select 'trade', t.trade_id, state_of(to_jsonb(t))
    from rebuilt_trades as t
    where (t.username, t.portfolio_id) = (me, home);
end
$$;

comment on function replay is
  'What a portfolio''s audit log alone comes to: its orders, positions, balances and trades; numbers are strings.';
select let_traders('replay');
