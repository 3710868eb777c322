import { describe, expect, test } from 'vitest';
import { formatTable, harmless } from './output.ts';

describe('a table', () => {
  test('gives way where it is widest and keeps ids whole', () => {
    const id = '01a2046f-245f-7da0-8db5-26aaaaaaaaaa';
    const [head, , row] = formatTable(
      ['subject', 'id'],
      [['a subject that is much too long for the line it stands in', id]],
      60,
    ).split('\n');
    expect(row).toHaveLength(60);
    expect(row).toContain(id);
    expect(row).toContain('…');
    expect(head!.indexOf('id')).toBe(row!.indexOf(id));
  });

  test('lines up characters that take two columns', () => {
    const rows = formatTable(
      ['from', 'size'],
      [
        ['王伟', '1 KB'],
        ['abcd', '2 KB'],
      ],
      80,
    ).split('\n');
    expect(rows[2]).toBe('王伟  1 KB');
    expect(rows[3]).toBe('abcd  2 KB');
  });

  test('lets nothing through that moves the cursor or turns the text around', () => {
    expect(harmless('a\u001b[2Jb\r\nc\u202ed')).toBe('a [2Jb  c d');
  });
});
