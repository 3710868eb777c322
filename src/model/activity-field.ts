/** Fields that appointments and tasks have in common. */
import { bodyText } from './body-text.ts';
import { valueField } from './field.ts';
import { at, isObject, put, textAt } from './json.ts';

export const subject = valueField({
  name: 'subject',
  get: (content) => textAt(content, 'title'),
  set: (content, value) => put(content, ['title'], value),
});

/** Words and kind of text go together; only the words make a difference. */
export const body = valueField({
  name: 'body',
  get: (content) => {
    const text = at(content, 'description');
    return typeof text === 'string' && text.trim() !== '' ? { text, type: textAt(content, 'descriptionContentType') } : null;
  },
  set: (content, value) => {
    const written = isObject(value) ? value : {};
    return put(put(content, ['description'], written.text ?? null), ['descriptionContentType'], written.type ?? null);
  },
  canonical: (value) => (value === null ? null : bodyText(textAt(value, 'text'), textAt(value, 'type'))),
});
