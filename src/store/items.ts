/** Our side of appointments, contacts and tasks: activities whose content is JSCalendar or JSContact. Versions only grow. */
import { Failure } from '../model/failure.ts';
import { newId } from '../model/identifier.ts';
import type { ItemContent, ItemKind } from '../model/item.ts';
import type { Database } from './database.ts';
import type { LinkState } from './links.ts';
import { execute, insertRows, query } from './rows.ts';

export interface Item {
  readonly id: string;
  readonly kind: ItemKind;
  readonly version: number;
  readonly content: ItemContent;
  readonly owner: string | null;
  readonly deletedAt: Date | null;
  readonly deletedBy: 'application' | 'exchange' | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What is kept beside the content so that it can be searched. */
export interface ItemIndex {
  readonly subject: string | null;
  readonly status: string | null;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly parties: readonly { readonly role: string; readonly address: string; readonly name: string | null }[];
}

const COLUMNS =
  'id, kind, version, content, owner, deleted_at as "deletedAt", deleted_by as "deletedBy", created_at as "createdAt", updated_at as "updatedAt"';

export async function createItem(
  transaction: Database,
  item: {
    readonly id?: string;
    readonly kind: ItemKind;
    readonly content: ItemContent;
    readonly owner: string | null;
    readonly index: ItemIndex;
  },
): Promise<Item> {
  const id = item.id ?? newId();
  const { subject, status, startsAt, endsAt } = item.index;
  const rows = await query<Item>(
    transaction,
    `insert into activities (id, kind, content, owner, subject, status, starts_at, ends_at) values (?, ?, ?, ?, ?, ?, ?, ?) returning ${COLUMNS}`,
    [id, item.kind, JSON.stringify(named(id, item.content)), item.owner, subject, status, startsAt, endsAt],
  );
  await saveParties(transaction, id, item.index.parties);
  return rows[0]!;
}

/** Both standards demand a uid (RFC 8984 4.1.2, RFC 9553 2.1.9); what a server has no word for gets the activity's own id. */
function named(id: string, content: ItemContent): ItemContent {
  if (content.uid !== undefined) return content;
  return { ...content, uid: content['@type'] === 'Card' ? `urn:uuid:${id}` : id };
}

/** Fails when somebody changed it first: read it again and decide anew. */
export async function updateItem(
  transaction: Database,
  item: Pick<Item, 'id' | 'version'>,
  content: ItemContent,
  index: ItemIndex,
): Promise<Item> {
  const rows = await query<Item>(
    transaction,
    `update activities set content = ?, subject = ?, status = ?, starts_at = ?, ends_at = ?, version = version + 1, updated_at = now()
     where id = ? and version = ? and deleted_at is null returning ${COLUMNS}`,
    [JSON.stringify(content), index.subject, index.status, index.startsAt, index.endsAt, item.id, item.version],
  );
  if (!rows[0]) throw changedMeanwhile(item);
  await execute(transaction, 'delete from parties where activity_id = ?', [item.id]);
  await saveParties(transaction, item.id, index.parties);
  return rows[0];
}

export async function markItemDeleted(
  transaction: Database,
  item: Pick<Item, 'id' | 'version'>,
  by: 'application' | 'exchange',
): Promise<Item> {
  const rows = await query<Item>(
    transaction,
    `update activities set deleted_at = now(), deleted_by = ?, version = version + 1, updated_at = now()
     where id = ? and version = ? and deleted_at is null returning ${COLUMNS}`,
    [by, item.id, item.version],
  );
  if (!rows[0]) throw changedMeanwhile(item);
  return rows[0];
}

/** The other side keeps it: what was deleted here stands again, as a new version. */
export async function restoreItem(transaction: Database, item: Pick<Item, 'id' | 'version'>): Promise<Item> {
  const rows = await query<Item>(
    transaction,
    `update activities set deleted_at = null, deleted_by = null, version = version + 1, updated_at = now() where id = ? and version = ? returning ${COLUMNS}`,
    [item.id, item.version],
  );
  if (!rows[0]) throw changedMeanwhile(item);
  return rows[0];
}

const changedMeanwhile = ({ id, version }: Pick<Item, 'id' | 'version'>) =>
  new Failure('conflict', `item ${id} is no longer at version ${version}; nothing was written`, {
    remedy: 'read it again, and give the version that you have seen',
  });

async function saveParties(transaction: Database, id: string, parties: ItemIndex['parties']): Promise<void> {
  const rows = parties.map(({ role, address, name }, position) => [id, position, role, address, name]);
  await insertRows(transaction, 'parties', ['activity_id', 'position', 'role', 'address', 'name'], rows);
}

export async function readItem(database: Database, id: string): Promise<Item | null> {
  const rows = await query<Item>(database, `select ${COLUMNS} from activities where id = ? and kind <> 'email'`, [id]);
  return rows[0] ?? null;
}

/** Nobody else changes it until the transaction ends. */
export async function lockItem(transaction: Database, id: string): Promise<Item | null> {
  const rows = await query<Item>(
    transaction,
    `select ${COLUMNS} from activities where id = ? and kind <> 'email' for no key update`,
    [id],
  );
  return rows[0] ?? null;
}

/** One at a time for each meeting, whichever mailbox saw it first. */
export async function lockMeeting(transaction: Database, meetingId: string): Promise<void> {
  await query(transaction, 'select pg_advisory_xact_lock(hashtextextended(?, 0))', [`meeting ${meetingId}`]);
}

/** Items without a link to this mailbox that changed after this position of the feed; all of them where it is null. In pages by id. */
export function listUnlinkedItems(
  database: Database,
  place: { readonly mailboxId: string; readonly kind: ItemKind },
  options: { readonly since: number | null; readonly after: string; readonly limit: number },
): Promise<readonly Item[]> {
  return query<Item>(
    database,
    `select ${COLUMNS} from activities where kind = ? and id > ? and deleted_at is null
       and not exists (select 1 from links where links.activity_id = activities.id and links.mailbox_id = ?)
       and (?::bigint is null or exists (select 1 from changes where changes.activity_id = activities.id and changes.position > ?))
     order by id limit ?`,
    [place.kind, options.after, place.mailboxId, options.since, options.since, options.limit],
  );
}

export interface ListedLink {
  readonly mailbox: string;
  readonly mailboxId: string;
  readonly state: LinkState;
  readonly reason: string | null;
  readonly lastAgreedAt: string | null;
  readonly values: object | null;
  readonly isPrimary: boolean;
}

export interface ListedItem extends Item {
  readonly links: readonly ListedLink[];
  readonly openConflicts: number;
}

const LISTED = `${COLUMNS},
  coalesce((select jsonb_agg(jsonb_build_object('mailbox', mailboxes.address, 'mailboxId', mailboxes.id, 'state', links.state, 'reason', links.reason,
      'lastAgreedAt', links.agreed_at, 'values', links.copy_values, 'isPrimary', links.is_primary) order by links.is_primary desc, links.id)
    from links join mailboxes on mailboxes.id = links.mailbox_id where links.activity_id = activities.id), '[]') as links,
  (select count(*)::int from conflicts where conflicts.activity_id = activities.id and conflicts.state = 'open') as "openConflicts"`;

const PAGE = 500;

/** Oldest first, read in pages. `waiting`: also what is deleted here, and waits for somebody or its time before it is there. */
export async function* listItems(
  database: Database,
  filter: { readonly kind: ItemKind; readonly mailboxId?: string; readonly deleted?: boolean; readonly waiting?: boolean },
): AsyncGenerator<ListedItem> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await query<ListedItem>(
      database,
      `select ${LISTED} from activities where kind = ? and id > ? and (? or deleted_at is null or (? and exists (
             select 1 from links where links.activity_id = activities.id and links.state in ('needs-intent', 'parked', 'asking', 'in-doubt'))))
         and (?::text is null or exists (select 1 from links where links.activity_id = activities.id and links.mailbox_id = ? and links.state <> 'unlinked'))
       order by id limit ${PAGE}`,
      [filter.kind, after, filter.deleted ?? false, filter.waiting ?? false, filter.mailboxId ?? null, filter.mailboxId ?? null],
    );
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}

export async function readListedItem(database: Database, id: string): Promise<ListedItem | null> {
  const rows = await query<ListedItem>(database, `select ${LISTED} from activities where id = ? and kind <> 'email'`, [id]);
  return rows[0] ?? null;
}

/** The position the feed has reached: what changes later has a higher one. */
export async function feedPosition(database: Database): Promise<number> {
  const rows = await query<{ position: string }>(database, 'select position from feed_counter');
  return Number(rows[0]!.position);
}
