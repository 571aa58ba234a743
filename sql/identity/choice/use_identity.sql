-- Puts the chosen identity in place: the one given, else the setting twinbook.identity's, else the one there is, and
-- trusted at first. Policies and verbs stay as they are. For the installer; code that is loaded anew ends with it.
-- Under the signed one every verb of the owner's begins by forgetting what was verified; where only a superuser could
-- allow that, each statement verifies for itself: as safe, and slower.

create function identity.use_identity(kind text default null)
  returns identity.chosen_identity
  language plpgsql
  set search_path = identity, pg_temp
as $$
declare
  wanted    constant text    := coalesce(use_identity.kind, nullif(current_setting('twinbook.identity', true), ''));
  may_seal  constant boolean := has_parameter_privilege('twinbook_owner', 'twinbook.verified_user', 'SET');
  chosen    chosen_identity;
  verb      regprocedure;
begin
  insert into chosen_identity as c (kind)
  values (coalesce(wanted, 'trusted'))
  on conflict on constraint chosen_identity_pkey do update
    set kind      = coalesce(wanted, c.kind),
        chosen_at = case when coalesce(wanted, c.kind) = c.kind then c.chosen_at else now() end
  returning * into chosen;

  if chosen.kind = 'trusted' then
    create or replace function identity.current_username(book text) returns text
      language sql stable parallel safe
      return identity.trusted_username(book);
  elsif may_seal then
    create or replace function identity.current_username(book text) returns text
      language sql stable parallel safe
      return identity.signed_username(book);
  else
    create or replace function identity.current_username(book text) returns text
      language sql stable parallel safe
      return identity.proven_username(book);
  end if;

  if chosen.kind = 'signed' and not may_seal then
    raise warning using
      message = 'each statement of a verb verifies its user anew: as safe, and slower',
      hint    = 'Ask a superuser to run: grant set on parameter twinbook.verified_user to twinbook_owner; '
                'then migrate with --reload';
  end if;

  if may_seal then
    for verb in
      select p.oid
      from pg_proc as p
      join pg_namespace as n on n.oid = p.pronamespace
      where p.prosecdef and p.proowner = 'twinbook_owner'::regrole and n.nspowner = 'twinbook_owner'::regrole
    loop
      execute format(case when chosen.kind = 'signed' then 'alter function %s set twinbook.verified_user = '''''
                          else 'alter function %s reset twinbook.verified_user' end, verb);
    end loop;
  end if;

  perform oversight.remember_functions();
  return chosen;
end
$$;

comment on function identity.use_identity is
  'Choose how app.current_user is believed: trusted or signed. For the installer.';
