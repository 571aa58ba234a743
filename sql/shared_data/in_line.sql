-- What an event tells, with its number before it: the greatest of these is what the newest event told, so that an
-- aggregate finds it without sorting. told_last takes it back; nothing told is the empty text. The number has 19 digits
-- by addition, which costs a fraction of padding it.
create function shared_data.in_line(seq bigint, told text)
  returns text
  language sql immutable parallel safe
  return (1000000000000000000 + seq)::text || coalesce(told, '') collate "C";

create function shared_data.told_last(line text)
  returns text
  language sql immutable parallel safe
  return nullif(substr(line, 20), '');

comment on function shared_data.in_line   is 'What an event tells, behind its number: the greatest is the newest.';
comment on function shared_data.told_last is 'What the newest event told.';
select shared_data.let_only('shared_data.in_line', 'twinbook_engine', 'twinbook_paper', 'twinbook_live',
                            'twinbook_auditor');
select shared_data.let_only('shared_data.told_last', 'twinbook_engine', 'twinbook_paper', 'twinbook_live',
                            'twinbook_auditor');
