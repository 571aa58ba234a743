-- Takes a split or a symbol change into a feed of one's own, after its newest quote.
-- Raises TB400 bad argument, TB401 no user, TB404 unknown feed or symbol, TB422 the new symbol has a price already.

create function shared_data.replay_corporate_action(
    feed          text,
    symbol        text,
    new_units     numeric      default null,
    old_units     numeric      default null,
    new_symbol    text         default null,
    effective_at  timestamptz  default null)
  returns shared_data.corporate_actions
  language plpgsql
  security definer
  set search_path = shared_data, pg_temp
as $$
begin
  return shared_data.take_action(identity.acting_user(), replay_corporate_action.feed, replay_corporate_action.symbol,
                                 replay_corporate_action.new_units, replay_corporate_action.old_units,
                                 replay_corporate_action.new_symbol, replay_corporate_action.effective_at);
end
$$;

comment on function shared_data.replay_corporate_action is
  'Split a symbol of one''s own feed, new_units for old_units, or change it into new_symbol.';
select shared_data.let_only('shared_data.replay_corporate_action', 'twinbook_paper');
