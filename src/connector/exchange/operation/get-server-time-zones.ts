/**
 * GetServerTimeZones (MS-OXWSGTZ 3.1.4.1): how the clocks of a Windows zone go.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getservertimezones-operation
 */
import { asFailure } from '../../../model/failure.ts';
import type { Ews } from '../ews.ts';
import type { Element } from '../read-answer.ts';
import { escapeXml } from '../soap.ts';
import { answered } from './answered.ts';

/** By session: a zone that was taught to the server by hand is asked about once. */
const known = new WeakMap<Ews, Map<string, Element | null>>();

export async function zoneDefinition(ews: Ews, id: string): Promise<Element | null> {
  const zones = known.get(ews) ?? new Map<string, Element | null>();
  known.set(ews, zones);
  const found = zones.get(id);
  if (found !== undefined) return found;
  const definition = await ask(ews, id);
  zones.set(id, definition);
  return definition;
}

async function ask(ews: Ews, id: string): Promise<Element | null> {
  const body = `<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>${escapeXml(id)}</t:Id></m:Ids></m:GetServerTimeZones>`;
  try {
    const { items } = await answered(ews, body, 'asking how the clocks of a time zone go');
    return items.find(({ attributes }) => attributes.Id?.toLowerCase() === id.toLowerCase()) ?? null;
  } catch (error) {
    // Nobody but Exchange has to know this operation, and what it would tell is not needed to read the rest.
    if (['refused', 'missing', 'garbled'].includes(asFailure(error)?.code ?? '')) return null;
    throw error;
  }
}
