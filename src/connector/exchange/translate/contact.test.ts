/** Every field of a contact, there and back: as Exchange's own clients would write it, and as we write it. */
import { describe, expect, test } from 'vitest';
import { ADDRESS, fieldsWorld, KEY, PASSWORD } from '../../../../test/contract/exchange-fields.ts';
import { roundTripTable } from '../../../../test/contract/exchange-round-trip.ts';
import { stored } from '../../../../test/contract/exchange-store.ts';
import { codesOf } from '../../../../test/servers/exchange/check/client.ts';
import { CONTACT_FIELDS, type ContactFieldName } from '../../../model/contact-field.ts';
import type { Json } from '../../../model/item.ts';
import type { ItemVersion, Target } from '../../connector.ts';
import { contactKind } from './contact.ts';

const NOWHERE: Target = { ref: null, etag: null };
const world = await fieldsWorld<ContactFieldName>(contactKind('all'), CONTACT_FIELDS, { '@type': 'Card', version: '1.0' });
const { standIn, fieldOf, item, content: card, byHand, create, change, read, first } = world;

const table = roundTripTable('field of a contact', {
  name: 'filed under what the mapping of its owner says, unless that is None',
  birthday: 'without a year it is of 1604 there',
  businessAddress: 'with contactAddresses: mailing it is the one address, wherever that lies',
  notes: 'text; HTML is put in lines',
  website: 'a URI: without a scheme it is of http',
  picture: 'its bytes; one that only says where it lies stays here: below',
});

const extended = (path: string, value: string) =>
  `<t:ExtendedProperty><t:ExtendedFieldURI ${path}/><t:Value>${value}</t:Value></t:ExtendedProperty>`;
const named = (id: string, value: string, type = 'String') =>
  extended(`DistinguishedPropertySetId="Address" PropertyId="${id}" PropertyType="${type}"`, value);
const tag = (tag: string, value: string) => extended(`PropertyTag="${tag}" PropertyType="String"`, value);
const phone = (key: string, value: string) => `<t:PhoneNumbers><t:Entry Key="${key}">${value}</t:Entry></t:PhoneNumbers>`;
const email = (key: string) =>
  `<t:EmailAddresses><t:Entry Key="${key}" Name="Office &amp; home" RoutingType="SMTP">Ann@Example.com</t:Entry></t:EmailAddresses>`;
const postal = (key: string) =>
  `<t:PhysicalAddresses><t:Entry Key="${key}"><t:Street>1 Main &lt;St&gt;&#10;Flat 2</t:Street><t:City>Bern</t:City><t:State>BE</t:State><t:CountryOrRegion>Schweiz</t:CountryOrRegion><t:PostalCode>3000</t:PostalCode></t:Entry></t:PhysicalAddresses>`;
const POSTAL = { street: '1 Main <St>\nFlat 2', locality: 'Bern', region: 'BE', postcode: '3000', country: 'Schweiz' };
const simple = (element: string, text = 'Zoë &amp; Söhne') => `<t:${element}>${text}</t:${element}>`;
const TEXT = 'Zoë & Söhne';
const day = (element: string, local: string) => [
  '2001-02-28',
  `${named(local, '2001-02-28T00:00:00Z', 'SystemTime')}${simple(element, '2001-02-28T11:59:00Z')}`,
];
const EMAIL = { address: 'Ann@Example.com', label: 'Office & home' };
const NAME = { title: 'Dr.', given: 'Ann', given2: 'B.', surname: 'Berg', generation: 'Jr.', full: 'Annie', fileAs: 'The Berg' };

