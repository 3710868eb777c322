// Asks a real Exchange about what nobody here could verify.
import type { ProbeOptions } from './command-line.ts';

export async function probe(_url: string, _options: ProbeOptions): Promise<void> {
  throw new Error('probing is not built yet');
}
