-- Paper portfolios that name a broker.

create view oversight.paper_portfolios_with_brokers
  with (security_invoker = true)
as
select text 'paper' as book, p.username, p.portfolio_id::text as key, format('names %s', p.broker) as detail
from paper_trading.portfolios as p
where p.broker <> 'none';

comment on view oversight.paper_portfolios_with_brokers is
  'CRITICAL, each book, few rows: Simulated money is tied to a real account. '
  'Do: close the portfolio, and find out who could write past the trigger portfolios_have_no_broker.';
select oversight.keep_check('paper_portfolios_with_brokers');
