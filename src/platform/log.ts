/**
 * Log lines are a constant lower-case sentence plus fields, so that lines can be counted. Addresses and subjects never at info.
 * error: a person must act. warn: it healed itself. info: one line per run and per sent message. debug: decisions.
 */
import winston from 'winston';

export interface Log {
  error(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  debug(message: string, fields?: object): void;
  child(fields: object): Log;
}

export interface LogOptions {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly format: 'json' | 'pretty';
  /** Cuts secrets out of the finished line (the credential room's `redact`), so that no field, error or stack can carry one. */
  readonly redact?: (text: string) => string;
  /** Where lines go; stderr when absent. */
  readonly stream?: NodeJS.WritableStream;
}

/** Writes to stderr, because stdout belongs to what a command answers. */
export function createLog(options: LogOptions): Log {
  const { combine, timestamp, json, printf } = winston.format;
  const pretty = printf(({ timestamp: at, level, message, ...fields }) => {
    const rest = Object.entries(fields)
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value, readable)}`)
      .join(' ');
    return `${at} ${level.padEnd(5)} ${message}${rest ? `  ${rest}` : ''}`;
  });
  const logger = winston.createLogger({
    level: options.level,
    format: combine(timestamp(), options.format === 'json' ? json({ replacer: readable }) : pretty, redacting(options.redact)),
    transports: [transport(options.stream)],
  });
  return wrap(logger);
}

/** JSON has no word for errors: all that JSON.stringify tells of one is {}. */
function readable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause, code } = value as NodeJS.ErrnoException;
  return { name, message, code, cause, stack };
}

function redacting(redact: (text: string) => string = (text) => text): winston.Logform.Format {
  const message = Symbol.for('message');
  return winston.format((info) => Object.assign(info, { [message]: redact(String(info[message])) }))();
}

function transport(stream: NodeJS.WritableStream | undefined): winston.transport {
  if (stream !== undefined) return new winston.transports.Stream({ stream });
  return new winston.transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug'] });
}

function wrap(logger: winston.Logger): Log {
  // An error in place of fields would be glued to the sentence.
  const named = (fields: object | undefined) => (fields instanceof Error ? { error: fields } : fields);
  return {
    error: (message, fields) => void logger.error(message, named(fields)),
    warn: (message, fields) => void logger.warn(message, named(fields)),
    info: (message, fields) => void logger.info(message, named(fields)),
    debug: (message, fields) => void logger.debug(message, named(fields)),
    child: (fields) => wrap(logger.child(fields)),
  };
}

/** For tests and for places that must stay silent. */
export const silentLog: Log = { error() {}, warn() {}, info() {}, debug() {}, child: () => silentLog };
