-- A broker matches its orders by itself: nothing waits for a quote here.

create function catch_up(home portfolios)
  returns portfolios
  language plpgsql
  set search_path from current
as $$
begin
  return home;
end
$$;

comment on function catch_up is 'Work off what a portfolio''s feed brought: nothing, since brokers match.';
