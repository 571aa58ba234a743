-- Chance: the same number from 0 to below 100 for the same seed, portfolio, order and quote, wherever and whenever it
-- is asked.

create function chance_of(home portfolios, order_number bigint, quote_number bigint)
  returns numeric
  language plpgsql immutable
  set search_path from current
as $$
begin
  return ('x' || left(encode(sha256(convert_to(
    concat_ws(':', home.seed, home.name, chance_of.order_number, chance_of.quote_number), 'UTF8')), 'hex'), 8))::bit(32)
    ::bigint::numeric * 100 / 4294967296;
end
$$;

comment on function chance_of is 'Chance, as a function of seed, portfolio, order and quote: from 0 to below 100.';
