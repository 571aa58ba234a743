-- Live trading begins unhalted: what keeps it closed for a user are the yeses that he lacks.
insert into oversight.live_switch default values on conflict do nothing;
