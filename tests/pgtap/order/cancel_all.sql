-- Every open order of one portfolio is canceled, in the order of their numbers.
begin;
select plan(7);

select tests.set_stage();
select tests.open('alice'), tests.open('alice', 'side'), tests.open('bob');
select tests.pending('alice', symbol, 'buy', 10) is not null from unnest(array['AAPL', 'MSFT', 'SAP']) as symbol;
select tests.pending('alice', 'AAPL', 'buy', 10, portfolio => 'side') is not null, tests.pending('bob', 'AAPL', 'buy', 10) is not null;
select tests.trade('alice', 'AAPL', 'buy', 1, 100) is not null;
select tests.act_as('alice', book());

select results_eq('select symbol, status::text, version::integer from cancel_all()',
  $$ values ('AAPL', 'CANCELED', 2), ('MSFT', 'CANCELED', 2), ('SAP', 'CANCELED', 2) $$,
    'all of main''s, in order; what is done stays done');
select is_empty('select * from cancel_all()', 'then there is nothing to cancel');
select results_eq($$ select symbol from cancel_all('side') $$, array['AAPL'], 'another portfolio has its own');
select throws_ok($$ select * from cancel_all('other') $$, 'TB404', null, 'an unknown one has none');
select is((select count(*) from audit_log where operation = 'order_canceled'), 4::bigint, 'each is an event');
select tests.act_as('bob', book());
select is((select status::text from orders), 'PENDING', 'bob''s orders stay');
select tests.act_as('', book());
select throws_ok('select * from cancel_all()', 'TB401', null, 'nobody has none');

select tests.act_as_installer();
select finish();
rollback;
