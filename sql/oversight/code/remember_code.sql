-- Last of all: what is loaded now is what is to be there. The twins' differences in code are meant, as are tables that
-- one book alone has: they are its venue's.
delete from oversight.loaded_code;

insert into oversight.loaded_code (kind, name, fingerprint)
select c.kind, c.name, c.fingerprint from oversight.present_code() as c
union all
select 'twins'' difference', d.kind || ' ' || d.name, ''
from oversight.twins_differ_in() as d
where d.kind in ('function', 'trigger', 'policy', 'view')
   or (d.kind = 'relation' and (d.paper is null or d.live is null));
