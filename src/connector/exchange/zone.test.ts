import { describe, expect, it } from 'vitest';
import { allZones, findZone } from '../../../test/servers/exchange/calendar/zone.ts';
import { definitionOf } from '../../../test/servers/exchange/calendar/zone-definition.ts';
import type { Element as StandInElement } from '../../../test/servers/exchange/xml/element.ts';
import { changesOfPlace, sameChanges } from './clock-changes.ts';
import type { Element } from './read-answer.ts';
import { agrees, isPlace, placeOf, WINDOWS_ZONES, windowsIdOf, withClock } from './zone.ts';
import { changesOfDefinition } from './zone-definition.ts';

const YEAR = 2026;
/** Windows keeps two ids for what exists no more; CLDR has never listed them. */
const OLD = ['Mid-Atlantic Standard Time', 'Kamchatka Standard Time'];

const plain = ({ name, attributes, text, children }: StandInElement): Element => ({
  ...{ name, attributes: { ...attributes }, text },
  children: children.map(plain),
});
const definition = (id: string): Element => plain(definitionOf(findZone(id)!, true));
const change = (zone: Element, edit: (element: Element) => Element): Element =>
  edit({ ...zone, children: zone.children.map((one) => change(one, edit)) });

describe('C48: Windows zones', () => {
  it.each(WINDOWS_ZONES)('%s has a place of today, and the place leads back', (id) => {
    const place = placeOf(id)!;
    expect(isPlace(place)).toBe(true);
    expect(windowsIdOf(place, YEAR)).toBe(id);
    expect(agrees(place, id.toUpperCase(), YEAR)).toBe(true);
  });

  it('every zone that Exchange offers is known, but for two that Windows keeps for old', () => {
    expect(
      allZones()
        .map(({ id }) => id)
        .filter((id) => placeOf(id) === null),
    ).toEqual(OLD);
  });

  it.each([
    ['Asia/Kolkata', 'India Standard Time'],
    ['Asia/Calcutta', 'India Standard Time'],
    ['US/Pacific', 'Pacific Standard Time'],
    ['Europe/Zurich', 'W. Europe Standard Time'],
    ['Europe/Kyiv', 'FLE Standard Time'],
    ['UTC', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['GMT', 'UTC'],
    ['Europe/Istanbul', 'Turkey Standard Time'],
    ['America/Coyhaique', 'Magallanes Standard Time'],
  ])('%s is %s', (place, id) => expect(windowsIdOf(place, YEAR)).toBe(id));

  it('a place with clocks of its own has none', () => {
    expect(windowsIdOf('Antarctica/Troll', YEAR)).toBeNull();
  });

  it.each(['Middle/Earth', '+02:00', ''])('%j is no place', (name) => {
    expect(isPlace(name)).toBe(false);
    expect(windowsIdOf(name, YEAR)).toBeNull();
  });

  it('Europe/Zurich agrees with its own Windows zone only', () => {
    expect(agrees('Europe/Zurich', 'W. Europe Standard Time', YEAR)).toBe(true);
    expect(agrees('Europe/Zurich', 'Romance Standard Time', YEAR)).toBe(false);
  });
});

describe('zones by their definition', () => {
  it.each(allZones().map(({ id, place }) => [id, place]))('the definition of %s changes the clocks as %s does', (id, place) => {
    for (const year of [2010, 2019, YEAR]) {
      const changes = changesOfDefinition(definition(id), year);
      expect({ year, same: changes !== null && sameChanges(changes, changesOfPlace(place, year)) }).toEqual({ year, same: true });
    }
  });

  it('a custom zone with the rules of Berlin is found by them', () => {
    const found = withClock(changesOfDefinition(definition('W. Europe Standard Time'), YEAR)!)!;
    expect(sameChanges(changesOfPlace(found.place, YEAR), changesOfPlace('Europe/Berlin', YEAR))).toBe(true);
  });

  it('midnight written as the last moment of the day before is midnight', () => {
    const egypt = definition('Egypt Standard Time');
    const odd = change(egypt, (one) =>
      one.name === 'TimeOffset' && one.text === 'PT0S' ? { ...one, text: 'PT23H59M59.999S' } : one,
    );
    expect(withClock(changesOfDefinition(egypt, YEAR)!)).not.toBeNull();
    expect(changesOfDefinition(odd, YEAR)).not.toBeNull();
  });

  it('a zone seventeen minutes ahead is nobody’s', () => {
    const odd = change(definition('UTC'), (one) =>
      one.name === 'Period' ? { ...one, attributes: { ...one.attributes, Bias: '-PT17M' } } : one,
    );
    const changes = changesOfDefinition(odd, YEAR)!;
    expect(changes).toEqual({ year: YEAR, offset: 17, changes: [] });
    expect(withClock(changes)).toBeNull();
  });

  it('the last Sunday may be called the fifth', () => {
    const odd = change(definition('W. Europe Standard Time'), (one) =>
      one.name === 'Occurrence' && one.text === '-1' ? { ...one, text: '5' } : one,
    );
    expect(changesOfDefinition(odd, YEAR)).toEqual(changesOfDefinition(definition('W. Europe Standard Time'), YEAR));
  });

  it.each([
    ['no definition', (one: Element) => ({ ...one, children: [] })],
    [
      'a bias that is none',
      (one: Element) => ({ ...one, attributes: { ...one.attributes, ...(one.name === 'Period' ? { Bias: 'x' } : {}) } }),
    ],
    ['a transition to nowhere', (one: Element) => (one.name === 'To' ? { ...one, text: 'nowhere' } : one)],
  ])('%s is not understood', (what, edit) => {
    const zone = definition('W. Europe Standard Time');
    expect(changesOfDefinition(what === 'no definition' ? edit(zone) : change(zone, edit), YEAR)).toBeNull();
  });
});
