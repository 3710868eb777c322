import { migrate as applyMigrations } from '../store/migrate.ts';
import { type Command, EXIT } from './command.ts';

export const migrate: Command = {
  name: 'migrate',
  summary: 'bring the database schema up to this version (every command that needs it does so too)',
  usage: '[--json]',
  help: 'Safe to run from any number of machines at once. A database of a newer version with a breaking change is refused.',
  options: {},
  async run(_, context) {
    const house = await context.openHouse();
    const applied = [...house.migrated, ...(await applyMigrations(house.database))];
    context.out.answer({ applied }, applied.length === 0 ? 'the schema is up to date' : `applied ${applied.join(', ')}`);
    return EXIT.done;
  },
};
