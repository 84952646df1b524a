import { readFile, writeFile } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#config';
import { Database, query, sql, type Tx } from '#database';
import { addDays, dateOf } from '#time';
import { Vault } from '#vault';
import { demoPersonas, type Persona, seedDemoLogin } from '../../apps/directory/src/login/demo.js';
import { bringInActivities, bringInWorkStudy } from './activities-in.js';
import { Api } from './api.js';
import { bringInCare } from './care-in.js';
import { askForCertificate, bringInCertificates } from './certificates-in.js';
import { bringInClearances } from './clearances-in.js';
import { BIG_COLLEGE, type DemoPlan, holderOf } from './campus.js';
import { bringInObservations, bringInPasses, checkNights, handled, registerGates, runRules } from './data-in.js';
import { nightsText, warningsText } from './figures.js';
import { type Demo, type DemoFiles, type LeaveRequest, makeDemo, writeFiles } from './generate.js';
import { bringInHolidays } from './holidays-in.js';
import { askForLeave, bringInLeaves } from './leaves-in.js';
import { beginMove, endMove } from './move.js';
import { bringInParty } from './party-in.js';
import { approverName, approvers, FIRST_PERSONA, idOf, type Ids, tourPersonas } from './personas.js';
import { bringInRounds } from './rounds-in.js';
import { count, Steps } from './steps.js';
import { bringInShowcase, bringInTickets } from './tickets-in.js';

const SEED = 20_260_901;
const STEPS = 18;
/** A night is over at half past five. */
const NIGHT_ENDS_MS = 5.5 * 3_600_000;

/** Is the demo campus in, from its first step to its last? The personas of the tour are written last. */
export async function isDemoIn(app: NestFastifyApplication): Promise<boolean> {
  const personas = await demoPersonas(app.get(Database).connection);
  return personas.some(({ name }) => name === FIRST_PERSONA);
}

/**
 * Makes the synthetic campus and brings it in through the public API, as a school would bring in its own: roster, places
 * and appointments as files, leaves as requests that people decide, passes and observations as batches. Every step may be
 * repeated, so a bring-in that was cut short goes on with the next call. `dir`: where the files are kept.
 */
