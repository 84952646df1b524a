import { fileURLToPath } from 'node:url';
import { Actor } from '#auth';
import type { Config } from '#config';
import { connect, Database, query, queryOne, sql } from '#database';
import { Policies, PolicyVersion } from '#policy';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { SignInCodes } from '../apps/directory/src/login/sign-in-codes.service.js';
import { Appointment } from '../apps/staffing/src/appointments/appointment.entity.js';
import { Appointments } from '../apps/staffing/src/appointments/appointments.service.js';
import { assertKeyFits, ownerConfig, runOwnerCommand } from './local/owner.js';

/** What the first administrator signs in with, and whether they were appointed now. */
interface FirstAdmin {
  code: string;
  appointed: boolean;
}

/**
 * Lets a member of staff sign in once, with a code that is good for a quarter of an hour, and makes them student-affairs officer of the
 * whole school unless somebody is that already. Throws an Error that says what to do when the roster has no such person or no school.
 */
export async function firstAdmin(config: Config, number: string): Promise<FirstAdmin> {
  const source = await connect({
    url: config.databaseUrl,
    entities: [Appointment, PolicyVersion],
    poolSize: 2,
    applicationName: 'yizhan-first-admin',
  });
  try {
    const database = new Database(source);
    const vault = Vault.fromFile(config.secretKeyFile);
    await assertKeyFits(database, vault);
    const person = await queryOne<{ id: string }>(
      database.connection,
      sql`SELECT id FROM directory.person WHERE kind = 'staff' AND number = ${number} AND active`,
    );
    if (!person)
      throw new Error(
        `The roster has no active member of staff ${number}: check the number, or import the roster first.`,
      );
    const appointed = await appointUnlessSomebodyIs(database, config, person.id);
    return { code: await new SignInCodes(database, vault).make(person.id), appointed };
  } finally {
    await source.destroy();
  }
}

async function appointUnlessSomebodyIs(database: Database, config: Config, personId: string): Promise<boolean> {
  const clock = new CampusClock(config);
  const day = clock.today();
  const schools = await query<{ id: string; officer: boolean }>(
    database.connection,
    sql`SELECT u.id, EXISTS (
               SELECT 1 FROM staffing.published_appointment_v1 a
                WHERE a.unit_id = u.id AND a.kind = 'student_affairs_officer'
                  AND a.valid_from <= ${day} AND (a.valid_to IS NULL OR a.valid_to > ${day})) AS officer
          FROM directory.published_unit_v1 u WHERE u.kind = 'school' AND u.active`,
  );
  const [school] = schools;
  if (!school) throw new Error('The roster has no school (an org of type district or school): import it first.');
  if (schools.some(({ officer }) => officer)) return false;
  await new Appointments(database, new Policies(), clock).appoint(Actor.system('staffing'), {
    personId,
    kind: 'student_affairs_officer',
    unitId: school.id,
    fullTime: true,
    validFrom: day,
    validTo: null,
  });
  return true;
}

/** `npm run admin:first -- <staff number>`; see ownerConfig. */
async function main(): Promise<void> {
  const [number] = process.argv.slice(2);
  if (!number) throw new Error('Who shall sign in? npm run admin:first -- <staff number (工号)>');
  const { code, appointed } = await firstAdmin(ownerConfig(), number);
  process.stdout.write(
    `${number} ${appointed ? 'is now student-affairs officer of the school, and ' : ''}can sign in once within 15 minutes with the code\n${code}\nOpen an app that signs people in, and enter it there.\n`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runOwnerCommand(main);
