import { createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { authority, type CertificateKind } from './certificates.ts';
import { connectLine } from './line-client.ts';
import { listen, portOf } from './ports.ts';

const EXPECTED: Readonly<Record<CertificateKind, string | null>> = {
  good: null,
  expired: 'certificate has expired',
  'not-yet-valid': 'certificate is not yet valid',
  'wrong-name': "does not match certificate's altnames",
  'self-signed': 'self-signed certificate',
  'unknown-authority': 'unable to verify the first certificate',
};

test.for(Object.entries(EXPECTED) as [CertificateKind, string | null][])('a client says of %s: %s', async ([kind, complaint]) => {
  const ca = await authority();
  const { cert, key } = await ca.certificate(kind);
  const server = createServer({ cert, key }, (socket) => socket.end('hello\r\n'));
  server.on('tlsClientError', () => {});
  await listen(server);
  const talk = connectLine({ port: portOf(server), ca: ca.caPem }).then((client) => client.rest());
  if (complaint === null) expect(await talk).toBe('hello\r\n');
  else await expect(talk).rejects.toThrow(complaint);
  server.close();
});
