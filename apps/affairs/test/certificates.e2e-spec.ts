import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { compactVerify, createLocalJWKSet } from 'jose';
import { StudentErasedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, TestApp } from '#testing';
import { StudentKeys } from '#vault';
import { affairs } from '../src/affairs.module.js';
import { newCode } from '#documents';
import { fontsOf, infoOf, pictureOf, qrOf, textOf } from './poppler.js';

const PATH = '/affairs/v1/certificates';
const { counselorCs, counselorFl, collegeOfficerCs, schoolOfficer } = campus.staff;

interface Answer {
  id: string;
  number: string;
  version: number;
  status: string;
  sha256: string;
  file: { id: string };
  [key: string]: unknown;
}

/** To be looked at: `CERTIFICATES_DIR=… npm run jest -- …`. */
function keep(name: string, pdf: Buffer, png: Buffer): void {
  const folder = process.env['CERTIFICATES_DIR'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}.pdf`, pdf);
  writeFileSync(`${folder}/${name}.png`, png);
}

describe('certificates', () => {
  let test: TestApp;
  let students: Client[];
  let [counselor, foreign, officer, school]: Client[] = [];
  let nobody: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    students = await Promise.all(campus.students.map((id) => test.person(id)));
    [counselor, foreign, officer, school] = await Promise.all(
      [counselorCs, counselorFl, collegeOfficerCs, schoolOfficer].map((id) => test.person(id)),
    );
    nobody = test.caller();
  });
  afterAll(() => test?.close());

  const student = (n: number): Client => students[n]!;
  const issue = async (client: Client, body: object = {}): Promise<Answer> =>
    (await client.post(PATH, { kind: 'enrolment', language: 'zh', ...body }).expect(201)).body as Answer;
  const download = async (client: Client, { file }: Answer): Promise<Buffer> =>
    (await client.get(`/affairs/v1/files/${file.id}/content`).responseType('blob').expect(200)).body as Buffer;
  const codeIn = async (pdf: Buffer): Promise<string> => new URL((await qrOf(pdf))!).hash.slice(1);
  const verify = (code: string, sha256?: string) => nobody.post(`${PATH}/verify`, { code, ...(sha256 && { sha256 }) });
  const hash = (pdf: Buffer): string => createHash('sha256').update(pdf).digest('hex');
  const act = (client: Client, { id, version }: Answer, verb: string, body: object = {}) =>
    client.post(`${PATH}/${id}/${verb}`, body).set('If-Match', `"${version}"`);
  const rename = (n: number, name: string) =>
    test.query(sql`UPDATE directory.person SET name = ${name} WHERE id = ${campus.students[n]}`);

  it('are issued at once to a student, say what the roster says, and are verified by the code in the QR', async () => {
    const certificate = await issue(student(0));
    expect(certificate).toMatchObject({
      number: expect.stringMatching(/^20\d\d-\d{6}$/),
      status: 'valid',
      kind: 'enrolment',
    });
    const pdf = await download(student(0), certificate);
    keep('zh', pdf, await pictureOf(pdf));
    const text = await textOf(pdf);
    for (const part of [
      '一站大学',
      '在读证明',
      '学生1',
      '2024000001',
      '计算机学院',
      '软件工程',
      '软工2401',
      certificate.number,
    ])
      expect(text).toContain(part);
    const fonts = await fontsOf(pdf);
    expect(fonts.map(({ name }) => name.replace(/^\w+\+/, '')).sort()).toEqual([
      'NotoSansSC-Bold',
      'NotoSansSC-Regular',
    ]);
    for (const font of fonts) expect(font).toMatchObject({ embedded: true, part: true, unicode: true });
    expect(await infoOf(pdf)).toMatchObject({ Pages: '1', Title: '在读证明', Tagged: 'yes' });
    expect(hash(pdf)).toBe(certificate.sha256);

    const link = new URL((await qrOf(pdf))!);
    expect([link.origin, link.pathname, link.search]).toEqual(['http://yizhan.test', '/certificates', '']);
    const { body } = await verify(link.hash.slice(1), hash(pdf)).expect(200);
    expect(body).toMatchObject({ number: certificate.number, status: 'valid', file: 'same', sha256: hash(pdf) });
  });

  it('in English give the name by the rules of pinyin, or as staff have it from the passport', async () => {
    await rename(1, '欧阳晓丹');
    const pdf = await download(student(1), await issue(student(1), { kind: 'residence', language: 'en' }));
    keep('en', pdf, await pictureOf(pdf));
    const text = await textOf(pdf);
    for (const part of [
      'Certificate of Residence',
      'OUYANG Xiaodan (欧阳晓丹)',
      'female',
      '2024000002',
      'room 101',
      '1号楼',
    ])
      expect(text).toContain(part);
    expect(await infoOf(pdf)).toMatchObject({ Title: 'Certificate of Residence' });

    await rename(1, '阿依古丽·买买提');
    const body = { kind: 'enrolment', language: 'en', studentId: campus.students[1] };
    const asked = await officer!.post(PATH, body).expect(422);
    expect([asked.body.code, asked.body.errors[0].pointer]).toEqual([
      'affairs/certificate-facts-missing',
      '#/latinName',
    ]);
    await student(1)
      .post(PATH, { ...body, latinName: 'SOMEBODY Else' })
      .expect(400);
    const given = await issue(officer!, { ...body, latinName: 'AYGUL Memet' });
    expect(await textOf(await download(officer!, given))).toContain('AYGUL Memet (阿依古丽·买买提)');
  });

  it('print a hostile name as it is, and refuse one that cannot be printed', async () => {
    const hostile = '*王* #read("/etc/passwd") $x^2$ \\u{41} <b>"]';
    await rename(2, hostile);
    const pdf = await download(student(2), await issue(student(2)));
    const text = await textOf(pdf);
    expect(text.replaceAll(' ', '')).toContain(hostile.replaceAll(' ', ''));
    expect(text).not.toContain('root:');
    const { body } = await verify(await codeIn(pdf)).expect(200);
    expect(body.facts).toContainEqual({ key: 'name', zh: '姓名', en: 'Name in Chinese', value: hostile });
    await rename(2, '𠮷田');
    const refused = await student(2).post(PATH, { kind: 'enrolment', language: 'zh' }).expect(422);
    expect([refused.body.code, refused.body.errors[0].detail]).toEqual([
      'affairs/certificate-facts-missing',
      '含有字库中没有的字，无法印出：姓名',
    ]);
    await rename(2, '学生3');
  });

  it('are refused for what the roster does not know, for kinds that are none, and beyond the number of a day', async () => {
    const code = async (body: object) => {
      const answer = await student(3).post(PATH, { kind: 'enrolment', language: 'zh', ...body });
      return [answer.status, answer.body.code, answer.body.errors?.[0].pointer];
    };
    expect(await code({ kind: 'degree' })).toEqual([422, 'affairs/certificate-kind-unknown', '#/kind']);
    expect(await code({ language: 'fr' })).toEqual([400, 'http/invalid', '#/language']);
    await test.query(sql`UPDATE directory.person SET grade = NULL WHERE id = ${campus.students[3]}`);
    expect(await code({})).toEqual([422, 'affairs/certificate-facts-missing', '#/studentId']);
    const made = await test.query(sql`SELECT FROM affairs.certificate WHERE student_id = ${campus.students[3]}`);
    expect(made).toEqual([]);
    await test.query(sql`UPDATE directory.person SET grade = '2024' WHERE id = ${campus.students[3]}`);
    const many = await Promise.all(Array.from({ length: 12 }, () => code({})));
    expect(many.map(([status]) => status).sort()).toEqual([...Array(10).fill(201), 409, 409]);
    // Staff are not held to it.
    await issue(officer!, { studentId: campus.students[3] });
  });

  it('are for those whom the scope reaches; others do not exist', async () => {
    const studentId = campus.students[4];
    const certificate = await issue(counselor!, { studentId });
    for (const reader of [student(4), counselor!, officer!, school!]) {
      await reader.get(`${PATH}/${certificate.id}`).expect(200);
      await download(reader, certificate);
    }
    for (const other of [student(5), foreign!]) {
      await other.get(`${PATH}/${certificate.id}`).expect(404);
      await other.get(`/affairs/v1/files/${certificate.file.id}/content`).expect(404);
      expect((await other.get(`${PATH}?studentId=${studentId}`).expect(200)).body.data).toEqual([]);
      await other.post(PATH, { kind: 'enrolment', language: 'zh', studentId }).expect(404);
    }
    await act(foreign!, certificate, 'revoke', { reason: '无关' }).expect(403);
    await act(student(4), certificate, 'revoke', { reason: '无关' }).expect(403);
    await student(4).post(PATH, { kind: 'enrolment', language: 'zh', studentId: newId() }).expect(404);
    const readers = await test.query<{ id: string }>(
      sql`SELECT person_id AS id FROM platform.audit WHERE action = 'affairs.file.read' AND subject_id = ${certificate.file.id} ORDER BY occurred_at`,
    );
    expect(readers.map(({ id }) => id)).toEqual([studentId, counselorCs, collegeOfficerCs, schoolOfficer]);
    // Nobody hands one in.
    const upload = student(4)
      .post('/affairs/v1/files?purpose=certificate')
      .attach('file', Buffer.from('%PDF-1.4'), 'x.pdf');
    await upload.expect(400);
  });

  it('are listed with filters, and issued once for an Idempotency-Key', async () => {
    const body = { kind: 'residence', language: 'zh' };
    const send = () => student(5).post(PATH, body).set('Idempotency-Key', 'once');
    const [one, two] = [await send().expect(201), await send().expect(201)];
    expect(two.body).toEqual(one.body);
    await issue(student(5));
    const numbers = async (query: string) =>
      (await counselor!.get(`${PATH}?studentId=${campus.students[5]}&${query}`).expect(200)).body.data.map(
        ({ kind }: { kind: string }) => kind,
      );
    expect(await numbers('sort=number')).toEqual(['residence', 'enrolment']);
    expect(await numbers('kind=residence')).toEqual(['residence']);
    expect(await numbers('status=revoked')).toEqual([]);
    expect(await numbers(`number=${one.body.number}`)).toEqual(['residence']);
    expect(
      await numbers(`from=${test.clock.today()}&to=${test.clock.today()}&unitId=${campus.classes.se2402}`),
    ).toHaveLength(2);
    expect(await numbers(`unitId=${campus.classes.en2401}`)).toEqual([]);
    expect((await student(5).get(`${PATH}?mine=true&limit=1&total=true`).expect(200)).body).toMatchObject({ total: 2 });
  });

  it('that were changed by one byte are not the file that was issued', async () => {
    const certificate = await issue(student(6));
    const pdf = await download(student(6), certificate);
    const code = await codeIn(pdf);
    expect((await verify(code, hash(pdf))).body.file).toBe('same');
    expect((await verify(code)).body.file).toBeNull();
    for (const at of [0, 1_000, pdf.length - 1]) {
      const other = Buffer.from(pdf);
      other[at]! ^= 1;
      expect((await verify(code, hash(other))).body.file).toBe('changed');
    }
    await verify(code, 'abc').expect(400);
  });

  it('are signed with a key that everybody can have, also after it was replaced', async () => {
    const pdf = await download(student(6), await issue(student(6)));
    const code = await codeIn(pdf);
    const keySet = async () => createLocalJWKSet((await nobody.get(`${PATH}/keys`).expect(200)).body);
    const signed = async (): Promise<string> => (await verify(code).expect(200)).body.signed;
    const before = await compactVerify(await signed(), await keySet());
    expect(JSON.parse(Buffer.from(before.payload).toString())).toMatchObject({
      issuer: 'http://yizhan.test',
      kind: 'enrolment',
      sha256: hash(pdf),
      facts: expect.arrayContaining([expect.objectContaining({ key: 'number', value: '2024000007' })]),
    });
    await student(0).post(`${PATH}/keys/rotate`).expect(403);
    const app = await test.client('affairs:certificate-key:rotate');
    await app.post(`${PATH}/keys/rotate`).expect(409);
    test.clock.advance({ minutes: 2 });
    const { body } = await app.post(`${PATH}/keys/rotate`).expect(200);
    expect(body.keys).toHaveLength(2);
    expect((await compactVerify(await signed(), await keySet())).protectedHeader.kid).toBe(before.protectedHeader.kid);
    const newer = await codeIn(await download(student(6), await issue(student(6))));
    const after = await compactVerify((await verify(newer)).body.signed, await keySet());
    expect(after.protectedHeader.kid).toBe(body.keys[0].kid);
    const secrets = await test.query<{ sealed: Buffer | null }>(
      sql`SELECT sealed_jwk AS sealed FROM affairs.certificate_key ORDER BY created_at`,
    );
    expect(secrets.map(({ sealed }) => sealed !== null)).toEqual([false, true]);
    expect(JSON.stringify(body)).not.toContain('"d"');
  });

  it('that were tampered with in the database are not shown', async () => {
    const certificate = await issue(student(6));
    const code = await codeIn(await download(student(6), certificate));
    await test.query(sql`UPDATE affairs.certificate SET sha256 = ${'0'.repeat(64)} WHERE id = ${certificate.id}`);
    await verify(code).expect(500);
  });

  it('are seen to be revoked at once, and not so any more once that is taken back', async () => {
    const certificate = await issue(student(7));
    const code = await codeIn(await download(student(7), certificate));
    const status = async () => (await verify(code).expect(200)).body;
    await act(officer!, { ...certificate, version: 9 }, 'revoke', { reason: '登记有误' }).expect(412);
    await act(officer!, certificate, 'revoke', {}).expect(400);
    await act(officer!, certificate, 'reinstate').expect(409);
    const revoked = (await act(officer!, certificate, 'revoke', { reason: '登记有误' }).expect(200)).body as Answer;
    expect(revoked).toMatchObject({
      status: 'revoked',
      revocationReason: '登记有误',
      revokedBy: { id: collegeOfficerCs },
    });
    expect(await status()).toMatchObject({ status: 'revoked', revokedOn: test.clock.today() });
    await act(officer!, revoked, 'revoke', { reason: '登记有误' }).expect(409);
    const back = (await act(officer!, revoked, 'reinstate').expect(200)).body as Answer;
    expect(back).toMatchObject({ status: 'valid', revocationReason: null, revokedBy: null });
    expect(await status()).toMatchObject({ status: 'valid', revokedOn: null });
    const again = (await act(officer!, back, 'revoke', { reason: '登记有误' }).expect(200)).body as Answer;
    test.clock.advance({ days: 31 });
    const late = await act(officer!, again, 'reinstate').expect(409);
    expect(late.body.code).toBe('affairs/certificate-reinstatement-too-late');
    const sealed = await test.query<{ reason: Buffer }>(
      sql`SELECT revocation_reason AS reason FROM affairs.certificate WHERE id = ${certificate.id}`,
    );
    expect(sealed[0]!.reason.includes('登记有误')).toBe(false);
    const actions = await test.query<{ action: string }>(
      sql`SELECT action FROM platform.audit WHERE subject_id = ${certificate.id} ORDER BY occurred_at`,
    );
    expect(actions.map(({ action }) => action.split('.').at(-1))).toEqual(['issue', 'revoke', 'reinstate', 'revoke']);
  });

  it('hold until their last day', async () => {
    const certificate = await issue(student(7));
    const code = await codeIn(await download(student(7), certificate));
    const status = async () => (await verify(code).expect(200)).body.status;
    test.clock.advance({ days: 180 });
    expect(await status()).toBe('valid');
    test.clock.advance({ days: 1 });
    expect(await status()).toBe('expired');
    expect((await student(7).get(`${PATH}?status=expired`).expect(200)).body.data).toHaveLength(1);
  });

  it('of a kind that the school has made are set by its own source, which is tried before it is taken', async () => {
    const policies = await test.client('platform:policy:read', 'platform:policy:write');
    const { body } = await policies.get('/affairs/v1/policies/affairs.certificates').expect(200);
    const [template] = body.current.templates;
    const publish = (change: object) =>
      policies.post('/affairs/v1/policies/affairs.certificates/versions', {
        effectiveFrom: test.clock.today(),
        source: '学生工作处〔2026〕1 号',
        value: {
          ...body.current,
          templates: [...body.current.templates, { ...template, key: 'own', ...change }],
          translations: [
            { zh: '计算机学院', en: 'School of Computing' },
            { zh: '一站大学', en: 'Yizhan University' },
          ],
        },
      });
    const wrong = await publish({ source: { zh: '#read("/etc/passwd")', en: template.source.en } }).expect(400);
    expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '#/value/templates/2/source/zh',
    ]);
    expect((await publish({ key: 'enrolment' }).expect(400)).body.errors[0].pointer).toBe('#/value/templates/2/key');
    const en =
      '#import "/sheet.typ": certificate, fact, sheet\n#show: sheet\nOur own words about #fact("latinName"), #fact("college").';
    await publish({ source: { ...template.source, en } }).expect(201);
    await rename(8, '张三丰');
    const text = await textOf(await download(student(8), await issue(student(8), { kind: 'own', language: 'en' })));
    expect(text).toContain('Our own words about ZHANG Sanfeng,外国语学院.');
    expect(text).toContain('Yizhan University');
    const kinds = (await student(8).get(`${PATH}/templates`).expect(200)).body as { kind: string }[];
    expect(kinds.map(({ kind }) => kind)).toEqual(['enrolment', 'residence', 'own']);
  });

  it('of a student who was erased are known by their hash alone', async () => {
    const certificate = await issue(student(10));
    const pdf = await download(student(10), certificate);
    const code = await codeIn(pdf);
    await test.database.transaction(null, async (tx) => {
      await test.app.get(StudentKeys).drop(tx, campus.students[10]!);
      await test.app.get(Events).publish(tx, new StudentErasedV1(campus.students[10]!));
    });
    expect((await verify(code).expect(200)).body).toMatchObject({ status: 'erased', facts: [], signed: null });
    await drainEvents(test);
    const { body } = await verify(code, hash(pdf)).expect(200);
    expect(body).toMatchObject({ status: 'erased', facts: [], signed: null, number: certificate.number, file: 'same' });
    await school!.get(`/affairs/v1/files/${certificate.file.id}`).expect(404);
    expect((await school!.get(`${PATH}/${certificate.id}`).expect(200)).body).toMatchObject({ file: null, facts: [] });
    const after = await student(10).post(PATH, { kind: 'enrolment', language: 'zh' });
    expect([after.status, after.body.code]).toEqual([409, 'vault/student-erased']);
  });

  it('are not found by trying codes, and who tries is held back', async () => {
    const code = await codeIn(await download(student(9), await issue(student(9))));
    await verify(code).expect(200);
    const wrong = [newCode(), 'x', "' OR 1=1 --", code.slice(1), `${code}0`, ...Array.from({ length: 5 }, newCode)];
    const answers = [];
    for (const one of wrong) answers.push(await verify(one));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body.code, body.title])))).toEqual(
      new Set([JSON.stringify([404, 'affairs/certificate-unknown', '没有与此核验码对应的证明'])]),
    );
    const held = await verify(code).expect(429);
    expect(Number(held.headers['retry-after'])).toBeGreaterThan(0);
  });
});
