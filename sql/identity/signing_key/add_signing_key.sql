-- A new key that signs from now on, made of four times 122 bits of the server's strong randomness. The caller retires
-- the one before.

create function identity.add_signing_key()
  returns identity.signing_keys
  language plpgsql
  set search_path = identity, pg_temp
as $$
declare
  secret constant bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
                               || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
  ipad   bytea := decode(repeat('36', 64), 'hex');
  opad   bytea := decode(repeat('5c', 64), 'hex');
  made   signing_keys;
begin
  for n in 0 .. 31 loop
    ipad := set_byte(ipad, n, get_byte(ipad, n) # get_byte(secret, n));
    opad := set_byte(opad, n, get_byte(opad, n) # get_byte(secret, n));
  end loop;

  insert into signing_keys (key_id, inner_pad, outer_pad)
  select (1 + coalesce(max(k.key_id::integer), 0))::text, ipad, opad
  from signing_keys as k
  returning * into made;
  return made;
end
$$;

comment on function identity.add_signing_key is 'Make the key that signs from now on.';
