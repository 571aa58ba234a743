-- One's own portfolio for reading: by name, or the only active one, or main; a closed one by its name.
-- Raises TB400 which portfolio?, TB401 no user, TB404 not visible.

create function named_portfolio(portfolio text)
  returns uuid
  language plpgsql stable
  set search_path from current
as $$
declare
  me    constant text := acting_user(must_be_active => false);
  found uuid;
begin
  select p.portfolio_id into found
  from portfolios as p
  where p.username = me
    and p.name = coalesce(named_portfolio.portfolio, (
      select case when count(*) = 1 then min(a.name) else 'main' end
      from portfolios as a
      where a.username = me and a.is_active));

  if found is null then
    raise exception using
      errcode = case when named_portfolio.portfolio is null then 'TB400' else 'TB404' end,
      message = coalesce('there is no portfolio ' || named_portfolio.portfolio, 'which portfolio?'),
      hint    = 'select name, is_active from portfolios;';
  end if;

  return found;
end
$$;

comment on function named_portfolio is 'One''s own portfolio for reading, by name.';
