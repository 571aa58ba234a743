-- The schemas, all the owner's. Functions are closed to PUBLIC from the first one on.
reset role;

create schema identity      authorization twinbook_owner;
create schema shared_data   authorization twinbook_owner;
create schema paper_trading authorization twinbook_owner;
create schema live_trading  authorization twinbook_owner;
create schema oversight     authorization twinbook_owner;

set local role twinbook_engine;
alter default privileges revoke execute on functions from public;

set local role twinbook_owner;
alter default privileges revoke execute on functions from public;

comment on schema identity      is 'Who is asking: users, their settings and their trading mode.';
comment on schema shared_data   is 'What both books share: instruments, fees, feeds, quotes and price history.';
comment on schema paper_trading is 'The paper book: simulated money on a simulated exchange.';
comment on schema live_trading  is 'The live book: real money, orders for a broker.';
comment on schema oversight     is 'Proof that the books are whole and apart.';

grant usage on schema identity, shared_data
  to twinbook_engine, twinbook_paper, twinbook_live, twinbook_market_data, twinbook_broker, twinbook_admin,
     twinbook_auditor, twinbook_backup;
grant usage on schema identity      to twinbook_login;
grant usage on schema paper_trading to twinbook_engine, twinbook_paper, twinbook_auditor, twinbook_backup;
grant usage on schema live_trading  to twinbook_engine, twinbook_live, twinbook_broker, twinbook_auditor,
                                        twinbook_backup;
grant usage on schema oversight     to twinbook_engine, twinbook_paper, twinbook_live, twinbook_admin, twinbook_auditor,
                                        twinbook_backup;
grant create on schema identity, shared_data, paper_trading, live_trading, oversight to twinbook_engine;
