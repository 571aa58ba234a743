-- The signed identity believes a token's signature. Each statement of a client's verifies; a verb verifies once, in
-- known_username, and its own statements go by twinbook.verified_user. Anybody may set that, but it counts only for the
-- owner, who acts in verbs alone, and every verb of his empties it as it begins and has it back as it was when it ends
-- (use_identity sees to that). So nobody but the verb itself can have set what it reads.

create function identity.signed_username(book text)
  returns text
  language sql stable parallel safe
  return case when current_user = 'twinbook_owner' and current_setting('twinbook.verified_user', true) <> ''
                and book is distinct from 'administration'
              then current_setting('twinbook.verified_user', true)
              else identity.proven_username(book) end;

comment on function identity.signed_username is 'The user whom the token in app.current_user proves, or null.';
select shared_data.let_only('identity.signed_username', 'twinbook_engine', 'twinbook_paper', 'twinbook_live',
                            'twinbook_market_data', 'twinbook_admin', 'twinbook_auditor');
