"""Writes the first migrations from sql/: until the first release they are the shape files, joined.

Run it after every change to a table.sql, schema.sql or types.sql. After the first release a change
of shape is a new migration instead, and this tool goes.
"""

import re

from twinbook import paths
from twinbook.migrate import Kind, Segment, expand

_FOLDERS = {"venue/live/": "live", "book/": "book"}

_BOOK_BACK = """\
-- Empties the book again: before the spine nothing stood in it.
do $$
declare
  thing text;
begin
  -- Named before the first goes, since some go with another.
  foreach thing in array array(
    select format('table if exists %s', c.oid::regclass)
    from pg_class as c
    where c.relnamespace = current_schema()::regnamespace
      and c.relkind in ('r', 'p') and not c.relispartition
    union all
    select format('routine if exists %s', p.oid::regprocedure)
    from pg_proc as p
    where p.pronamespace = current_schema()::regnamespace
    union all
    select format('type if exists %s', t.oid::regtype)
    from pg_type as t
    left join pg_class as c on c.oid = t.typrelid
    where t.typnamespace = current_schema()::regnamespace
      and (t.typtype in ('d', 'e', 'r') or c.relkind = 'c')
  )
  loop
    execute format('drop %s cascade', thing);
  end loop;
end
$$;
"""

_LIVE_BACK = """\
-- Takes the live venue's own tables away again.
drop type broker_task;
drop table reconciliation_differences, outbox_transitions, order_outbox;
"""


def main() -> None:
    """Writes the lanes' 0001.spine.sql and their rollbacks."""
    source = expand(paths.sql() / "install.sql")
    shape: dict[tuple[str, int], Segment] = {
        (segment.file.relative_to(source.root).as_posix(), segment.line): segment
        for segment in source.of(Kind.SHAPE)
    }
    lanes: dict[str, list[str]] = {"shared": [], "book": [], "live": []}
    schemas: list[str] = []
    for (name, _), segment in shape.items():
        lane = next(
            (lane for folder, lane in _FOLDERS.items() if name.startswith(folder)), "shared"
        )
        lanes[lane].append(f"-- sql/{name}\n{segment.text.strip()}\n")
        schemas += re.findall(r"^create schema (\w+)", segment.text, re.MULTILINE)
    back = {
        "shared": "-- Before the spine there was nothing.\n"
        + "".join(f"drop schema {schema} cascade;\n" for schema in reversed(schemas)),
        "book": _BOOK_BACK,
        "live": _LIVE_BACK,
    }
    for lane, texts in lanes.items():
        folder = paths.migrations() / lane
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "0001.spine.sql").write_text("\n".join(texts))
        (folder / "0001.spine.rollback.sql").write_text(back[lane])


if __name__ == "__main__":
    main()
