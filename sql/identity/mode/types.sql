-- What switching answers. A refusal is a row, so that its audit row stays.
create type identity.switched as (
  active_mode     text,
  is_switched     boolean,
  code            text,
  reason          text,
  hint            text,
  open_orders     bigint,
  open_positions  bigint
);
comment on type identity.switched is
  'What became of switching the mode: the mode now, why it wasn''t switched (TB403, TB428), and what is open live.';
