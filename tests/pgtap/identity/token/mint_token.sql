-- A login service says who has logged in: by a token for one user, one thing and a time. Nobody else can.
begin;
select plan(40);

select tests.sign_identity();
select tests.set_stage();
select identity.register_user('pia', status => 'PENDING_VERIFICATION'), identity.register_user('sue', status => 'SUSPENDED'),
       identity.register_user('carl', status => 'CLOSED'), identity.register_user('adam', role => 'ADMIN'), identity.register_user('root', role => 'SUPERADMIN'),
       identity.register_user('sad', role => 'ADMIN', status => 'SUSPENDED'), identity.register_user('d.o-t_s');

set local role twinbook_login;
select matches(identity.mint_token('alice', 'paper'), '^tb1:1:paper:[0-9]+::alice:[0-9a-f]{64}$', 'a token names what it is for');
select matches(identity.mint_token('alice', 'live', login => 'App 1'), '^tb1:1:live:[0-9]+:App 1:alice:[0-9a-f]{64}$', 'and the login that it is bound to');
select is(abs(split_part(identity.mint_token('alice', 'paper', lifetime), ':', 4)::numeric - extract(epoch from clock_timestamp() + lifetime)) < 2, true, 'it lives for ' || lifetime)
from unnest(array['1 second', '15 minutes', '1 day']::interval[]) as lifetime;

select throws_ok(format('select identity.mint_token(%s)', given), 'TB400', null, 'no token: ' || given)
from unnest(array['''alice'', ''futures''', '''alice'', null', '''alice'', ''paper'', null', '''alice'', ''paper'', ''0''', '''alice'', ''paper'', ''-1 hour''', '''alice'', ''paper'', ''25 hours''',
                  '''alice'', ''paper'', ''infinity''::text::interval', '''alice'', ''paper'', login => ''a:b''']) as given
where given !~ 'infinity' or current_setting('server_version_num')::integer >= 170000
union all
select ok(true, 'an interval has no infinity here') where current_setting('server_version_num')::integer < 170000;
select throws_ok(format('select identity.mint_token(%L, ''paper'')', person), 'TB401', null, 'none for ' || coalesce(person, 'null'))
from unnest(array['eve', '', null, 'pia', 'carl', 'market', 'venue', 'ALICE', 'alice ']) as person;
select isnt(identity.mint_token('sue', 'paper'), null, 'a suspended user gets one: he may cancel and reduce');
select throws_ok(format('select identity.mint_token(%L, ''administration'')', person), 'TB403', null, person || ' administers nothing') from unnest(array['alice', 'sad']) as person;
select isnt(identity.mint_token(person, 'administration'), null, person || ' does') from unnest(array['adam', 'root']) as person;

reset role;
select set_config('app.current_user', identity.mint_token('d.o-t_s', 'paper'), true);
select is(identity.current_username('paper'), 'd.o-t_s', 'any username there may be');

select throws_ok(format('set local role %I; select identity.mint_token(''alice'', ''paper'')', name), '42501', null, name || ' makes no token')
from unnest(array['twinbook_owner', 'twinbook_paper', 'twinbook_live', 'twinbook_market_data', 'twinbook_broker', 'twinbook_admin', 'twinbook_auditor', 'twinbook_backup']) as name;

-- The login service itself sees nothing else.
set local role twinbook_login;
select throws_ok(act, '42501', null, 'the login service: ' || act)
from unnest(array['select * from identity.users', 'select * from identity.signing_keys', 'select * from paper_trading.orders', 'select identity.proven_username(null)']) as act;

reset role;
select finish();
rollback;
