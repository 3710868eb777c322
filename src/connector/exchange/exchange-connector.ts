/**
 * On-premises Exchange (2013 SP1 to SE) by EWS. Promises: reading never changes the server; a message is told once and none is
 * lost when a pass is broken off anywhere; one user's call never runs as another's; answers are read as they come and bounded.
 *
 * Facets: email, disposal (to Deleted Items), marking (categories, folders), appointments, contacts, tasks. Login by NTLMv2 (bound
 * to the TLS connection) or Basic, for the own mailbox, by impersonation, or by the rights of a delegate. See quirks.md for what real
 * servers do.
 */
import type { Connector, Session, SessionContext } from '../connector.ts';
import { diagnose } from './diagnosis.ts';
import { createExchangeDisposal } from './disposal.ts';
import { createExchangeSource } from './email-source.ts';
import { createEws } from './ews.ts';
import { createFolders } from './folders.ts';
import { createItemStore } from './item-store.ts';
import { createLanes, type Lanes } from './lane.ts';
import { createExchangeMarking } from './marking.ts';
import { chargedTo, type ExchangeSettings, parseExchangeSettings } from './settings.ts';
import { createAppointmentKind } from './translate/appointment.ts';
import { contactKind } from './translate/contact.ts';
import { createTaskKind } from './translate/task.ts';

export function createExchangeConnector(): Connector<ExchangeSettings> {
  const lanes = createLanes();
  return {
    kind: 'exchange',
    offers: ['email', 'disposal', 'marking', 'appointments', 'contacts', 'tasks'],
    parseSettings: parseExchangeSettings,
    chargedTo,
    open: (settings, context) => open(settings, context, lanes),
    diagnose: (settings, context) => diagnose(settings, context, lanes),
  };
}

async function open(settings: ExchangeSettings, context: SessionContext, lanes: Lanes): Promise<Session> {
  // EWS has no login of its own: the first call shows whether there is access.
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  const ews = createEws(settings, { ...context, signal }, lanes);
  const folders = createFolders(ews);
  await folders.standard();
  const store = { ews, log: context.log, clock: context.clock };
  return {
    email: createExchangeSource({ ews, folders, log: context.log }),
    disposal: createExchangeDisposal(ews, context.log),
    marking: createExchangeMarking(ews, folders),
    appointments: createItemStore(store, createAppointmentKind(settings.attachmentBytes)),
    contacts: createItemStore(store, contactKind(settings.contactAddresses)),
    tasks: createItemStore(store, createTaskKind()),
    async [Symbol.asyncDispose]() {
      ended.abort();
    },
  };
}
