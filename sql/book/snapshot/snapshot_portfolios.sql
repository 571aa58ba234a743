-- Takes a snapshot of every portfolio that has changed since its last one, of its positions and its open trades, and
-- stores the trades' excursions until now. A portfolio that somebody holds, or that has yet to be matched with a quote,
-- is left for the next time. Returns how many were taken.

create function snapshot_portfolios()
  returns integer
  language plpgsql
  set search_path from current
as $$
declare
  homes uuid[];
begin
  select array_agg(h.portfolio_id) into homes
  from (
    select p.portfolio_id
    from portfolios as p
    join shared_data.feeds as f on (f.username, f.name) = (p.feed_owner, p.feed)
    where p.is_active
      and isfinite(shared_data.clock(f))
      and not exists (
        select from portfolio_snapshots as s
        where (s.username, s.portfolio_id, s.feed_number, s.event_seq) =
              (p.username, p.portfolio_id, f.newest_number, p.audit_seq))
      and not exists (
        select from unmatched as u
        join shared_data.quotes as q on (q.username, q.feed, q.symbol) = (u.feed_owner, u.feed, u.symbol)
        where (u.username, u.portfolio_id) = (p.username, p.portfolio_id) and q.number >= u.from_number)
    order by p.username, p.portfolio_id
    for no key update of p skip locked
  ) as h;

  with taken as (
    select p.username, p.portfolio_id, p.session, p.audit_seq as event_seq, p.feed_owner, p.feed,
           f.newest_number as feed_number, shared_data.clock(f) as taken_at
    from portfolios as p
    join shared_data.feeds as f on (f.username, f.name) = (p.feed_owner, p.feed)
    where p.portfolio_id = any (homes)
  ),
  held as (
    select t.*, s.symbol, s.strategy, s.trade_id, s.quantity, s.average_price, s.currency, s.multiplier, s.mark,
           s.marked_by, s.marked_at, s.market_value, s.unrealized_pnl, s.realized_pnl, s.fees
    from taken as t
    join open_positions as s using (username, portfolio_id)
  ),
  of_positions as (
    insert into position_snapshots (username, portfolio_id, symbol, strategy, feed_number, event_seq, trade_id,
                                    quantity, average_price, currency, mark, market_value, unrealized_pnl,
                                    realized_pnl, fees, taken_at)
    select h.username, h.portfolio_id, h.symbol, h.strategy, h.feed_number, h.event_seq, h.trade_id, h.quantity,
           h.average_price, h.currency, h.mark, h.market_value, h.unrealized_pnl, h.realized_pnl, h.fees, h.taken_at
    from held as h
  ),
  reckoned as (
    select h.*, greatest(t.mfe, x.best) as mfe, least(t.mae, x.worst) as mae
    from held as h
    join trades as t using (username, trade_id)
    join positions as s
      on (s.username, s.portfolio_id, s.symbol, s.strategy) = (h.username, h.portfolio_id, h.symbol, h.strategy)
    cross join excursion_of(h.feed_owner, h.feed, h.symbol, t.extremes_number, h.feed_number, h.quantity, s.cost,
                            h.multiplier) as x
  ),
  of_trades as (
    insert into price_snapshots (username, trade_id, feed_number, event_seq, price, marked_by, marked_at,
                                 unrealized_pnl, mfe, mae, taken_at)
    select r.username, r.trade_id, r.feed_number, r.event_seq, r.mark, r.marked_by, r.marked_at, r.unrealized_pnl,
           r.mfe, r.mae, r.taken_at
    from reckoned as r
    where r.mark is not null
  ),
  extremes as (
    update trades as t
    set mfe             = r.mfe,
        mae             = r.mae,
        extremes_number = r.feed_number
    from reckoned as r
    where (t.username, t.trade_id) = (r.username, r.trade_id)
      and r.feed_number > t.extremes_number
  )
  insert into portfolio_snapshots (username, portfolio_id, feed_number, event_seq, session, base_currency, cash, held,
                                   positions_value, equity, realized_pnl, unrealized_pnl, fees, unknown, taken_at)
  select t.username, t.portfolio_id, t.feed_number, t.event_seq, t.session, w.base_currency, w.cash, w.held,
         w.positions_value, w.equity, w.realized_pnl, w.unrealized_pnl, w.fees, w.unknown, t.taken_at
  from taken as t
  join portfolio_summary as w using (username, portfolio_id);

  return coalesce(cardinality(homes), 0);
end
$$;

comment on function snapshot_portfolios is 'Take a snapshot of every portfolio that has changed since its last one.';
grant select on open_positions, portfolio_summary to twinbook_engine;
