-- A token with which app.current_user proves, for a time, that this user has logged in: for one book, or for
-- administration. For the login service, which has checked who he is; nobody else can make one. With a login it is
-- worth nothing to any other. A suspended user gets one, since he may cancel and reduce.
-- Raises TB400 bad argument, TB401 unknown user or not active, TB403 no administrator, TB422 the identity isn't signed.

create function identity.mint_token(
    username  text,
    book      text,
    lifetime  interval  default '15 minutes',
    login     text      default null)
  returns text
  language plpgsql
  security definer
  set search_path = identity, pg_temp
as $$
declare
  person   users;
  pads     signing_keys;
  expires  bigint;
  message  text;
begin
  if (select c.kind from chosen_identity as c) is distinct from 'signed' then
    raise exception using
      errcode = 'TB422',
      message = 'this database believes app.current_user as it stands, and needs no tokens',
      hint    = 'An installer changes that: twinbook migrate --identity signed.';
  end if;

  if mint_token.book is null or mint_token.book not in ('paper', 'live', 'administration')
    or mint_token.lifetime is null or mint_token.lifetime < interval '1 second' or mint_token.lifetime > interval '1 day'
    or mint_token.login ~ ':'
  then
    raise exception using
      errcode = 'TB400',
      message = 'no such token can be made',
      hint    = 'It is for paper, live or administration, lives from a second to a day, and a login that it is bound to '
                'has no colon in its name.';
  end if;

  select u.* into person from users as u where u.username = mint_token.username;

  if person.status is null or person.status not in ('ACTIVE', 'SUSPENDED') then
    raise exception using
      errcode = 'TB401',
      message = format('user %s is unknown or not active', mint_token.username),
      hint    = 'An administrator registers, verifies and reinstates users.';
  end if;

  if mint_token.book = 'administration' and (person.role = 'USER' or person.status <> 'ACTIVE') then
    raise exception using
      errcode = 'TB403',
      message = format('user %s is no administrator', person.username),
      hint    = 'It takes an active user whose role is ADMIN or SUPERADMIN.';
  end if;

  select k.* into pads from signing_keys as k where k.retires_at is null;

  expires := floor(extract(epoch from clock_timestamp() + mint_token.lifetime));
  message := concat_ws(':', 'tb1', pads.key_id, mint_token.book, expires, coalesce(mint_token.login, ''), person.username);
  return message || ':' || identity.signature_of(pads.inner_pad, pads.outer_pad, message);
end
$$;

comment on function identity.mint_token is
  'Make a token that proves who has logged in, for a book or for administration; it lives up to a day. '
  'For the login service.';
select shared_data.let_only('identity.mint_token', 'twinbook_login');
