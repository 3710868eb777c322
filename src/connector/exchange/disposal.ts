/** Taking processed mail off the server: collected, and done when the caller settles, which is after the commit. */
import type { EmailDisposal, RemoteRef, SessionContext } from '../connector.ts';
import type { Ews } from './ews.ts';
import { disposeMail } from './operation/dispose-mail.ts';

export function createExchangeDisposal(ews: Ews, log: SessionContext['log']): EmailDisposal {
  const marked = new Set<RemoteRef>();
  return {
    async remove(refs) {
      for (const ref of refs) marked.add(ref);
    },
    async settle() {
      const refs = [...marked];
      marked.clear();
      const { gone, failure } = await disposeMail(ews, refs);
      // Thrown it would take the confirmations with it; the next pass asks for the rest, and hears of it if it lasts.
      if (failure !== null && gone.length === 0) throw failure;
      if (failure !== null)
        log.warn('not all mail could be taken off the server, it is tried again', { failure: failure.message });
      return gone;
    },
  };
}