/** [what the field is worth, what another client writes for it] */
const TABLE: Record<Exclude<ContactFieldName, 'picture'>, readonly (Json | string)[]> = {
  name: [
    NAME,
    `<t:Subject>Annie</t:Subject>${tag('0x3a45', 'Dr.')}<t:FileAs>The Berg</t:FileAs><t:FileAsMapping>None</t:FileAsMapping><t:DisplayName>Annie</t:DisplayName><t:GivenName>Ann</t:GivenName><t:MiddleName>B.</t:MiddleName><t:Generation>Jr.</t:Generation><t:Surname>Berg</t:Surname>`,
  ],
  nickname: [TEXT, simple('Nickname')],
  yomiFirstName: ['アン', named('32812', 'アン')],
  yomiLastName: ['ベルク', named('32813', 'ベルク')],
  email1: [EMAIL, email('EmailAddress1')],
  email2: [EMAIL, email('EmailAddress2')],
  email3: [EMAIL, email('EmailAddress3')],
  businessPhone: ['+41 31 1', phone('BusinessPhone', '+41 31 1')],
  businessPhone2: ['2', phone('BusinessPhone2', '2')],
  homePhone: ['3', phone('HomePhone', '3')],
  homePhone2: ['4', phone('HomePhone2', '4')],
  mobilePhone: ['5', phone('MobilePhone', '5')],
  assistantPhone: ['6', phone('AssistantPhone', '6')],
  callback: ['7', phone('Callback', '7')],
  companyMainPhone: ['8', phone('CompanyMainPhone', '8')],
  otherPhone: ['9', phone('OtherTelephone', '9')],
  pager: ['10', phone('Pager', '10')],
  businessFax: ['11', phone('BusinessFax', '11')],
  homeFax: ['12', phone('HomeFax', '12')],
  otherFax: ['13', phone('OtherFax', '13')],
  carPhone: ['14', phone('CarPhone', '14')],
  primaryPhone: ['15', phone('PrimaryPhone', '15')],
  radioPhone: ['16', phone('RadioPhone', '16')],
  telex: ['17', phone('Telex', '17')],
  ttyTddPhone: ['18', phone('TtyTddPhone', '18')],
  isdn: ['19', phone('Isdn', '19')],
  businessAddress: [POSTAL, postal('Business')],
  homeAddress: [POSTAL, postal('Home')],
  otherAddress: [POSTAL, postal('Other')],
  mailingAddress: ['home', simple('PostalAddressIndex', 'Home')],
  company: [
    TEXT,
    `<t:Subject>Zoë &amp; Söhne</t:Subject><t:FileAs>Zoë &amp; Söhne</t:FileAs><t:FileAsMapping>Company</t:FileAsMapping><t:DisplayName>Zoë &amp; Söhne</t:DisplayName>${simple('CompanyName')}`,
  ],
  department: [TEXT, simple('Department')],
  jobTitle: [TEXT, simple('JobTitle')],
  manager: [TEXT, simple('Manager')],
  assistant: [TEXT, simple('AssistantName')],
  spouse: [TEXT, simple('SpouseName')],
  children: [['Max', 'Zoë <1>'], '<t:Children><t:String>Max</t:String><t:String>Zoë &lt;1&gt;</t:String></t:Children>'],
  birthday: day('Birthday', '32990'),
  anniversary: day('WeddingAnniversary', '32991'),
  notes: ['First & <b>\n\nthird line', '<t:Body BodyType="Text">First &amp; &lt;b&gt;&#10;&#10;third line</t:Body>'],
  website: ['https://example.com/?a=1&b=2', simple('BusinessHomePage', 'https://example.com/?a=1&amp;b=2')],
  ftpSite: ['ftp://example.com', tag('0x3a4c', 'ftp://example.com')],
  governmentId: ['756.1234', tag('0x3a07', '756.1234')],
  categories: [['Blue & red', 'VIP'], '<t:Categories><t:String>Blue &amp; red</t:String><t:String>VIP</t:String></t:Categories>'],
  sensitivity: ['confidential', simple('Sensitivity', 'Confidential')],
};

/** What every new contact of ours has besides: what it is filed under follows its name. */
const FILED = { FileAsMapping: { text: 'LastCommaFirst' } };
const EMPTY = {
  Sensitivity: { text: 'Normal' },
  PostalAddressIndex: { text: 'None' },
  ...FILED,
};

