-- Changes what is given of one's own settings, and leaves the rest.
-- Raises TB400 bad argument, TB401 no user, TB409 stale version.

create function identity.edit_settings(
    expected_version   integer,
    initial_balances   jsonb     default null,
    slippage_percent   numeric   default null,
    fill_delay_ms      integer   default null,
    max_quote_age      interval  default null,
    max_history_age    interval  default null,
    allow_short        boolean   default null,
    allow_mock_prices  boolean   default null,
    require_stop_loss  boolean   default null,
    partial_fills      boolean   default null,
    max_participation  numeric   default null)
  returns identity.settings
  language plpgsql
  security definer
  set search_path = identity, pg_temp
as $$
declare
  me     text := identity.acting_user();
  edited settings;
begin
  update settings as s
  set initial_balances  = coalesce(edit_settings.initial_balances,  s.initial_balances),
      slippage_percent  = coalesce(edit_settings.slippage_percent,  s.slippage_percent),
      fill_delay_ms     = coalesce(edit_settings.fill_delay_ms,     s.fill_delay_ms),
      max_quote_age     = coalesce(edit_settings.max_quote_age,     s.max_quote_age),
      max_history_age   = coalesce(edit_settings.max_history_age,   s.max_history_age),
      allow_short       = coalesce(edit_settings.allow_short,       s.allow_short),
      allow_mock_prices = coalesce(edit_settings.allow_mock_prices, s.allow_mock_prices),
      require_stop_loss = coalesce(edit_settings.require_stop_loss, s.require_stop_loss),
      partial_fills     = coalesce(edit_settings.partial_fills,     s.partial_fills),
      max_participation = coalesce(edit_settings.max_participation, s.max_participation),
      version           = s.version + 1,
      updated_at        = now()
  where s.username = me and s.version = edit_settings.expected_version
  returning s.* into edited;

  if not found then
    raise exception using
      errcode = 'TB409',
      message = 'your settings have changed',
      detail  = format('expected version %s, found %s', expected_version,
                       (select s.version from settings as s where s.username = me)),
      hint    = 'Read them again, then decide again.';
  end if;

  perform oversight.append_event(me, 'settings_edited', jsonb_strip_nulls(jsonb_build_object(
    'initial_balances',  (select jsonb_object_agg(b.key, b.value) from jsonb_each_text(edited.initial_balances) as b),
    'slippage_percent',  shared_data.plain(edited.slippage_percent),
    'fill_delay_ms',     edited.fill_delay_ms::text,
    'max_quote_age',     shared_data.plain(extract(epoch from edited.max_quote_age)),
    'max_history_age',   shared_data.plain(extract(epoch from edited.max_history_age)),
    'allow_short',       edited.allow_short,
    'allow_mock_prices', edited.allow_mock_prices,
    'require_stop_loss', edited.require_stop_loss,
    'partial_fills',     edited.partial_fills,
    'max_participation', shared_data.plain(edited.max_participation),
    'version',           edited.version::text)));
  return edited;
exception
  when check_violation then
    raise exception using errcode = 'TB400', message = 'these settings make no sense', detail = sqlerrm;
end
$$;

comment on function identity.edit_settings is 'Change one''s own settings. Portfolios that are open keep theirs.';
select shared_data.let_only('identity.edit_settings', 'twinbook_paper', 'twinbook_live');
