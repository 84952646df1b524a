import { handlerOf } from './ticket-handler.js';

const lift = { key: 'repair-lift', unit: 'HQC' };
const shared = { key: 'repair-building', unit: null };
const room = ['B1-101', 'B1-1', 'B1', 'C1'];

describe('who deals with a ticket', () => {
  const routes = [
    { place: 'C1', kind: null, unit: 'CAMPUS' },
    { place: 'B1', kind: null, unit: 'ALL' },
    { place: 'B1', kind: 'repair-lift', unit: 'LIFTS' },
    { place: 'B2', kind: 'repair-building', unit: 'NEW' },
  ];
  it.each([
    ['the kind’s own department, without a place', lift, [], 'HQC'],
    ['the kind’s own department, where no route leads', lift, ['B3', 'C2'], 'HQC'],
    ['a route of the kind before one of all', lift, room, 'LIFTS'],
    ['a route of all kinds, of another kind', { key: 'repair-network', unit: 'XXZX' }, room, 'ALL'],
    ['a route higher up, where the nearer place has none', lift, ['B2-1', 'B2', 'C1'], 'CAMPUS'],
    ['the nearest place before those above it', shared, ['B2-1', 'B2', 'C1'], 'NEW'],
    ['the head of the building', shared, ['B3', 'C2'], null],
  ])('%s', (_, kind, path, unit) => {
    expect(handlerOf({ routes }, kind, path)).toBe(unit);
  });
});
