// Contacts: DisplayName, FileAs and Subject follow the name's parts (reference 48 [doc]).
import type { Item } from '../store/model.ts';
import { el } from '../xml/element.ts';
import { fileAsOf, fullName } from './contact.ts';
import { setText, textOf } from './context.ts';

export function settleContact(item: Item, touched: ReadonlySet<string>) {
  const mapping = textOf(item, 'FileAsMapping');
  const mapped = mapping === undefined || mapping === 'None' ? undefined : fileAsOf(item, mapping);
  // A mapping rules over a FileAs that was written with it [doc: FileAsMapping].
  if (mapped !== undefined && mapped !== '') setText(item, 'FileAs', mapped);
  if (!touched.has('DisplayName') && textOf(item, 'DisplayName') === undefined) {
    const name = fullName(item) || textOf(item, 'CompanyName') || textOf(item, 'FileAs');
    if (name) setText(item, 'DisplayName', name);
  }
  if (textOf(item, 'Subject') === undefined) {
    const display = textOf(item, 'DisplayName') ?? textOf(item, 'FileAs');
    if (display !== undefined) setText(item, 'Subject', display);
  }
  for (const name of ['Birthday', 'WeddingAnniversary']) {
    const text = textOf(item, name);
    const at = text === undefined ? Number.NaN : Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
    if (!Number.isNaN(at)) item.fields[name] = el(name, `${new Date(at).toISOString().slice(0, 19)}Z`);
  }
}
