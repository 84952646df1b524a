import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newId, raw, sql } from '#database';
import { campus, cloneDatabase, TestApp } from '#testing';
import { Vault } from '#vault';
import { form, handIn, type LeaveAnswer, PDF, submit } from '../../apps/affairs/test/support.js';
import { services } from '../../apps/campus/src/services.js';
import { SigningKeysService } from '../../apps/directory/src/login/signing-keys.service.js';
import { StateAdapter } from '../../apps/directory/src/login/state-adapter.js';
import { PASSING, rootSealed } from './replacing.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Bytes that no key is needed for, or that lie in a column of a student's. */
const OTHERS = [
  'affairs.application.data',
  'affairs.booking.appeal',
  'affairs.booking.note',
  'affairs.calendar_feed.digest',
  'affairs.certificate.revocation_reason',
  'affairs.certificate.signed',
  'affairs.clearance_import.content',
  'affairs.clearance_sign_off.evidence',
  'affairs.clearance_sign_off.reason',
  'affairs.holiday_registration.address',
  'affairs.holiday_registration.contact',
  'affairs.holiday_registration.note',
  'affairs.holiday_registration.reason',
  'affairs.holiday_registration.region',
  'affairs.leave.contact',
  'affairs.leave.destination',
  'affairs.leave.extension_reason',
  'affairs.leave.reason',
  'affairs.round_entry.account',
  'affairs.round_entry.automatic_group',
  'affairs.round_entry.data',
  'affairs.round_entry.revoked_for',
  'affairs.round_objection.answer',
  'affairs.round_objection.text',
  'affairs.sanction.end_reason',
  'affairs.sanction.grounds',
  'affairs.sanction_appeal.conclusion',
  'affairs.sanction_appeal.text',
  'affairs.sanction_appeal_opinion.conclusion',
  'affairs.second_classroom_claim.answer',
  'affairs.second_classroom_claim.note',
  'affairs.second_classroom_claim.title',
  'affairs.star_objection.answer',
  'affairs.star_objection.text',
  'affairs.ticket.contact',
  'affairs.ticket.rating_comment',
  'affairs.ticket.text',
  'affairs.ticket_action.text',
  'affairs.work_study_application.statement',
  'affairs.workflow_comment.text',
  'directory.import_file.bytes',
  'directory.own_export_content.content',
  'early_warning.archive_entry.title_en',
  'early_warning.archive_entry.title_zh',
  'early_warning.book_choice.thanks',
  'early_warning.care_case.goals',
  'early_warning.care_case.summary',
  'early_warning.care_decision.answer',
  'early_warning.care_decision.reason',
  'early_warning.care_entry.text',
  'early_warning.care_measure.result',
  'early_warning.care_measure.what',
  'early_warning.care_member.duties',
  'early_warning.care_supervision.answer',
  'early_warning.care_transfer.answer',
  'early_warning.care_transfer.reason',
  'early_warning.day_vector.v',
  'early_warning.dispute.again_answer',
  'early_warning.dispute.again_text',
  'early_warning.dispute.answer',
  'early_warning.dispute.text',
  'early_warning.dry_run.definition_hash',
  'early_warning.erased_student.digest',
  'early_warning.ingest_batch.sha256',
  'early_warning.own_entry.answer',
  'early_warning.own_entry.text',
  'early_warning.own_entry.title',
  'early_warning.processing_choice.text',
  'early_warning.referral.answer',
  'early_warning.referral.text',
  'early_warning.referral.tried',
  'early_warning.unfolded_batch.rows',
  'integration.gradebook_result.comment',
  'platform.own_export_part.part',
  'staffing.appointment_import.content',
];

const MINUTES = 240_000;

/** What connectors, channels and devices keep sealed: the name of each value is that of its row. */
const MORE = [
  'integration.connector sealed_secret id',
  'integration.connector_page sealed run_id resource page',
  'integration.connector_run_part sealed run_id part',
  'integration.channel sealed_secret id',
  'integration.channel_identity sealed_address id',
  'safety.device sealed_password id',
].map((text) => text.split(' ') as [string, string, ...string[]]);

