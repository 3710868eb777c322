/** What a message is called towards the store: `u` and the server's id, or `c` and the hash of its bytes with its place among twins. */
import type { RemoteRef } from '../connector.ts';

export function idRef(uidl: string): RemoteRef {
  return `u:${uidl}` as RemoteRef;
}

export function contentRef(sha256: string, ordinal: number): RemoteRef {
  return `c:${sha256}:${ordinal}` as RemoteRef;
}

export function isIdRef(ref: RemoteRef): boolean {
  return ref.startsWith('u:');
}

export function isContentRef(ref: RemoteRef): boolean {
  return ref.startsWith('c:');
}
