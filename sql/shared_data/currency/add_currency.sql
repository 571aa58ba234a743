-- Adds a currency. Raises TB400 bad argument, TB422 it is there already.

create function shared_data.add_currency(currency text, decimals integer, initial_balance numeric default null)
  returns shared_data.currencies
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
declare
  added currencies;
begin
  insert into currencies (currency, decimals, initial_balance)
  values (add_currency.currency, add_currency.decimals, add_currency.initial_balance)
  returning * into added;

  perform oversight.append_event(null, 'currency_added', jsonb_strip_nulls(jsonb_build_object(
    'currency', added.currency, 'decimals', added.decimals::text,
    'initial_balance', shared_data.plain(added.initial_balance))));
  return added;
exception
  when unique_violation then
    raise exception using errcode = 'TB422', message = format('currency %s is there already', add_currency.currency);
  when check_violation or not_null_violation or numeric_value_out_of_range then
    raise exception using
      errcode = 'TB400',
      message = 'a currency is two to ten upper-case letters or digits, with 0 to 18 decimals',
      detail  = sqlerrm;
end
$$;

comment on function shared_data.add_currency is 'Add a currency. For market data''s role.';
select shared_data.let_only('shared_data.add_currency', 'twinbook_market_data');
