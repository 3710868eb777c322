/** Defects to plant: each must be found. */
import type { Defect } from './defect.ts';
import { READING } from './reading.ts';
import { WRITING } from './writing.ts';

/** What the store forgets. */
const KEEPING: readonly Defect[] = [
  {
    name: 'whoever is killed forgets what was under way',
    afterKill: (database) => database.raw('update links set intent = null'),
  },
  {
    name: 'whoever is killed has moved the cursor and kept nothing',
    afterKill: (database) =>
      database.raw(
        'delete from remote_items where stream_id is not null and not exists (select 1 from links where links.ref = remote_items.ref)',
      ),
  },
  { name: 'what lost is not listed', afterPass: (database) => database.raw('delete from conflicts') },
];

export const DEFECTS: readonly Defect[] = [...READING, ...WRITING, ...KEEPING];
