select keep_private('audit_log');
