import fc from 'fast-check';
import type { AppointmentKind } from '#contracts';
import { newId, sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { type PublishedItem, publishedItems } from '../src/catalogue/catalogue.queries.js';
import { type EligibleStudent, eligibilityOf } from '../src/catalogue/eligibility.js';
import { formOf } from '../src/catalogue/form.js';
import { HOUSE_ITEMS } from '../src/catalogue/items/index.js';
import { type ApplicationAnswer, handIn, PATH, post } from './application-support.js';
import { formArbitrary } from './form-arbitrary.js';
import { ServedItems } from './served-kit.js';
import { appoint } from './support.js';

const { schoolOfficer, counselorCs, counselorFl, collegeOfficerCs, partyOrganizerCs, psychologist } = campus.staff;
const { classAdvisorSe2401, buildingHead1 } = campus.staff;
const [student, other] = [campus.students[0]!, campus.students[1]!];
/** Each item runs with so many forms, drawn from its schema. */
const FORMS = 2;

describe('the items run from their data alone', () => {
  let test: TestApp;
  let me: Client;
  let items: Map<string, PublishedItem>;
  const actors = new Map<string, Client>();

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    const clerks = [psychologist, counselorFl, collegeOfficerCs, schoolOfficer];
    const departments = await test.query<{ id: string }>(
      sql`SELECT id FROM directory.unit WHERE kind = 'department' ORDER BY code`,
    );
    for (const [i, { id }] of departments.entries())
      await appoint(test, clerks[i % clerks.length]!, 'department_clerk', id);
    const people = { schoolOfficer, counselorCs, counselorFl, collegeOfficerCs, partyOrganizerCs, psychologist };
    for (const [name, id] of Object.entries({ ...people, classAdvisorSe2401, buildingHead1, other }))
      actors.set(name, await test.person(id));
    me = await test.person(student);
    items = new Map((await publishedItems(test.tx)).map((item) => [item.code, item]));
  });
  afterAll(() => test.close());

  /** The student as the item's conditions see them, in each year of study that there may be. */
  const years = (): EligibleStudent[] => {
    const [year, month] = test.clock.today().split('-').map(Number) as [number, number];
    const schoolYear = month >= 8 ? year : year - 1;
    return [0, 1, 2, 3].map((ago) => ({
      ...{ number: '2024000001', college: 'CS', major: 'SE', class: 'SE2401', resident: true },
      grade: schoolYear - ago,
    }));
  };
  const inYear = (who: EligibleStudent) =>
    test.query(sql`UPDATE directory.person SET grade = ${String(who.grade)} WHERE id = ${student}`);
  const drafted = async (item: PublishedItem, data: object) => {
    const required = item.content.materials.filter((material) => material.required);
    const materials = await Promise.all(required.map(async ({ key }) => ({ key, files: [await handIn(me)] })));
    return me.post(PATH, { item: item.code, data, materials });
  };
  const offered = ({ actions }: ApplicationAnswer) =>
    actions.some(({ action, allowed }) => action === 'approve' && allowed);

  /** One step: one who is offered to sign it signs. With `all`, whoever is not is refused first, and changes nothing. */
  async function sign(seen: ApplicationAnswer, all: boolean): Promise<ApplicationAnswer> {
    const able: [Client, ApplicationAnswer][] = [];
    const unable: [string, Client][] = [['student', me]];
    for (const [name, client] of actors) {
      if (!all && able.length > 0) break;
      const { status, body } = await client.get(`${PATH}/${seen.id}`);
      if (status === 200 && offered(body as ApplicationAnswer)) able.push([client, body as ApplicationAnswer]);
      else unable.push([name, client]);
    }
    for (const [name, client] of all ? unable : []) {
      const { status } = await post(client, seen, 'actions', { action: 'approve' });
      expect([name, seen['item'], [403, 404, 409].includes(status)]).toEqual([name, seen['item'], true]);
    }
    const [client, now] = able[0] ?? [];
    expect([seen['item'], seen.steps, now?.version]).toEqual([seen['item'], seen.steps, seen.version]);
    const { status, body } = await post(client!, now!, 'actions', { action: 'approve' });
    expect([seen['item'], status, body.code]).toEqual([seen['item'], 200, undefined]);
    return body as ApplicationAnswer;
  }

  it.each(HOUSE_ITEMS.map(({ code }) => code))(
    '%s',
    async (code) => {
      const item = items.get(code)!;
      const { content } = item;
      const elsewhere = content.servedAt ? 'served-elsewhere' : undefined;
      const fits = (who: EligibleStudent) => eligibilityOf(content, who, test.clock.today()).every(({ ok }) => ok);
      const who = years().find(fits);
      expect([code, who?.grade]).toEqual([code, expect.any(Number)]);
      const prefilled = content.prefilled.map(({ field }) => field);
      const known = Object.fromEntries(prefilled.map((field) => [field, 'x']));
      // Conditions within a form ask for more or less; its own validator says which of those drawn are whole.
      const forms = fc.sample(
        formArbitrary(content.form, prefilled).filter(
          (data) => formOf(content).errorsOf({ ...data, ...known }).length === 0,
        ),
        { numRuns: FORMS, seed: 20_261_202 },
      );
      const stranger = years().find((one) => !fits(one));
      if (stranger) {
        await inYear(stranger);
        const { body: draft } = await drafted(item, forms[0]!);
        const { status, body } = await post(me, draft, 'submit');
        const reason = content.eligibility.find(
          (rule) => !eligibilityOf({ eligibility: [rule] }, stranger, test.clock.today())[0]!.ok,
        )!.reason.zh;
        expect([status, body.errors]).toEqual([
          422,
          expect.arrayContaining([expect.objectContaining({ code: 'not-eligible', detail: reason })]),
        ]);
        await me.delete(`${PATH}/${draft.id}`).set('If-Match', `"${draft.version}"`).expect(204);
      }
      await inYear(who!);
      for (const [i, data] of forms.entries()) {
        const { status, body: draft } = await drafted(item, data);
        expect([code, status, draft.detail]).toEqual([code, 201, undefined]);
        const { body: checked } = await me.post(`${PATH}/${draft.id}/precheck`, {}).expect(200);
        const submitted = await post(me, draft, 'submit');
        if (elsewhere) {
          expect(checked.possible).toBe(false);
          expect(checked.findings).toEqual(expect.arrayContaining([expect.objectContaining({ code: elsewhere })]));
          expect(submitted.status).toBe(422);
          await me.delete(`${PATH}/${draft.id}`).set('If-Match', `"${draft.version}"`).expect(204);
          continue;
        }
        expect([code, checked.possible, submitted.status, submitted.body.errors]).toEqual([code, true, 200, undefined]);
        let seen = submitted.body as ApplicationAnswer;
        for (let n = 0; n < 20 && seen.status === 'submitted'; n++) seen = await sign(seen, i === 0);
        expect([code, seen.status]).toEqual([code, 'completed']);
        expect(seen.steps.every(({ decision }) => decision === 'approved')).toBe(true);
      }
    },
    60_000,
  );

  describe('in the places that serve them', () => {
    let served: ServedItems;
    beforeAll(async () => {
      test.clock.set('2027-03-01T10:00:00+08:00');
      await test.query(sql`DELETE FROM affairs.application`);
      const clerks = new Map<string, Promise<Client>>();
      const clerkOf = (code: string): Promise<Client> => {
        if (!clerks.has(code)) clerks.set(code, departmentClerk(code));
        return clerks.get(code)!;
      };
      const [stranger, officer] = [await test.person(other), actors.get('schoolOfficer')!];
      const foreign = await newcomer('counselor', campus.classes.en2401);
      served = new ServedItems({ test, me, other: stranger, foreign, officer, clerkOf });
    });

    const departmentClerk = async (code: string): Promise<Client> => {
      const [unit] = await test.query<{ id: string }>(
        sql`SELECT id FROM directory.unit WHERE code = ${code} AND kind = 'department'`,
      );
      return newcomer('department_clerk', unit!.id);
    };
    const newcomer = async (kind: AppointmentKind, unitId: string): Promise<Client> => {
      const id = newId();
      await test.query(
        sql`INSERT INTO directory.person (id, kind, number, name) VALUES (${id}, 'staff', ${id}, '经办人')`,
      );
      await appoint(test, id, kind, unitId);
      return test.person(id);
    };

    it.each(HOUSE_ITEMS.filter(({ servedAt }) => servedAt).map(({ code }) => code))(
      '%s',
      async (code) => {
        const item = items.get(code)!;
        await inYear(
          years().find((who) => eligibilityOf(item.content, who, test.clock.today()).every(({ ok }) => ok))!,
        );
        await served.run(item);
      },
      30_000,
    );
  });
});
