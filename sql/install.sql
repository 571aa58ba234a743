-- Everything, in order. Only plain SQL and \ir lines: psql and Python read the same text.
\ir roles.sql

begin;
set local role twinbook_owner;
\ir shared_data/schema.sql
\ir shared_data/types.sql
\ir shared_data/currency/table.sql
\ir identity/choice/table.sql
\ir identity/signing_key/table.sql
\ir identity/user/table.sql
\ir identity/settings/table.sql
\ir identity/mode/table.sql
\ir identity/mode/types.sql
\ir identity/broker_account/table.sql
\ir oversight/live_switch/table.sql
\ir shared_data/instrument/table.sql
\ir shared_data/fee/table.sql
\ir shared_data/feed/table.sql
\ir shared_data/quote/table.sql
\ir shared_data/market_data/table.sql
\ir shared_data/corporate_action/table.sql
\ir shared_data/data_access/table.sql
\ir shared_data/broker_symbol/table.sql
\ir oversight/audit/table.sql
\ir oversight/security_event/table.sql
\ir oversight/code/table.sql
\ir oversight/maintenance/table.sql
\ir oversight/seal/table.sql

reset role;
\ir shared_data/database_access.sql
set local role twinbook_owner;
\ir shared_data/access_helpers.sql
\ir shared_data/refuse_change.sql
\ir shared_data/errors.sql
\ir shared_data/plain.sql
\ir shared_data/too_much.sql
\ir shared_data/moment.sql
\ir shared_data/in_line.sql
\ir shared_data/expect_version.sql
\ir identity/choice/access.sql
\ir identity/signing_key/access.sql
\ir identity/signing_key/guards.sql
\ir identity/signing_key/signature_of.sql
set local role twinbook_engine;
\ir identity/token/proven_username.sql
set local role twinbook_owner;
\ir identity/trusted_username.sql
\ir identity/signed_username.sql
\ir identity/current_username.sql
\ir identity/known_username.sql
\ir identity/is_nobody_set.sql
\ir identity/acting_user.sql
\ir oversight/audit/access.sql
\ir oversight/audit/guards.sql
\ir oversight/audit/checksum_of.sql
\ir oversight/audit/append_event.sql
\ir oversight/seal/access.sql
\ir oversight/seal/guards.sql
\ir oversight/seal/merkle.sql
\ir oversight/seal/digest_of.sql
\ir oversight/seal/seal_told.sql
\ir identity/user/access.sql
\ir identity/user/guards.sql
\ir identity/user/require_administrator.sql
\ir identity/settings/access.sql
\ir identity/settings/guards.sql
\ir identity/settings/edit_settings.sql
\ir identity/settings/set_risk_limit.sql
\ir identity/mode/access.sql
\ir identity/mode/guards.sql
\ir identity/broker_account/access.sql
\ir identity/broker_account/guards.sql
\ir identity/broker_account/add_broker.sql
\ir identity/broker_account/drop_broker.sql
\ir oversight/live_switch/access.sql
\ir oversight/live_switch/guards.sql
\ir oversight/live_switch/rows.sql
\ir oversight/security_event/access.sql
\ir oversight/security_event/guards.sql
\ir oversight/security_event/severity_of.sql
\ir oversight/security_event/raise_security_event.sql
\ir oversight/security_event/report_crossing.sql

