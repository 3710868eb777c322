// The public corpora beside the project, when they are there: data for tests only.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const corporaFolder = process.env.MAILROOM_CORPORA ?? fileURLToPath(new URL('../../../shared/corpora', import.meta.url));
export const haveCorpora = existsSync(join(corporaFolder, 'README.md'));

export interface Sample {
  /** Path below the corpora's folder. */
  readonly name: string;
  readonly source: Buffer;
}

/** Calendars, cards, expectations and unpacked attachments are no messages. */
const NO_MESSAGE =
  /\.(json|xml|ics|vcf|html?|list|baseline|bin|rtf|tnef|out|com|md|gif|jpe?g|png|pdf|zip|gz|py|rb)$|(^|\/)(tnef|tnefparse|mimekit-tnef|ics-[^/]*|vcf-[^/]*)\/|_decoded_[\d_]*\.txt$|\/mbox\/|README|readme|LICENSE/;

function* walk(folder: string): Generator<string> {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* walk(path);
    else yield path;
  }
}

export function* samples(folder = ''): Generator<Sample> {
  for (const path of walk(join(corporaFolder, folder))) {
    const name = relative(corporaFolder, path);
    if (!NO_MESSAGE.test(name)) yield { name, source: readFileSync(path) };
  }
}
