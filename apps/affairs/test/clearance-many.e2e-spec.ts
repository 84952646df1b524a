import { sql } from '#database';
import { campus, type Client, drainEvents, studentNumbers } from '#testing';
import { CLEARANCES, ClearanceTest, codeOf, LISTS, type SignOff, SIGN_OFFS } from './clearance-kit.js';
import { PDF } from './support.js';

const { staff, students } = campus;
const DECISIONS = `${SIGN_OFFS}/decisions`;
const REPORTS = '/affairs/v1/clearance-reports';

interface Result {
  id: string;
  status: string | null;
  version: number | null;
  problem: { code: string; status: number } | null;
}
interface Board {
  total: number;
  complete: number;
  deferred: number;
  entries: { entry: string; done: number; deferred: number; open: number; refused: number }[];
  colleges: (Omit<Board, 'colleges'> & { unitId: string; name: string })[];
}

describe('many clearances at once', () => {
  const kit = new ClearanceTest();
  let system: Client;
  beforeAll(async () => {
    await kit.start();
    system = await kit.test.client('affairs:clearance:report');
  });
  afterEach(() => kit.clear());
  afterAll(() => kit.test?.close());

  const codes = (results: Result[]) => results.map(({ status, problem }) => status ?? problem!.code);

  it('are decided with a result for each row: what cannot be decided changes nothing', async () => {
    await kit.open();
    const books = await Promise.all([0, 1, 2, 3].map((n) => kit.entry(kit.library, 'books', n)));
    const fees = await kit.entry(kit.student, 'fees');
    await kit.act(kit.library, books[1]!, 'clear').expect(200);
    const row = ({ id, version }: SignOff, decision: string, more: object = {}) => ({ id, version, decision, ...more });
    const rows = [
      row(books[0]!, 'clear'),
      row(books[1]!, 'clear'),
      row(books[2]!, 'refuse', { reason: '欠 2 本' }),
      row({ ...books[3]!, version: 7 }, 'clear'),
      row(fees, 'clear'),
      row(books[0]!, 'take_back'),
    ];
    const { body } = await kit.library.post(DECISIONS, { rows }).expect(200);
    expect(codes(body as Result[])).toEqual([
      ...['cleared', 'affairs/clearance-not-in-state', 'refused', 'http/stale', 'http/not-found', 'http/stale'],
    ]);
    expect((body as Result[])[0]).toMatchObject({ version: 2, problem: null });
    const states = async (...of: number[]) =>
      Promise.all(of.map(async (n) => (await kit.entry(kit.library, 'books', n)).state));
    expect(await states(0, 1, 2, 3)).toEqual(['cleared', 'cleared', 'refused', 'waiting']);
    const silent = await kit.library.post(DECISIONS, { rows: [row(books[3]!, 'refuse')] }).expect(400);
    expect(silent.body.errors[0].pointer).toBe('#/rows/0/reason');
    // Said again with the same key, it is done once.
    const again = () =>
      kit.library.post(DECISIONS, { rows: [row(books[3]!, 'clear')] }).set('Idempotency-Key', 'clearances-again-1');
    expect(codes((await again().expect(200)).body as Result[])).toEqual(['cleared']);
    expect(codes((await again().expect(200)).body as Result[])).toEqual(['cleared']);
  });

  it('are answered by systems: the same said twice changes nothing, and it can be taken back', async () => {
    const listId = await kit.open();
    const report = async (...rows: [number, string, string][]): Promise<string[]> => {
      const given = rows.map(([n, entry, result]) => ({
        studentNumber: studentNumbers[n],
        entry,
        result,
        reason: '馆藏系统',
      }));
      return codes((await system.post(REPORTS, { listId, rows: given }).expect(200)).body as Result[]);
    };
    expect(await report([0, 'books', 'cleared'], [1, 'books', 'refused'], [0, 'fees', 'cleared'])).toEqual([
      ...['cleared', 'refused', 'affairs/clearance-not-automatic'],
    ]);
    const { version } = await kit.entry(kit.library, 'books');
    expect(await report([0, 'books', 'cleared'])).toEqual(['cleared']);
    expect((await kit.entry(kit.library, 'books')).version).toBe(version);
    expect(await report([0, 'books', 'refused'], [1, 'books', 'cleared'], [2, 'nothing', 'cleared'])).toEqual([
      ...['refused', 'cleared', 'http/not-found'],
    ]);
    expect(await report([0, 'books', 'waiting'])).toEqual(['waiting']);
    await system.get(CLEARANCES).expect(403);
    await kit.library.post(REPORTS, { listId, rows: [] }).expect(403);
  });

  it('are decided from a sheet: all rows or none, with the errors in a sheet of its own', async () => {
    const list = await kit.open();
    const send = async (who: Client, text: string) => {
      const sent = who.post(`${LISTS}/${list}/sign-offs/import`).attach('file', Buffer.from(text), '图书.csv');
      const { body } = await sent.expect(202);
      await drainEvents(kit.test);
      return (await who.get(`/affairs/v1/jobs/${body.id}`).expect(200)).body as {
        status: string;
        result: { decided: number } | null;
        errorSheet: string | null;
      };
    };
    const sheet = (...rows: string[]) => ['学号,事项,结果,原因', ...rows].join('\n');
    const [one, two, three] = studentNumbers as [string, string, string];
    const failed = await send(
      kit.library,
      sheet(
        `${one},图书还清,办结,`,
        `${two},books,不通过,`,
        `${three},fees,办结,`,
        `${one},books,办结,`,
        `999,books,好,`,
      ),
    );
    expect(failed).toMatchObject({ status: 'failed', result: null });
    expect((await kit.entry(kit.library, 'books')).state).toBe('waiting');
    const errors = await kit.library.get(failed.errorSheet!).expect(200);
    const lines = errors.text.trim().split(/\r?\n/);
    expect(lines[0]).toBe('\ufeff学号,事项,结果,原因,错误'.slice(lines[0]!.startsWith('\ufeff') ? 0 : 1));
    expect(lines.slice(1).map((line) => line.split(',').slice(4).join(',') !== '')).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
    await kit.finance.get(failed.errorSheet!).expect(404);
    const done = await send(kit.library, sheet(`${one},图书还清,办结,`, `${two},books,不通过,欠 2 本`));
    expect(done).toMatchObject({ status: 'succeeded', result: { decided: 2 } });
    expect([await kit.entry(kit.library, 'books'), await kit.entry(kit.library, 'books', 1)]).toMatchObject([
      { state: 'cleared' },
      { state: 'refused' },
    ]);
    const [kept] = await kit.test.query(
      sql`SELECT content FROM affairs.clearance_import ORDER BY created_at DESC LIMIT 1`,
    );
    expect(kept).toEqual({ content: null });
  });

  it('stand on a board that equals a count by hand, within the reader’s scope, with an ETag', async () => {
    const list = await kit.open();
    for (const n of [0, 1, 2, 8, 9]) await kit.done(kit.library, 'books', 'clear', {}, n);
    await kit.done(kit.library, 'books', 'refuse', { reason: '未还' }, 3);
    for (const n of [0, 1, 8])
      await kit.done(kit.officer, 'fees', 'defer', { until: '2027-09-01', reason: '绿色通道' }, n);
    for (const n of [0, 1]) await kit.done(kit.college, 'card', 'clear', {}, n);
    await kit.done(kit.library, 'survey', 'waive', { reason: '休学' }, 0);
    const rows = await kit.test.query<{ entry: string; state: string; student: string; complete: boolean }>(
      sql`SELECT s.entry, s.state, s.student_id AS student, c.open_blocking = 0 AS complete
            FROM affairs.clearance_sign_off s JOIN affairs.clearance c ON c.id = s.clearance_id`,
    );
    const byHand = (of: readonly string[]) => {
      const theirs = rows.filter(({ student }) => of.includes(student));
      const distinct = (some: typeof rows) => new Set(some.map(({ student }) => student)).size;
      return {
        total: distinct(theirs),
        complete: distinct(theirs.filter(({ complete }) => complete)),
        deferred: distinct(theirs.filter(({ state }) => state === 'deferred')),
        entries: ['books', 'fees', 'card', 'survey'].map((entry) => {
          const count = (...states: string[]) =>
            theirs.filter((row) => row.entry === entry && states.includes(row.state)).length;
          const open = count('waiting', 'evidence_given', 'refused');
          return {
            entry,
            done: count('cleared', 'waived'),
            deferred: count('deferred'),
            open,
            refused: count('refused'),
          };
        }),
      };
    };
    const answer = await kit.officer.get(`${LISTS}/${list}/board`).expect(200);
    const board = answer.body as Board;
    expect(board).toMatchObject(byHand(students));
    expect(board).toMatchObject({ total: 12, complete: 2, deferred: 3 });
    expect(board.colleges).toMatchObject([
      { unitId: campus.colleges.cs, name: '计算机学院', ...byHand(students.slice(0, 8)) },
      { unitId: campus.colleges.fl, ...byHand(students.slice(8)) },
    ]);
    const counselor = await kit.test.person(staff.counselorFl);
    expect((await counselor.get(`${LISTS}/${list}/board`).expect(200)).body).toMatchObject(byHand(students.slice(8)));
    const tag = answer.headers['etag'] as string;
    const known = () => kit.officer.get(`${LISTS}/${list}/board`).set('If-None-Match', tag);
    await known().expect(304);
    await kit.done(kit.library, 'survey', 'take-back', {}, 0);
    await known().expect(200);
  });

  it('take files as evidence where they are asked for, which the department reads', async () => {
    const { entries } = kit.content();
    await kit.open({ entries: [{ ...entries[0], evidence: 'file' }, entries[1]] });
    const upload = () =>
      kit.student.post('/affairs/v1/files?purpose=clearance-evidence').attach('file', PDF, '还书凭证.pdf');
    const file = (await upload().expect(201)).body as { id: string };
    const books = await kit.entry(kit.student, 'books');
    expect(codeOf(await kit.act(kit.student, books, 'evidence', { text: '已还' }).expect(422))).toBe(
      'affairs/clearance-evidence-wrong',
    );
    expect((await kit.act(kit.student, books, 'evidence', { files: [file.id] }).expect(200)).body.state).toBe(
      'evidence_given',
    );
    expect((await kit.library.get(`${SIGN_OFFS}/${books.id}`).expect(200)).body.files).toMatchObject([{ id: file.id }]);
    await kit.library.get(`/affairs/v1/files/${file.id}/content`).expect(200);
    await kit.finance.get(`/affairs/v1/files/${file.id}/content`).expect(404);
  });
});
