-- The money in an order's currency that is free for it: what the portfolio has less what other orders hold, and less
-- the margin of its shorts, whose proceeds can't be spent.

create function free_of(home portfolios, target orders, standing shared_data.standing, at_number bigint default null)
  returns numeric
  language plpgsql
  set search_path from current
as $$
begin
  return standing.free + target.held_amount - case
    when standing.has_shorts then margin_of(home, target.currency, home.short_initial_percent, at_number)
    else 0 end;
end
$$;

comment on function free_of is 'The money that is free for an order, its own hold included.';
