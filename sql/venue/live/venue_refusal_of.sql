-- Which yes is missing for an order that increases live exposure, or what else stands against it, or null. Where a
-- yes is missing, its code begins the reason. The mode, which only place_order asks, is in mode_refusal_of.

create function venue_refusal_of(home portfolios, target orders, market shared_data.market, increase numeric)
  returns text
  language plpgsql
  set search_path from current
as $$
declare
  switch  constant oversight.live_switch := (select s from oversight.live_switch as s);
  account identity.broker_accounts;
  value   numeric;
  power   numeric;
  taken   numeric;
begin
  if home.broker = 'none' then
    return null;
  end if;

  if switch.halted_at is not null then
    return format('TB403: live trading is halted: %s', switch.halted_because);
  end if;

  if not (select m.is_live_allowed from identity.modes as m where m.username = home.username) then
    return 'TB403: no administrator has allowed you to trade live';
  end if;

  select b.* into account
  from identity.broker_accounts as b
  where (b.username, b.broker, b.account) = (home.username, home.broker, home.account);

  if not account.is_active then
    return format('TB403: account %s at %s is inactive: twinbook broker add makes it active', home.account, home.broker);
  end if;

  if current_setting('app.confirm_live_trade', true) is distinct from 'true' then
    return 'TB428: this live order isn''t confirmed: set local app.confirm_live_trade = ''true''';
  end if;

  if account.synced_at is null or account.synced_at < now() - interval '15 minutes' then
    return format('the account was last read %s: a worker has to run, twinbook broker sync',
                  coalesce('at ' || to_char(account.synced_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC', 'never'));
  end if;

  if exists (select from reconciliation_differences as d
             where (d.username, d.portfolio_id, d.state) = (home.username, home.portfolio_id, 'OPEN')
               and d.severity in ('HIGH', 'CRITICAL') and d.times_seen > 1) then
    return 'the portfolio differs from the broker''s account: look at reconciliation_differences, then accept_difference';
  end if;

  value := increase * target.hold_unit + target.hold_fee;
  power := coalesce((account.cash -> target.currency
                     ->> case when market.option_type is null then 'buying_power' else 'option_buying_power' end)::numeric,
                    (account.cash -> target.currency ->> 'buying_power')::numeric, 0);
  -- What the broker can't have counted when it was read: what was placed there since, or isn't yet.
  taken := coalesce((
    select sum(o.held_amount + o.filled_value * i.multiplier)
    from orders as o
    join shared_data.instruments as i using (symbol)
    where o.username = home.username
      and o.currency = target.currency
      and o.origin = 'user'
      and o.order_id <> target.order_id
      and o.order_id in (
        select s.order_id
        from order_outbox as s
        where (s.username, s.portfolio_id, s.effect) = (home.username, home.portfolio_id, 'open')
          and s.state not in ('WITHDRAWN', 'REFUSED')
          and (s.over_at is null or s.over_at > account.synced_at)
          and (s.placed_at is null or s.placed_at > account.synced_at))), 0);

  -- And what it has taken off already for this very order.
  if exists (select from order_outbox as s
             where (s.username, s.order_id) = (home.username, target.order_id)
               and s.placed_at <= account.synced_at) then
    power := power + target.held_amount;
  end if;

  if value > power - taken then
    return format('insufficient buying power: needs %s %s, %s left at the broker', plain(value), target.currency,
                  plain(greatest(power - taken, 0)));
  end if;

  return null;
end
$$;

comment on function venue_refusal_of is
  'Which yes is missing for an order that increases live exposure, or what else the venue has against it, or null.';
