select keep_private('reconciliation_differences');
