import type { Item, ItemKind } from './model.ts';

/** An item that is nowhere yet. */
export function blankItem(kind: ItemKind, now: number): Item {
  return {
    key: 0,
    folder: 0,
    kind,
    fields: {},
    named: {},
    attachments: [],
    associated: false,
    imapId: 0,
    created: now,
    modified: now,
    createdAt: 0,
    changedAt: 0,
    readAt: 0,
    version: 0,
    exceptions: {},
    changes: {},
  };
}
