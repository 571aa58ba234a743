-- The currencies that everybody starts with, and the presets of a paper portfolio.
insert into shared_data.currencies (currency, decimals, initial_balance)
values ('USD', 2, 100000), ('INR', 2, 500000), ('USDT', 6, 10000),
       ('EUR', 2, null), ('GBP', 2, null), ('CHF', 2, null), ('JPY', 0, null), ('CAD', 2, null), ('AUD', 2, null),
       ('USDC', 6, null), ('BTC', 8, null), ('ETH', 18, null), ('XRP', 6, null)
on conflict (currency) do nothing;
