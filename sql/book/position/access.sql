select keep_private('positions');
