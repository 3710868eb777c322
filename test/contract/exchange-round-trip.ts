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

export const zones = (id: string) => `<t:StartTimeZone Id="${id}"/><t:EndTimeZone Id="${id}"/>`;

/** `ROUND_TRIP_TABLE=1` prints it when the file is done. */
export function roundTripTable(): string[] {
  const lines: string[] = [];
  afterAll(() => {
    if (process.env.ROUND_TRIP_TABLE) process.stdout.write(`\n${lines.join('\n')}\n`);
  });
  return lines;
}
