import type { ReceiveContext } from './receive.ts';
import type { SessionDependencies } from './session.ts';

/** All that a pass over a mailbox needs, whatever it carries. */
export interface SyncContext extends ReceiveContext, SessionDependencies {}
