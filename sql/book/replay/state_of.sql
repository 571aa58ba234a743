-- A rebuilt row as replay tells it: what there is of it, with numbers as strings without trailing zeros.

create function state_of(rebuilt jsonb)
  returns jsonb
  language plpgsql immutable
  set search_path from current
as $$
begin
  return (
    select jsonb_object_agg(f.key, case jsonb_typeof(f.value)
             when 'number' then to_jsonb(plain((f.value #>> '{}')::numeric)) else f.value end)
    from jsonb_each(rebuilt - '{username,portfolio_id}'::text[]) as f
    where f.value <> 'null');
end
$$;

comment on function state_of is 'A rebuilt row as replay tells it; numbers are strings.';
