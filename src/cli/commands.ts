import { activities } from './activities.ts';
import { auth } from './auth.ts';
import { check } from './check.ts';
import type { Command } from './command.ts';
import { conflicts } from './conflicts.ts';
import { exportCommand } from './export.ts';
import { init } from './init.ts';
import { appointments, contacts, tasks } from './items.ts';
import { migrate } from './migrate.ts';
import { outbox } from './outbox.ts';
import { plan } from './plan.ts';
import { purge } from './purge.ts';
import { reparse } from './reparse.ts';
import { run } from './run.ts';
import { send } from './send.ts';
import { show } from './show.ts';
import { status } from './status.ts';
import { sync } from './sync.ts';
import { test } from './test.ts';

/** In the order in which an operator meets them. */
export const commands: readonly Command[] = [
  init,
  check,
  plan,
  test,
  auth,
  run,
  sync,
  status,
  activities,
  show,
  send,
  outbox,
  appointments,
  contacts,
  tasks,
  conflicts,
  exportCommand,
  purge,
  reparse,
  migrate,
];
