// The MIME of a contact: a vCard 3.0 (RFC 2426) of its name, addresses and numbers.
import { escapeText, fold } from '../calendar/icalendar.ts';
import { fullName } from '../property/contact.ts';
import { textOf } from '../property/context.ts';
import type { Item } from '../store/model.ts';
import { childrenOf, childText } from '../xml/element.ts';

const PLACES: Readonly<Record<string, string>> = { Business: 'WORK', Home: 'HOME', Other: 'POSTAL' };

export function cardText(item: Item): string {
  const value = (name: string) => escapeText(textOf(item, name) ?? '');
  const lines = [
    'BEGIN:VCARD',
    'PROFILE:VCARD',
    'VERSION:3.0',
    'MAILER:Microsoft Exchange',
    'PRODID:Microsoft Exchange',
    `FN:${escapeText(textOf(item, 'DisplayName') ?? fullName(item))}`,
    `N:${value('Surname')};${value('GivenName')};${value('MiddleName')};;${value('Generation')}`,
    ...(textOf(item, 'CompanyName') === undefined ? [] : [`ORG:${value('CompanyName')};${value('Department')}`]),
    ...(textOf(item, 'JobTitle') === undefined ? [] : [`TITLE:${value('JobTitle')}`]),
    ...childrenOf(item.fields.EmailAddresses, 'Entry').map((entry) => `EMAIL;TYPE=INTERNET:${escapeText(entry.text)}`),
    ...childrenOf(item.fields.PhoneNumbers, 'Entry').map((entry) => `TEL;TYPE=VOICE:${escapeText(entry.text)}`),
    ...childrenOf(item.fields.PhysicalAddresses, 'Entry').map((entry) => {
      const parts = ['Street', 'City', 'State', 'PostalCode', 'CountryOrRegion'].map((part) =>
        escapeText(childText(entry, part) ?? ''),
      );
      return `ADR;TYPE=${PLACES[entry.attributes.Key ?? ''] ?? 'POSTAL'}:;;${parts.join(';')}`;
    }),
    'END:VCARD',
  ];
  return `${lines.map(fold).join('\r\n')}\r\n`;
}
