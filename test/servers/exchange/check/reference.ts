// Where Microsoft's schema, requirement statements and samples lie: test-only material beside the project, which may be absent.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');

/** The folder, or undefined where the material is not installed. */
export function referenceFolder(): string | undefined {
  const folder = process.env.MAILROOM_EWS_REFERENCE ?? join(root, '..', 'shared', 'ews');
  return existsSync(join(folder, 'schema-se', 'soap-envelope.xsd')) ? folder : undefined;
}
