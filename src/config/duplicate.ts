/** One id, one mailbox; one address, one mailbox. */
import { child, type Place } from './node.ts';
import type { Findings } from './problem.ts';
import type { ResolvedMailbox } from './resolve-mailbox.ts';

interface Taken {
  readonly mailbox: ResolvedMailbox;
  readonly at: Place;
}

export function checkDuplicates(mailboxes: readonly ResolvedMailbox[], findings: Findings): void {
  const ids = new Map<string, Taken>();
  const addresses = new Map<string, Taken>();
  for (const mailbox of mailboxes) {
    claim(addresses, mailbox, mailbox.address, ['address'], findings);
    const aliases = child(mailbox.named.node, 'aliases');
    if (aliases?.kind === 'list') {
      aliases.items.forEach((item, index) => {
        if (item.kind === 'scalar') claim(addresses, mailbox, String(item.value), ['aliases', index], findings);
      });
    }
  }
  for (const mailbox of mailboxes) claimId(ids, mailbox, findings);
}

function claim(
  taken: Map<string, Taken>,
  mailbox: ResolvedMailbox,
  address: string,
  path: (string | number)[],
  findings: Findings,
): void {
  const at = path.reduce((node, key) => child(node, key) ?? node, mailbox.named.node as Parameters<typeof child>[0] & object).at;
  const known = taken.get(address.toLowerCase());
  const where = [...mailbox.named.path, ...path];
  if (known === undefined) taken.set(address.toLowerCase(), { mailbox, at });
  else if (known.mailbox === mailbox) findings.warning(at, where, `${address} is named twice`, 'leave one out');
  else {
    const other = `${known.at.source.name}:${known.at.line}`;
    findings.problem(
      at,
      where,
      `${address} already belongs to the mailbox at ${other}`,
      'an address has one mailbox; remove one of the two',
    );
  }
}

function claimId(ids: Map<string, Taken>, mailbox: ResolvedMailbox, findings: Findings): void {
  const written = child(mailbox.named.node, 'id');
  const at = (written ?? mailbox.named.node).at;
  const known = ids.get(mailbox.id);
  if (known === undefined) {
    ids.set(mailbox.id, { mailbox, at });
    return;
  }
  // Two mailboxes of one address were reported as that.
  if (written === undefined && known.mailbox.address.toLowerCase() === mailbox.address.toLowerCase()) return;
  const other = `${known.at.source.name}:${known.at.line}`;
  findings.problem(
    at,
    [...mailbox.named.path, 'id'],
    `the id "${mailbox.id}" already belongs to the mailbox at ${other}`,
    'write an id of its own: id: NAME',
  );
}
