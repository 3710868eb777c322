/** Defects to plant: each must be found. None of them is code of the product; they stand between it and what it relies on. */
import type { ItemStore } from '../../src/connector/connector.ts';
import type { Database } from '../../src/store/database.ts';

export interface Defect {
  readonly name: string;
  wrap?(store: ItemStore): ItemStore;
  afterKill?(database: Database): Promise<unknown>;
  afterPass?(database: Database): Promise<unknown>;
}
