-- The live venue: an outbox to a broker.
\ir outbox/table.sql
\ir difference/table.sql
\ir worker/types.sql

\ir guards.sql
\ir late_fills.sql
\ir outbox/access.sql
\ir outbox/transitions.sql
\ir outbox/allow_outbox_move.sql
\ir outbox/guards.sql
\ir outbox/send_order.sql
\ir difference/access.sql
\ir difference/guards.sql

\ir catch_up.sql
\ir await_quotes.sql
\ir take_holding.sql
\ir money_at_broker.sql
\ir book_account.sql
\ir venue_refusal_of.sql
\ir mode_refusal_of.sql
\ir route_order.sql
\ir change_order.sql
\ir withdraw_order.sql

\ir outbox/resolve_order.sql
\ir difference/accept_difference.sql

\ir worker/leased_account.sql
\ir worker/extend_lease.sql
\ir worker/release_account.sql
\ir worker/sent_orders.sql
\ir worker/next_nonce.sql
\ir worker/broker_symbol_of.sql
\ir worker/lock_sent.sql
\ir worker/due_tasks.sql
\ir worker/shrink_closing.sql
\ir worker/begin_sending.sql
\ir worker/finish_sending.sql
\ir worker/record_fills.sql
\ir worker/drop_change.sql
\ir worker/settle_change.sql
\ir worker/begin_change.sql
\ir worker/finish_change.sql
\ir worker/report_order.sql
\ir worker/report_external.sql
\ir worker/report_account.sql
\ir worker/defer_task.sql
\ir worker/give_up.sql
\ir worker/is_profit_due.sql
\ir worker/plan_exits.sql
