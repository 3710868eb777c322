import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CONTACT_FIELDS } from './contact-field.ts';
import { PHONE_NAMES } from './contact-phone.ts';
import type { ItemContent, Json } from './item.ts';

const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() === text && text !== '');
const maybe = fc.option(word);
const anybody = fc.record({
  full: word,
  given: maybe,
  given2: maybe,
  surname: maybe,
  title: maybe,
  generation: maybe,
  fileAs: maybe,
});
const postal = fc
  .record({ street: maybe, locality: maybe, region: maybe, postcode: maybe, country: maybe })
  .map((address) => (Object.values(address).every((part) => part === null) ? null : address));
const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const names = fc.uniqueArray(word, { maxLength: 4, selector: (name) => name.toLowerCase() }).map((all) => all.sort());

const VALUES: { readonly [field: string]: fc.Arbitrary<Json> } = {
  name: fc.option(anybody),
  ...Object.fromEntries(
    ['email1', 'email2', 'email3'].map((name) => [name, fc.option(fc.record({ address: word, label: maybe }))]),
  ),
  ...Object.fromEntries(PHONE_NAMES.map((name) => [name, maybe])),
  ...Object.fromEntries(['businessAddress', 'homeAddress', 'otherAddress'].map((name) => [name, postal])),
  mailingAddress: fc.constantFrom('business', 'home', 'other', null),
  children: names,
  categories: names,
  birthday: fc.option(day),
  anniversary: fc.option(day),
  sensitivity: fc.constantFrom('personal', 'private', 'confidential', null),
};
const valuesFor = (name: string) => VALUES[name] ?? maybe;

const UNKNOWN = { 'example.com:loyalty': { points: 7 }, version: '1.0' };
const card: fc.Arbitrary<ItemContent> = fc
  .tuple(...CONTACT_FIELDS.map((field) => valuesFor(field.name)))
  .map((values) =>
    CONTACT_FIELDS.reduce<ItemContent>((content, field, i) => field.set(content, values[i]!), { '@type': 'Card', ...UNKNOWN }),
  );

test.each(CONTACT_FIELDS)('$name: what was set is what is got, all other fields and what nobody knows stay', (field) => {
  fc.assert(
    fc.property(card, valuesFor(field.name), (content, value) => {
      const written = field.set(content, value);
      expect(field.get(written)).toEqual(value);
      expect(written).toMatchObject(UNKNOWN);
      for (const other of CONTACT_FIELDS.filter(({ name }) => name !== field.name))
        expect([other.name, other.get(written)]).toEqual([other.name, other.get(content)]);
      expect(field.canonical(field.set(written, field.get(written)))).toEqual(field.canonical(written));
    }),
    { numRuns: 12 },
  );
});

test('a house number given apart stays apart when the town changes', () => {
  const held: ItemContent = {
    '@type': 'Card',
    addresses: {
      home: {
        components: [
          { kind: 'number', value: '54321' },
          { kind: 'separator', value: ' ' },
          { kind: 'name', value: 'Oak St' },
          { kind: 'locality', value: 'Reston' },
        ],
        countryCode: 'us',
        full: '54321 Oak St, Reston',
      },
    },
  };
  const home = CONTACT_FIELDS.find((field) => field.name === 'homeAddress')!;
  const value = { street: '54321 Oak St', locality: 'Reston', region: null, postcode: null, country: 'US' };
  expect(home.get(held)).toEqual(value);
  expect(home.set(held, { ...value, locality: 'Herndon' }).addresses).toEqual({
    home: {
      countryCode: 'us',
      components: [
        { kind: 'number', value: '54321' },
        { kind: 'name', value: 'Oak St' },
        { kind: 'locality', value: 'Herndon' },
      ],
    },
  });
});

test('a name of which only the full form is known stays so, and parts alone give one', () => {
  const name = CONTACT_FIELDS[0];
  expect(name.get({ '@type': 'Card', name: { full: ' Ada Lovelace ' } })).toMatchObject({ full: 'Ada Lovelace', given: null });
  const parts = [
    { kind: 'surname', value: 'Lovelace' },
    { kind: 'given', value: 'Ada' },
  ];
  expect(name.get({ '@type': 'Card', name: { components: parts } })).toMatchObject({ full: 'Ada Lovelace', surname: 'Lovelace' });
});
