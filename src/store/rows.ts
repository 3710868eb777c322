import type { Database } from './database.ts';

/** One statement with its parameters; answers its rows. */
export async function query<Row extends object>(
  database: Database,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const { rows } = await database.raw<{ rows: Row[] }>(sql, parameters as never[]);
  return rows;
}

/** One statement; answers how many rows it touched. */
export async function execute(database: Database, sql: string, parameters: readonly unknown[] = []): Promise<number> {
  const { rowCount } = (await database.raw(sql, parameters as never[])) as unknown as { rowCount: number | null };
  return rowCount ?? 0;
}

/**
 * A multi-row VALUES insert. Bytes travel as binary parameters this way; as an array they would travel as escaped text and
 * cost three times as much.
 */
export async function insertRows<Row extends object>(
  transaction: Database,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  ending = '',
): Promise<readonly Row[]> {
  const answered: Row[] = [];
  const chunk = Math.floor(60_000 / columns.length); // the protocol counts parameters in 16 bits
  for (let at = 0; at < rows.length; at += chunk) {
    const part = rows.slice(at, at + chunk);
    const marks = part.map((row) => `(${row.map(() => '?').join(',')})`).join(',');
    answered.push(
      ...(await query<Row>(transaction, `insert into ${table} (${columns.join(',')}) values ${marks} ${ending}`, part.flat())),
    );
  }
  return answered;
}
