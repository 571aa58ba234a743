-- What this book's tables are made with. Shape, not code: defaults and checks call it.

-- paper or live: the one thing that a book knows about itself, and that its ids tell.
do $$
declare
  mode text := split_part(current_schema(), '_', 1);
begin
  execute format('create function book() returns text language sql immutable parallel safe return %L', mode);
  execute format('create domain book_id as text constraint book_id_names_its_book check (starts_with(value, %L))',
                 upper(mode) || '_');
  execute format('grant execute on function book() to twinbook_engine, twinbook_auditor, twinbook_backup, %I',
                 'twinbook_' || mode);
end
$$;
comment on function book is 'paper or live.';
comment on domain book_id is
  'The id of an order or a trade: it begins with its book''s name, so that the other book can''t store it.';

create function new_id() returns text
  language sql volatile
  return upper(book()) || '_' || replace(shared_data.uuid7()::text, '-', '');
comment on function new_id is 'A new id for an order or a trade, beginning with its book''s name.';
grant execute on function new_id to twinbook_engine;