/** Seals one of each, under the same names as the services do. */
async function sealMore(test: TestApp): Promise<void> {
  const vault = test.app.get(Vault, { strict: false });
  const sealed = (...name: (string | number)[]): Buffer => vault.seal(name.join(' '), '机密');
  const [connector, run, identity] = [newId(), newId(), newId()];
  const [channel] = await test.query<{ id: string }>(sql`SELECT id FROM integration.channel WHERE key = 'email'`);
  await test.query(
    sql`INSERT INTO integration.connector (id, name, source, brings, pull, sealed_secret)
        VALUES (${connector}, 'keys', 'keys', 'roster', '{}', ${sealed('integration.connector', connector)})`,
  );
  await test.query(
    sql`INSERT INTO integration.connector_run (id, connector_id, number, dry_run, state, rows, problems, reasons, requested_by)
        VALUES (${run}, ${connector}, 1, TRUE, 'pulling', 0, '[]', '[]', 'keys')`,
  );
  await test.query(
    sql`INSERT INTO integration.connector_page (run_id, resource, page, rows, last, sealed)
        VALUES (${run}, 'users', 0, 1, FALSE, ${sealed('integration.connector_page', run, 'users', 0)})`,
  );
  await test.query(
    sql`INSERT INTO integration.connector_run_part (run_id, part, sealed)
        VALUES (${run}, 0, ${sealed('integration.connector_run_part', run, 0)})`,
  );
  await test.query(
    sql`UPDATE integration.channel SET sealed_secret = ${sealed('integration.channel', channel!.id)} WHERE id = ${channel!.id}`,
  );
  await test.query(
    sql`INSERT INTO integration.channel_identity (id, person_id, channel, sealed_address, address_hash, source)
        VALUES (${identity}, ${campus.students[2]}, 'email', ${sealed('integration.channel_identity', identity)}, 'keys', 'school')`,
  );
  const [device] = await test.query<{ id: string }>(sql`SELECT id FROM safety.device LIMIT 1`);
  await test.query(
    sql`UPDATE safety.device SET access_url = 'http://127.0.0.1:9', access_user = 'keys',
               sealed_password = ${sealed('safety.device', device!.id)} WHERE id = ${device!.id}`,
  );
}

function openMore(test: TestApp): Promise<string[]> {
  const vault = test.app.get(Vault, { strict: false });
  return Promise.all(
    MORE.map(async ([table, column, ...name]) => {
      const parts = raw(name.join(`::text || ' ' || `));
      const [row] = await test.query<{ name: string; value: Buffer }>(
        sql`SELECT ${parts}::text AS name, ${raw(column)} AS value FROM ${raw(table)} WHERE ${raw(column)} IS NOT NULL`,
      );
      return vault.open(`${table} ${row!.name}`, row!.value);
    }),
  );
}

