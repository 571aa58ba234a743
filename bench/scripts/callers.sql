-- What each trader says to be himself: his name, or where the identity is signed a token for a day.
drop schema if exists bench cascade;
create schema bench;
grant usage on schema bench to twinbook_paper;
create table bench.callers (trader integer primary key, says text not null);
grant select on bench.callers to twinbook_paper;

insert into bench.callers (trader, says)
select n, case when c.kind = 'signed' then identity.mint_token('trader' || n, 'paper', interval '1 day') else 'trader' || n end
from identity.chosen_identity as c, generate_series(1, current_setting('bench.portfolios')::integer) as n;
