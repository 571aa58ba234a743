select keep_private('position_adjustments');
