-- The live venue: an outbox to a broker.
\ir guards.sql
\ir late_fills.sql
\ir catch_up.sql
\ir await_quotes.sql
\ir mode_refusal_of.sql
\ir route_order.sql
