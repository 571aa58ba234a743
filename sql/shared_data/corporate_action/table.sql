-- A corporate action changes what a symbol means on a feed, between two of its quotes: a split, or another symbol.

create table shared_data.corporate_actions (
  username      text                  not null,
  feed          text                  not null,
  number        bigint                not null,
  kind          text                  not null,
  symbol        text                  not null,
  new_units     shared_data.quantity,
  old_units     shared_data.quantity,
  new_symbol    text,
  quote_number  bigint                not null,
  effective_at  timestamptz           not null,
  created_at    timestamptz           not null default now(),

  constraint corporate_actions_pkey             primary key (username, feed, number),
  constraint corporate_actions_feed_fkey        foreign key (username, feed) references shared_data.feeds,
  constraint corporate_actions_symbol_fkey      foreign key (symbol) references shared_data.instruments,
  constraint corporate_actions_new_symbol_fkey  foreign key (new_symbol) references shared_data.instruments,
  constraint corporate_actions_kind_is_known    check (kind in ('split', 'symbol_change')),
  constraint corporate_actions_splits_have_terms check ((kind = 'split') = (new_units is not null)
                                                        and num_nonnulls(new_units, old_units) <> 1),
  constraint corporate_actions_changes_have_one check ((kind = 'symbol_change') = (new_symbol is not null)),
  constraint corporate_actions_number_counts    check (number > 0)
);

create index corporate_actions_symbol_idx     on shared_data.corporate_actions (symbol);
create index corporate_actions_new_symbol_idx on shared_data.corporate_actions (new_symbol);

comment on table  shared_data.corporate_actions              is 'Splits and symbol changes, numbered within their feed. Facts.';
comment on column shared_data.corporate_actions.new_units    is 'Of a split: so many new units for old_units.';
comment on column shared_data.corporate_actions.quote_number is 'Quotes of the feed up to this one are in the old terms.';
comment on column shared_data.corporate_actions.effective_at is 'Business time.';
