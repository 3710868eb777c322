/** File names from strangers: no path, no control or direction-changing character, no reserved device, at most 255 bytes. */
const DIRECTION = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c\ufeff]/g; // "exe.gpj" shown as "jpg.exe"
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const MAX_BYTES = 255;

function lastSegment(name: string): string {
  return (
    name
      .split(/[\\/]/)
      .filter((each) => each !== '' && each !== '.' && each !== '..')
      .at(-1) ?? ''
  );
}

function cutToBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  let out = '';
  let size = 0;
  for (const char of text) {
    size += Buffer.byteLength(char);
    if (size > limit) break;
    out += char;
  }
  return out;
}

/** The extension stays, so that what a long name is can still be seen. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const extension = /\.[^.\s]{1,20}$/.exec(name)?.[0] ?? '';
  return cutToBytes(name.slice(0, name.length - extension.length), MAX_BYTES - Buffer.byteLength(extension)) + extension;
}

export function safeName(raw: string | null): string | null {
  if (raw === null) return null;
  const clean = raw.slice(-4000).toWellFormed().replace(CONTROLS, '').replace(DIRECTION, '');
  const name = lastSegment(clean.replace(/^[A-Za-z]:(?=[\\/]|[^\\/]*[\\/])/, ''))
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^\.+|[. ]+$/g, '')
    .trim();
  if (name === '') return null;
  return shorten(RESERVED.test(name) ? `_${name}` : name);
}
