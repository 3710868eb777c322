import type { Config } from '../config/config.ts';
import type { Connector } from '../connector/connector.ts';
import type { Credentials } from '../credential/credential.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { StepPoints } from '../platform/step.ts';
import type { Database } from '../store/database.ts';

/** What is made once in main.ts and handed to commands. */
export interface House {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly steps: StepPoints;
  readonly database: Database;
  readonly credentials: Credentials;
  readonly connectors: ReadonlyMap<string, Connector>;
}
