-- Rule 12: the first close of the instrument's trading day after a moment, weekends and daylight saving included.
begin;
select plan(11);

select is(shared_data.next_close('16:00', 'America/New_York', '{1,2,3,4,5}', after), closes, what)
from (values
  (timestamptz '2026-03-02 15:00+00', timestamptz '2026-03-02 21:00+00', 'in the session: today''s close'),
  ('2026-03-02 21:00+00', '2026-03-03 21:00+00', 'at the close itself: the next one'),
  ('2026-03-02 20:59:59.999999+00', '2026-03-02 21:00+00', 'a microsecond before: this one'),
  ('2026-03-06 22:00+00', '2026-03-09 20:00+00', 'on Friday evening: Monday''s, an hour earlier in UTC since daylight saving began'),
  ('2026-03-07 12:00+00', '2026-03-09 20:00+00', 'on Saturday: Monday''s'),
  ('2026-10-30 19:00+00', '2026-10-30 20:00+00', 'the last close in daylight saving'),
  ('2026-10-30 20:00+00', '2026-11-02 21:00+00', 'over the weekend that ends it'),
  ('2026-03-03 03:00+00', '2026-03-03 21:00+00', 'it is still yesterday in New York')) as moments (after, closes, what);

select is(shared_data.next_close('00:00', 'UTC', '{1,2,3,4,5,6,7}', '2026-03-07 12:00+00'), '2026-03-08 00:00+00',
  'round the clock: UTC midnight, on Saturdays too');
select is(shared_data.next_close('00:00', 'UTC', '{1,2,3,4,5,6,7}', '2026-03-08 00:00+00'), '2026-03-09 00:00+00',
  'at midnight: the next one');
select is(shared_data.next_close('16:00', 'America/New_York', '{3}', '2026-03-04 21:00+00'), '2026-03-11 20:00+00',
  'one trading day a week: a week later');

select finish();
rollback;
