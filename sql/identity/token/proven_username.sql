-- The user that the token in app.current_user proves, for a book (null: for any); null for none, whatever is wrong with
-- it. A token is seven fields with a colon between: tb1, the key's id, what it opens (paper, live, administration), the
-- second since 1970 from which it is worthless, the login that alone may use it or nothing, the username; and last the
-- HMAC-SHA256, in hex, of all before its colon.
-- Time is the client's statement's, not the clock's: within a verb nobody's identity ends halfway.

create function identity.proven_username(book text)
  returns text
  language plpgsql stable parallel safe
  security definer
  set search_path = identity, pg_temp
as $$
declare
  token   constant text   := current_setting('app.current_user', true);
  part    constant text[] := string_to_array(token, ':');
  pads    record;
begin
  if cardinality(part) is distinct from 7
    or part[1] <> 'tb1'
    or part[3] <> proven_username.book
    or part[5] not in ('', session_user)
  then
    return null;
  end if;

  select k.inner_pad, k.outer_pad into pads
  from signing_keys as k
  where k.key_id = part[2] and (k.retires_at is null or k.retires_at > statement_timestamp());

  if not found then
    return null;
  end if;

  -- Their hashes are compared, so that the time it takes tells nothing of the signature.
  if sha256(part[7]::bytea) <> sha256(identity.signature_of(pads.inner_pad, pads.outer_pad, left(token, -65))::bytea) then
    return null;
  end if;

  -- From here on the token's words are those of the mint, and its numbers numbers.
  return case when to_timestamp(part[4]::bigint) > statement_timestamp() then part[6] end;
end
$$;

comment on function identity.proven_username is 'The user that the token in app.current_user proves, or null.';
select shared_data.let_only('identity.proven_username', 'twinbook_owner', 'twinbook_paper', 'twinbook_live',
                            'twinbook_market_data', 'twinbook_admin', 'twinbook_auditor');