export async function bringInDemo(
  app: NestFastifyApplication,
  config: Config,
  dir: string,
  say: (line: string) => void,
): Promise<void> {
  const database = app.get(Database);
  const login = (personas: Persona[]): Promise<void> =>
    database.transaction(null, (tx) => seedDemoLogin(tx, app.get(Vault), personas));
  const api = new Api(config.origin, 'app');
  const apis = new Map<string, Api>();
  const as = (name: string): Api => {
    const known = apis.get(name) ?? new Api(config.origin, name);
    apis.set(name, known);
    return known;
  };
  const date = dateOf(new Date(), config.timeZone);
  const steps = new Steps(say, STEPS);
  say(
    'First start: a synthetic campus is made and brought in through the public API (一站演示大学, nobody in it is real).',
  );

  let made!: { demo: Demo; files: DemoFiles };
  await steps.run('Making the files a school would hand in', async () => {
    made = await makeOrReuse(dir, config.timeZone);
    const { demo, files } = made;
    const batches = files.passes.length + files.observations.length;
    return `${count(demo.campus.students.length)} students, ${batches} files of data`;
  });
  const { demo, files } = made;
  const { campus, troubles } = demo;
  await login([]);

  await steps.run('Roster (OneRoster 1.2 ZIP)', async (progress) => {
    const job = await api.upload('/directory/v1/imports/roster', `${dir}/roster.zip`);
    await api.finish('directory', job, 'rows', progress);
    return `${count(campus.students.length)} students, ${campus.staff.length} staff, ${campus.classes.length} classes`;
  });
  await steps.run('Buildings, rooms, beds and grids (CSV)', async (progress) => {
    const job = await api.upload('/directory/v1/imports/places', `${dir}/places.csv`);
    await api.finish('directory', job, 'rows', progress);
    return `${count(campus.beds.length)} beds, ${campus.grids.length} grids`;
  });
  await steps.run('Appointments (CSV)', async (progress) => {
    const job = await api.upload('/staffing/v1/appointments/import', `${dir}/appointments.csv`);
    await api.finish('staffing', job, 'rows', progress);
    return `${campus.staff.reduce((sum, { posts }) => sum + posts.length, 0)} appointments`;
  });
  const ids = await idsOf(api);
  await login(approvers(campus, ids));
  await beginMove(api, campus.firstDay, date);

  await steps.run('Leaves of the last sixty days, asked for and decided', async (progress) => {
    const requests = JSON.parse(await readFile(`${dir}/leaves.json`, 'utf8')) as LeaveRequest[];
    return bringInLeaves(api, as, campus, ids, requests, progress);
  });
  await steps.run('Certificates', (progress) => bringInCertificates(api, progress));
  await steps.run('Activities and work-study', async (progress) => {
    const held = await bringInActivities(api, campus, ids, date, config.timeZone, progress);
    return `${held}; ${await bringInWorkStudy(api, campus, ids, date, config.timeZone)}`;
  });
  await steps.run('A scholarship under public notice', () => bringInRounds(api, as, campus, ids));
  await steps.run('Departure of the oldest grade, signed off by departments', (progress) =>
    bringInClearances(api, campus, date, progress),
  );
  await steps.run('Where students will be over a holiday', () =>
    bringInHolidays(api, campus, ids, date, config.timeZone),
  );
  await steps.run('Gate passes', async (progress) => {
    await registerGates(api, dir, files, campus);
    return bringInPasses(api, dir, files, progress);
  });
  await steps.run('Canteen, network, attendance, library and grades', (progress) =>
    bringInObservations(api, dir, files, progress),
  );
  await steps.run('Party organizations and admissions', (progress) => bringInParty(api, campus, ids, date, progress));
  await steps.run('Waiting until all events are handled', async (progress) => {
    const outcome = await handled(api, progress);
    // So much at once: the planner must know of it before autovacuum comes by.
    await query(database.connection, sql`ANALYZE`);
    return outcome;
  });
  await steps.run('Night checks', async (progress) => {
    await checkNights(api, campus.firstDay, campus.plan.lastNight, progress);
    await handled(api, progress);
    return nightsText(database.connection);
  });
  await steps.run('Warning rules', async (progress) => {
    await endMove(api, campus.firstDay, date);
    await runRules(api, campus.plan.lastNight, progress);
    await handled(api, progress);
    return warningsText(database.connection);
  });

  const personas = tourPersonas(campus, troubles, ids);
  await login(personas.filter(({ name }) => name === 'student'));
  await askForLeave(as('student'), date, config.timeZone);
  await askForCertificate(as('student'));
  await steps.run('Tickets and a showcase', async (progress) => {
    const officer = as(approverName(holderOf(campus, 'student_affairs_officer', campus.school.code)));
    const tickets = await bringInTickets(api, officer, as('student'), campus, ids, progress);
    return `${tickets}, ${await bringInShowcase(officer, date)}`;
  });
  await steps.run('Referrals and care cases', (progress) => {
    const from = campus.students[troubles.of.lateExcused[0]!]!;
    const by = (kind: string, code: string) => as(approverName(holderOf(campus, kind, code)));
    const other = campus.classes.find(({ college }) => college.code !== BIG_COLLEGE)!;
    const people = {
      ...{ counselor: by('counselor', from.class.code), officer: by('student_affairs_officer', BIG_COLLEGE) },
      ...{ student: as('student'), from, otherCounselor: idOf(ids, holderOf(campus, 'counselor', other.code).number) },
    };
    return bringInCare(people, campus, ids, progress);
  });
  await database.transaction(null, async (tx) => {
    await forgetPersonas(tx);
    await seedDemoLogin(tx, app.get(Vault), personas);
  });
  say(`The demo campus is in after ${steps.elapsed}.`);
}

/** The files of a bring-in that was cut short are used again: what was delivered from them must not change. */
async function makeOrReuse(dir: string, timeZone: string): Promise<{ demo: Demo; files: DemoFiles }> {
  const index = `${dir}/demo.json`;
  const found = await readFile(index, 'utf8').catch(() => undefined);
  if (found) {
    const { plan, files } = JSON.parse(found) as { plan: DemoPlan; files: DemoFiles };
    return { demo: makeDemo(plan), files };
  }
  const plan = { seed: SEED, lastNight: addDays(dateOf(new Date(Date.now() - NIGHT_ENDS_MS), timeZone), -1), timeZone };
  const demo = makeDemo(plan);
  const files = await writeFiles(demo, dir);
  await writeFile(index, JSON.stringify({ plan, files }));
  return { demo, files };
}

async function idsOf(api: Api): Promise<Ids> {
  const people = await api.all<{ id: string; number: string }>('/directory/v1/people');
  return new Map(people.map(({ id, number }) => [number, id]));
}

/** Those who decided the leaves of the past are no part of the tour. */
async function forgetPersonas(tx: Tx): Promise<void> {
  await query(tx, sql`DELETE FROM directory.demo_persona`);
}
