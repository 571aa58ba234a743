-- The paper venue: a simulated exchange.
\ir guards.sql
\ir fill_price_of.sql
\ir fee_at.sql
\ir fill_order.sql
\ir route_order.sql
\ir hindrance_of.sql
\ir trigger_order.sql
\ir match_order.sql
\ir expire_orders.sql
\ir match_portfolio.sql
\ir catch_up.sql
\ir leave_unmatched.sql
\ir match_quotes.sql
\ir sweep_portfolios.sql
