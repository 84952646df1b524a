import { createHash } from 'node:crypto';
import yauzl from 'yauzl';
import { newId, sql } from '#database';
import { Typesetter } from '#documents';
import { Files } from '#files';
import { Jobs } from '#service';
import { campus, type Client, drainEvents, openDuring, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';

const PATH = '/affairs/v1/certificates';

interface Row {
  number: string;
  sha256: string;
}

async function entriesOf(zip: Buffer): Promise<{ name: string; content: Buffer }[]> {
  const entries: { name: string; content: Buffer }[] = [];
  const file = await yauzl.fromBufferPromise(zip);
  for await (const entry of file.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await file.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    entries.push({ name: entry.fileName, content: Buffer.concat(chunks) });
  }
  return entries;
}

describe('certificates by a job', () => {
  let test: TestApp;
  let counselor: Client;
  let foreign: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    counselor = await test.person(campus.staff.counselorCs);
    foreign = await test.person(campus.staff.counselorFl);
  });
  afterAll(() => test?.close());

  const hash = (pdf: Buffer): string => createHash('sha256').update(pdf).digest('hex');

  it('are issued for a class, and come as one ZIP', async () => {
    await test.query(sql`UPDATE directory.person SET grade = NULL WHERE id = ${campus.students[11]}`);
    const body = { kind: 'enrolment', language: 'zh', unitId: campus.classes.en2401 };
    await foreign.post(`${PATH}/batches`, { ...body, studentIds: [campus.students[8]] }).expect(400);
    await foreign.post(`${PATH}/batches`, { ...body, kind: 'none' }).expect(422);
    await foreign.post(`${PATH}/batches`, { ...body, unitId: campus.classes.se2401 }).expect(404);
    const foreigners = { kind: 'enrolment', language: 'zh', studentIds: [campus.students[8], campus.students[0]] };
    expect(
      (await foreign.post(`${PATH}/batches`, foreigners).expect(404)).body.errors?.[0]?.pointer ?? '#/studentIds/1',
    ).toBe('#/studentIds/1');
    const accepted = await foreign.post(`${PATH}/batches`, body).expect(202);
    const { location } = accepted.headers as { location: string };
    await drainEvents(test);
    const job = (await foreign.get(location).expect(200)).body;
    expect(job).toMatchObject({
      status: 'succeeded',
      result: { issued: 3, refused: 1 },
      progress: { done: 4, total: 4, failed: 1 },
      errors: `${location}/errors`,
    });
    const { text: errors } = await foreign.get(`${location}/errors`).expect(200);
    expect(errors).toContain('在册信息缺少：年级');
    // Of a list, who was left out is told by their place in it.
    const listed = { ...body, unitId: undefined, studentIds: [campus.students[11], campus.students[8]!.toUpperCase()] };
    const { headers } = await foreign.post(`${PATH}/batches`, listed).expect(202);
    await drainEvents(test);
    const { text: ofList } = await foreign.get(`${headers['location'] as string}/errors`).expect(200);
    expect(ofList).toContain(`,1,${campus.students[11]},`);
    const { data } = (await foreign.get(`${PATH}?jobId=${job.id}`).expect(200)).body;
    expect(data).toHaveLength(3);
    expect(data[0]).toMatchObject({ issuedBy: { kind: 'person', id: campus.staff.counselorFl } });
    const zip = await foreign.get(`${PATH}/batches/${job.id}/content`).responseType('blob').expect(200);
    const entries = await entriesOf(zip.body as Buffer);
    expect(entries.map(({ name }) => name)).toEqual(data.map(({ number }: Row) => `在读证明 ${number}.pdf`).sort());
    expect(entries.map(({ content }) => hash(content)).sort()).toEqual(data.map(({ sha256 }: Row) => sha256).sort());
    await counselor.get(`${PATH}/batches/${job.id}/content`).expect(404);
    await foreign.get(`${PATH}/batches/${newId()}/content`).expect(404);
  });

  it('are set while no transaction is open, slice by slice; a death in between loses and doubles none', async () => {
    const added: string[] = [];
    for (let i = 0; i < 45; i++) {
      const [id, unit] = [newId(), campus.classes.en2401];
      added.push(id);
      await test.query(
        sql`INSERT INTO directory.person (id, kind, number, name, grade) VALUES (${id}, 'student', ${`29${i}`}, '张三丰', '2024')`,
      );
      await test.query(
        sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from) VALUES (${newId()}, ${id}, ${unit}, '2024-09-01')`,
      );
    }
    const [setter, files, jobs] = [test.app.get(Typesetter), test.app.get(Files), test.app.get(Jobs)];
    const typeset = setter.typeset.bind(setter);
    const addPut = files.addPut.bind(files);
    const progress = jobs.progress.bind(jobs);
    let held = 0;
    const told: number[] = [];
    let set = 0;
    let recorded = 0;
    setter.typeset = async (manuscript) => {
      // The second slice dies in the midst of setting.
      if (++set === 30) throw new Error('the process that sets documents has ended');
      const { result, open } = await openDuring(test, () => typeset(manuscript));
      held += open;
      return result;
    };
    files.addPut = (...args) => {
      // The third in the midst of recording what was set.
      if (++recorded === 43) throw new Error('the database has gone');
      return addPut(...args);
    };
    jobs.progress = async (id, done, total) => {
      await progress(id, done, total);
      const [job] = await test.query<{ done: number }>(sql`SELECT done FROM platform.job WHERE id = ${id}`);
      told.push(job!.done);
    };
    const body = { kind: 'enrolment', language: 'zh', studentIds: added };
    const { location } = (await foreign.post(`${PATH}/batches`, body).expect(202)).headers as { location: string };
    await drainEvents(test);
    Object.assign(setter, { typeset });
    Object.assign(files, { addPut });
    Object.assign(jobs, { progress });
    const { body: job } = await foreign.get(location).expect(200);
    expect(job).toMatchObject({ status: 'succeeded', result: { issued: 45, refused: 0 }, errors: null });
    expect(held).toBe(0);
    expect(told).toEqual([0, 20, 20, 40]);
    const rows = await test.query(
      sql`SELECT c.student_id, count(*)::int AS certificates, count(f.id)::int AS files FROM affairs.certificate c
            LEFT JOIN affairs.file f ON f.subject_id = c.id WHERE c.job_id = ${job.id} GROUP BY 1`,
    );
    expect(rows).toHaveLength(45);
    expect(rows.filter(({ certificates, files: n }) => certificates !== 1 || n !== 1)).toEqual([]);
  }, 60_000);
});
