/** The items section of one mailbox. Undefined: something was wrong and is reported. */
import type { Field } from '../model/field.ts';
import { FIELDS } from '../model/fields.ts';
import { ITEM_KINDS, type ItemKind, SECTION_OF } from '../model/item.ts';
import type {
  DeletionConfig,
  DeletionRuleConfig,
  FolderChoice,
  ItemFilterConfig,
  ItemKindConfig,
  ItemsConfig,
} from './config.ts';
import type { Path } from './node.ts';
import { authOf, serverOf } from './resolve-section.ts';
import type { SectionContext } from './resolving.ts';
import type { WrittenItemKind } from './schema-items.ts';
import type { WrittenItems } from './schema-mailbox.ts';
import { didYouMean } from './suggest.ts';

export function resolveItems(context: SectionContext): ItemsConfig | undefined {
  const server = serverOf(context);
  if (server === undefined) return undefined;
  const auth = authOf(context, server);
  if (auth === undefined || !isPerson(context)) return undefined;
  const written = context.written.items as WrittenItems;
  const wanted = ITEM_KINDS.filter((kind) => typeof written[SECTION_OF[kind]] === 'object');
  if (wanted.length === 0) {
    context.warning([], 'the section keeps nothing in step', 'write appointments: true, contacts: true or tasks: true');
  }
  const kinds = Object.fromEntries(
    wanted.map((kind) => [SECTION_OF[kind], resolveKind(context, kind, written[SECTION_OF[kind]] as WrittenItemKind)]),
  ) as Record<(typeof SECTION_OF)[ItemKind], ItemKindConfig | undefined>;
  if (wanted.some((kind) => kinds[SECTION_OF[kind]] === undefined)) return undefined;
  const { appointments = null, contacts = null, tasks = null } = kinds;
  return { server: server.config, auth, appointments, contacts, tasks };
}

/** A queue has no calendar of its own: nobody would answer an invitation. */
function isPerson(context: SectionContext): boolean {
  const { owner } = context.written;
  if (!owner || !('queue' in owner)) return true;
  context.problem(
    [],
    `${context.address} is the mailbox of the queue "${owner.queue}", and a queue has no appointments, contacts and tasks`,
    'write items: false, or owner: { user: NAME } where it is a person’s',
  );
  return false;
}

function resolveKind(context: SectionContext, kind: ItemKind, written: WrittenItemKind): ItemKindConfig | undefined {
  const fits = [checkFields(context, kind, written), checkConflicts(context, kind, written)];
  if (fits.includes(false)) return undefined;
  const { default: conflict = null, deletion: deletionConflict = 'ask', ...conflicts } = written.conflicts ?? {};
  const { series, service, ...deletion } = written.deletion ?? {};
  return {
    folders: (written.folders ?? []) as FolderChoice[],
    track: toTrack(written.track),
    filters: (written.filters ?? []) as ItemFilterConfig[],
    directions: written.fields ?? {},
    ...{ conflicts, conflict, deletionConflict },
    deletion: toDeletion(deletion),
    series: toDeletion(series ?? deletion),
    service: toDeletion(service ?? deletion),
    privateItems: written.privateItems ?? false,
    addressMode: written.addressMode ?? 'mailing',
    attachmentBytes: written.attachmentBytes ?? 0,
    closed: written.closed ?? 'free',
    invitationsPerDay: written.invitationsPerDay ?? 0,
    brake: { items: written.brake?.items ?? 10, percent: written.brake?.percent ?? 20 },
  };
}

function toTrack(written: WrittenItemKind['track']): ItemKindConfig['track'] {
  if (typeof written !== 'object') return { everything: written === 'everything', category: null, folders: [] };
  return { everything: false, category: written.category ?? null, folders: (written.folders ?? []) as FolderChoice[] };
}

function toDeletion(written: NonNullable<WrittenItemKind['deletion']>): DeletionConfig {
  return {
    inExchange: toRule(written.inExchange),
    inApplication: toRule(written.inApplication),
    outsideFilters: toRule(written.outsideFilters),
  };
}

function toRule(written: NonNullable<WrittenItemKind['deletion']>['inExchange']): DeletionRuleConfig {
  if (written === 'delete') return { deleteWhen: [] };
  return typeof written === 'object' ? { deleteWhen: written.deleteWhen } : null;
}

function checkFields(context: SectionContext, kind: ItemKind, written: WrittenItemKind): boolean {
  const fields = FIELDS[kind];
  return Object.entries(written.fields ?? {})
    .map(([name, direction]) => {
      const field = fields.find((one) => one.name === name);
      if (field === undefined) return unknownField(context, [SECTION_OF[kind], 'fields', name], name, fields);
      if (field.directions.includes(direction)) return true;
      const only = field.directions.length === 1 ? `always goes ${field.direction}` : `cannot go ${direction}`;
      const advice = field.directions.length === 1 ? 'remove the line' : `write ${name}: ${field.directions.join(' | ')}`;
      context.problem([SECTION_OF[kind], 'fields', name], `${name} ${only}`, advice);
      return false;
    })
    .every((good) => good);
}

function checkConflicts(context: SectionContext, kind: ItemKind, written: WrittenItemKind): boolean {
  const fields = FIELDS[kind];
  return Object.keys(written.conflicts ?? {})
    .filter((name) => name !== 'default' && name !== 'deletion' && !fields.some((field) => field.name === name))
    .map((name) => unknownField(context, [SECTION_OF[kind], 'conflicts', name], name, fields))
    .every((good) => good);
}

function unknownField(context: SectionContext, path: Path, name: string, fields: readonly Field[]): false {
  const names = fields.map((field) => field.name);
  context.problem(path, `there is no field "${name}"`, didYouMean(name, names, 'fields'));
  return false;
}
