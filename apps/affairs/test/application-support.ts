import { newId, sql } from '#database';
import { campus, type Client, type TestApp } from '#testing';
import type { SignerRule, StepDefinition } from '#workflow';
import type { ItemContent } from '../src/catalogue/item-content.js';
import { appoint, PDF } from './support.js';

export const PATH = '/affairs/v1/applications';
const ITEMS = '/affairs/v1/items';

export const COUNSELOR: SignerRule = { by: 'post', post: 'counselor' };
export const COLLEGE: SignerRule = { by: 'post', post: 'student_affairs_officer', unitKind: 'college' };
export const SCHOOL: SignerRule = { by: 'post', post: 'student_affairs_officer', unitKind: 'school' };
export const CLERK: SignerRule = { by: 'post', post: 'department_clerk', over: 'named', unit: 'XGC' };

/** Clerks of the department of the small campus, and of another one. */
export const clerk = campus.staff.psychologist;
export const otherClerk = campus.staff.buildingHead1;

export const step = (key: string, signer: SignerRule, more: Partial<StepDefinition> = {}): StepDefinition => ({
  ...{ key, name: { zh: `${key} 审核`, en: key }, when: [], signers: [signer], mode: 'any', standIn: null },
  ...{ deadline: null, returnTo: ['initiator', 'earlier'], afterReturn: ['on', 'back'], ...more },
});

/** An item that a counselor and a clerk decide on; with another day or amount, the college too. */
export const content = (more: Partial<ItemContent> = {}): ItemContent => ({
  name: { zh: '临时困难补助', en: 'Emergency grant' },
  ...{ summaryZh: '突发困难时申请。', summaryEn: 'For sudden hardship.', module: 'enrolled', area: 'services' },
  ...{ kind: 'workflow', owner: 'XGC', channels: ['online', 'counter'], months: [], eligibility: [] },
  materials: [
    { key: 'proof', name: { zh: '情况证明', en: 'Proof' }, required: true },
    { key: 'other', name: { zh: '其他材料', en: 'Other' }, required: false },
  ],
  form: {
    type: 'object',
    additionalProperties: false,
    required: ['amount', 'kind', 'class'],
    properties: {
      amount: { type: 'integer', minimum: 1, maximum: 5000, 'x-label': { zh: '金额', en: 'Amount' } },
      kind: { type: 'string', enum: ['illness', 'disaster', 'other'], 'x-label': { zh: '类别', en: 'Kind' } },
      reason: { type: 'string', maxLength: 200, 'x-label': { zh: '说明', en: 'Reason' } },
      class: { type: 'string', maxLength: 100, 'x-label': { zh: '班级', en: 'Class' } },
    },
  },
  prefilled: [{ field: 'class', from: 'class' }],
  steps: [
    step('counselor', COUNSELOR),
    step('college', COLLEGE, { when: [{ fact: 'amount', atLeast: 1000 }] }),
    step('office', CLERK),
  ],
  ...{ standIn: SCHOOL, workingDays: 3, source: '学生资助办法' },
  ...more,
});

/** Publishes an item as a school would: drafted by one, published by another. A second time it is the next version. */
export async function publish(test: TestApp, code: string, item: ItemContent): Promise<void> {
  const [author, officer] = [await test.client(), await test.person(campus.staff.schoolOfficer)];
  const { body } = await author.get(`${ITEMS}?code=${code}`).expect(200);
  const there = (body.data as { id: string; version: number }[])[0];
  const drafted = there
    ? await author.put(`${ITEMS}/${there.id}/draft`, item).set('If-Match', `"${there.version}"`).expect(200)
    : await author.post(ITEMS, { code, ...item }).expect(201);
  const { id, version } = drafted.body as { id: string; version: number };
  const published = await officer.post(`${ITEMS}/${id}/publish`).set('If-Match', `"${version}"`);
  if (published.status !== 200) throw new Error(JSON.stringify(published.body));
}

/** The clerks of two departments; the second one is made. */
export async function appointClerks(test: TestApp): Promise<void> {
  const other = newId();
  await test.query(
    sql`INSERT INTO directory.unit (id, kind, code, name, parent_id) VALUES (${other}, 'department', 'TEST-DEPT', '测试处', ${campus.school})`,
  );
  await appoint(test, clerk, 'department_clerk', campus.department);
  await appoint(test, otherClerk, 'department_clerk', other);
}

export interface Offer {
  action: string;
  allowed: boolean;
  reason: { code: string } | null;
  signers: number[];
  targets: string[];
  resumes: string[];
  where: string[];
  fields: string[];
}

export interface ApplicationAnswer {
  id: string;
  version: number;
  status: string;
  itemVersion: number;
  data: Record<string, unknown> | null;
  materials: { key: string; files: { id: string }[] }[];
  correctable: string[];
  steps: { key: string; decision: string; dueAt: string | null; comment: string | null }[];
  actions: Offer[];
  [key: string]: unknown;
}

export const FILLED = { amount: 500, kind: 'illness', reason: '住院' };

export async function handIn(client: Client): Promise<string> {
  const request = client.post('/affairs/v1/files?purpose=application-material').attach('file', PDF, '证明.pdf');
  return ((await request.expect(201)).body as { id: string }).id;
}

/** A draft that can be submitted. */
export async function draft(client: Client, item: string, data: object = FILLED): Promise<ApplicationAnswer> {
  const materials = [{ key: 'proof', files: [await handIn(client)] }];
  const { status, body } = await client.post(PATH, { item, data, materials });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body as ApplicationAnswer;
}

export async function submit(client: Client, item: string, data: object = FILLED): Promise<ApplicationAnswer> {
  const { status, body } = await post(client, await draft(client, item, data), 'submit');
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body as ApplicationAnswer;
}

export function post(
  client: Client,
  { id, version }: { id: string; version: number },
  verb: string,
  body: object = {},
) {
  return client.post(`${PATH}/${id}/${verb}`, body).set('If-Match', `"${version}"`);
}

export async function act(client: Client, seen: ApplicationAnswer, body: object): Promise<ApplicationAnswer> {
  const { status, body: answer } = await post(client, seen, 'actions', body);
  if (status !== 200) throw new Error(`${JSON.stringify(body)}: ${JSON.stringify(answer)}`);
  return answer as ApplicationAnswer;
}
