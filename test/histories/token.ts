/**
 * A token is a number that somebody wrote into one field of one item, and nobody ever writes again. It stands there as a word, a
 * time of day, a day or a count, as the field can hold it.
 */
const TEXT = /\b(?:Token|Birth)\d+\b/g;
/** What stands in a time before anybody has written one is of 2027. */
const TIME = /\b2028-\d\d-\d\dT(\d\d):(\d\d)/g;
const DAY = /\b20[45]\d-\d\d-\d\d/g;
const COUNT = /"?\bcount"?[: ]+(\d+)/g;

const FIRST_DAY = Temporal.PlainDate.from('2040-01-01');
/** A series begins with fewer occurrences. */
const FEWEST = 10;

export const textOf = (token: number) => `Token${token}`;
export const timeOf = (token: number) => `2028-05-06T${two(Math.trunc(token / 60))}:${two(token % 60)}`;
export const countOf = (token: number) => FEWEST + token;
export const dayOf = (token: number) => FIRST_DAY.add({ days: token }).toString();

const two = (number: number) => String(number).padStart(2, '0');

export function tokensIn(content: unknown): readonly string[] {
  const text = JSON.stringify(content) ?? '';
  const counted = [...text.matchAll(COUNT)].map(([, count]) => Number(count) - FEWEST).filter((token) => token > 0);
  return [
    ...(text.match(TEXT) ?? []),
    ...[...text.matchAll(TIME)].map(([, hour, minute]) => textOf(Number(hour) * 60 + Number(minute))),
    ...[...text.matchAll(DAY)].map(([day]) => textOf(FIRST_DAY.until(Temporal.PlainDate.from(day)).days)),
    ...counted.map(textOf),
  ];
}
