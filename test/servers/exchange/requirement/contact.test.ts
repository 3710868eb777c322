// MS-OXWSCONT: every property and every dictionary key of a contact is kept and comes back under its own name.
import { describe, expect, it } from 'vitest';
import { codesOf, idOf, itemsOf, startStandIn, textAt } from '../check/client.ts';
import { child, childrenOf, type Element } from '../xml/element.ts';

const { call } = await startStandIn();

const TEXTS: [string, string, string][] = [
  ['R25', 'DisplayName', 'Jane Q. Doe'],
  ['R27', 'GivenName', 'Jane'],
  ['R29', 'Initials', 'J.Q.D.'],
  ['R31', 'MiddleName', 'Quinn'],
  ['R33', 'Nickname', 'JJ'],
  ['R37', 'CompanyName', 'ACME'],
  ['R45', 'AssistantName', 'Ann'],
  ['R47', 'Birthday', '1980-02-29T00:00:00Z'],
  ['R49', 'BusinessHomePage', 'http://acme.example/'],
  ['R57', 'Department', 'Sales'],
  ['R59', 'Generation', 'III'],
  ['R63', 'JobTitle', 'CTO'],
  ['R65', 'Manager', 'Max'],
  ['R67', 'Mileage', '12 km'],
  ['R69', 'OfficeLocation', 'B 12'],
  ['R71', 'PostalAddressIndex', 'Home'],
  ['R73', 'Profession', 'Engineer'],
  ['R75', 'SpouseName', 'John'],
  ['R77', 'Surname', 'Doe'],
  ['R79', 'WeddingAnniversary', '2005-05-05T00:00:00Z'],
];
const PHONES: [string, string][] = [
  ['R157', 'AssistantPhone'],
  ['R158', 'BusinessFax'],
  ['R159', 'BusinessPhone'],
  ['R160', 'BusinessPhone2'],
  ['R161', 'Callback'],
  ['R162', 'CarPhone'],
  ['R163', 'CompanyMainPhone'],
  ['R164', 'HomeFax'],
  ['R165', 'HomePhone'],
  ['R166', 'HomePhone2'],
  ['R167', 'Isdn'],
  ['R168', 'MobilePhone'],
  ['R169', 'OtherFax'],
  ['R170', 'OtherTelephone'],
  ['R171', 'Pager'],
  ['R172', 'PrimaryPhone'],
  ['R173', 'RadioPhone'],
  ['R174', 'Telex'],
  ['R175', 'TtyTddPhone'],
];
const ORDER =
  'FileAsMapping DisplayName GivenName Initials MiddleName Nickname CompanyName EmailAddresses PhysicalAddresses PhoneNumbers AssistantName Birthday BusinessHomePage Children Companies Department Generation ImAddresses JobTitle Manager Mileage OfficeLocation PostalAddressIndex Profession SpouseName Surname WeddingAnniversary'.split(
    ' ',
  );

const entries = (list: string, keys: string[], value: (key: string) => string) =>
  `<t:${list}>${keys.map((key) => `<t:Entry Key="${key}">${value(key)}</t:Entry>`).join('')}</t:${list}>`;
const ADDRESS: [string, string][] = [
  ['R258', 'Street'],
  ['R260', 'City'],
  ['R262', 'State'],
  ['R264', 'CountryOrRegion'],
  ['R266', 'PostalCode'],
];

async function create(parts: Record<string, string>): Promise<Element> {
  const inner = ORDER.filter((name) => parts[name] !== undefined).map((name) => parts[name]);
  const made = await call(`<m:CreateItem><m:Items><t:Contact>${inner.join('')}</t:Contact></m:Items></m:CreateItem>`);
  expect(codesOf(made)).toEqual(['NoError']);
  return get(idOf(itemsOf(made)[0]).id);
}

