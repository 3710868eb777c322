import { asFailure } from '../model/failure.ts';
import { type CommandContext, EXIT } from './command.ts';

/** What is not there has an exit code of its own; any other failure is told by the frame. */
export async function orNotFound(context: CommandContext, command: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const failure = asFailure(error);
    if (failure?.code !== 'missing') throw error;
    context.out.note(`mailroom ${command}: ${failure.message}`);
    if (failure.remedy) context.out.note(`  what to do: ${failure.remedy}`);
    return EXIT.notFound;
  }
}
