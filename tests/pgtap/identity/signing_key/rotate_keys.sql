-- Keys turn: one signs, older ones verify until they retire, and what retired long ago is empty.
begin;
select plan(29);

select tests.sign_identity();
select tests.set_stage();
select set_config('tests.old', identity.mint_token('alice', 'paper'), true);

select is((select count(*) from identity.signing_keys), 1::bigint, 'an install makes the first key');
select is((select string_agg(octet_length(inner_pad) || ' ' || octet_length(outer_pad), ',') from identity.signing_keys), '64 64', 'as two blocks');

select is(identity.signature_of(decode(repeat('36', 64), 'hex'), decode(repeat('5c', 64), 'hex'), ''),
          'b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad', 'HMAC-SHA256 of nothing under no key');
-- RFC 4231, test case 2: key "Jefe".
select is(identity.signature_of(decode('7c535053' || repeat('36', 60), 'hex'), decode('16393a39' || repeat('5c', 60), 'hex'), 'what do ya want for nothing?'),
          '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'and the standard''s own example');

select is((select count(*) from (
  select get_byte(inner_pad, n) # 54 = get_byte(outer_pad, n) # 92 as fits from identity.signing_keys, generate_series(0, 63) as n) as octets where not fits),
  0::bigint, 'both pads are of one key');
select isnt((select substr(inner_pad, 1, 32) from identity.signing_keys), decode(repeat('36', 32), 'hex'), 'which isn''t empty');
select is((select substr(inner_pad, 33) from identity.signing_keys), decode(repeat('36', 32), 'hex'), 'and has 256 bits');

-- Who turns them.
select throws_ok(format('set local role %I; select identity.rotate_keys()', name), '42501', null, name || ' doesn''t turn them')
from unnest(array['twinbook_paper', 'twinbook_live', 'twinbook_login', 'twinbook_auditor', 'twinbook_market_data']) as name;
select set_config('app.current_user', current_setting('tests.old'), true), set_config('role', 'twinbook_admin', true);
select throws_ok('select identity.rotate_keys()', 'TB403', null, 'nor does a trader, through an administrators'' login');
select tests.act_as_installer();
set local role twinbook_admin;
select throws_ok($$ select identity.rotate_keys('-1 second') $$, 'TB400', null, 'a grace is a time');
select throws_ok($$ select identity.rotate_keys(null) $$, 'TB400', null, 'and known');
select results_eq($$ select key_id, retires_at is null, retires_at > now() + interval '23 hours' from identity.rotate_keys() $$,
  $$ values ('2', true, null), ('1', false, true) $$, 'an administrator does: a new one signs, the old one has a day');
reset role;
select is((select details ->> 'key_id' from oversight.audit_log where operation = 'rotate_keys'), '2', 'it is an act of the oversight log');

select matches(identity.mint_token('alice', 'paper'), '^tb1:2:', 'tokens are signed with the new one');
select is(identity.current_username('paper'), 'alice', 'and believed')
from set_config('app.current_user', identity.mint_token('alice', 'paper'), true);
select is(identity.current_username('paper'), 'alice', 'those of the old one too, until it retires')
from set_config('app.current_user', current_setting('tests.old'), true);
update identity.signing_keys set retires_at = now() - interval '1 second' where key_id = '1';
select is(identity.current_username('paper'), null, 'then they are nobody''s');

select tests.act_as_installer();
update identity.signing_keys set retires_at = now() - interval '2 days' where key_id = '1';
select identity.rotate_keys('0');
select results_eq($$ select key_id, inner_pad is null, retires_at <= clock_timestamp() + interval '1 second' from identity.signing_keys order by 1 $$,
  $$ values ('1', true, true), ('2', false, true), ('3', false, null) $$, 'one long retired is emptied; with no grace all others retire at once');
select is((select retires_at < now() - interval '1 day' from identity.signing_keys where key_id = '1'), true, 'and none is given time again');

select throws_ok($$ update identity.signing_keys set retires_at = null where key_id = '2' $$, 'TB001', null, 'a retired key never signs again');
select throws_ok($$ update identity.signing_keys set inner_pad = outer_pad where key_id = '3' $$, 'TB001', null, 'no key changes');
select throws_ok($$ update identity.signing_keys set key_id = '9' where key_id = '3' $$, 'TB001', null, 'nor its number');
select throws_ok(act, 'TB001', null, act) from unnest(array['delete from identity.signing_keys', 'truncate identity.signing_keys']) as act;
select throws_ok($$ insert into identity.signing_keys (key_id, inner_pad, outer_pad) select '4', inner_pad, outer_pad from identity.signing_keys where key_id = '3' $$, '23505', null, 'one key signs');

select finish();
rollback;
