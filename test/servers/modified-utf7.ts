/** Folder names as IMAP4rev1 and Maildir++ write them (RFC 3501, 5.1.3). */
export function encodeFolderName(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (part) => (part === '&' ? '&-' : `&${encodeRun(part)}-`));
}

function encodeRun(part: string): string {
  return Buffer.from(part, 'utf16le').swap16().toString('base64').replace(/=+$/, '').replaceAll('/', ',');
}

export function decodeFolderName(name: string): string {
  return name.replace(/&([^-]*)-/g, (_, run: string) => (run === '' ? '&' : decodeRun(run)));
}

function decodeRun(run: string): string {
  const bytes = Buffer.from(run.replaceAll(',', '/'), 'base64');
  return bytes
    .subarray(0, bytes.length & ~1)
    .swap16()
    .toString('utf16le');
}
