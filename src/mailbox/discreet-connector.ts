/**
 * Servers repeat in their refusals what they were sent, and a refusal is stored, logged and shown. So what a connector says
 * of a login passes through the redactor before anybody else sees it.
 */
import type { Connector, DiagnosticStep } from '../connector/connector.ts';
import { asFailure, Failure } from '../model/failure.ts';

type Redact = (text: string) => string;

export function discreetConnectors(connectors: ReadonlyMap<string, Connector>, redact: Redact): ReadonlyMap<string, Connector> {
  return new Map([...connectors].map(([kind, connector]) => [kind, discreetConnector(connector, redact)]));
}

function discreetConnector(connector: Connector, redact: Redact): Connector {
  return {
    ...connector,
    async open(settings, context) {
      try {
        return await connector.open(settings, context);
      } catch (error) {
        throw discreetError(error, redact);
      }
    },
    async *diagnose(settings, context) {
      for await (const step of connector.diagnose(settings, context)) yield discreetStep(step, redact);
    },
  };
}

function discreetStep(step: DiagnosticStep, redact: Redact): DiagnosticStep {
  const failure = step.failure === undefined ? {} : { failure: discreetError(step.failure, redact) as Failure };
  return { ...step, detail: redact(step.detail), ...failure };
}

/** The very same failure where there is nothing to hide, so that nobody's stack gets lost. */
function discreetError(error: unknown, redact: Redact): unknown {
  const failure = asFailure(error);
  if (failure === undefined) return error;
  const { code, message, remedy, retryAfterMs, cause } = failure;
  const [saidMessage, saidRemedy] = [redact(message), remedy === undefined ? undefined : redact(remedy)];
  if (saidMessage === message && saidRemedy === remedy) return failure;
  return new Failure(code, saidMessage, { remedy: saidRemedy, retryAfterMs, cause });
}
