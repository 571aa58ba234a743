-- What an account at a broker has to open a portfolio with. Raises TB400: a paper portfolio has no broker.

create function money_at_broker(username text, broker text, account text)
  returns jsonb
  language plpgsql immutable
  set search_path from current
as $$
begin
  raise exception using
    errcode = 'TB400',
    message = 'a paper portfolio has no broker',
    hint    = 'Leave broker and account out, or open it in the live book.';
end
$$;

comment on function money_at_broker is 'What an account at a broker has: paper has none. Raises TB400.';

create function book_account(home portfolios)
  returns void
  language plpgsql immutable
  set search_path from current
as $$
begin
  return;
end
$$;

comment on function book_account is 'Book what a portfolio at a broker opens with: on paper there is none.';
