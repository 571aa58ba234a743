-- The id of the trade that a waiting order belongs to: the one that its position is in, which it adds to or reduces;
-- else the one that waits on its side; else a new one.

create function trade_for(target orders)
  returns text
  language plpgsql
  set search_path from current
as $$
begin
  return coalesce(
    (select s.trade_id
     from positions as s
     where (s.username, s.portfolio_id, s.symbol, s.strategy) =
           (target.username, target.portfolio_id, target.symbol, target.strategy)),
    (select t.trade_id
     from trades as t
     where (t.username, t.portfolio_id, t.symbol, t.strategy) =
           (target.username, target.portfolio_id, target.symbol, target.strategy)
       and t.status = 'PENDING'
       and t.direction = case target.side when 'buy' then 'long' else 'short' end),
    new_id());
end
$$;

comment on function trade_for is 'The trade that a waiting order belongs to, or a new one''s id.';
