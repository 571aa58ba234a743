-- A balance is what a portfolio has of one currency: the sum of its ledger entries, and what open orders hold of it.

create table balances (
  username      text                not null,
  portfolio_id  uuid                not null,
  currency      text                not null,
  amount        shared_data.amount  not null default 0,
  held          shared_data.magnitude    not null default 0,

  constraint balances_pkey                primary key (username, portfolio_id, currency),
  constraint balances_portfolio_fkey      foreign key (username, portfolio_id) references portfolios,
  constraint balances_currency_fkey       foreign key (currency) references shared_data.currencies
) with (fillfactor = 60);

create index balances_currency_idx on balances (currency);

comment on table  balances        is 'Money per portfolio and currency.';
comment on column balances.amount is 'The sum of its ledger entries. Below zero only by facts that nobody could refuse.';
comment on column balances.held   is 'What open orders hold of it, so that it can''t be spent twice.';
