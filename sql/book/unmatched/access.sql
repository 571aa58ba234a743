select keep_private('unmatched');
grant delete on unmatched to twinbook_engine;
