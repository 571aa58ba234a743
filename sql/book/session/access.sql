select keep_private('sessions');
