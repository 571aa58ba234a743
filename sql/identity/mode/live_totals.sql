-- What a user has open live, whichever book he asks from: two counts of his own, so that who switches to paper knows
-- what he leaves.

create function identity.live_totals()
  returns table (open_orders bigint, open_positions bigint)
  language sql stable
  security definer
  set search_path = identity, pg_temp
as $$
  select (select count(*) from live_trading.orders as o
          where o.username = identity.current_username(null)
            and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')),
         (select count(*) from live_trading.positions as s
          where s.username = identity.current_username(null) and s.quantity <> 0);
$$;

comment on function identity.live_totals is 'How many orders and positions the user has open live.';
select shared_data.let_only('identity.live_totals', 'twinbook_owner', 'twinbook_paper', 'twinbook_live');
