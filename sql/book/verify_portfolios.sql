-- Whether one's own portfolios are whole. Raises TB401 no user.

create function verify_portfolios()
  returns table (
    portfolio              text,
    events                 bigint,
    rebuilt_equals_stored  boolean,
    chain_intact           boolean,
    first_bad_seq          bigint)
  language plpgsql
  security definer
  set search_path from current
as $$
begin
  perform acting_user(must_be_active => false);
  return query
    select p.name::text, v.events, v.rebuilt_equals_stored, v.chain_intact, v.first_bad_seq
    from verify() as v
    join portfolios as p using (username, portfolio_id)
    order by p.name;
end
$$;

comment on function verify_portfolios is
  'Whether one''s own portfolios are whole: chain intact, and state equal to the facts.';
select let_traders('verify_portfolios');
