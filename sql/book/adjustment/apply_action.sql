-- Applies a corporate action to a locked portfolio that has been matched up to its quote. Doing it again does nothing.

create function apply_action(home portfolios, action shared_data.corporate_actions)
  returns portfolios
  language plpgsql
  set search_path from current
as $$
begin
  if action.number <= home.action_number then
    return home;
  end if;

  if action.kind = 'split' then
    perform pay_fractions(home, action);
  else
    perform vacate_symbol(home, action);
  end if;

  perform adjust_trades(home, action);
  perform adjust_orders(home, action);

  update portfolios as p
  set action_number = action.number
  where (p.username, p.portfolio_id) = (home.username, home.portfolio_id)
  returning p.* into home;
  return home;
end
$$;

comment on function apply_action is 'Apply a corporate action to a locked portfolio.';
