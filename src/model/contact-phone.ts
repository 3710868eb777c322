/** The phone and fax numbers of a contact, one field each; what RFC 9553 2.3.3 has features and contexts for is said by those. */
import { valueField } from './field.ts';
import type { Json } from './item.ts';
import { at, isObject, put, textAt } from './json.ts';

interface PhoneShape {
  readonly features: readonly string[];
  readonly context?: 'work' | 'private';
  readonly label?: string;
}

export const PHONES = {
  businessPhone: { features: ['voice'], context: 'work' },
  businessPhone2: { features: ['voice'], context: 'work' },
  homePhone: { features: ['voice'], context: 'private' },
  homePhone2: { features: ['voice'], context: 'private' },
  mobilePhone: { features: ['mobile'] },
  assistantPhone: { features: ['voice'], label: 'assistant' },
  callback: { features: ['voice'], label: 'callback' },
  companyMainPhone: { features: ['main-number'], context: 'work' },
  otherPhone: { features: ['voice'] },
  pager: { features: ['pager'] },
  businessFax: { features: ['fax'], context: 'work' },
  homeFax: { features: ['fax'], context: 'private' },
  otherFax: { features: ['fax'] },
  carPhone: { features: ['voice'], label: 'car' },
  primaryPhone: { features: ['voice'], label: 'primary' },
  radioPhone: { features: ['voice'], label: 'radio' },
  telex: { features: ['text'], label: 'telex' },
  ttyTddPhone: { features: ['textphone'] },
  isdn: { features: ['voice'], label: 'isdn' },
} as const satisfies { readonly [field: string]: PhoneShape };

export type PhoneField = keyof typeof PHONES;
export const PHONE_NAMES = Object.keys(PHONES) as readonly PhoneField[];

export const phoneFields = PHONE_NAMES.map((name) =>
  valueField({
    name,
    get: (content) => textAt(content, 'phones', name, 'number'),
    set: (content, value) => {
      const held = at(content, 'phones', name);
      if (value === null) return put(content, ['phones', name], null);
      return put(content, ['phones', name], { ...(isObject(held) ? held : made(PHONES[name])), number: value });
    },
  }),
);

function made({ features, context, label }: PhoneShape): { readonly [key: string]: Json } {
  return {
    '@type': 'Phone',
    features: Object.fromEntries(features.map((feature) => [feature, true])),
    ...(context === undefined ? {} : { contexts: { [context]: true } }),
    ...(label === undefined ? {} : { label }),
  };
}
