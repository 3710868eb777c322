// What the statements that no test names are about: the first pattern that fits.

const GROUPS: readonly [string, RegExp][] = [
  ['permissions and rights of folders', /[Pp]ermission|Delegat|EffectiveRights/],
  ['error codes and their causes', /\bError[A-Z]|ResponseCode|MessageText|ResponseClass/],
  [
    'operation succeeds or fails as a whole (protocol flow)',
    /operation request|operation (creates|returns|MUST)|is successful|on success|Status/,
  ],
  [
    'response objects (reply, forward, accept, decline, remove, post reply)',
    /Reply|Forward|Accept|Decline|Tentativ|Remove|Suppress|Cancel/,
  ],
  ['attendees, organizer and responses', /[Aa]ttendee|[Oo]rganizer|Response/],
  ['recurrence', /[Rr]ecurr|Occurrence|Regenerat/],
  ['times and zones', /Time|Date|Start|End|Duration/],
  ['enumeration values', /[Vv]alue "|: Specifies that|: Identifies|: Indicates/],
  ['ids and change keys', /\bId\b|Identifier|identif|ChangeKey|[Mm]oniker|byte/],
  ['folder operations and properties', /[Ff]older/],
  ['attachments', /[Aa]ttach/],
  ['further properties of items', /[Pp]roperty|element|attribute|Specifies|Contains|Represents/],
];

export function openGroupOf(text: string): string {
  return GROUPS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
}
