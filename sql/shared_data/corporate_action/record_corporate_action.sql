-- Takes a split or a symbol change into a shared feed, after its newest quote.
-- Raises TB400 bad argument, TB404 unknown feed or symbol, TB422 the new symbol has a price already.

create function shared_data.record_corporate_action(
    symbol        text,
    new_units     numeric      default null,
    old_units     numeric      default null,
    new_symbol    text         default null,
    effective_at  timestamptz  default null,
    feed          text         default 'realtime')
  returns shared_data.corporate_actions
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
begin
  return shared_data.take_action('market', record_corporate_action.feed, record_corporate_action.symbol,
                                 record_corporate_action.new_units, record_corporate_action.old_units,
                                 record_corporate_action.new_symbol, record_corporate_action.effective_at);
end
$$;

comment on function shared_data.record_corporate_action is
  'Split a symbol of a shared feed, new_units for old_units, or change it into new_symbol. For market data''s role.';
select shared_data.let_only('shared_data.record_corporate_action', 'twinbook_market_data');
