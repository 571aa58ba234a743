-- The moves by which a trade comes from one status to another, as events tell them: every status on the way, null
-- before the first. To itself only where something happened in it. Null where there is nothing to tell.

create function moves_between(was text, is_now text, by_a_fill boolean default false)
  returns jsonb
  language sql stable
  return case
    when was = is_now and not (by_a_fill and is_now in ('OPEN', 'CLOSING')) then null
    when was = 'PARTIALLY_FILLED' and is_now in ('CLOSED', 'EXPIRED') then jsonb_build_array(was, 'CLOSING', is_now)
    else jsonb_build_array(was, is_now)
  end;

comment on function moves_between is 'The statuses by which a trade comes from one to another, as events tell them.';
