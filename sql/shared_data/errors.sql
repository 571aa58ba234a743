-- Every code of Twinbook's, once, with its meaning. Clients map codes, never message texts.

create view shared_data.error_codes
  with (security_invoker = true)
as
select *
from (values
  ('TB001', 'immutable',                'a fact or a term that never changes'),
  ('TB002', 'transition not allowed',   'this status can''t follow that one'),
  ('TB400', 'bad argument',             'an unknown word, or a value that makes no sense'),
  ('TB401', 'no user',                  'no user is set, or one who is unknown or not active'),
  ('TB403', 'not permitted',            'this user, or this mode, may not do it'),
  ('TB404', 'not visible',              'it doesn''t exist, or it isn''t yours'),
  ('TB409', 'stale version',            'somebody edited it since you read it'),
  ('TB412', 'key reused',               'the idempotency key belongs to another request'),
  ('TB422', 'state does not allow it',  'it makes sense, but not now'),
  ('TB428', 'live not confirmed',       'a live order needs one more yes'),
  ('TB503', 'market data not available', 'there is no price to work with')
) as codes (code, name, meaning);

comment on view shared_data.error_codes is 'Every SQLSTATE of class TB, with its meaning.';
select shared_data.let_all_read('shared_data.error_codes');