describe('npm run keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yizhan-keys-'));
  const file = join(folder, 'secret.key');
  const firstKey = randomBytes(32).toString('base64');
  let clone: Awaited<ReturnType<typeof cloneDatabase>>;
  let test: TestApp;

  beforeAll(async () => {
    // The command is started some ten times: from what is built, which is brought up to date where it is not.
    await promisify(execFile)(process.execPath, ['tools/build.js'], { cwd: root });
    writeFileSync(file, firstKey);
    clone = await cloneDatabase();
    test = await start();
  }, MINUTES);
  afterAll(async () => {
    await test?.close();
    await clone?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  function keys(...args: string[]): Promise<{ code: number; out: string }> {
    const flags = ['--no-warnings', join(root, 'dist/tools/keys.js'), ...args];
    const env = { ...process.env, DATABASE_URL: clone.url, SECRET_KEY_FILE: file };
    return new Promise((done) =>
      execFile(process.execPath, flags, { cwd: root, env }, (error, stdout, stderr) =>
        done({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
      ),
    );
  }
  const start = (): Promise<TestApp> =>
    TestApp.create(services, { secretKeyFile: file, filesDir: join(folder, 'files'), databaseUrl: clone.url });
  /** All processes anew, with the file as it is now. */
  async function restart(): Promise<void> {
    await test.close();
    test = await start();
  }

  // The tests of files declare purposes of safety, perhaps in this process; safety has no files.
  const sealedTables = rootSealed(services).filter(({ table }) => table !== 'safety.file');

  it('knows every column of the database that may be sealed', async () => {
    const columns = await test.query<{ name: string }>(
      sql`SELECT c.table_schema || '.' || c.table_name || '.' || c.column_name AS name
            FROM information_schema.columns c JOIN information_schema.tables USING (table_schema, table_name)
           WHERE c.data_type = 'bytea' AND table_type = 'BASE TABLE' AND c.table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const known = [...sealedTables, ...PASSING].map(({ table, column }) => `${table}.${column}`);
    const names = columns.map(({ name }) => name).filter((name) => !OTHERS.includes(name));
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
    expect(known.filter((name) => !names.includes(name))).toEqual([]);
  });

  it(
    'replaces the key: nothing is lost, nobody is signed out, and the old one is needed no more',
    async () => {
      const student = await test.person(campus.students[0]!);
      const proof = await handIn(student);
      const unused = await handIn(student);
      const record = student.post('/early-warning/v1/files?purpose=own-entry-file').attach('file', PDF, '奖状.pdf');
      const kept = ((await record.expect(201)).body as { id: string }).id;
      const certificate = (
        await student.post('/affairs/v1/certificates', { kind: 'enrolment', language: 'zh' }).expect(201)
      ).body as { id: string; facts: unknown };
      const leave = await submit(student, await form(test, 1, 0, { reason: '机密', attachments: [proof] }));
      const webhook = { url: 'https://203.0.114.9/', types: ['affairs.leave-approved.v1'], description: '密钥' };
      await (await test.client()).post('/integration/v1/webhooks', webhook).expect(201);
      const post = async (): Promise<LeaveAnswer> =>
        (
          await (
            await test.person(campus.students[1]!)
          )
            .post('/affairs/v1/leaves', body)
            .set('Idempotency-Key', 'once')
            .expect(201)
        ).body as LeaveAnswer;
      const body = await form(test, 1, 0, { reason: '另一件' });
      const second = await post();
      const session = newId();
      const state = (): StateAdapter =>
        new StateAdapter('Interaction', test.database, test.app.get(Vault, { strict: false }));
      await state().upsert(session, { accountId: campus.students[0]! }, 3_600);
      const signing = (): SigningKeysService =>
        new SigningKeysService(test.database, test.app.get(Vault, { strict: false }));
      const published = await signing().published();
      const old = Vault.fromFile(file).keyId;
      await sealMore(test);

      const check = async (): Promise<void> => {
        const reader = await test.client();
        expect((await reader.get(`/affairs/v1/leaves/${leave.id}`).expect(200)).body.reason).toBe('机密');
        await (await test.person(campus.students[0]!)).get(`/early-warning/v1/files/${kept}/content`).expect(200);
        for (const id of [proof, unused]) {
          const asking = id === unused ? await test.person(campus.students[0]!) : reader;
          await asking.get(`/affairs/v1/files/${id}/content`).expect(200);
        }
        const again = await reader.get(`/affairs/v1/certificates/${certificate.id}`).expect(200);
        expect(again.body).toMatchObject({ facts: certificate.facts });
        expect(await state().find(session)).toMatchObject({ accountId: campus.students[0] });
        expect(await signing().published()).toEqual(published);
        expect(await openMore(test)).toEqual(MORE.map(() => '机密'));
      };

      expect((await keys('replace')).out).toBe(`All is sealed with the key ${old}.\n`);
      const added = await keys('add');
      const [, fresh] = /^Added the key ([0-9a-f]{12})\. Start all processes anew/.exec(added.out)!;
      expect(readFileSync(file, 'utf8').split('\n')[1]).toBe(firstKey);
      await restart();
      await check();
      expect(await post()).toEqual(second);

      const early = await keys('retire');
      expect([early.code, early.out]).toEqual([
        1,
        expect.stringContaining(`Nothing was taken out.\nOlder keys than ${fresh} are`),
      ]);
      const replaced = await keys();
      expect(replaced.code).toBe(0);
      for (const { table, column } of sealedTables) expect(replaced.out).toContain(`${table}.${column}: `);
      expect(replaced.out).toContain('platform.idempotency_key.answer: 1, gone within 48 hours');
      await check();
      await test.query(sql`DELETE FROM platform.idempotency_key`);
      expect((await keys()).out).toBe(`Nothing in the database needs ${old} any more: npm run keys -- retire\n`);
      expect((await keys('retire')).out).toContain(`Took out 1 keys (${old})`);
      expect(readFileSync(file, 'utf8')).not.toContain(firstKey);
      await restart();
      await check();
      for (const { out } of [added, early, replaced])
        for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) expect(out).not.toContain(line);
    },
    MINUTES,
  );

  it('says how it is used, and which key is missing', async () => {
    expect((await keys('rotate')).out).toContain('npm run keys -- add');
    const kept = readFileSync(file);
    const { keyId } = Vault.fromFile(file);
    writeFileSync(file, randomBytes(32).toString('base64'));
    const { code, out } = await keys('retire');
    expect(code).toBe(1);
    expect(out).toContain('SECRET_KEY_FILE is not the key of the servers of this database');
    writeFileSync(file, kept);
    expect(Vault.fromFile(file).keyId).toBe(keyId);
  });
});
