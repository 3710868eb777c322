/** `data:` URIs (RFC 2397): a file that stands where others only say where it lies. */

/** Null: this is none, or nothing can be read from it. */
export function bytesOf(uri: string): Buffer | null {
  const comma = uri.indexOf(',');
  if (comma < 0 || !/^data:/i.test(uri)) return null;
  const data = uri.slice(comma + 1);
  if (!/;\s*base64\s*$/i.test(uri.slice(0, comma))) return percentDecoded(data);
  return /[^A-Za-z0-9+/=\s]/.test(data) ? null : Buffer.from(data, 'base64');
}

/** Byte by byte: what is encoded need not be UTF-8. */
function percentDecoded(data: string): Buffer {
  const bytes = Buffer.from(data, 'utf8').toString('latin1');
  const decoded = bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded, 'latin1');
}

/** Whatever a server says a type is becomes one here. */
export function dataUri(type: string | null, bytes: Buffer): string {
  const known = type !== null && /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : 'application/octet-stream';
  return `data:${known};base64,${bytes.toString('base64')}`;
}