describe.each(Object.entries(TABLE))('%s', (key, [value, xml]) => {
  const name = key as ContactFieldName;
  const wanted = card({ [name]: value as Json });

  test('written by another client it is read, and what we write for it is the same', async () => {
    await byHand(xml as string);
    const theirs = await first();
    expect(fieldOf(name).get(theirs.content)).toEqual(fieldOf(name).get(wanted));
    table(name, 'Exchange');
    const expected = { ...EMPTY, ...stored(item()) };
    await create(wanted);
    expect(stored(item(1))).toEqual(expected);
    table(name, 'application');
  });

  test('it is set, changed back to nothing, and the other fields stay', async () => {
    const others = card({
      company: 'ACME',
      mobilePhone: '077',
      homeAddress: { ...POSTAL, locality: 'Thun' },
      ...(name === 'company' ? { company: null } : {}),
    });
    const empty = fieldOf(name).set(others, null);
    const before = await create(empty);
    const bare = stored(item());
    const set = await change(before, fieldOf(name).set(empty, value as Json), [name]);
    expect(fieldOf(name).canonical((await read(set)).content)).toEqual(fieldOf(name).canonical(wanted));
    const cleared = await change(set, empty, [name]);
    expect(fieldOf(name).get((await read(cleared)).content)).toEqual(fieldOf(name).get(empty));
    expect(stored(item())).toEqual(bare);
  });
});

const JPEG = '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA==';
const PNG = 'iVBORw0KGgoAAAANSUhEUg==';
const uri = (type: string, content: string) => `data:${type};base64,${content}`;
const pictureOf = ({ content }: ItemVersion) => fieldOf('picture').get(content);

describe('the picture', () => {
  test('is made with the contact, changed, taken away and made again', async () => {
    const jpeg = uri('image/jpeg', JPEG);
    let target = await create(card({ company: 'ACME', picture: jpeg }));
    expect(stored(item())).toMatchObject({ attachments: [['ContactPicture.jpg', 'true', JPEG]] });
    expect(pictureOf(await read(target))).toBe(jpeg);
    for (const picture of [uri('image/png', PNG), null, jpeg]) {
      target = await change(target, card({ company: 'ACME', picture }), ['picture']);
      expect(pictureOf(await read(target))).toBe(picture);
      expect(item().attachments).toHaveLength(picture === null ? 0 : 1);
    }
  });

  test('that is only a link stays on our side', async () => {
    const target = await create(card({ company: 'ACME', picture: 'https://example.com/ann.jpg' }));
    expect(pictureOf(await read(target))).toBeNull();
  });

  test.each(['lost-answer', 'reset-before'] as const)('whose answer was lost (%s) is looked up', async (fault) => {
    const content = card({ company: 'ACME', picture: uri('image/png', PNG) });
    const [made, added] = world.store().steps({ change: 'create', key: KEY, folder: null, content, mail: 'none' });
    const target = await world.store().apply(made!, NOWHERE);
    standIn.exchange.faults.add({ fault, operation: 'CreateAttachment', times: 1 });
    await expect(world.store().apply(added!, target)).rejects.toMatchObject({ code: 'unreachable' });
    const { outcome } = await world.store().outcome(added!, target);
    expect(outcome).toBe(fault === 'lost-answer' ? 'applied' : 'not-applied');
  });
});

describe('what a contact is filed under', () => {
  const fileAs = () => item().fields.FileAs?.text;
  const named = (given: string, surname: string) => card({ name: { given, surname }, company: 'ACME' });

  test('follows the name, by the form that the user chose', async () => {
    await byHand('<t:FileAsMapping>FirstSpaceLast</t:FileAsMapping><t:GivenName>Ann</t:GivenName><t:Surname>Berg</t:Surname>');
    const theirs = await first();
    expect(fieldOf('name').get(theirs.content)).toMatchObject({ given: 'Ann', full: 'Ann Berg', fileAs: null });
    await change(theirs, named('Ann', 'Tal'), ['name']);
    expect([fileAs(), item().fields.DisplayName?.text, item().fields.Subject?.text]).toEqual(['Ann Tal', 'Ann Tal', 'Ann Tal']);
  });

  test('is the company for who has no name, and the name when it is known', async () => {
    const target = await create(card({ company: 'ACME' }));
    expect(fileAs()).toBe('ACME');
    await change(target, named('Ann', 'Berg'), ['name']);
    expect(fileAs()).toBe('Berg, Ann');
  });
});

