/** What an operator wants to know of each mailbox, in a few queries whatever their number. */
import type { Database } from './database.ts';
import { query } from './rows.ts';

export interface WorkloadStatus {
  readonly workload: string;
  readonly lastSuccessAt: string | null;
  readonly lastRunAt: string | null;
  readonly lastOutcome: 'done' | 'failed' | null;
  readonly failureCode: string | null;
  readonly failureMessage: string | null;
}

export interface MailboxCounts {
  readonly stored: number;
  readonly quarantined: number;
  readonly excluded: number;
}

/** Outgoing mail by state (`sent`, `in-doubt` …); states without mail are left out. */
export type OutboxCounts = Readonly<Record<string, number>>;

export interface Stopped {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
}

export interface MailboxStatus {
  readonly id: string;
  readonly address: string;
  readonly state: string;
  readonly stopped: Stopped | null;
  /** Nothing is sent, while receiving goes on. */
  readonly sendingStopped: Stopped | null;
  readonly servedBy: string | null;
  readonly workloads: readonly WorkloadStatus[];
  readonly counts: MailboxCounts;
  readonly outbox: OutboxCounts;
}

interface MailboxRow {
  readonly id: string;
  readonly address: string;
  readonly state: string;
  readonly code: string | null;
  readonly message: string | null;
  readonly remedy: string | null;
  readonly sendingStopped: Stopped | null;
  readonly servedBy: string | null;
}

export async function readStatus(database: Database): Promise<readonly MailboxStatus[]> {
  const mailboxes = await readMailboxes(database);
  const workloads = await readWorkloads(database);
  const counts = await readCounts(database);
  const outbox = await readOutbox(database);
  return mailboxes.map((row) => ({
    id: row.id,
    address: row.address,
    state: row.state,
    stopped: row.code === null ? null : { code: row.code, message: row.message ?? '', remedy: row.remedy },
    sendingStopped: row.sendingStopped,
    servedBy: row.servedBy,
    workloads: workloads.get(row.id) ?? [],
    counts: counts.get(row.id) ?? { stored: 0, quarantined: 0, excluded: 0 },
    outbox: outbox.get(row.id) ?? {},
  }));
}

const readMailboxes = (database: Database) =>
  query<MailboxRow>(
    database,
    `select id, address, state, stopped_code as code, stopped_message as message, stopped_remedy as remedy, sending_stopped as "sendingStopped",
            (select holder from leases where leases.mailbox_id = mailboxes.id and expires_at > clock_timestamp()) as "servedBy"
     from mailboxes order by address`,
  );

type WorkloadRow = Omit<WorkloadStatus, 'lastSuccessAt' | 'lastRunAt'> & {
  mailbox_id: string;
  lastSuccessAt: Date | null;
  lastRunAt: Date | null;
};

async function readWorkloads(database: Database): Promise<Map<string, WorkloadStatus[]>> {
  const rows = await query<WorkloadRow>(
    database,
    `select distinct on (mailbox_id, workload) mailbox_id, workload, outcome as "lastOutcome", failure_code as "failureCode",
            failure_message as "failureMessage", finished_at as "lastRunAt",
            (select max(finished_at) from runs as good where good.mailbox_id = runs.mailbox_id and good.workload = runs.workload and good.outcome = 'done')
              as "lastSuccessAt"
     from runs where finished_at is not null order by mailbox_id, workload, id desc`,
  );
  const grouped = Map.groupBy(rows, (row) => row.mailbox_id);
  const toStatus = ({ mailbox_id: _, ...row }: WorkloadRow) => ({
    ...row,
    lastSuccessAt: row.lastSuccessAt?.toISOString() ?? null,
    lastRunAt: row.lastRunAt?.toISOString() ?? null,
  });
  return new Map([...grouped].map(([id, group]) => [id, group.map(toStatus)]));
}

async function readCounts(database: Database): Promise<Map<string, MailboxCounts>> {
  const rows = await query<{ id: string; stored: string; quarantined: string; excluded: string }>(
    database,
    `select mailbox_id as id, count(*) as stored, count(quarantine.copy_id) as quarantined,
            count(*) filter (where headers_only) + coalesce((select count(*) from known_refs join streams on streams.id = known_refs.stream_id
              where known_refs.copy_id is null and streams.mailbox_id = copies.mailbox_id), 0) as excluded
     from copies left join quarantine on quarantine.copy_id = copies.id group by mailbox_id`,
  );
  return new Map(
    rows.map((row) => [
      row.id,
      { stored: Number(row.stored), quarantined: Number(row.quarantined), excluded: Number(row.excluded) },
    ]),
  );
}

async function readOutbox(database: Database): Promise<Map<string, Record<string, number>>> {
  const rows = await query<{ id: string; state: string; count: string }>(
    database,
    'select mailbox_id as id, state, count(*) as count from outbox group by mailbox_id, state',
  );
  const grouped = Map.groupBy(rows, ({ id }) => id);
  return new Map(
    [...grouped].map(([id, group]) => [id, Object.fromEntries(group.map(({ state, count }) => [state, Number(count)]))]),
  );
}
