create trigger ledger_entries_are_facts
  before update or delete or truncate on ledger_entries
  for each statement
  execute function refuse_change('money that moved has moved; correct it by a new entry');
