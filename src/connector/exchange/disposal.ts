/** Taking processed mail off the server: collected, and done when the caller settles, which is after the commit. */
import type { EmailDisposal, RemoteRef } from '../connector.ts';
import type { Ews } from './ews.ts';
import { disposeMail } from './operation/dispose-mail.ts';

export function createExchangeDisposal(ews: Ews): EmailDisposal {
  const marked = new Set<RemoteRef>();
  return {
    async remove(refs) {
      for (const ref of refs) marked.add(ref);
    },
    async settle() {
      const refs = [...marked];
      marked.clear();
      return disposeMail(ews, refs);
    },
  };
}
