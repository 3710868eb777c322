// Properties of contacts and lists (MS-OXWSCONT).

import type { Item } from '../store/model.ts';
import { child, childrenOf, type Element, el } from '../xml/element.ts';
import { type Reader, textOf } from './context.ts';

const PARTS: readonly [string, string][] = [
  ['Title', 'Title'],
  ['FirstName', 'GivenName'],
  ['MiddleName', 'MiddleName'],
  ['LastName', 'Surname'],
  ['Suffix', 'Generation'],
  ['Initials', 'Initials'],
  ['Nickname', 'Nickname'],
];

/** A read-only view of the name's parts (reference 48 [doc]); the title has no schema field of its own. */
function completeName(item: Item): Element | undefined {
  const parts = PARTS.map(([part, field]) => {
    const text = field === 'Title' ? item.named['contact/title']?.values[0] : textOf(item, field);
    return text === undefined || text === '' ? undefined : el(part, text);
  });
  const full = fullName(item);
  const known = [...parts, full === '' ? undefined : el('FullName', full)];
  return known.some((part) => part !== undefined) ? el('CompleteName', known) : undefined;
}

export function fullName(item: Item): string {
  const title = item.named['contact/title']?.values[0];
  const words = [title, ...['GivenName', 'MiddleName', 'Surname', 'Generation'].map((name) => textOf(item, name))];
  return words.filter((word) => word !== undefined && word !== '').join(' ');
}

/** FileAs by FileAsMapping (MS-OXWSCONT FileAsMappingType). */
export function fileAsOf(item: Item, mapping: string): string | undefined {
  const first = [textOf(item, 'GivenName'), textOf(item, 'MiddleName')].filter(Boolean).join(' ');
  const last = textOf(item, 'Surname') ?? '';
  const company = textOf(item, 'CompanyName') ?? '';
  const suffix = textOf(item, 'Generation') ?? '';
  const comma = [last, first].filter(Boolean).join(', ');
  const plainLast = [last, first].filter(Boolean).join(' ');
  const lines = (...parts: string[]) => parts.filter(Boolean).join('\r\n');
  const forms: Record<string, string> = {
    LastCommaFirst: comma,
    FirstSpaceLast: [first, last].filter(Boolean).join(' '),
    Company: company,
    LastCommaFirstCompany: lines(comma, company),
    CompanyLastCommaFirst: lines(company, comma),
    LastFirst: `${last}${first}`,
    LastFirstCompany: lines(`${last}${first}`, company),
    CompanyLastFirst: lines(company, `${last}${first}`),
    LastFirstSuffix: [`${last}${first}`, suffix].filter(Boolean).join(' '),
    LastSpaceFirst: plainLast,
    LastSpaceFirstCompany: lines(plainLast, company),
    CompanyLastSpaceFirst: lines(company, plainLast),
    DisplayName: textOf(item, 'DisplayName') ?? '',
    FirstName: textOf(item, 'GivenName') ?? '',
    LastFirstMiddleSuffix: [last, first, suffix].filter(Boolean).join(' '),
    LastName: last,
  };
  return forms[mapping];
}

/** On reading, an address entry says what kind of address it is (reference 48 [doc]). */
function emailAddresses(item: Item): Element | undefined {
  const entries = childrenOf(item.fields.EmailAddresses, 'Entry');
  if (entries.length === 0) return undefined;
  return el(
    'EmailAddresses',
    entries.map((entry) =>
      el('Entry', entry.text, {
        Key: entry.attributes.Key,
        Name: entry.attributes.Name ?? entry.text,
        RoutingType: entry.attributes.RoutingType ?? 'SMTP',
        MailboxType: entry.attributes.MailboxType ?? 'OneOff',
      }),
    ),
  );
}

function listMembers(item: Item): Element | undefined {
  const members = childrenOf(item.fields.Members, 'Member');
  if (members.length === 0) return undefined;
  return el(
    'Members',
    members.map((member, index) => {
      const box = child(member, 'Mailbox');
      const key = Buffer.from(`${index}:${child(box, 'EmailAddress')?.text ?? ''}`).toString('base64');
      return el('Member', [box, el('Status', 'Normal')], { Key: member.attributes.Key ?? key });
    }),
  );
}

export const CONTACT: Record<string, Reader> = {
  CompleteName: completeName,
  // MS-OXWSCONT R81001: read-only, true when an attachment is the picture.
  HasPicture: (item) =>
    el(
      'HasPicture',
      item.attachments.some((one) => one.fields.IsContactPhoto?.text === 'true'),
    ),
  EmailAddresses: (item) => (item.kind === 'Contact' ? emailAddresses(item) : undefined),
  ContactSource: () => el('ContactSource', 'Store'),
  FileAsMapping: (item) => item.fields.FileAsMapping ?? el('FileAsMapping', 'None'),
  PostalAddressIndex: (item) => item.fields.PostalAddressIndex ?? el('PostalAddressIndex', 'None'),
  Members: listMembers,
};