\ir shared_data/currency/access.sql
\ir shared_data/currency/guards.sql
\ir shared_data/currency/rows.sql
\ir shared_data/instrument/access.sql
\ir shared_data/instrument/guards.sql
\ir shared_data/instrument/next_close.sql
\ir shared_data/instrument/expires_at.sql
\ir shared_data/fee/access.sql
\ir shared_data/fee/guards.sql
\ir shared_data/fee/rows.sql
\ir shared_data/fee/fee_of.sql
\ir shared_data/broker_symbol/access.sql
\ir shared_data/feed/access.sql
\ir shared_data/feed/guards.sql
\ir shared_data/feed/clock.sql
\ir shared_data/feed/lock_feed.sql
\ir shared_data/feed/open_feed.sql
\ir shared_data/quote/access.sql
\ir shared_data/quote/guards.sql
\ir shared_data/quote/price_at.sql
\ir shared_data/quote/take_quotes.sql
\ir shared_data/quote/replay_quotes.sql
\ir shared_data/market_data/close_leaf.sql
\ir shared_data/market_data/access.sql
\ir shared_data/market_data/guards.sql
\ir shared_data/data_access/access.sql
\ir shared_data/data_access/guards.sql
\ir shared_data/data_access/log_access.sql
\ir shared_data/market_data/at_quote.sql
\ir shared_data/market_data/add_month.sql
\ir shared_data/market_data/take_bars.sql
\ir shared_data/market_data/load_bars.sql
\ir shared_data/corporate_action/access.sql
\ir shared_data/corporate_action/guards.sql
\ir shared_data/corporate_action/take_action.sql
\ir shared_data/corporate_action/replay_corporate_action.sql

set local search_path = paper_trading, shared_data, pg_temp;
\ir book/book.sql
\ir venue/paper/paper.sql
select let_engine_act();
set local search_path = live_trading, shared_data, pg_temp;
\ir book/book.sql
\ir venue/live/live.sql
select let_engine_act();
reset search_path;

-- What acts across users belongs to the engine.
set local role twinbook_engine;
set local search_path = live_trading, shared_data, pg_temp;
\ir venue/live/worker/claim_account.sql
\ir venue/live/worker/worker_identity.sql
reset search_path;
\ir identity/user/market.sql
\ir identity/signing_key/add_signing_key.sql
\ir identity/signing_key/rows.sql
\ir identity/signing_key/rotate_keys.sql
\ir identity/token/mint_token.sql
\ir identity/user/register_user.sql
\ir identity/user/edit_user.sql
\ir identity/user/list_users.sql
\ir identity/mode/paper_totals.sql
\ir identity/mode/live_totals.sql
\ir identity/mode/allow_live_trading.sql
\ir oversight/live_switch/halt_live_trading.sql
\ir oversight/live_switch/lift_halt.sql
\ir shared_data/currency/add_currency.sql
\ir shared_data/instrument/add_instrument.sql
\ir shared_data/fee/add_fee.sql
\ir shared_data/broker_symbol/add_broker_symbol.sql
\ir shared_data/feed/market.sql
\ir shared_data/feed/open_shared_feed.sql
\ir shared_data/quote/record_quotes.sql
\ir shared_data/quote/record_quote.sql
\ir shared_data/market_data/record_bars.sql
\ir shared_data/corporate_action/record_corporate_action.sql
\ir shared_data/expire_instruments.sql
\ir shared_data/sweep.sql
\ir shared_data/take_snapshots.sql
\ir shared_data/drop_snapshots.sql
\ir oversight/security_event/acknowledge_security_event.sql
\ir oversight/security_event/list_security_events.sql
\ir oversight/isolation_report.sql
\ir oversight/findings.sql
\ir oversight/maintenance/open_maintenance.sql
\ir oversight/maintenance/close_maintenance.sql
\ir oversight/audit/verify_log.sql
\ir oversight/verify_book.sql
\ir oversight/seal/seal.sql
\ir oversight/seal/list_seals.sql
\ir oversight/seal/verify_seals.sql
\ir oversight/seal/export_evidence.sql

set local role twinbook_owner;
\ir identity/mode/mode_state.sql
\ir identity/mode/switch_mode.sql
\ir oversight/audit/central_audit_log.sql
\ir oversight/seal/chain_heads.sql
\ir oversight/oversight.sql

-- Last, since it seals every verb; and then what there is is remembered.
\ir identity/choice/use_identity.sql
\ir identity/choice/apply.sql
\ir oversight/code/remember_code.sql
reset role;
\ir oversight/maintenance/forbidden_changes.sql
commit;
