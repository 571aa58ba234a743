select keep_private('executions');
