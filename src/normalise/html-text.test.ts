import { expect, test } from 'vitest';
import { htmlToText } from './html-text.ts';

for (const [html, text] of [
  ['<p>One</p><p>Two</p>', 'One\n\nTwo'],
  ['a<br>b<br/>c', 'a\nb\nc'],
  ['<div>a</div><div>b <b>c</b>d</div>', 'a\nb cd'],
  ['<ul><li>one<li><p>two</p></ul>', '- one\n- two'],
  ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\nc'],
  ['<style>p{}</style><script>if (a<b) alert("</p>")</script>x', 'x'],
  ['<head><title>t</title></head><body>x</body>', 'x'],
  ['<!-- a > b -->x<!DOCTYPE html>y', 'xy'],
  ['a &amp; b &lt;c&gt; &auml;&#228;&#xe4; &nbsp;&euro; &unknown; &', 'a & b <c> äää € &unknown; &'],
  ['<a title="a > b" href=x>link</a>', 'link'],
  ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
  ['<pre>a\n  b</pre>', 'a\n  b'],
  ['<b>unclosed <i>all', 'unclosed all'],
  ['<script>never closed', 'never closed'],
  ['a <img alt="it\'s"> b', 'a b'],
  ['', ''],
] as const)
  test(JSON.stringify(html), () => expect(htmlToText(html)).toBe(text));
