-- What the examples stand on: two users and two instruments. For the installer, once, on a fresh database.

select identity.register_user('alice');
select identity.register_user('bob');

select shared_data.add_instrument('AAPL', 'equity', 'USD', name => 'Apple Inc.');
select shared_data.add_instrument('MSFT', 'equity', 'USD', name => 'Microsoft Corporation');

-- What a venue charges: half a cent a share, at least one dollar an order.
select shared_data.add_fee('EXAMPLE', 'equity', 'commission', 'unit', 0.005, source => 'made up for the examples', minimum => 1);
