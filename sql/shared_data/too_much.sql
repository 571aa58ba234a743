-- Whether a price, a size or a sum is beyond what anybody trades: far from where sums of products would overflow, so
-- that what was let in can always be reckoned. Infinity and NaN, which sort above every number, are.

create function shared_data.too_much(value numeric)
  returns boolean
  language sql immutable parallel safe
  return value >= 1e18;

comment on function shared_data.too_much is 'Whether a price, a size or a sum is beyond what anybody trades: 1e18 or more.';
select shared_data.let_only('shared_data.too_much', 'twinbook_engine');
