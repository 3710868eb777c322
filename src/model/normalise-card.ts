/** Which of a card's emails, phones and addresses is which field: by id, then by context and features, then by order. */
import { PHONE_NAMES, PHONES, type PhoneField } from './contact-phone.ts';
import type { ItemContent } from './item.ts';
import { at, isObject, type JsonObject, put, textAt } from './json.ts';

type Fit = readonly { readonly id: string; fits(entry: JsonObject): boolean }[];
const any = () => true;

const EMAILS: Fit = ['email1', 'email2', 'email3'].map((id) => ({ id, fits: any }));
const isOf = (entry: JsonObject, context: string) => at(entry, 'contexts', context) === true;
const ADDRESSES: Fit = [
  { id: 'business', fits: (entry) => isOf(entry, 'work') },
  { id: 'home', fits: (entry) => isOf(entry, 'private') },
  { id: 'other', fits: any },
  { id: 'business', fits: any },
  { id: 'home', fits: any },
];
const ANNIVERSARIES: Fit = [
  { id: 'birthday', fits: (entry) => entry.kind === 'birth' },
  { id: 'wedding', fits: (entry) => entry.kind === 'wedding' },
];
const isPhoto: Fit = [{ id: 'photo', fits: (entry) => entry.kind === 'photo' }];

export function normaliseCard(card: ItemContent): ItemContent {
  const first = (id: string): Fit => [{ id, fits: any }];
  const placed: readonly (readonly [string, Fit])[] = [
    ['emails', EMAILS],
    ['phones', PHONE_FITS],
    ['addresses', ADDRESSES],
    ['anniversaries', ANNIVERSARIES],
    ['media', isPhoto],
    ['nicknames', first('nickname')],
    ['organizations', first('company')],
    ['titles', [{ id: 'jobTitle', fits: (entry) => (entry.kind ?? 'title') === 'title' }]],
    ['notes', first('note')],
    ['links', [{ id: 'website', fits: (entry) => entry.kind === undefined }]],
  ];
  return placed.reduce((held, [property, fits]) => place(held, property, fits), card);
}

function place(card: ItemContent, property: string, fits: Fit): ItemContent {
  const map = at(card, property);
  if (!isObject(map)) return card;
  const ids = new Set(fits.map(({ id }) => id));
  const taken = new Set(Object.keys(map).filter((key) => ids.has(key)));
  const entries = Object.entries(map).map(([key, entry]) => {
    if (ids.has(key) || !isObject(entry)) return [key, entry] as const;
    const free = fits.find((one) => !taken.has(one.id) && one.fits(entry));
    if (free !== undefined) taken.add(free.id);
    return [free?.id ?? key, entry] as const;
  });
  return put(card, [property], Object.fromEntries(entries));
}

/** What a phone says of itself first, then any voice number that is free. */
const PHONE_FITS: Fit = [
  ...PHONE_NAMES.map((id) => ({ id, fits: (entry: JsonObject) => describes(id, entry) })),
  ...(['otherPhone', 'businessPhone', 'homePhone', 'primaryPhone'] as const).map((id) => ({
    id,
    fits: (entry: JsonObject) =>
      !['fax', 'pager', 'textphone', 'mobile'].some((feature) => at(entry, 'features', feature) === true),
  })),
];

function describes(id: PhoneField, entry: JsonObject): boolean {
  const shape: { readonly features: readonly string[]; readonly context?: string; readonly label?: string } = PHONES[id];
  const features = isObject(entry.features ?? null) ? Object.keys(entry.features as JsonObject) : ['voice'];
  const special = shape.features.filter((feature) => feature !== 'voice');
  const said = features.filter((feature) => !['voice', 'text', 'video'].includes(feature));
  if (special.some((feature) => !said.includes(feature)) || said.some((feature) => !special.includes(feature))) return false;
  if (shape.label !== undefined) return textAt(entry, 'label')?.toLowerCase() === shape.label;
  return shape.context === undefined ? !isOf(entry, 'work') && !isOf(entry, 'private') : isOf(entry, shape.context);
}
