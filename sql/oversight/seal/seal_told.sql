-- A seal as files tell it: what its digest is made of, and the digest; hashes in hex.

create function oversight.seal_told(seal oversight.seals)
  returns jsonb
  language sql stable
  set search_path = oversight, pg_temp
as $$
  select jsonb_build_object(
    'book', (seal).book, 'number', (seal).number::text, 'sealed_at', shared_data.moment((seal).sealed_at),
    'chains', (seal).chains::text, 'root', encode((seal).root, 'hex'),
    'previous_digest', encode((seal).previous_digest, 'hex'), 'digest', encode((seal).digest, 'hex'));
$$;

comment on function oversight.seal_told is 'A seal as files tell it.';
select shared_data.let_only('oversight.seal_told', 'twinbook_engine');
