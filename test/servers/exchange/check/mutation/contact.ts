// Contacts switched off, piece by piece (MS-OXWSCONT).
import {
  each,
  eachLine,
  edit,
  emptyEntries,
  entryLost,
  lost,
  type Mutation,
  oneKey,
  partLost,
  taken,
  unread,
} from './mutation.ts';

const TEST = 'requirement/contact';
const CONT = 'MS-OXWSCONT';
const lines = (text: string, make: Parameters<typeof eachLine>[3]) => eachLine(TEST, CONT, text, make);
const completed = (part: string) =>
  edit('property/contact.ts', 'PARTS.map((', `PARTS.filter(([name]) => name !== '${part}').map((`);

export const CONTACT: readonly Mutation[] = [
  ...lines(
    `R25 DisplayName, R27 GivenName, R29 Initials, R31 MiddleName, R33 Nickname, R37 CompanyName, R45 AssistantName, R47 Birthday
     R49 BusinessHomePage, R57 Department, R59 Generation, R63 JobTitle, R65 Manager, R67 Mileage, R69 OfficeLocation
     R71 PostalAddressIndex, R73 Profession, R75 SpouseName, R77 Surname, R79 WeddingAnniversary, R51 Children, R53 Companies`,
    lost,
  ),
  ...lines(
    `R157 AssistantPhone, R158 BusinessFax, R159 BusinessPhone, R160 BusinessPhone2, R161 Callback, R162 CarPhone
     R163 CompanyMainPhone, R164 HomeFax, R165 HomePhone, R166 HomePhone2, R167 Isdn, R168 MobilePhone, R169 OtherFax
     R170 OtherTelephone, R171 Pager, R172 PrimaryPhone, R173 RadioPhone, R174 Telex, R175 TtyTddPhone`,
    (key) => entryLost('PhoneNumbers', key),
  ),
  ...lines('R124 EmailAddress1, R125 EmailAddress2, R126 EmailAddress3', (key) => entryLost('EmailAddresses', key)),
  ...lines('R151 ImAddress1, R152 ImAddress2, R153 ImAddress3', (key) => entryLost('ImAddresses', key)),
  ...lines('R187 Business, R188 Home, R189 Other', (key) => entryLost('PhysicalAddresses', key)),
  ...lines('R258 Street, R260 City, R262 State, R264 CountryOrRegion, R266 PostalCode', (part) =>
    partLost('PhysicalAddresses', part),
  ),
  ...lines('R43 PhoneNumbers, R39 EmailAddresses, R61 ImAddresses, R41 PhysicalAddresses, R35 CompleteName', unread),
  ...each(TEST, CONT, {
    R250: oneKey('PhoneNumbers', 'HomePhone'),
    R228: oneKey('EmailAddresses', 'EmailAddress1'),
    R242: oneKey('ImAddresses', 'ImAddress1'),
    R268: oneKey('PhysicalAddresses', 'Home'),
    R254: emptyEntries('PhoneNumbers'),
    R238: emptyEntries('EmailAddresses'),
    R246: emptyEntries('ImAddresses'),
    R272: emptyEntries('PhysicalAddresses'),
    R196: completed('FirstName'),
    R355: edit('property/contact.ts', `['FirstName', 'GivenName']`, `['FirstName', 'Surname']`),
    R198: completed('MiddleName'),
    R200: completed('LastName'),
    R202: completed('Suffix'),
    R204: completed('Initials'),
    R208: completed('Nickname'),
    R133: edit('property/contact.ts', '    Company: company,\n', ''),
    R180: taken('PostalAddressIndex', 'None', 'Other'),
    R181: taken('PostalAddressIndex', 'Business', 'Other'),
    R182: taken('PostalAddressIndex', 'Home', 'Other'),
    R183: taken('PostalAddressIndex', 'Other', 'Home'),
  }),
];
