-- One book. Every name below is unqualified and lands in the book whose search path is set.
\ir types.sql
\ir portfolio/table.sql
\ir session/table.sql
\ir balance/table.sql
\ir order/table.sql
\ir trade/table.sql
\ir execution/table.sql
\ir ledger/table.sql
\ir position/table.sql
\ir audit/table.sql
\ir unmatched/table.sql
\ir snapshot/table.sql
\ir adjustment/table.sql
\ir alarm/table.sql

\ir acting_user.sql

\ir audit/access.sql
\ir audit/guards.sql
\ir audit/checksum_of.sql
\ir audit/append_event.sql

\ir alarm/access.sql
\ir alarm/guards.sql
\ir alarm/raise_alarm.sql
\ir alarm/acknowledge_alarm.sql

\ir portfolio/access.sql
\ir portfolio/guards.sql
\ir portfolio/portfolio_settings.sql
\ir portfolio/business_time.sql
\ir portfolio/lock_portfolio.sql
\ir portfolio/named_portfolio.sql

\ir session/access.sql
\ir session/guards.sql
\ir session/next_session.sql
\ir session/begin_session.sql

\ir balance/access.sql
\ir balance/guards.sql

\ir ledger/access.sql
\ir ledger/guards.sql
\ir ledger/book_flow.sql

\ir portfolio/book_opening.sql
\ir portfolio/open_portfolio.sql
\ir portfolio/edit_portfolio.sql
\ir portfolio/close_portfolio.sql

\ir position/access.sql
\ir position/guards.sql
\ir position/margin_of.sql

\ir execution/access.sql
\ir execution/guards.sql
\ir execution/day_loss_of.sql

\ir unmatched/access.sql

\ir snapshot/access.sql
\ir snapshot/guards.sql

\ir adjustment/access.sql
\ir adjustment/guards.sql

\ir trade/access.sql
\ir trade/transitions.sql
\ir trade/allow_trade_move.sql
\ir trade/guards.sql
\ir trade/status_after.sql
\ir trade/moves_between.sql
\ir trade/excursion_of.sql
\ir trade/enter_trade.sql
\ir trade/reduce_trade.sql
\ir trade/move_trade.sql
\ir trade/join_trade.sql
\ir trade/trade_for.sql

\ir order/access.sql
\ir order/transitions.sql
\ir order/allow_order_move.sql
\ir order/guards.sql
\ir order/market_at.sql
\ir order/hold_price_of.sql
\ir order/set_hold.sql
\ir order/standing_of.sql
\ir order/increase_of.sql
\ir order/free_of.sql
\ir order/bracket_refusal_of.sql
\ir order/unpaid_of.sql
\ir option/covering_of.sql
\ir option/uncovered_of.sql
\ir order/refusal_of.sql
\ir order/wrong_words.sql
\ir order/wrong_terms.sql
\ir order/refuse_order.sql
\ir order/request_hash.sql
\ir order/order_details.sql
\ir order/rehold.sql
\ir order/day_end_of.sql
\ir order/insert_order.sql
\ir order/store_order.sql
\ir order/rest_order.sql
\ir order/end_order.sql
\ir order/cancel_orders.sql
\ir order/lock_order.sql
\ir trade/fit_exit.sql
\ir trade/place_exit.sql
\ir trade/tend_exits.sql
\ir trade/carry_order.sql
\ir trade/tend_trades.sql
\ir execution/record_execution.sql
\ir order/submit_order.sql
\ir order/marked_order.sql
\ir order/place_order.sql
\ir order/cancel_order.sql
\ir order/cancel_all.sql
\ir order/apply_terms.sql
\ir order/replace_order.sql
\ir trade/lock_trade.sql
\ir trade/adjust_trade.sql
\ir trade/close_position.sql
\ir trade/close_trade.sql
\ir trade/flatten.sql
\ir trade/settle_trade.sql
\ir option/settle_options.sql
\ir adjustment/adjusted_price.sql
\ir adjustment/adjusted_bracket.sql
\ir adjustment/pay_fractions.sql
\ir adjustment/vacate_symbol.sql
\ir adjustment/adjust_orders.sql
\ir adjustment/adjust_trades.sql
\ir adjustment/apply_action.sql
\ir trade/purge_trade.sql
\ir trade/state_transitions.sql

\ir position/open_positions.sql
\ir position/net_positions.sql
\ir portfolio/reset_portfolio.sql
\ir portfolio/rate_between.sql
\ir portfolio/portfolio_summary.sql
\ir performance/rate_at.sql
\ir performance/daily_summary.sql
\ir performance/trade_history.sql
\ir performance/session_metrics.sql
\ir snapshot/snapshot_portfolios.sql
\ir snapshot/remove_snapshots.sql
\ir replay/rebuilt_orders.sql
\ir replay/rebuilt_trades.sql
\ir replay/rebuilt_positions.sql
\ir replay/rebuilt_balances.sql
\ir replay/rebuilt_holds.sql
\ir replay/departures.sql
\ir replay/state_of.sql
\ir replay/replay.sql
\ir differences.sql
\ir verify.sql
\ir verify_and_keep.sql
\ir verify_portfolios.sql
