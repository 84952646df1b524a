/** Observations of a day of 50,000 students × 12 metrics, 3 % of them late by 1 to 5 days; the same ones every time. */
export const STUDENTS = 50_000;
export const METRICS = [
  ...['gate_passes', 'canteen_spend', 'net_min', 'night_net_min', 'library_visits', 'absent_class'],
  ...['late_return', 'class_attend', 'sport_min', 'late_minutes', 'awards', 'canteen_meals'],
];
export const BATCH = 10_000;
const LAST_DAY = '2026-11-20';

export interface Observation {
  studentNumber: string;
  metric: string;
  day: string;
  value: number;
  key?: string;
}

export function studentNumber(i: number): string {
  return String(2_024_000_000 + i);
}

/** A small generator of numbers below 1 (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const days = Array.from({ length: 6 }, (_, i) =>
  new Date(Date.parse(`${LAST_DAY}T00:00:00Z`) - i * 86_400_000).toISOString().slice(0, 10),
);
let events = 0;

/** One batch. With `keyed`, each row has a key that rises with time, as of an event. */
export function batch(seed: number, keyed = false): Observation[] {
  const next = random(seed);
  return Array.from({ length: BATCH }, () => ({
    studentNumber: studentNumber(Math.floor(next() * STUDENTS)),
    metric: METRICS[Math.floor(next() * METRICS.length)]!,
    day: days[next() < 0.03 ? 1 + Math.floor(next() * 5) : 0]!,
    value: Math.floor(next() * 300),
    ...(keyed && { key: `e${String(++events).padStart(12, '0')}` }),
  }));
}

/** The same as NDJSON. */
export function lines(rows: readonly Observation[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
