import { el } from '../../servers/exchange/xml/element.ts';
import { type Kind, plainly, wordField } from './kind.ts';

const field = (name: string, element: string) => wordField('contact', name, element, plainly);

export const contact: Kind = {
  ...{ item: 'contact', element: 'Contact', folder: 'contacts', folderClass: 'IPF.Contact', isMeeting: false },
  fields: [
    field('jobTitle', 'JobTitle'),
    field('department', 'Department'),
    field('manager', 'Manager'),
    field('nickname', 'Nickname'),
  ],
  bornHere: (birth) => ({
    '@type': 'Card',
    name: { components: [{ kind: 'surname', value: birth }], full: birth },
  }),
  bornThere(item, birth) {
    item.fields.Surname = el('Surname', birth);
  },
};
