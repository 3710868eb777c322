// Counts the requirement statements that tests name: node bin/run.js test/servers/exchange/check/coverage-main.ts [--write]
//
// A test names a statement by its number after its protocol, `MS-OXWSSYNC … R131`; the protocol holds until another is named.
// `--write` puts the table into the README.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { statementsOf } from './mutation/mutation.ts';
import { MUTATIONS } from './mutation/table.ts';
import { openGroupOf } from './open-groups.ts';
import { referenceFolder } from './reference.ts';
import { switchTable } from './switch-table.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Statements that restate the schema: a type, a definition, a WSDL part. The schema validation of every answer covers them. */
const RESTATES =
  /The type of|is of type|complexType|simpleType|<xs:|wsdl|WSDL|Soap(In|Out)|extends the|" is "|Response Element\]|In Elements\]|type "t:|is (xs|t|m):|[Tt]ype is|In Transport|\] The element "\w+" with type/;

/** Groups that do not apply, with the reason. */
const NOT_APPLICABLE: readonly [string, RegExp, string][] = [
  [
    'entity extraction',
    /EntityType|EntitiesType|EntityExtraction|Suggestion|ArrayOf(Urls|Phones|EmailUsers|Extracted|Contacts|Addresses)Type|EmailUserType|PhoneType|t:ContactType/,
    'content analysis that on-premises clients do not ask for',
  ],
  ['managed folders', /ManagedFolder/, 'a feature of Exchange 2007 that no current version offers'],
  ['import and export', /UploadItems|ExportItems|MS-OXWSBTRF/, 'a rarer operation, left to a later step'],
  [
    'retention and rights management',
    /RetentionTag|RightsManagement|PolicyTag|ArchiveTag|RetentionDate/,
    'policies of an organisation, not of a mailbox',
  ],
  [
    'other versions',
    /Exchange 2007 follow|Exchange 2010 (SP\d )?follow|Exchange 2013 follow/,
    'behaviour of versions that are not played',
  ],
  ['public folders', /[Pp]ublic ?[Ff]older/, 'no public folders here'],
];

interface Statement {
  protocol: string;
  number: string;
  text: string;
}

function statements(): Statement[] {
  const folder = referenceFolder();
  if (folder === undefined) throw new Error('the requirement statements are not installed here');
  const lines = readFileSync(join(folder, 'requirements.tsv'), 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => {
    const [protocol = '', number = '', text = ''] = line.split('\t');
    return { protocol, number, text };
  });
}

/** `protocol number` of every statement that some test names. */
function named(): Set<string> {
  const found = new Set<string>();
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));
  for (const name of files) {
    let protocol = '';
    for (const [token] of readFileSync(join(root, name), 'utf8').matchAll(/MS-OXWS[A-Z]+|\bR\d+\b/g)) {
      if (token.startsWith('MS-')) protocol = token;
      else if (protocol !== '') found.add(`${protocol} ${token}`);
    }
  }
  return found;
}

const all = statements();
const byTests = named();
const known = new Set(all.map(({ protocol, number }) => `${protocol} ${number}`));
const unknown = [...byTests].filter((one) => !known.has(one));
const rows: string[] = [];
const totals = { covered: 0, proven: 0, restates: 0, away: 0, open: 0 };
const awayBy = new Map<string, number>();
const openBy = new Map<string, number>();
/** What mutation-main.ts switches off; it fails when one of them is not seen by a test. */
const proven = new Set(MUTATIONS.flatMap((one) => statementsOf(one).map(({ protocol, number }) => `${protocol} ${number}`)));
const claimed = [...proven].filter((one) => !byTests.has(one));
for (const protocol of [...new Set(all.map((one) => one.protocol))]) {
  const own = all.filter((one) => one.protocol === protocol);
  const count = { covered: 0, proven: 0, restates: 0, away: 0, open: 0 };
  for (const { number, text } of own) {
    const group = NOT_APPLICABLE.find(([, pattern]) => pattern.test(text) || pattern.test(protocol));
    if (byTests.has(`${protocol} ${number}`)) {
      count.covered++;
      if (proven.has(`${protocol} ${number}`)) count.proven++;
    } else if (RESTATES.test(text)) count.restates++;
    else if (group !== undefined) {
      count.away++;
      awayBy.set(group[0], (awayBy.get(group[0]) ?? 0) + 1);
    } else {
      count.open++;
      const open = openGroupOf(text);
      openBy.set(open, (openBy.get(open) ?? 0) + 1);
    }
  }
  for (const key of ['covered', 'proven', 'restates', 'away', 'open'] as const) totals[key] += count[key];
  rows.push(
    `| ${protocol} | ${own.length} | ${count.covered} | ${count.proven} | ${count.restates} | ${count.away} | ${count.open} |`,
  );
}
const table = [
  '| protocol | statements | covered by a test | proven by switching off | restate the schema | do not apply | open |',
  '| --- | --- | --- | --- | --- | --- | --- |',
  ...rows,
  `| all | ${all.length} | ${totals.covered} | ${totals.proven} | ${totals.restates} | ${totals.away} | ${totals.open} |`,
  '',
  'Do not apply:',
  '',
  ...NOT_APPLICABLE.map(([name, , why]) => `- ${name} (${awayBy.get(name) ?? 0}): ${why}`),
  '',
  'Open, by group:',
  '',
  ...[...openBy].sort((one, other) => other[1] - one[1]).map(([name, count]) => `- ${name}: ${count}`),
].join('\n');
console.log(table);
if (unknown.length > 0) console.error(`tests name statements that do not exist: ${unknown.join(', ')}`);
if (claimed.length > 0) console.error(`switched off, but named by no test: ${claimed.join(', ')}`);
if (process.argv.includes('--write')) {
  const file = join(root, 'README.md');
  const text = readFileSync(file, 'utf8');
  const put = (whole: string, name: string, part: string) =>
    whole.replace(
      new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- end of ${name} -->`),
      () => `<!-- ${name} -->\n${part}\n<!-- end of ${name} -->`,
    );
  writeFileSync(file, put(put(text, 'coverage', table), 'switches', switchTable()));
}
if (unknown.length + claimed.length > 0) process.exitCode = 1;
