-- Whether no user is so much as claimed. A claim that proves nothing isn't the same: it acts for nobody, where a login
-- without one may act for itself.

create function identity.is_nobody_set()
  returns boolean
  language sql stable parallel safe
  return coalesce(current_setting('app.current_user', true), '') = '';

comment on function identity.is_nobody_set is 'Whether app.current_user is empty.';
select shared_data.let_only('identity.is_nobody_set', 'twinbook_engine');
