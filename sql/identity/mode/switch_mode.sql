-- Switches the user's mode. Paper is always allowed; live takes every yes that there is before an order, and the
-- phrase. A yes that is missing refuses with its own code and reason, as a row, so that the audit row of it stays.
-- Raises TB400 an unknown mode, TB401 no user.

create function identity.switch_mode(mode text, confirmation text default null)
  returns identity.switched
  language plpgsql
  security definer
  set search_path = identity, pg_temp
as $$
declare
  me      constant text := identity.acting_user();
  phrase  constant text := 'I_UNDERSTAND_THE_RISKS';
  was     modes;
  answer  switched;
begin
  if mode is null or mode not in ('paper', 'live') then
    raise exception using
      errcode = 'TB400',
      message = format('there is no mode %s', mode),
      hint    = 'The modes are paper and live.';
  end if;

  select m.* into was from modes as m where m.username = me for update;

  if mode = 'live' then
    case
      when not was.is_live_allowed then
        answer.code   := 'TB403';
        answer.reason := 'no administrator has allowed you to trade live';
        answer.hint   := 'Ask one to run: select identity.allow_live_trading(''' || me || ''', true);';
      when not pg_has_role(session_user, 'twinbook_live', 'member') then
        answer.code   := 'TB403';
        answer.reason := format('the login %s has no right to the live book', session_user);
        answer.hint   := 'Connect as a login of the live book: twinbook role add NAME --book live.';
      when not exists (select from broker_accounts as b where b.username = me and b.is_active) then
        answer.code   := 'TB403';
        answer.reason := 'no broker is configured';
        answer.hint   := 'twinbook broker add stores an account and its credentials.';
      when confirmation is distinct from phrase then
        answer.code   := 'TB428';
        answer.reason := 'live trading isn''t confirmed';
        answer.hint   := format('Pass confirmation => ''%s''.', phrase);
      else
    end case;
  end if;

  answer.is_switched := answer.code is null and was.active_mode <> mode;

  if answer.is_switched then
    update modes as m
    set active_mode      = switch_mode.mode,
        last_mode_change = now()
    where m.username = me;
  end if;

  answer.active_mode := case when answer.code is null then mode else was.active_mode end;
  select t.open_orders, t.open_positions into answer.open_orders, answer.open_positions from live_totals() as t;

  perform oversight.append_event(me, case when answer.code is null then 'mode_switched' else 'mode_refused' end,
    jsonb_strip_nulls(jsonb_build_object('from', was.active_mode, 'to', mode, 'code', answer.code,
                                         'reason', answer.reason)));
  return answer;
end
$$;

comment on function identity.switch_mode is
  'Switch one''s mode to paper or live; live takes confirmation => ''I_UNDERSTAND_THE_RISKS''. A refusal is a row.';
select shared_data.let_only('identity.switch_mode', 'twinbook_paper', 'twinbook_live');
