import { allZones, findZone } from '../calendar/zone.ts';
import { definitionOf } from '../calendar/zone-definition.ts';
import { type Call, messages, responseOf, successMessage } from '../call.ts';
import { EwsFault } from '../errors.ts';
import { child, type Element, el } from '../xml/element.ts';

/** All zones, or those named, repeated as they are named (reference 41). An unknown id is left out [exp]. */
export async function getServerTimeZones(request: Element, call: Call): Promise<Element> {
  const ids = child(request, 'Ids')?.children.map((one) => one.text);
  const zones = ids === undefined ? allZones() : ids.map(findZone).filter((zone) => zone !== undefined);
  if (ids?.some((id) => findZone(id) === undefined) && !call.exchange.switches.unknownZonesLeftOut)
    throw new EwsFault('ErrorTimeZone', 'A time zone is unknown.');
  const full = request.attributes.ReturnFullTimeZoneData !== 'false';
  const made = await messages('GetServerTimeZonesResponseMessage', [0], () =>
    successMessage('GetServerTimeZonesResponseMessage', [
      el(
        'TimeZoneDefinitions',
        zones.map((zone) => definitionOf(zone, full)),
      ),
    ]),
  );
  return responseOf('GetServerTimeZones', made);
}
