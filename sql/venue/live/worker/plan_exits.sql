-- Brings what stands at the broker in line with the exits of an account's trades, whatever happened meanwhile: for
-- all that is open of a trade, less what closing orders take, the stop loss rests there; the take profit does where
-- there is no stop, or once the market has come to its price, and then the stop goes first. What is too much, or has
-- another price, is canceled; what is missing is sent when nothing that is to go stands there any more, and in a minute
-- where the broker has just refused or dropped it. Returns how many changes that makes. Raises TB403 the lease is over.

create function plan_exits(worker text, broker text, account text)
  returns integer
  language plpgsql
  security definer
  set search_path from current
as $$
declare
  held  constant identity.broker_accounts := leased_account(worker, broker, account);
  home  portfolios;
  trade record;
  leg   orders;
  piece order_outbox;
  aim   numeric;
  there numeric;
  moves integer := 0;
begin
  select p.* into home
  from portfolios as p
  where (p.username, p.broker, p.account) = (held.username, held.broker, held.account) and p.is_active
  for no key update;

  -- A portfolio that was closed since has nothing to protect.
  for piece in
    select s.*
    from order_outbox as s
    join portfolios as p using (username, portfolio_id)
    where (s.username, s.broker, s.account) = (held.username, held.broker, held.account)
      and s.state in ('QUEUED', 'SENDING', 'PLACED', 'WORKING', 'HELD')
      and not s.is_unwanted
      and not p.is_active
  loop
    perform give_up(piece);
    moves := moves + 1;
  end loop;

  for trade in
    select t.username, t.trade_id, t.symbol, t.direction, t.stop_loss, t.take_profit, t.closed_at,
           greatest(t.open_quantity - coalesce((
             select sum(o.quantity - o.filled_quantity) from orders as o
             where (o.username, o.portfolio_id) = (t.username, t.portfolio_id)
               and o.status in ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
               and (o.symbol, o.strategy, o.trade_id, o.purpose) = (t.symbol, t.strategy, t.trade_id, 'close')), 0), 0)
             as to_protect,
           is_profit_due(home, t) as is_profit_due
    from trades as t
    where (t.username, t.portfolio_id) = (home.username, home.portfolio_id)
      and (t.status in ('PARTIALLY_FILLED', 'OPEN', 'CLOSING') and num_nonnulls(t.stop_loss, t.take_profit) > 0
           or t.trade_id in (
             select x.trade_id
             from order_outbox as s
             join orders as x using (username, order_id)
             where (s.username, s.portfolio_id) = (home.username, home.portfolio_id)
               and s.state in ('QUEUED', 'SENDING', 'PLACED', 'WORKING', 'HELD')
               and x.purpose in ('stop_loss', 'take_profit')))
    order by t.trade_id
  loop
    for leg in
      select o.*
      from orders as o
      where (o.username, o.trade_id, o.portfolio_id) = (trade.username, trade.trade_id, home.portfolio_id)
        and o.symbol = trade.symbol
        and o.purpose in ('stop_loss', 'take_profit')
        and (o.status in ('OPEN', 'PARTIALLY_FILLED')
             or exists (select from order_outbox as s
                        where (s.username, s.order_id) = (o.username, o.order_id)
                          and s.state in ('QUEUED', 'SENDING', 'PLACED', 'WORKING', 'HELD')))
      order by o.order_number
    loop
      aim := case when leg.status in ('OPEN', 'PARTIALLY_FILLED')
                   and trade.is_profit_due = (leg.purpose = 'take_profit') then trade.to_protect else 0 end;
      there := 0;

      for piece in
        select s.*
        from order_outbox as s
        where (s.username, s.order_id) = (leg.username, leg.order_id)
          and s.state in ('QUEUED', 'SENDING', 'PLACED', 'WORKING', 'HELD')
          and not s.is_unwanted
        order by s.created_at, s.client_id
      loop
        if there + piece.quantity - piece.filled_quantity > aim
          or (piece.limit_price, piece.stop_price) is distinct from (leg.limit_price, leg.stop_price) then
          perform give_up(piece);
          moves := moves + 1;
        else
          there := there + piece.quantity - piece.filled_quantity;
        end if;
      end loop;

      if there < aim and not exists (
        select
        from order_outbox as s
        join orders as x using (username, order_id)
        where (x.username, x.trade_id) = (trade.username, trade.trade_id)
          and x.purpose in ('stop_loss', 'take_profit')
          and (s.state in ('QUEUED', 'SENDING', 'PLACED', 'WORKING', 'HELD') and (s.is_unwanted or x.order_id <> leg.order_id)
               or (s.state in ('REFUSED', 'OVER') and not s.is_unwanted and s.filled_quantity < s.quantity
                   and s.order_id = leg.order_id and s.over_at > now() - interval '1 minute'))) then
        perform send_order(leg, home, aim - there, 'close');
        moves := moves + 1;
      end if;
    end loop;
  end loop;

  return moves;
end
$$;

comment on function plan_exits is
  'Bring what stands at the broker in line with the exits of an account''s trades. For the broker worker''s role.';
select let_only('plan_exits', 'twinbook_broker');
