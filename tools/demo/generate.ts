import { mkdir, rm, writeFile } from 'node:fs/promises';
import { instantOf } from '#time';
import { type DemoCampus, type DemoPlan, makeCampus } from './campus.js';
import { type DemoLeave, type Life, liveThrough, makeDays } from './life.js';
import { observationsOf, SOURCES } from './observations.js';
import { passesOf } from './passes.js';
import { appointmentsCsv, placesCsv } from './post-files.js';
import { rosterZip } from './roster-zip.js';
import { plantTroubles, type Troubles } from './troubles.js';

/** Rows in one file of passes or observations: as many as one request may have. */
export const BATCH = 10_000;

/** One entry of leaves.json: what the student asks for. */
export interface LeaveRequest {
  studentNumber: string;
  kind: DemoLeave['kind'];
  startsAt: string;
  endsAt: string;
  urgent: true;
  reason: string;
  destination: string;
  /** Does it come with a proof? */
  proof: boolean;
}

export interface Demo {
  campus: DemoCampus;
  troubles: Troubles;
  lives: Life[];
}

/** The whole synthetic campus and its last sixty days; the same plan always gives the same. */
export function makeDemo(plan: DemoPlan): Demo {
  const campus = makeCampus(plan);
  const days = makeDays(campus);
  const troubles = plantTroubles(campus);
  return { campus, troubles, lives: campus.students.map((student) => liveThrough(campus, days, troubles, student)) };
}

/**
 * Writes the files a school would hand in: roster.zip (OneRoster 1.2), places.csv, appointments.csv, leaves.json, and
 * request bodies of up to 10,000 rows each: passes-NN.json, observations-<source>-NN.json. Returns the latters' names.
 */
export async function writeFiles({ campus, troubles, lives }: Demo, dir: string): Promise<DemoFiles> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const days = makeDays(campus);
  await writeFile(`${dir}/roster.zip`, await rosterZip(campus));
  await writeFile(`${dir}/places.csv`, placesCsv(campus));
  await writeFile(`${dir}/appointments.csv`, appointmentsCsv(campus));
  const leaves = lives.flatMap((life) => life.leaves.map((leave) => leaveRequest(campus, leave)));
  await writeFile(`${dir}/leaves.json`, JSON.stringify(leaves, null, 1));
  const passes: string[] = [];
  for (const batch of inBatches(passesOf(campus, days, troubles, lives))) {
    passes.push(await writeBatch(dir, 'passes', passes.length, { passes: batch }));
  }
  const observations: string[] = [];
  for (const source of SOURCES) {
    let n = 0;
    for (const batch of inBatches(observationsOf(source, campus, days, troubles, lives))) {
      const batchKey = `${campus.firstDay}/${n}`;
      observations.push(
        await writeBatch(dir, `observations-${source}`, n++, { source, batchKey, observations: batch }),
      );
    }
  }
  return { passes, observations };
}

/** Names of the files that come in many parts. */
export interface DemoFiles {
  passes: string[];
  observations: string[];
}

function* inBatches<T>(rows: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function writeBatch(dir: string, name: string, n: number, body: object): Promise<string> {
  const file = `${name}-${String(n + 1).padStart(2, '0')}.json`;
  await writeFile(`${dir}/${file}`, JSON.stringify(body));
  return file;
}

function leaveRequest({ firstDay, plan }: DemoCampus, leave: DemoLeave): LeaveRequest {
  const { student, kind, from, to, reason, destination, proof } = leave;
  const instant = (minute: number): string =>
    instantOf(firstDay, `${Math.floor(minute / 60)}:${minute % 60}`, plan.timeZone).toISOString();
  const [startsAt, endsAt] = [instant(from), instant(to)];
  // Handed in after the event, which only an urgent leave may be.
  return { studentNumber: student.number, kind, startsAt, endsAt, urgent: true, reason, destination, proof };
}
