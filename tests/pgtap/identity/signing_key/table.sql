-- A signing key is whole, or empty and retired.
begin;
select plan(7);

select throws_ok(format($$ insert into identity.signing_keys (key_id, inner_pad, outer_pad, retires_at) values (%s, now()) $$, terms), '23514', null, law)
from (values ('''0'', null, null', 'ids count from 1'), ('''x'', null, null', 'and are numbers'),
             ('''9'', ''\x00'', decode(repeat(''5c'', 64), ''hex'')', 'an inner pad is a block'),
             ('''9'', decode(repeat(''36'', 64), ''hex''), ''\x00''', 'an outer pad is one'),
             ('''9'', decode(repeat(''36'', 64), ''hex''), null', 'both are lost together')) as wrong (terms, law);
select throws_ok($$ insert into identity.signing_keys (key_id) values ('9') $$, '23514', null, 'only a retired one is empty');
select throws_ok($$ insert into identity.signing_keys (key_id, retires_at) values ('1', now()) $$, '23505', null, 'no number twice');

select finish();
rollback;
