-- Last of all: what is loaded now is what is to be there. Of the twins' differences only those in code can be meant.
delete from oversight.loaded_code;

insert into oversight.loaded_code (kind, name, fingerprint)
select c.kind, c.name, c.fingerprint from oversight.present_code() as c
union all
select 'twins'' difference', d.kind || ' ' || d.name, ''
from oversight.twins_differ_in() as d
where d.kind in ('function', 'trigger', 'view');
