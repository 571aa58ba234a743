-- Lets live trading go on. Raises TB400 no reason, TB403, TB422 it isn't halted.

create function oversight.lift_halt(reason text)
  returns oversight.live_switch
  language plpgsql
  security definer
  set search_path = oversight, pg_temp
as $$
declare
  switch live_switch;
begin
  perform identity.require_administrator();

  if coalesce(trim(reason), '') = '' then
    raise exception using
      errcode = 'TB400',
      message = 'why may live trading go on?',
      hint    = 'Say what was done about the halt''s cause.';
  end if;

  select s.* into switch from live_switch as s for update;

  if switch.halted_at is null then
    raise exception using errcode = 'TB422', message = 'live trading isn''t halted';
  end if;

  perform append_event(null, 'live_trading_resumed',
                       jsonb_build_object('was_halted_because', switch.halted_because, 'reason', reason));

  update live_switch as s
  set (halted_at, halted_because, halted_by) = (null, null, null)
  returning s.* into switch;
  return switch;
end
$$;

comment on function oversight.lift_halt is 'Let live trading go on after a halt. For administrators.';
select shared_data.let_only('oversight.lift_halt', 'twinbook_admin');
