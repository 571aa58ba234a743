-- Turns the keys: a new one signs from now on. Those before go on verifying for the grace given, by default as long as
-- a token may live, so that nobody is logged out; a grace of 0 ends every token within a second, for when a key may be
-- known. What retired a day ago loses its secret. Raises TB400 a negative grace, TB403 not an administrator.

create function identity.rotate_keys(grace interval default '1 day')
  returns table (key_id text, created_at timestamptz, retires_at timestamptz)
  language plpgsql
  security definer
  set search_path = identity, pg_temp
as $$
begin
  perform identity.require_administrator();

  if rotate_keys.grace is null or rotate_keys.grace < interval '0' then
    raise exception using
      errcode = 'TB400',
      message = 'the grace is a time, 0 or more',
      hint    = 'With 0 every token that there is stops working within a second.';
  end if;

  -- One rotation at a time. Verifying, and minting under the old key, wait for nobody.
  lock table signing_keys in share row exclusive mode;

  -- Not before this is committed: whoever is in the middle of a verb keeps his identity to its end.
  update signing_keys as k
  set retires_at = least(k.retires_at, clock_timestamp() + greatest(rotate_keys.grace, interval '1 second'))
  where k.retires_at is null or k.retires_at > clock_timestamp();

  update signing_keys as k
  set inner_pad = null, outer_pad = null
  where k.retires_at < now() - interval '1 day' and k.inner_pad is not null;

  perform oversight.append_event(null, 'rotate_keys', jsonb_build_object(
    'key_id', (select a.key_id from identity.add_signing_key() as a), 'grace', rotate_keys.grace::text));

  return query
    select k.key_id, k.created_at, k.retires_at
    from signing_keys as k
    order by k.key_id::integer desc;
end
$$;

comment on function identity.rotate_keys is
  'Sign tokens with a new key; older keys verify for the grace given. For administrators.';
select shared_data.let_only('identity.rotate_keys', 'twinbook_admin');
