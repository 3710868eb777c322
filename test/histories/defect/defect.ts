/** What a planted defect is: it stands between the product and what that relies on, and is no code of the product. */

import type { ItemStore } from '../../../src/connector/connector.ts';
import type { Database } from '../../../src/store/database.ts';

export interface Defect {
  readonly name: string;
  wrap?(store: ItemStore): ItemStore;
  afterKill?(database: Database): Promise<unknown>;
  afterPass?(database: Database): Promise<unknown>;
}
