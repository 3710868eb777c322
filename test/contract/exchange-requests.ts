/** Every request of ours that the stand-in of a test file got, held against Microsoft's schema when the file is done. */
import { afterAll, expect } from 'vitest';
import { AnswerLog } from '../servers/exchange/check/validate.ts';

/** Requests that differ in values alone are validated once: words stay, for the schema has many. */
const skeletonOf = (text: string) =>
  text
    .replace(/>(?![A-Za-z ]{1,40}<)[^<]*</g, '><')
    .replace(/ (Id|ChangeKey|Value|RecurringMasterId|InstanceIndex|Name)="[^"]*"/g, '');

export interface RequestLog {
  readonly take: (text: string, operation: string) => void;
  /** One of each form. */
  readonly seen: ReadonlyMap<string, string>;
}

export function requestLog(): RequestLog {
  const log = new AnswerLog();
  const seen = new Map<string, string>();
  afterAll(() => {
    const { invalid, skipped } = log.validate();
    log.dispose();
    if (skipped !== undefined) console.warn(`The requests were not validated: ${skipped}.`);
    expect(invalid).toEqual([]);
  });
  return {
    seen,
    take(text, operation) {
      const skeleton = skeletonOf(text);
      if (seen.has(skeleton)) return;
      seen.set(skeleton, text);
      log.take(text, operation);
    },
  };
}
