-- Takes over a quantity that the broker has and the book hasn't, or gives one up: an external execution at what it
-- cost, and the money for it, so that cash stays as the broker tells it. value is the whole sum, above zero.

create function take_holding(home portfolios, symbol text, quantity numeric, value numeric, note text)
  returns void
  language plpgsql
  set search_path from current
as $$
declare
  side    constant text := case when take_holding.quantity > 0 then 'buy' else 'sell' end;
  traded  constant shared_data.instruments := (
    select i from shared_data.instruments as i where i.symbol = take_holding.symbol);
  price   constant numeric := trim_scale(round(value / abs(take_holding.quantity) / traded.multiplier, 12));
  wanted  orders;
  amount  numeric;
begin
  wanted        := marked_order(home, traded.symbol, '', side, abs(take_holding.quantity), 'trade', note);
  wanted.origin := 'external';

  perform record_execution(wanted,
    fill_id      => wanted.order_number || ':taken over',
    quantity     => wanted.quantity,
    price        => price,
    executed_at  => wanted.placed_at,
    price_source => 'broker',
    model        => jsonb_build_object('price', 'cost at the broker'));

  amount := trim_scale(take_holding.quantity * price * traded.multiplier);
  perform book_flow(home, case when take_holding.note <> 'as at the broker' then 'adjustment'
                               when amount > 0 then 'deposit' else 'withdrawal' end,
                    traded.currency, amount, note);
end
$$;

comment on function take_holding is 'Take over a quantity that the broker has and the book hasn''t, or give one up.';
