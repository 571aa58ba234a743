-- The first key, so that the signed identity can be chosen at any time.
select
from identity.add_signing_key()
where not exists (select from identity.signing_keys);
