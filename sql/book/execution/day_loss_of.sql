-- What a portfolio lost in a currency on the UTC day of a moment: realized, after fees; below zero where it gained.

create function day_loss_of(home portfolios, currency text, at timestamptz)
  returns numeric
  language plpgsql
  set search_path from current
as $$
begin
  return (
    select coalesce(sum(e.fee - e.realized_pnl), 0)
    from executions as e
    where (e.username, e.portfolio_id, e.currency) = (home.username, home.portfolio_id, day_loss_of.currency)
      and e.executed_at >= date_trunc('day', day_loss_of.at, 'UTC')
      and e.executed_at <= day_loss_of.at
      and (e.realized_pnl <> 0 or e.fee <> 0));
end
$$;

comment on function day_loss_of is 'Realized loss after fees on the UTC day of a moment.';
