-- Halts live trading for everybody: from now on nothing increases exposure, and what hasn't left for a broker stays.
-- Exits, cancels and flatten pass. A halt that stands keeps its reason. Raises TB400 no reason, TB403.

create function oversight.halt_live_trading(because text)
  returns oversight.live_switch
  language plpgsql
  security definer
  set search_path = oversight, pg_temp
as $$
declare
  actor  constant text := identity.require_administrator();
  switch live_switch;
begin
  if coalesce(trim(because), '') = '' then
    raise exception using
      errcode = 'TB400',
      message = 'why is live trading halted?',
      hint    = 'Give a reason that every user may read.';
  end if;

  update live_switch as s
  set halted_at      = now(),
      halted_because = halt_live_trading.because,
      halted_by      = actor
  where s.halted_at is null;

  if found then
    perform append_event(null, 'live_trading_halted', jsonb_build_object('because', because));
  end if;

  select s.* into switch from live_switch as s;
  return switch;
end
$$;

comment on function oversight.halt_live_trading is
  'Halt live trading for everybody: nothing increases exposure any more. For administrators and the monitor.';
select shared_data.let_only('oversight.halt_live_trading', 'twinbook_admin');
