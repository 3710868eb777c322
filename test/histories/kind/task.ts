import { at } from '../../../src/model/json.ts';
import { el } from '../../servers/exchange/xml/element.ts';
import { dayOf } from '../token.ts';
import { type Kind, type TokenField, wordField } from './kind.ts';

export const body = (kind: 'task' | 'appointment'): TokenField =>
  wordField(kind, 'body', 'Body', {
    value: (token) => ({ text: `Token${token}`, type: 'text/plain' }),
    word(value) {
      const text = at(value, 'text');
      return typeof text === 'string' ? text.trim() : null;
    },
    attributes: { BodyType: 'Text' },
  });

const dueDate: TokenField = {
  ...wordField('task', 'dueDate', 'DueDate', {
    value: dayOf,
    word: (value) => (typeof value === 'string' ? value : null),
  }),
  there: (item) => item.fields.DueDate?.text.slice(0, 10) ?? null,
  writeThere(item, token) {
    item.fields.DueDate = el('DueDate', `${dayOf(token)}T00:00:00Z`);
  },
};

export const task: Kind = {
  ...{ item: 'task', element: 'Task', folder: 'tasks', folderClass: 'IPF.Task', isMeeting: false },
  fields: [body('task'), dueDate],
  bornHere: (birth) => ({ '@type': 'Task', title: birth }),
  bornThere(item, birth) {
    item.fields.Subject = el('Subject', birth);
  },
};
