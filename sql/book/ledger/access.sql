select keep_private('ledger_entries');