describe('days', () => {
  const born = (xml: string) => byHand(xml).then(async () => fieldOf('birthday').get((await first()).content));
  test.each([
    ['1980-02-28T23:00:00Z', '1980-02-29', 'the midnight of Berlin'],
    ['1980-02-29T05:00:00Z', '1980-02-29', 'the midnight of New York'],
    ['1980-02-29T00:00:00Z', '1980-02-29', 'the midnight of UTC'],
    ['1980-02-29T11:59:00Z', '1980-02-29', 'noon'],
    ['1604-05-06T00:00:00Z', '--05-06', 'a day without a year'],
  ])('%s is %s: %s', async (written, day) => {
    expect(await born(`<t:Birthday>${written}</t:Birthday>`)).toBe(day);
  });

  test('the local day decides while it goes with the instant', async () => {
    const local = (day: string) =>
      `${named('32990', `${day}T00:00:00Z`, 'SystemTime')}<t:Birthday>1980-02-28T10:00:00Z</t:Birthday>`;
    expect(await born(local('1980-02-29'))).toBe('1980-02-29');
    expect(fieldOf('birthday').get((await first()).content)).toBe('1980-02-29');
    standIn.exchange.addMailbox(ADDRESS, PASSWORD);
    expect(await born(local('1975-01-01'))).toBe('1980-02-28');
  });
});

describe('addresses in mode mailing', () => {
  const street = (text: string) => ({ ...POSTAL, street: text });
  const streets = ({ content }: ItemVersion) =>
    (['businessAddress', 'homeAddress', 'otherAddress'] as const).map(
      (name) => (fieldOf(name).get(content) as typeof POSTAL)?.street,
    );
  const stands = (key: string) =>
    item()
      .fields.PhysicalAddresses?.children.find(({ attributes }) => attributes.Key === key)
      ?.children.find(({ name }) => name === 'Street')?.text;
  const three = `<t:PhysicalAddresses>${['Home', 'Business', 'Other'].map((key) => `<t:Entry Key="${key}"><t:Street>${key}</t:Street></t:Entry>`).join('')}</t:PhysicalAddresses>`;

  test.each(['Home', 'Business', 'Other'])('the one that is %s is read and written, the others stay', async (index) => {
    world.use(contactKind('mailing'));
    await byHand(`${three}<t:PostalAddressIndex>${index}</t:PostalAddressIndex>`);
    const theirs = await first();
    expect(streets(theirs)).toEqual([index, undefined, undefined]);
    await change(theirs, card({ businessAddress: street('New'), homeAddress: street('Ours alone') }), [
      'businessAddress',
      'homeAddress',
    ]);
    expect(['Home', 'Business', 'Other'].map(stands)).toEqual(
      ['Home', 'Business', 'Other'].map((key) => (key === index ? 'New' : key)),
    );
  });

  test('a new contact has one, and mail goes there', async () => {
    world.use(contactKind('mailing'));
    const target = await create(card({ businessAddress: street('One'), homeAddress: street('Two') }));
    expect([stands('Business'), stands('Home'), item().fields.PostalAddressIndex?.text]).toEqual(['One', undefined, 'Business']);
    world.use(contactKind('all'));
    expect(streets(await read(target))).toEqual(['One', undefined, undefined]);
  });

  test('in mode all each is its own', async () => {
    await byHand(`${three}<t:PostalAddressIndex>Home</t:PostalAddressIndex>`);
    expect(streets(await first())).toEqual(['Business', 'Home', 'Other']);
  });
});

