import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database, query, sql } from '#database';
import { Files } from '#files';
import { campus, type Client, drainEvents, eventually, openDuring, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { PDF } from './support.js';

const CAMPAIGNS = '/affairs/v1/showcase/campaigns';
const WORKS = '/affairs/v1/showcase/works';
const NOMINATIONS = '/affairs/v1/showcase/nominations';
const { staff, colleges } = campus;
const SECTIONS = ['party', 'education', 'safety', 'service'];

interface Answer {
  id: string;
  version: number;
  title: string;
  selectedAt: string | null;
  score: number | null;
  reviews: { score: number; reviewer: { id: string } }[];
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
  attachments: { id: string }[];
}

const codeOf = (answer: { body: unknown }): string => (answer.body as { code: string }).code;
const rules = {
  title: '相伴·成长',
  year: 2027,
  phases: {
    upload: { from: '2027-05-01', to: '2027-08-31' },
    nominate: { from: '2027-09-01', to: '2027-09-30' },
    select: { from: '2027-10-01', to: '2027-10-31' },
  },
  reviewerIds: [staff.counselorFl, staff.counselorCs, staff.psychologist],
};
const form = { section: 'party', title: '楼栋里的先锋岗', abstract: '党员亮身份、解难题', body: '一、背景' };

describe('the showcase', () => {
  let test: TestApp;
  let school: Client;
  let college: Client;
  let reviewer: Client;
  let student: Client;
  let campaign: Answer;
  const day = (date: string) => test.clock.set(`${date}T10:00:00+08:00`);

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    day('2027-04-01');
    school = await test.person(staff.schoolOfficer);
    college = await test.person(staff.collegeOfficerCs);
    reviewer = await test.person(staff.counselorFl);
    student = await test.person(campus.students[0]!);
  });
  beforeEach(async () => {
    day('2027-05-01');
    campaign = (await school.post(CAMPAIGNS, rules).expect(201)).body as Answer;
  });
  afterEach(async () => {
    await test.query(sql`DELETE FROM affairs.showcase_review`);
    await test.query(sql`DELETE FROM affairs.showcase_nomination`);
    await test.query(sql`DELETE FROM affairs.showcase_work`);
    await test.query(sql`DELETE FROM affairs.showcase_campaign`);
  });
  afterAll(() => test?.close());

  const handIn = (who: Client, more: object = {}) =>
    who.post(WORKS, { campaignId: campaign.id, unitId: colleges.cs, ...form, ...more });
  const work = async (more: object = {}, who = college): Promise<Answer> =>
    (await handIn(who, more).expect(201)).body as Answer;
  const nominate = (one: Answer) =>
    school.post(`${WORKS}/${one.id}/nominations`, { reason: '可复制', effect: '覆盖十二栋楼' });
  const act = (who: Client, path: string, one: Answer, verb: string) =>
    who.post(`${path}/${one.id}/${verb}`).set('If-Match', `"${one.version}"`);
  const titles = async (query: string, who = student): Promise<string[]> =>
    ((await who.get(`${WORKS}?${query}`).expect(200)).body.data as Answer[]).map(({ title }) => title).sort();

  const allowed = async (who: Client, path: string, { id }: Answer): Promise<string[]> =>
    ((await who.get(`${path}/${id}`).expect(200)).body as Answer).actions
      .filter((one) => one.allowed)
      .map(({ action }) => action);

  it('offers what its guards let through, to whom and when', async () => {
    const one = await work();
    const ways = [
      ['change', (version: number) => college.put(`${WORKS}/${one.id}`, form).set('If-Match', `"${version}"`)],
      ['withdraw', (version: number) => act(college, WORKS, { ...one, version }, 'withdraw')],
      ['restore', (version: number) => act(college, WORKS, { ...one, version }, 'restore')],
      ['nominate', () => nominate(one)],
    ] as const;
    const offered = async (who: Client) =>
      ((await who.get(`${WORKS}/${one.id}`).expect(200)).body as Answer).actions.filter(
        ({ action }) => ['nominate'].includes(action) === (who === school),
      );
    for (const date of ['2027-05-02', '2027-09-15', '2027-10-15', '2027-11-01']) {
      day(date);
      for (const [action, way] of ways) {
        const who = action === 'nominate' ? school : college;
        const said = (await offered(who)).find((of) => of.action === action)!;
        const { version } = (await college.get(`${WORKS}/${one.id}`).expect(200)).body as Answer;
        const { status, body } = await way(version);
        const problem = (body as { code?: string }).code?.split('/')[1];
        expect([date, action, status < 300, problem]).toEqual([date, action, said.allowed, said.reason?.code]);
      }
    }
    expect(await allowed(student, WORKS, one)).toEqual([]);
  });

  it('does each thing in its phase', async () => {
    day('2027-04-30');
    expect(codeOf(await handIn(college).expect(409))).toBe('affairs/showcase-outside-phase');
    day('2027-05-01');
    const one = await work();
    expect(codeOf(await nominate(one).expect(409))).toBe('affairs/showcase-outside-phase');
    day('2027-08-31');
    await work();
    day('2027-09-01');
    expect(codeOf(await handIn(college).expect(409))).toBe('affairs/showcase-outside-phase');
    const put = (version: number) =>
      college.put(`${WORKS}/${one.id}`, { ...form, title: '凝练后' }).set('If-Match', `"${version}"`);
    await put(1).expect(200);
    const nomination = (await nominate(one).expect(201)).body as Answer;
    expect(codeOf(await put(2).expect(409))).toBe('affairs/showcase-work-nominated');
    expect(codeOf(await act(school, NOMINATIONS, nomination, 'select').expect(409))).toBe(
      'affairs/showcase-outside-phase',
    );
    day('2027-10-31');
    const selected = (await act(school, NOMINATIONS, nomination, 'select').expect(200)).body as Answer;
    expect(selected.selectedAt).not.toBeNull();
    expect(await allowed(school, NOMINATIONS, nomination)).toEqual(['withdraw', 'select', 'deselect']);
    expect(await allowed(reviewer, NOMINATIONS, nomination)).toEqual(['review']);
    day('2027-11-01');
    await act(school, NOMINATIONS, selected, 'deselect').expect(409);
    expect(await allowed(school, NOMINATIONS, nomination)).toEqual([]);
    const wrong = { ...rules, phases: { ...rules.phases, nominate: { from: '2027-08-31', to: '2027-09-30' } } };
    expect(codeOf(await school.post(CAMPAIGNS, wrong).expect(422))).toBe('affairs/showcase-phases-wrong');
    await school.post(CAMPAIGNS, { ...rules, reviewerIds: [campus.students[0]] }).expect(422);
  });

  it('takes four that come at once, one of each section: those that wait find the places that are left', async () => {
    const works = await Promise.all(SECTIONS.map((section) => work({ section })));
    day('2027-09-15');
    const answers = await Promise.all(works.map((one) => nominate(one)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });

  it('takes four nominations and one of each section, however many come at once', async () => {
    const works: Answer[] = [];
    for (const section of SECTIONS) for (let n = 0; n < 5; n++) works.push(await work({ section }));
    day('2027-09-15');
    const answers = await Promise.all(works.map((one) => nominate(one)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(4);
    expect(statuses.filter((status) => status === 409)).toHaveLength(16);
    const held = await test.query<{ section: string; n: number }>(
      sql`SELECT section, count(*)::int AS n FROM affairs.showcase_nomination WHERE withdrawn_at IS NULL GROUP BY 1 ORDER BY 1`,
    );
    expect(held).toEqual([...SECTIONS].sort().map((section) => ({ section, n: 1 })));
    // Taken back, its place is free: for its section alone.
    const first = answers.find(({ status }) => status === 201)!.body as Answer & { section: string; workId: string };
    await act(school, NOMINATIONS, first, 'withdraw').expect(200);
    const other = works.findIndex(({ id }, i) => answers[i]!.status === 409 && !sameSection(i, first.section) && id);
    expect(codeOf(await nominate(works[other]!).expect(409))).toBe('affairs/showcase-section-full');
    const same = works.findIndex((_, i) => answers[i]!.status === 409 && sameSection(i, first.section));
    await nominate(works[same]!).expect(201);
    expect(codeOf(await nominate(works[other]!).expect(409))).toBe('affairs/showcase-school-full');
  });
  const sameSection = (i: number, section: string): boolean => SECTIONS[Math.floor(i / 5)] === section;

  it('has the numbers that the campaign says', async () => {
    await school
      .put(`${CAMPAIGNS}/${campaign.id}`, { ...rules, perSchool: 2, perSection: 2 })
      .set('If-Match', '"1"')
      .expect(200);
    const works = [await work(), await work(), await work({ section: 'safety' })];
    day('2027-09-15');
    await nominate(works[0]!).expect(201);
    expect(codeOf(await nominate(works[0]!).expect(409))).toBe('affairs/showcase-work-nominated');
    await nominate(works[1]!).expect(201);
    expect(codeOf(await nominate(works[2]!).expect(409))).toBe('affairs/showcase-school-full');
    const fewer = { ...rules, sections: [{ key: 'party', name: { zh: '党建', en: 'Party' } }] };
    const put = school.put(`${CAMPAIGNS}/${campaign.id}`, fewer).set('If-Match', '"2"');
    expect(codeOf(await put.expect(409))).toBe('affairs/showcase-section-in-use');
  });

  it('counts what stands when the numbers have become fewer, of the school and of a section', async () => {
    const put = (version: number, numbers: object) =>
      school.put(`${CAMPAIGNS}/${campaign.id}`, { ...rules, ...numbers }).set('If-Match', `"${version}"`);
    await put(1, { perSection: 3 }).expect(200);
    const sections = ['party', 'party', 'party', 'safety', 'party', 'service'];
    const works: Answer[] = [];
    for (const section of sections) works.push(await work({ section }));
    day('2027-09-15');
    const stand: Answer[] = [];
    for (const one of works.slice(0, 4)) stand.push((await nominate(one).expect(201)).body as Answer);
    await put(2, { perSchool: 4, perSection: 2 }).expect(200);
    await act(school, NOMINATIONS, stand[0]!, 'withdraw').expect(200);
    expect(codeOf(await nominate(works[4]!).expect(409))).toBe('affairs/showcase-section-full');
    await put(3, { perSchool: 2, perSection: 2 }).expect(200);
    expect(codeOf(await nominate(works[5]!).expect(409))).toBe('affairs/showcase-school-full');
    await act(school, NOMINATIONS, stand[1]!, 'withdraw').expect(200);
    expect(codeOf(await nominate(works[5]!).expect(409))).toBe('affairs/showcase-school-full');
    // One is left of two: one of those that come at once gets in.
    await act(school, NOMINATIONS, stand[2]!, 'withdraw').expect(200);
    const answers = await Promise.all([works[4]!, works[5]!].map(nominate));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('is changed by who answers for the unit, and for the school by who sees to campaigns', async () => {
    const one = await work();
    const others = [reviewer, await test.person(staff.classAdvisorSe2401), await test.person(staff.buildingHead1)];
    for (const other of others) {
      await act(other, WORKS, one, 'withdraw').expect(403);
      await other.put(`${WORKS}/${one.id}`, form).set('If-Match', '"1"').expect(403);
      await handIn(other).expect(404);
    }
    await handIn(student).expect(403);
    await college.post(CAMPAIGNS, rules).expect(403);
    day('2027-09-15');
    await college.post(`${WORKS}/${one.id}/nominations`, { reason: '好', effect: '好' }).expect(403);
    const taken = (await act(college, WORKS, one, 'withdraw').expect(200)).body as Answer;
    expect(codeOf(await nominate(one).expect(409))).toBe('affairs/showcase-work-withdrawn');
    await student.get(`${WORKS}/${one.id}`).expect(404);
    await act(college, WORKS, taken, 'restore').expect(200);
    const nomination = (await nominate(one).expect(201)).body as Answer;
    for (const other of [student, college]) {
      await other.get(`${NOMINATIONS}/${nomination.id}`).expect(404);
      expect((await other.get(NOMINATIONS).expect(200)).body.data).toEqual([]);
    }
  });

  it('is reviewed by those whom it names, and nobody reviews their own', async () => {
    const theirs = await work();
    const own = await work({ section: 'safety', unitId: campus.classes.en2401 }, reviewer);
    day('2027-09-15');
    const [nomination, ofOwn] = [(await nominate(theirs)).body as Answer, (await nominate(own)).body as Answer];
    const review = (who: Client, one: Answer, score: number) =>
      who.put(`${NOMINATIONS}/${one.id}/review`, { score, opinion: '成效突出' });
    expect(codeOf(await review(reviewer, ofOwn, 100).expect(403))).toBe('affairs/showcase-own-work');
    await review(college, nomination, 100).expect(404);
    expect(codeOf(await review(school, nomination, 100).expect(403))).toBe('affairs/showcase-not-reviewer');
    await review(reviewer, nomination, 101).expect(400);
    await review(reviewer, nomination, 60).expect(200);
    await review(await test.person(staff.psychologist), nomination, 90).expect(200);
    const again = (await review(reviewer, nomination, 80).expect(200)).body as Answer;
    // What the others say is theirs.
    expect(again.reviews.map(({ score }) => score)).toEqual([80]);
    expect(again.score).toBeNull();
    const all = (await school.get(`${NOMINATIONS}/${nomination.id}`).expect(200)).body as Answer;
    expect(all.score).toBe(85);
    expect(all.reviews).toHaveLength(2);
    // Who reviews no more does not count any more.
    await school
      .put(`${CAMPAIGNS}/${campaign.id}`, { ...rules, reviewerIds: [staff.counselorFl] })
      .set('If-Match', '"1"')
      .expect(200);
    expect((await school.get(`${NOMINATIONS}/${nomination.id}`).expect(200)).body).toMatchObject({ score: 80 });
    day('2027-11-01');
    await review(reviewer, nomination, 10).expect(409);
  });

  it('takes no work for a section that is taken out at the same time', async () => {
    let handedIn: Promise<{ status: number; body: unknown }> | undefined;
    await test.app.get(Database).transaction(null, async (tx) => {
      await query(
        tx,
        sql`UPDATE affairs.showcase_campaign SET sections = jsonb_path_query_array(sections, '$[*] ? (@.key != "party")') WHERE id = ${campaign.id}`,
      );
      handedIn = handIn(college).then((answer) => answer);
      const waits = sql`SELECT FROM pg_locks l WHERE NOT l.granted AND l.database IS DISTINCT FROM 0
        AND l.pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`;
      await Promise.race([handedIn, eventually(async () => expect(await test.query(waits)).not.toEqual([]))]);
    });
    const answer = await handedIn!;
    expect([answer.status, codeOf(answer)]).toEqual([422, 'affairs/showcase-section-unknown']);
  });

  it('fills a case library, found by two characters, section, year and unit', async () => {
    const one = await work();
    await work({ section: 'safety', title: '反诈课堂', abstract: 'Fraud 不上当' });
    day('2027-09-15');
    const nomination = (await nominate(one)).body as Answer;
    day('2027-10-15');
    await act(school, NOMINATIONS, nomination, 'select').expect(200);
    expect(await titles('selected=true')).toEqual(['楼栋里的先锋岗']);
    const q = (text: string) => titles(`q=${encodeURIComponent(text)}`);
    expect(await q('先锋')).toEqual(['楼栋里的先锋岗']);
    expect(await q('锋先')).toEqual([]);
    expect(await q('难题')).toEqual(['楼栋里的先锋岗']);
    expect(await q('fraud')).toEqual(['反诈课堂']);
    expect(await q('诈')).toEqual(['反诈课堂']);
    expect(await q('%_')).toEqual([]);
    expect(await titles('section=safety')).toEqual(['反诈课堂']);
    expect(await titles('year=2026')).toEqual([]);
    expect(await titles(`unitId=${campus.school}`)).toHaveLength(2);
    expect(await titles(`unitId=${colleges.fl}`)).toEqual([]);
  });

  it('is packed for the ministry’s platform; another unzip opens it and the sums agree', async () => {
    const handedIn = await college.post('/affairs/v1/files?purpose=showcase-work').attach('file', PDF, '方案 一.pdf');
    const attachments = [(handedIn.body as { id: string }).id];
    const one = await work({ attachments });
    expect(one.attachments).toHaveLength(1);
    await work({ section: 'safety' });
    expect(codeOf(await school.post(`${CAMPAIGNS}/${campaign.id}/packs`).expect(409))).toBe(
      'affairs/showcase-nothing-to-pack',
    );
    day('2027-09-15');
    await nominate(one).expect(201);
    await college.post(`${CAMPAIGNS}/${campaign.id}/packs`).expect(403);
    const { body: job } = await school.post(`${CAMPAIGNS}/${campaign.id}/packs`).expect(202);
    const files = test.app.get(Files);
    const putStream = files.putStream.bind(files);
    let held: number | undefined;
    files.putStream = async (...args) => {
      const { result, open } = await openDuring(test, () => putStream(...args));
      held = open;
      return result;
    };
    await drainEvents(test);
    Object.assign(files, { putStream });
    // It may be large: no transaction waits for it.
    expect(held).toBe(0);
    const done = (await school.get(`/affairs/v1/jobs/${job.id}`).expect(200)).body as {
      status: string;
      result: { fileId: string; works: number; files: number };
    };
    expect(done).toMatchObject({ status: 'succeeded', result: { works: 1, files: 5 } });
    const path = `/affairs/v1/files/${done.result.fileId}/content`;
    await college.get(path).expect(404);
    const { body } = await school
      .get(path)
      .buffer(true)
      .parse((response, finish) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => finish(null, Buffer.concat(pieces)));
      });
    const folder = mkdtempSync(join(tmpdir(), 'yizhan-pack-'));
    try {
      writeFileSync(join(folder, 'pack.zip'), body as Buffer);
      execFileSync('python3', ['-m', 'zipfile', '-e', 'pack.zip', '.'], { cwd: folder });
      const sums = execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
      expect(sums.trim().split('\n')).toHaveLength(4);
      expect(sums).not.toContain('FAILED');
      expect(readFileSync(join(folder, '1-党建引领/附件/1-方案 一.pdf'))).toEqual(PDF);
      expect(readFileSync(join(folder, '清单.csv'), 'utf8')).toContain('楼栋里的先锋岗');
      expect(readFileSync(join(folder, '1-党建引领/推荐表.txt'), 'utf8')).toContain('可复制');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
