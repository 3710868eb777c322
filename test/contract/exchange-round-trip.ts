/** Requests as another client than ours would write them, and the table of what was compared. */
import { afterAll, expect } from 'vitest';
import { send } from '../servers/exchange/check/client.ts';
import { ALICE, type CalendarWorld } from './exchange-calendar-world.ts';
import { PASSWORD } from './exchange-world.ts';

export function otherClient({ server }: CalendarWorld) {
  async function request(body: string): Promise<string> {
    const { text } = await send(server.url, body, { user: ALICE, password: PASSWORD });
    expect(text).toContain('NoError');
    return /<t:ItemId Id="([^"]+)"/.exec(text)?.[1] ?? '';
  }
  /** The id of what was made. */
  const createItem = (fields: string) =>
    request(
      `<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>${fields}</t:CalendarItem></m:Items></m:CreateItem>`,
    );
  return { request, createItem };
}

/** Given as JSON, and as an add-in would write it. */
export const regardingXml = (record: object) =>
  `<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="3c9b2f56-8e0f-4e0e-9d5c-6a8f1d27b4e1" PropertyName="MailroomRegarding" ` +
  `PropertyType="String"/><t:Value>${JSON.stringify(record).replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</t:Value></t:ExtendedProperty>`;

export const zones = (id: string) => `<t:StartTimeZone Id="${id}"/><t:EndTimeZone Id="${id}"/>`;

/** What was written there and read back here, or made here, and how often. */
export type RoundTripTable = (row: string, from: 'application' | 'Exchange', times?: number) => void;

/** Printed when the file is done: each row with what becomes of it on the way, or with where it is tried if not here. */
export function roundTripTable(title: string, remarks: Readonly<Record<string, string>> = {}): RoundTripTable {
  const rows = new Map<string, { application: number; Exchange: number }>();
  afterAll(() => {
    const others = Object.keys(remarks).filter((row) => !rows.has(row));
    const lines = [...rows].map(([row, { application, Exchange }]) => [
      row,
      equal(application),
      equal(Exchange),
      remarks[row] ?? 'none',
    ]);
    print([
      [title, 'from the application', 'from Exchange', 'normalisation'],
      ...lines,
      ...others.map((row) => [row, '-', '-', remarks[row]!]),
    ]);
  });
  return (row, from, times = 1) => {
    const counts = rows.get(row) ?? { application: 0, Exchange: 0 };
    counts[from] += times;
    rows.set(row, counts);
  };
}

const equal = (times: number) => (times === 0 ? '-' : `${times} equal`);

function print(lines: readonly (readonly string[])[]): void {
  const width = Math.max(...lines.map(([row]) => row!.length));
  const text = lines.map(
    ([row, ours, theirs, remark]) => `${row!.padEnd(width)}  ${ours!.padEnd(20)}  ${theirs!.padEnd(13)}  ${remark}`,
  );
  process.stdout.write(`\n${text.join('\n')}\n`);
}
