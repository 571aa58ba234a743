-- Rule 18: buy at the ask, sell at the bid, else at the last price with slippage; rounded to the tick, against the order.
begin;
select plan(10);

select is(shared_data.price_at(side, bid, ask, last, 0.1, tick), price, what)
from (values
  ('buy',  99::numeric, 101::numeric, 100::numeric, 0.01, 101::numeric, 'buy at the ask'),
  ('sell', 99,          101,          100,          0.01, 99,           'sell at the bid'),
  ('buy',  99,          null,         100,          0.01, 100.10,       'no ask: the last price with slippage against the buyer'),
  ('sell', null,        101,          100,          0.01, 99.90,        'no bid: against the seller'),
  ('buy',  null,        null,         33.33,        0.01, 33.37,        'rounded up for a buy'),
  ('sell', null,        null,         33.33,        0.01, 33.29,        'rounded down for a sale'),
  ('buy',  99,          100.01,       null,         0.05, 100.05,       'to the instrument''s tick'),
  ('sell', null,        null,         0.01,         0.01, 0.01,         'but never down to nothing'),
  ('buy',  99,          null,         null,         0.01, null,         'nothing to buy at'),
  ('sell', null,        101,          null,         0.01, null,         'nothing to sell at')) as tried (side, bid, ask, last, tick, price, what);

select finish();
rollback;