describe('what users and servers write', () => {
  test('text of any kind comes back as it was, but for what XML forbids', async () => {
    const odd = {
      nickname: ' \u{1f600} <b>&amp;"\'',
      jobTitle: 'x'.repeat(5000),
      spouse: 'a\u0000b\ufffec',
      manager: '&#x41;]]>',
    };
    const { content } = await read(await create(card({ ...odd, notes: 'a\r\nb\tc\u0007' })));
    const values = Object.keys(odd).map((name) => fieldOf(name as ContactFieldName).get(content));
    expect(values).toEqual(['\u{1f600} <b>&amp;"\'', 'x'.repeat(5000), 'abc', '&#x41;]]>']);
    expect(fieldOf('notes').get(content)).toBe('a\nb\tc');
  });

  test('a contact without anything is one', async () => {
    await byHand('');
    const { content } = await first();
    const empty = CONTACT_FIELDS.filter((each) =>
      [null, '[]'].includes(each.get(content) === null ? null : JSON.stringify(each.get(content))),
    );
    expect(empty).toHaveLength(CONTACT_FIELDS.length);
  });

  test('the name that Outlook makes of an address is no label, and an address of the directory is found', async () => {
    const names =
      '<t:DisplayName>Ann Berg</t:DisplayName><t:EmailAddresses><t:Entry Key="EmailAddress1" Name="Ann Berg (ann@example.com)">ann@example.com</t:Entry><t:Entry Key="EmailAddress2" Name="Bob" RoutingType="EX">/o=Org/cn=Recipients/cn=bob</t:Entry></t:EmailAddresses>';
    await byHand(`${named('32916', 'bob@example.com')}${names}`);
    const { content } = await first();
    expect(fieldOf('email1').get(content)).toEqual({ address: 'ann@example.com', label: null });
    expect(fieldOf('email2').get(content)).toEqual({ address: 'bob@example.com', label: 'Bob' });
  });

  test('an address that only Exchange understands is nobody’s, and stays where it is', async () => {
    await byHand(
      '<t:EmailAddresses><t:Entry Key="EmailAddress1" Name="Bob" RoutingType="EX">/o=Org/cn=Recipients/cn=bob</t:Entry></t:EmailAddresses>',
    );
    const theirs = await first();
    expect(fieldOf('email1').get(theirs.content)).toBeNull();
    await change(theirs, fieldOf('jobTitle').set(theirs.content, 'Chief'), ['jobTitle']);
    expect(JSON.stringify(stored(item()))).toContain('/o=Org/cn=Recipients/cn=bob');
  });

  test('a distribution list is a group that is never written', async () => {
    const member = (address: string) =>
      `<t:Member><t:Mailbox><t:Name>${address}</t:Name><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox></t:Member>`;
    const reply = await standIn.call(
      `<m:CreateItem><m:Items><t:DistributionList><t:DisplayName>Friends</t:DisplayName><t:Members>${member('ann@example.com')}${member('bob@example.com')}</t:Members></t:DistributionList></m:Items></m:CreateItem>`,
    );
    expect(codesOf(reply)).toEqual(['NoError']);
    await byHand('<t:Surname>Berg</t:Surname>');
    const { id } = (await world.store().folders([]))[0]!;
    const told: ItemVersion[] = [];
    for await (const { changed } of world.store().changes(id, null, { items: 10 }))
      told.push(...changed.flatMap(({ version }) => version ?? []));
    const list = told.find(({ readOnly }) => readOnly);
    expect(list?.content).toEqual({
      ...{ '@type': 'Card', version: '1.0', kind: 'group', name: { '@type': 'Name', full: 'Friends' } },
      members: { 'mailto:ann@example.com': true, 'mailto:bob@example.com': true },
    });
    expect(told).toHaveLength(2);
  });
});

test.each([
  ['www.example.com', 'http://www.example.com'],
  ['intranet/my page', 'http://intranet/my%20page'],
  ['https://example.com/?a=ü', 'https://example.com/?a=%C3%BC'],
])('a web page that is written as %s is a URI, and stays as it stands there', async (told, uri) => {
  await byHand(simple('BusinessHomePage', told) + simple('Surname', 'Berg'));
  const theirs = await first();
  expect(fieldOf('website').get(theirs.content)).toBe(uri);
  await change(theirs, fieldOf('jobTitle').set(theirs.content, 'Head'), ['jobTitle']);
  expect(item().fields.BusinessHomePage!.text).toBe(told);
});
