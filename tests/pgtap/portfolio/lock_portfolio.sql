-- Which portfolio a verb means: the one that is named, else the only active one, else main.
begin;
select plan(8);

select tests.set_stage();
select tests.act_as('alice', book());
select throws_ok('select * from cancel_all()', 'TB400', null, 'none: which one?');

select tests.act_as_installer();
select tests.open('alice', 'first');
select tests.act_as('alice', book());
select lives_ok('select * from cancel_all()', 'the only one');

select tests.act_as_installer();
select tests.open('alice', 'second');
select tests.act_as('alice', book());
select throws_ok('select * from cancel_all()', 'TB400', null, 'two, neither main: which one?');
select lives_ok($$ select * from cancel_all('second') $$, 'the one that is named');
select lives_ok($$ select close_portfolio('second') $$, 'one is closed');
select is((select p.name::text from place_order('AAPL', 'buy', 1) as o join portfolios as p using (username, portfolio_id)), 'first',
  'again the only active one');

select tests.act_as_installer();
select tests.open('alice', 'main');
select tests.act_as('alice', book());
select is((select p.name::text from place_order('AAPL', 'buy', 1) as o join portfolios as p using (username, portfolio_id)), 'main',
  'of several, main');

select throws_ok($$ select lock_portfolio('main') $$, '42501', null, 'what is under the verbs isn''t for applications');

select tests.act_as_installer();
select finish();
rollback;
