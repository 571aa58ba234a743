-- HMAC-SHA256 (RFC 2104) of a message, in hex, under a key that is kept as its two padded blocks.

create function identity.signature_of(inner_pad bytea, outer_pad bytea, message text)
  returns text
  language sql stable parallel safe
  return encode(sha256(outer_pad || sha256(inner_pad || convert_to(message, 'UTF8'))), 'hex');

comment on function identity.signature_of is 'HMAC-SHA256 of a message''s UTF-8 bytes, in hex.';
select shared_data.let_only('identity.signature_of', 'twinbook_engine');
