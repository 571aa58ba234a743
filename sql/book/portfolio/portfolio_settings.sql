-- What a user may edit of a portfolio, as events tell it.

create function portfolio_settings(home portfolios)
  returns jsonb
  language sql stable
  set search_path from current
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'slippage_percent',      plain((home).slippage_percent),
    'fill_delay_ms',         (home).fill_delay_ms::text,
    'max_quote_age',         plain(extract(epoch from (home).max_quote_age)),
    'max_history_age',       plain(extract(epoch from (home).max_history_age)),
    'allow_short',           (home).allow_short,
    'allow_mock_prices',     (home).allow_mock_prices,
    'short_initial_percent', plain((home).short_initial_percent),
    'short_upkeep_percent',  plain((home).short_upkeep_percent),
    'fee_venue',             (home).fee_venue,
    'partial_fills',         (home).partial_fills,
    'max_participation',     plain((home).max_participation),
    'touch_fill_percent',    plain((home).touch_fill_percent),
    'seed',                  (home).seed::text));
$$;

comment on function portfolio_settings is 'A portfolio''s settings as events tell them; ages in seconds.';
