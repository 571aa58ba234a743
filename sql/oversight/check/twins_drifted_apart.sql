-- Parts of a book that the other hasn't, or has otherwise; but for the venues' own, as they were loaded.

create view oversight.twins_drifted_apart
  with (security_invoker = true)
as
select case when d.live is null then 'paper' when d.paper is null then 'live' end as book, null::text as username,
       format('%s %s', d.kind, d.name) as key,
       case when d.live is null then 'in the paper book only' when d.paper is null then 'in the live book only'
            else 'not the same in both' end as detail
from oversight.twins_differ_in() as d
where d.name <> 'book_id_names_its_book on book_id'
  and not exists (
    select from oversight.loaded_code as c
    where c.kind = 'twins'' difference' and c.name in (d.kind || ' ' || d.name, 'relation ' || d.relation));

comment on view oversight.twins_drifted_apart is
  'HIGH, database, catalog: A rule or a column holds in one book and not in the other. '
  'Do: code: run twinbook migrate --reload; shape: find out who altered it, and put it back.';
select oversight.keep_check('twins_drifted_apart');
