select keep_private('alarms');
