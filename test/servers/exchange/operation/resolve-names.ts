// ResolveNames and ExpandDL: the directory, and the contacts of the mailbox.
import { type Call, errorMessage, findItem, messages, responseOf, successMessage } from '../call.ts';
import { EwsError, refuse } from '../errors.ts';
import { itemIdElement } from '../property/common.ts';
import { mailboxElement } from '../property/settle.ts';
import type { Item } from '../store/model.ts';
import { child, childrenOf, childText, type Element, el } from '../xml/element.ts';

/** No more come back (MS-OXWSRSLNM). */
const MOST = 100;

export function resolveNames(request: Element, call: Call): Element {
  const wanted = (childText(request, 'UnresolvedEntry') ?? '')
    .replace(/^(smtp:|sip:)/i, '')
    .trim()
    .toLowerCase();
  const scope = request.attributes.SearchScope ?? 'ActiveDirectoryContacts';
  const full = request.attributes.ReturnFullContactData === 'true' || request.attributes.ReturnFullContactData === '1';
  const found = [
    ...(scope.includes('ActiveDirectory') ? directory(call, wanted, full) : []),
    ...(scope.includes('Contacts') ? contacts(call, wanted, full) : []),
  ];
  const name = 'ResolveNamesResponseMessage';
  const attributes = {
    TotalItemsInView: String(Math.min(MOST, found.length)),
    IncludesLastItemInRange: String(found.length <= MOST),
  };
  const set = el('ResolutionSet', found.slice(0, MOST), attributes);
  if (found.length === 0)
    return responseOf('ResolveNames', [
      errorMessage(name, new EwsError('ErrorNameResolutionNoResults', 'No results were found.')),
    ]);
  if (found.length === 1) return responseOf('ResolveNames', [successMessage(name, [set])]);
  const text = 'Multiple results were found.';
  const head = [el('MessageText', text), el('ResponseCode', 'ErrorNameResolutionMultipleResults'), el('DescriptiveLinkKey', 0)];
  return responseOf('ResolveNames', [el(name, [...head, set], { ResponseClass: 'Warning' })]);
}

const begins = (text: string, wanted: string) =>
  text
    .toLowerCase()
    .split(/[\s@.]+/)
    .some((_, index, words) => words.slice(index).join(' ').startsWith(wanted));

function directory(call: Call, wanted: string, full: boolean): Element[] {
  const { accounts, groups } = call.exchange;
  return [...accounts.values(), ...groups.values()]
    .filter((one) => one.address.toLowerCase().startsWith(wanted) || begins(one.name, wanted))
    .map((one) => {
      const [first, ...rest] = one.name.split(' ');
      const contact = full
        ? el('Contact', [
            el('DisplayName', one.name),
            el('GivenName', first ?? ''),
            rest.length > 0 ? el('Surname', rest.join(' ')) : undefined,
            el('EmailAddresses', [el('Entry', `SMTP:${one.address}`, { Key: 'EmailAddress1' })]),
            el('ContactSource', 'ActiveDirectory'),
          ])
        : undefined;
      return el('Resolution', [mailboxElement(one.address, call.exchange), contact]);
    });
}

function contacts(call: Call, wanted: string, full: boolean): Element[] {
  const folder = call.mailbox.folderNamed('contacts');
  return call.mailbox
    .itemsIn(folder.key)
    .filter((item) => matches(item, wanted))
    .map((item) => {
      const entry = childrenOf(item.fields.EmailAddresses, 'Entry')[0];
      const box = el('Mailbox', [
        el('Name', item.fields.DisplayName?.text ?? ''),
        entry === undefined ? undefined : el('EmailAddress', entry.text),
        el('RoutingType', item.kind === 'DistributionList' ? 'MAPIPDL' : 'SMTP'),
        el('MailboxType', item.kind === 'DistributionList' ? 'PrivateDL' : 'Contact'),
        itemIdElement(item, call),
      ]);
      const contact =
        full && item.kind === 'Contact'
          ? el('Contact', [
              item.fields.DisplayName,
              item.fields.GivenName,
              item.fields.Surname,
              item.fields.EmailAddresses,
              el('ContactSource', 'Store'),
            ])
          : undefined;
      return el('Resolution', [box, contact]);
    });
}

function matches(item: Item, wanted: string): boolean {
  const addresses = childrenOf(item.fields.EmailAddresses, 'Entry').map((one) => one.text.toLowerCase());
  return begins(item.fields.DisplayName?.text ?? '', wanted) || addresses.some((one) => one.startsWith(wanted));
}

export async function expandDl(request: Element, call: Call): Promise<Element> {
  const box = child(request, 'Mailbox');
  const made = await messages('ExpandDLResponseMessage', [0], () => {
    const id = child(box, 'ItemId');
    const members =
      id === undefined ? groupMembers(call, childText(box, 'EmailAddress') ?? '') : privateMembers(findItem(call, id).item);
    const attributes = { TotalItemsInView: String(members.length), IncludesLastItemInRange: 'true' };
    return successMessage('ExpandDLResponseMessage', [el('DLExpansion', members, attributes)]);
  });
  return responseOf('ExpandDL', made);
}

/** One level only: groups within come back as groups [doc]. */
function groupMembers(call: Call, address: string): Element[] {
  const group = call.exchange.groups.get(address.replace(/^smtp:/i, '').toLowerCase());
  if (group === undefined) refuse('ErrorNameResolutionNoResults', 'No results were found.');
  return group.members.map((member) => mailboxElement(member, call.exchange));
}

function privateMembers(item: Item): Element[] {
  if (item.kind !== 'DistributionList') refuse('ErrorNameResolutionNoResults', 'No results were found.');
  return childrenOf(item.fields.Members, 'Member')
    .map((member) => child(member, 'Mailbox'))
    .filter((one) => one !== undefined);
}
