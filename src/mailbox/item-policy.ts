/** What the config says of one kind of items, as the pure policy of `sync` wants it. */
import type { DeletionRuleConfig, ItemFilterConfig, ItemKindConfig } from '../config/config.ts';
import type { ItemFolder } from '../connector/connector.ts';
import type { DeletionRule, ItemFilter, ItemPolicy } from '../sync/item-policy.ts';
import type { ReconciledMailbox } from './reconcile-context.ts';

export function toItemPolicy(config: ItemKindConfig, mailbox: ReconciledMailbox, tracked: readonly ItemFolder[]): ItemPolicy {
  const { deletion, series, service, track } = config;
  const rows = (choose: (of: typeof deletion) => DeletionRuleConfig) => ({
    ...{ appointment: toRule(choose(deletion)), contact: toRule(choose(deletion)), task: toRule(choose(deletion)) },
    ...{ series: toRule(choose(series)), service: toRule(choose(service)) },
  });
  return {
    directions: config.directions,
    conflicts: config.conflicts,
    conflict: config.conflict,
    deletions: {
      there: rows(({ inExchange }) => inExchange),
      here: rows(({ inApplication }) => inApplication),
      left: rows(({ outsideFilters }) => outsideFilters),
    },
    deletionConflict: config.deletionConflict,
    filters: config.filters.map((filter) => toFilter(filter, mailbox)),
    track: { everything: track.everything, category: track.category, folders: tracked.map(({ id }) => id) },
    importPrivate: config.privateItems,
    closed: config.closed,
    attachmentBytes: config.attachmentBytes,
    brake: config.brake,
  };
}

function toRule(rule: DeletionRuleConfig): DeletionRule {
  return rule === null ? 'unlink' : { delete: true, when: rule.deleteWhen };
}

function toFilter({ owner, party, ...rest }: ItemFilterConfig, mailbox: ReconciledMailbox): ItemFilter {
  const address = (word: string) => (word === 'me' ? mailbox.addresses[0]! : word.toLowerCase());
  return {
    ...rest,
    ...(owner === undefined ? {} : { owner: address(owner) }),
    ...(party === undefined ? {} : { party: { ...party, address: address(party.address) } }),
  };
}
