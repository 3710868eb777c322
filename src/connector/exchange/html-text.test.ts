import { expect, test } from 'vitest';
import { textOfHtml } from './html-text.ts';

test.each([
  ['<html><head><style>p { color: red }</style></head><body><p>One</p><p>Two &amp; &#x33;</p></body></html>', 'One\nTwo & 3'],
  ['a<br>b<BR/>\r\n  c &lt;d&gt;<!-- <p>hidden</p> -->', 'a\nb\nc <d>'],
  ['<div>a&nbsp;b</div><div>&nbsp;</div><div>&nbsp;</div><div>&nbsp;</div><div>c</div>', 'a b\n\nc'],
  ['1 < 2 &unknown; <p title="x>y">z', '1 < 2 &unknown; y">z'],
  ['kept<script>alert(1)', 'kept'],
])('%j says %j', (html, text) => {
  expect(textOfHtml(html)).toBe(text);
});

test('what never closes is read in one go', () => {
  expect(textOfHtml(`a${'<!--<script <'.repeat(100_000)}`)).toBe('a');
});
