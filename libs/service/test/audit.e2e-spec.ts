import { Actor, audit, sealAudit } from '#auth';
import { sql } from '#database';
import { campus, type Client, eventually, TestApp, wholeList } from '#testing';
import { directory } from '../../../apps/directory/src/directory.module.js';

const PATH = '/directory/v1/audit';
const [STUDENT, OTHER] = campus.students as [string, string];

interface Entry {
  action: string;
  subjectId: string;
  seq: number | null;
  day: string | null;
}

describe('the audit of the house', () => {
  let test: TestApp;
  let auditor: Client;
  beforeAll(async () => {
    test = await TestApp.create([directory]);
    auditor = await test.client('platform:audit:read');
    const person = Actor.person('portal', { id: campus.staff.psychologist, student: false, posts: [] }, []);
    const write = (actor: Actor, action: string, id: string, reason?: string) =>
      audit(test.tx, actor, { action, subject: { kind: 'student', id }, ...(reason && { reason }) });
    await write(person, 'test.file.read', STUDENT, '危机干预');
    await write(Actor.app('gate', []), 'test.file.read', OTHER);
    await write(Actor.app('gate', []), 'test.file.closed', STUDENT);
  });
  afterAll(() => test?.close());

  const list = async (filter: string) => {
    const { body } = await auditor.get(`${PATH}?${filter}`).expect(200);
    return (body as { data: Entry[] }).data.map(({ action, subjectId }) => [action, subjectId]);
  };

  it('is listed with who, what and why, newest first', async () => {
    const { body } = await auditor.get(`${PATH}?subjectId=${STUDENT}`).expect(200);
    expect(body.data).toHaveLength(2);
    expect(body.data[1]).toMatchObject({
      app: 'portal',
      personId: campus.staff.psychologist,
      action: 'test.file.read',
      subjectKind: 'student',
      subjectId: STUDENT,
      reason: '危机干预',
    });
    expect(await wholeList<Entry>(auditor, PATH, 'subjectKind=student')).toHaveLength(3);
  });

  it('is filtered by what, by whom, about whom and when', async () => {
    expect(await list('action=test.file.closed')).toEqual([['test.file.closed', STUDENT]]);
    expect(await list(`personId=${campus.staff.psychologist}`)).toEqual([['test.file.read', STUDENT]]);
    expect(await list('app=gate&app=portal')).toHaveLength(3);
    expect(await list('app=gate&to=2001-01-01T00:00:00Z')).toEqual([]);
    expect(await list('app=gate&from=2001-01-01T00:00:00Z')).toHaveLength(2);
  });

  it('is sealed by the running process, and its chain is checked', async () => {
    const sealed = await eventually(async () => {
      const { body } = await auditor.get(`${PATH}?subjectId=${OTHER}`).expect(200);
      const [entry] = (body as { data: Entry[] }).data;
      expect(entry).toMatchObject({ day: expect.any(String) as never, seq: expect.any(Number) as never });
      return entry!;
    });
    const chain = () => auditor.get(`${PATH}/chains/${sealed.day}`).expect(200);
    expect((await chain()).body).toMatchObject({
      day: sealed.day,
      head: expect.stringMatching(/^[0-9a-f]{64}$/) as never,
      broken: null,
    });
    await test.query(
      sql`UPDATE platform.audit_entry SET reason = 'x' WHERE day = ${sealed.day} AND seq = ${sealed.seq}`,
    );
    expect((await chain()).body.broken).toMatchObject({ seq: sealed.seq, problem: 'changed' });
    await test.query(
      sql`UPDATE platform.audit_entry SET reason = NULL WHERE day = ${sealed.day} AND seq = ${sealed.seq}`,
    );
    expect((await chain()).body.broken).toBeNull();
    await auditor.get(`${PATH}/chains/2026-02-30`).expect(400);
    expect((await auditor.get(`${PATH}/chains/2001-01-01`).expect(200)).body).toMatchObject({ entries: 0, head: null });
  });

  it('says of a day that is kept no longer what was there, and that it is not checked', async () => {
    await test.query(sql`INSERT INTO platform.audit_day VALUES ('2001-02-03', 12, 'abc', '2004-03-01T00:00:00Z')`);
    expect((await auditor.get(`${PATH}/chains/2001-02-03`).expect(200)).body).toMatchObject({
      ...{ entries: 12, head: 'abc', droppedAt: '2004-03-01T00:00:00.000Z', broken: null },
    });
  });

  it('is audited itself, and for the auditor alone', async () => {
    await auditor.get(`${PATH}?app=nobody`).expect(200);
    await sealAudit(test.tx);
    expect(await list('action=platform.audit.list&app=test-app')).not.toEqual([]);
    await (await test.client('directory:person:read')).get(PATH).expect(403);
    await (await test.person(campus.staff.schoolOfficer)).get(PATH).expect(403);
    await (await test.person(campus.staff.schoolOfficer)).get(`${PATH}/chains/2001-01-01`).expect(403);
  });
});