async function get(id: string): Promise<Element> {
  const reply = await call(
    `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
  );
  return itemsOf(reply)[0]!;
}

const contact = await create({
  ...Object.fromEntries(TEXTS.map(([, name, value]) => [name, `<t:${name}>${value}</t:${name}>`])),
  PhoneNumbers: entries(
    'PhoneNumbers',
    PHONES.map(([, key]) => key),
    (key) => `+41 ${key}`,
  ),
  EmailAddresses: entries('EmailAddresses', ['EmailAddress1', 'EmailAddress2', 'EmailAddress3'], (key) => `${key}@example.net`),
  ImAddresses: entries('ImAddresses', ['ImAddress1', 'ImAddress2', 'ImAddress3'], (key) => `sip:${key}`),
  PhysicalAddresses: entries('PhysicalAddresses', ['Business', 'Home', 'Other'], (key) =>
    ADDRESS.map(([, part]) => `<t:${part}>${key} ${part}</t:${part}>`).join(''),
  ),
  Children: '<t:Children><t:String>Tim</t:String><t:String>Tom</t:String></t:Children>',
  Companies: '<t:Companies><t:String>ACME</t:String></t:Companies>',
});
const entry = (list: string, key: string) => childrenOf(child(contact, list), 'Entry').find((one) => one.attributes.Key === key);

describe('MS-OXWSCONT contacts', () => {
  it.each(TEXTS)('%s: %s comes back', (_number, name, value) => expect(textAt(contact, name)).toBe(value));
  it.each(PHONES)('%s, R43, R250, R254: %s is a number of its own', (_number, key) =>
    expect(entry('PhoneNumbers', key)?.text).toBe(`+41 ${key}`),
  );
  it.each([
    ['R124', 'EmailAddress1'],
    ['R125', 'EmailAddress2'],
    ['R126', 'EmailAddress3'],
  ])('%s, R39, R228, R238: %s is an address of its own', (_number, key) =>
    expect(entry('EmailAddresses', key)?.text).toBe(`${key}@example.net`),
  );
  it.each([
    ['R151', 'ImAddress1'],
    ['R152', 'ImAddress2'],
    ['R153', 'ImAddress3'],
  ])('%s, R61, R242, R246: %s is an address of its own', (_number, key) =>
    expect(entry('ImAddresses', key)?.text).toBe(`sip:${key}`),
  );
  it.each([
    ['R187', 'Business'],
    ['R188', 'Home'],
    ['R189', 'Other'],
  ])('%s, R41, R268, R272: the %s address is one of its own', (_number, key) => {
    for (const [, part] of ADDRESS) expect(textAt(entry('PhysicalAddresses', key), part)).toBe(`${key} ${part}`);
  });
  it.each(ADDRESS)('%s: %s is a part of an address', (_number, part) =>
    expect(textAt(entry('PhysicalAddresses', 'Home'), part)).toBe(`Home ${part}`),
  );
  it('R51, R53: children and companies are lists', () => {
    expect(childrenOf(child(contact, 'Children'), 'String').map((one) => one.text)).toEqual(['Tim', 'Tom']);
    expect(childrenOf(child(contact, 'Companies'), 'String').map((one) => one.text)).toEqual(['ACME']);
  });
  it.each([
    ['R196', 'FirstName', 'Jane'],
    ['R355', 'FirstName', 'Jane'],
    ['R198', 'MiddleName', 'Quinn'],
    ['R200', 'LastName', 'Doe'],
    ['R202', 'Suffix', 'III'],
    ['R204', 'Initials', 'J.Q.D.'],
    ['R208', 'Nickname', 'JJ'],
  ])('%s, R35: CompleteName has %s', (_number, part, value) => expect(textAt(contact, 'CompleteName', part)).toBe(value));
  it('refuses to write CompleteName and HasPicture', async () => {
    for (const [name, inner] of [
      ['CompleteName', '<t:CompleteName/>'],
      ['HasPicture', '<t:HasPicture>true</t:HasPicture>'],
    ]) {
      const { id, key } = idOf(contact);
      const reply = await call(
        `<m:UpdateItem ConflictResolution="AlwaysOverwrite"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}" ChangeKey="${key}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="contacts:${name}"/><t:Contact>${inner}</t:Contact></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
      );
      expect(codesOf(reply)).toEqual(['ErrorInvalidPropertySet']);
    }
  });
  it('R133: FileAsMapping Company makes FileAs the company', async () => {
    const made = await create({
      FileAsMapping: '<t:FileAsMapping>Company</t:FileAsMapping>',
      CompanyName: '<t:CompanyName>Widgets</t:CompanyName>',
    });
    expect(textAt(made, 'FileAs')).toBe('Widgets');
  });
  it.each([
    ['R180', 'None'],
    ['R181', 'Business'],
    ['R182', 'Home'],
    ['R183', 'Other'],
  ])('%s: PostalAddressIndex may be %s', async (_number, index) => {
    const made = await create({ PostalAddressIndex: `<t:PostalAddressIndex>${index}</t:PostalAddressIndex>` });
    expect(textAt(made, 'PostalAddressIndex')).toBe(index);
  });
  it('touches one entry only when an indexed property is set or deleted', async () => {
    const made = await create({ PhoneNumbers: entries('PhoneNumbers', ['HomePhone', 'MobilePhone'], (key) => key) });
    const { id, key } = idOf(made);
    const reply = await call(
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}" ChangeKey="${key}"/><t:Updates><t:SetItemField><t:IndexedFieldURI FieldURI="contacts:PhoneNumber" FieldIndex="MobilePhone"/><t:Contact><t:PhoneNumbers><t:Entry Key="MobilePhone">new</t:Entry></t:PhoneNumbers></t:Contact></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    expect(codesOf(reply)).toEqual(['NoError']);
    const after = childrenOf(child(await get(id), 'PhoneNumbers'), 'Entry').map((one) => `${one.attributes.Key} ${one.text}`);
    expect(after.sort()).toEqual(['HomePhone HomePhone', 'MobilePhone new']);
  });
});
