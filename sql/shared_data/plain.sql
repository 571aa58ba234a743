-- A number as events, keys and people want it: without trailing zeros.
create function shared_data.plain(value numeric)
  returns text
  language sql immutable parallel safe
  return trim_scale(value)::text;

comment on function shared_data.plain is 'A number as text, without trailing zeros.';
select shared_data.let_only('shared_data.plain', 'twinbook_engine', 'twinbook_paper', 'twinbook_live',
                            'twinbook_auditor');
