-- The administrator's yes to a user's live trading, or its withdrawal: the user then may reduce and no more.
-- Raises TB400 neither yes nor no, TB403 not an administrator, or his own yes, TB404 no such user.

create function identity.allow_live_trading(username text, is_allowed boolean)
  returns identity.modes
  language plpgsql
  security definer
  set search_path = identity, pg_temp
as $$
declare
  actor constant text := identity.require_administrator();
  mode  modes;
begin
  if is_allowed is null then
    raise exception using
      errcode = 'TB400',
      message = 'yes or no?',
      hint    = 'is_allowed is true or false.';
  end if;

  if actor = allow_live_trading.username and is_allowed then
    raise exception using
      errcode = 'TB403',
      message = format('%s can''t allow himself to trade live', actor),
      hint    = 'More than one yes means more than one person: ask another administrator.';
  end if;

  update modes as m
  set is_live_allowed = allow_live_trading.is_allowed
  where m.username = allow_live_trading.username
  returning m.* into mode;

  if not found then
    raise exception using
      errcode = 'TB404',
      message = format('there is no user %s', allow_live_trading.username);
  end if;

  perform oversight.append_event(mode.username, 'live_trading_allowed', jsonb_build_object(
    'is_allowed', mode.is_live_allowed, 'by', actor));
  return mode;
end
$$;

comment on function identity.allow_live_trading is
  'Say yes or no to a user''s live trading. For administrators; nobody says yes to himself.';
select shared_data.let_only('identity.allow_live_trading', 'twinbook_admin');
