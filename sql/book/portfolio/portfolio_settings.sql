-- What a user may edit of a portfolio, as events tell it.

create function portfolio_settings(portfolio portfolios)
  returns jsonb
  language sql stable
  set search_path from current
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'slippage_percent',      plain((portfolio).slippage_percent),
    'fill_delay_ms',         (portfolio).fill_delay_ms::text,
    'max_quote_age',         plain(extract(epoch from (portfolio).max_quote_age)),
    'max_history_age',       plain(extract(epoch from (portfolio).max_history_age)),
    'allow_short',           (portfolio).allow_short,
    'allow_mock_prices',     (portfolio).allow_mock_prices,
    'short_initial_percent', plain((portfolio).short_initial_percent),
    'short_upkeep_percent',  plain((portfolio).short_upkeep_percent),
    'fee_venue',             (portfolio).fee_venue,
    'seed',                  (portfolio).seed::text));
$$;

comment on function portfolio_settings is 'A portfolio''s settings as events tell them; ages in seconds.';
