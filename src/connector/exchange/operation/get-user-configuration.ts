/**
 * GetUserConfiguration (MS-OXWSUSRCFG 3.1.4.3): settings that Outlook on the web keeps in the mailbox.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getuserconfiguration-operation
 */
import { asFailure } from '../../../model/failure.ts';
import type { Ews } from '../ews.ts';
import { textOf } from '../read-answer.ts';
import { placeOf } from '../zone.ts';
import { answered } from './answered.ts';
import { distinguishedId } from './folder-id.ts';

/** By session: appointments and tasks want to know it. */
const known = new WeakMap<Ews, string | null>();

/** IANA zone of the mailbox's owner; null where that is not to be learnt. */
export async function ownersPlace(ews: Ews): Promise<string | null> {
  const found = known.get(ews);
  if (found !== undefined) return found;
  const id = await ownersWindowsZone(ews);
  const place = id === null ? null : placeOf(id);
  known.set(ews, place);
  return place;
}

/** What he has chosen. */
async function ownersWindowsZone(ews: Ews): Promise<string | null> {
  const root = distinguishedId(ews, 'root');
  const body =
    `<m:GetUserConfiguration><m:UserConfigurationName Name="OWA.UserOptions">${root}</m:UserConfigurationName>` +
    '<m:UserConfigurationProperties>Dictionary</m:UserConfigurationProperties></m:GetUserConfiguration>';
  try {
    const { items } = await answered(ews, body, 'asking for the time zone of the mailbox');
    const entry = items.find((one) => textOf(one, 'DictionaryKey', 'Value')?.toLowerCase() === 'timezone');
    return textOf(entry, 'DictionaryValue', 'Value')?.trim() || null;
  } catch (error) {
    // Whoever never used Outlook on the web has none, delegates may not see it, and other servers need not know the operation.
    if (['refused', 'missing', 'garbled'].includes(asFailure(error)?.code ?? '')) return null;
    throw error;
  }
}
