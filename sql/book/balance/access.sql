select keep_private('balances');
