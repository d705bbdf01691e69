/** The Gregorian calendar, extended in both directions without a year 0 gap, as Go's package time has it. */

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** A day; month 1–12. */
export interface CivilDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const DAYS_OF_ERA = 146_097;
const DAYS_TO_EPOCH = 719_468;

/** Days since 1970-01-01 of a day, whose month and day may lie outside their ranges. */
export function daysOf(year: number, month: number, day: number): number {
  const months = month - 1;
  // Years that begin in March have their leap day last.
  const shifted = year + Math.floor(months / 12) - (modulo(months, 12) < 2 ? 1 : 0);
  const monthOfShifted = modulo(months - 2, 12);
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * monthOfShifted + 2) / 5);
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_OF_ERA + dayOfEra - DAYS_TO_EPOCH + day - 1;
}

/** The day that is so many days after 1970-01-01. */
export function civilDay(days: number): CivilDay {
  const shifted = days + DAYS_TO_EPOCH;
  const era = Math.floor(shifted / DAYS_OF_ERA);
  const dayOfEra = shifted - era * DAYS_OF_ERA;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthOfShifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthOfShifted < 10 ? monthOfShifted + 3 : monthOfShifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthOfShifted + 2) / 5) + 1,
  };
}

/** How many days a month 1–12 has. */
export function daysIn(year: number, month: number): number {
  return daysOf(year, month + 1, 1) - daysOf(year, month, 1);
}

/** 0 is Sunday. */
export function weekdayOf(days: number): number {
  return modulo(days + 4, 7);
}

/** The year and week of ISO 8601, in which a week belongs to the year that has its Thursday. */
export function isoWeek(days: number): { year: number; week: number } {
  const thursday = days - modulo(weekdayOf(days) - 1, 7) + 3;
  const { year } = civilDay(thursday);
  return { year, week: Math.floor((thursday - daysOf(year, 1, 1)) / 7) + 1 };
}

/** The remainder that has the divisor's sign. */
export function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
