-- A number that a caller gave where only what is above zero and finite makes sense; null passes. Raises TB400.

create function positive(what text, value numeric)
  returns numeric
  language plpgsql immutable
  set search_path from current
as $$
begin
  if value <= 0 or value >= 'Infinity' then
    raise exception using
      errcode = 'TB400',
      message = format('%s is %s, and must be a number above zero', what, value);
  end if;
  return value;
end
$$;

comment on function positive is 'The number itself if it is above zero and finite, or null. Raises TB400.';
