/** A daily series that others are invited to, with occurrences that have something of their own. */

import type { Kind } from './kind.ts';
import { meeting } from './meeting.ts';
import { series } from './series.ts';

export const seriesMeeting: Kind = {
  ...series,
  isMeeting: true,
  bornHere: (birth, organizer) => ({ ...meeting.bornHere(birth, organizer), ...series.bornHere(birth, organizer) }),
  bornThere(item, birth, organizer) {
    meeting.bornThere(item, birth, organizer);
    series.bornThere(item, birth, organizer);
  },
};
