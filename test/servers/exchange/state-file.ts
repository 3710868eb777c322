// Keeps the whole server in one JSON file, written shortly after changes and at the end.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Exchange, ExchangeData } from './exchange.ts';

export function readState(file: string): ExchangeData | undefined {
  if (!existsSync(file)) return undefined;
  const data: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof data !== 'object' || data === null || !Array.isArray((data as ExchangeData).mailboxes)) {
    throw new Error(`${file} was not written by mailroom-exchange`);
  }
  return data as ExchangeData;
}

/** Writes beside the file and renames, so that a crash leaves the old one whole. */
export function writeState(file: string, exchange: Exchange) {
  writeFileSync(`${file}.new`, JSON.stringify(exchange.toData()));
  renameSync(`${file}.new`, file);
}

/** Looks every second whether anything changed. Returns what stops it and writes a last time. */
export function keepState(file: string, exchange: Exchange): () => void {
  const mark = () => [...exchange.mailboxes.values()].map((mailbox) => `${mailbox.counter}/${mailbox.nextKey}`).join();
  let written = '';
  const write = () => {
    const now = mark();
    if (now === written) return;
    writeState(file, exchange);
    written = now;
  };
  const timer = setInterval(write, 1000);
  return () => {
    clearInterval(timer);
    write();
  };
}
