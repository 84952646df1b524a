import { sql } from '#database';
import { campus, type Client, studentNumbers, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import type { RoundContent } from '../src/rounds/round-content.js';

export const ROUNDS = '/affairs/v1/rounds';
export const ENTRIES = '/affairs/v1/round-entries';
export const OBJECTIONS = '/affairs/v1/round-objections';

export interface Round {
  id: string;
  version: number;
  status: string;
  awaitsUnitIds: string[];
  notices: { number: number; startsOn: string; endsOn: string; withdrawn: boolean }[];
  places: { level: string; unitId: string; places: number }[];
  reviewers: string[];
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
}

export interface Entry {
  id: string;
  version: number;
  status: string;
  way: string;
  outcome: string | null;
  level: string | null;
  place: number | null;
  total: string | null;
  overQuota: boolean;
  student: { id: string; number: string };
  exclusions: { code: string; facts: { name: string; value: string }[] }[];
  scores: { component: string; score: string }[];
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
  [key: string]: unknown;
}

export const content = (more: Partial<RoundContent> = {}): RoundContent => ({
  title: { zh: '学习之星', en: 'Star of study' },
  ...{ kind: 'award', schoolYear: 2026, group: 'honours', source: '评优办法', entry: ['self', 'nomination'] },
  ...{ entryUntil: null, unitIds: [], grades: ['2024'], eligibility: [] },
  form: {
    type: 'object',
    additionalProperties: false,
    required: ['reason'],
    properties: { reason: { type: 'string', maxLength: 500, 'x-label': { zh: '申请理由', en: 'Why' } } },
  },
  figures: [{ code: 'failed', name: { zh: '不及格门数', en: 'Failed courses' } }],
  exclusions: [
    ...([
      { code: 'sanctioned', kind: 'sanction', reason: { zh: '处分未解除', en: 'Sanction' }, source: '第八条' },
    ] as const),
    {
      ...({ code: 'failed', kind: 'figure', figure: 'failed', atLeast: '1', source: '第八条' } as const),
      reason: { zh: '有不及格课程', en: 'Has failed courses' },
    },
  ],
  components: [
    { code: 'gpa', name: { zh: '学业成绩', en: 'Grades' }, weight: '0.7', max: '100', from: 'sheet' },
    { code: 'conduct', name: { zh: '操行', en: 'Conduct' }, weight: '0.3', max: '100', from: 'sheet' },
  ],
  ties: { by: ['gpa'], then: 'share' },
  quotaBy: 'college',
  levels: [{ code: 'star', name: { zh: '学习之星', en: 'Star' }, amount: 1000, perMille: null, atLeast: null }],
  ...{ automaticLevel: null, classReview: null, collegeApproval: true },
  exports: [
    {
      ...{ code: 'bank', name: { zh: '银行代发表', en: 'For the bank' } },
      columns: [
        { header: '姓名', value: 'name' },
        { header: '卡号', value: 'account' },
        { header: '金额', value: 'amount' },
      ],
    },
  ],
  ...more,
});

/** Affairs with the people of rounds. `app` drafts and proposes; people approve. */
export class RoundTest {
  test: TestApp;
  app: Client;
  officer: Client;
  college: Client;
  counselor: Client;
  foreign: Client;
  advisor: Client;
  students: Client[];

  async start(): Promise<void> {
    this.test = await TestApp.create([affairs]);
    this.app = await this.test.client();
    const { schoolOfficer, collegeOfficerCs, counselorCs, counselorFl, classAdvisorSe2401 } = campus.staff;
    [this.officer, this.college, this.counselor, this.foreign, this.advisor] = (await Promise.all(
      [schoolOfficer, collegeOfficerCs, counselorCs, counselorFl, classAdvisorSe2401].map((id) => this.test.person(id)),
    )) as [Client, Client, Client, Client, Client];
    this.students = await Promise.all(campus.students.map((id) => this.test.person(id)));
  }

  async draft(more: Partial<RoundContent> = {}, by = this.app, unitId: string = campus.school): Promise<Round> {
    return ok(await by.post(ROUNDS, { unitId, content: content(more) }), 201);
  }

  /** Open, with the entries of these students (by index). */
  async open(students: readonly number[], more: Partial<RoundContent> = {}): Promise<Round> {
    const round = await this.act(this.app, await this.draft(more), 'open');
    for (const i of students) await this.enter(i, round);
    return round;
  }

  async enter(i: number, { id }: { id: string }): Promise<Entry> {
    return ok(await this.students[i]!.post(ENTRIES, { roundId: id, data: { reason: '成绩优秀' } }), 201);
  }

  try(by: Client, { id, version }: Round, action: string, more: object = {}) {
    return by.post(`${ROUNDS}/${id}/actions`, { action, ...more }).set('If-Match', `"${version}"`);
  }

  async act(by: Client, round: Round, action: string, more: object = {}): Promise<Round> {
    return ok(await this.try(by, round, action, more), 200);
  }

  sheet({ id }: { id: string }, kind: string, csv: string, by = this.app) {
    return by.post(`${ROUNDS}/${id}/sheets?kind=${kind}`).attach('file', Buffer.from(csv), 'sheet.csv');
  }

  /** Scores by the index of the student: `[gpa, conduct, failed]`. */
  async score(round: { id: string }, scores: Record<number, (string | number)[]>): Promise<void> {
    const rows = Object.entries(scores).map(([i, cells]) => `${studentNumbers[Number(i)]},${cells.join(',')}`);
    ok(await this.sheet(round, 'figures', ['学号,学业成绩,操行,不及格门数', ...rows, ''].join('\n')), 200);
  }

  /** As far as the notice, from an open round with its scores. */
  async notice(round: Round, places: Round['places']): Promise<Round> {
    let seen = await this.propose(round, places);
    for (const unitId of seen.awaitsUnitIds) seen = await this.act(this.officer, seen, 'approve', { unitId });
    return this.act(this.officer, seen, 'approve');
  }

  async propose(round: Round, places: Round['places']): Promise<Round> {
    let seen = await this.act(this.app, round, 'close');
    seen = ok(await this.app.put(`${ROUNDS}/${seen.id}/quota`, { places }).set('If-Match', `"${seen.version}"`), 200);
    return this.act(this.app, seen, 'propose');
  }

  async see(by: Client, { id }: { id: string }): Promise<Round> {
    return ok(await by.get(`${ROUNDS}/${id}`), 200);
  }

  /** By index of the student. */
  async entry(by: Client, round: { id: string }, i: number): Promise<Entry> {
    const { data } = ok<{ data: { id: string }[] }>(
      await by.get(`${ENTRIES}?roundId=${round.id}&studentId=${campus.students[i]}`),
      200,
    );
    return ok(await by.get(`${ENTRIES}/${data[0]?.id}`), 200);
  }

  /** Those who are in, by index, in the order of their places. */
  async awarded({ id }: { id: string }): Promise<number[]> {
    const { data } = ok<{ data: Entry[] }>(
      await this.app.get(`${ENTRIES}?roundId=${id}&outcome=awarded&sort=place`),
      200,
    );
    return data.map(({ student }) => (campus.students as readonly string[]).indexOf(student.id));
  }

  /** Past the last day of the running notices. */
  async waitNotice(round: Round): Promise<void> {
    const last = round.notices
      .map(({ endsOn }) => endsOn)
      .sort()
      .at(-1)!;
    this.test.clock.set(`${last}T10:00:00+08:00`);
    this.test.clock.advance({ days: 1 });
  }

  events(id: string): Promise<{ name: string; payload: object }[]> {
    return this.test.query(sql`SELECT name, payload FROM events.event WHERE aggregate_id = ${id} ORDER BY occurred_at`);
  }
}

export function ok<T>({ status, body }: { status: number; body: unknown }, expected: number): T {
  if (status !== expected) throw new Error(`${status} instead of ${expected}: ${JSON.stringify(body)}`);
  return body as T;
}

export const codeOf = ({ body }: { body: unknown }): string => (body as { code: string }).code;
