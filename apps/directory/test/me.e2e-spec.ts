import { campus, type Client, TestApp } from '#testing';
import { directory } from '../src/directory.module.js';

const DECIDE = 'affairs:leave:decide';
const [OWN, , , , , , , , FOREIGN] = campus.students as string[];

describe('GET /directory/v1/me/can', () => {
  let test: TestApp;
  let counselor: Client;
  let student: Client;
  beforeAll(async () => {
    test = await TestApp.create([directory]);
    counselor = await test.person(campus.staff.counselorCs);
    student = await test.person(OWN as string);
  });
  afterAll(() => test?.close());

  const verdict = async (who: Client, action: string, subject?: string) => {
    const { body } = await who
      .get(`/directory/v1/me/can?action=${action}${subject ? `&subject=${subject}` : ''}`)
      .expect(200);
    expect(body).toEqual({
      allowed: body.verdict === 'allowed',
      verdict: expect.any(String) as never,
      zh: expect.stringMatching(/\p{Script=Han}/u) as never,
      en: expect.stringMatching(/^[A-Z]/) as never,
    });
    return body.verdict as string;
  };

  it('says yes for whom the lists would show', async () => {
    expect(await verdict(counselor, DECIDE)).toBe('allowed');
    expect(await verdict(counselor, DECIDE, OWN)).toBe('allowed');
    expect(await verdict(counselor, DECIDE, campus.classes.se2401)).toBe('allowed');
    expect(await verdict(student, 'affairs:leave:read', OWN)).toBe('allowed');
    const head = await test.person(campus.staff.buildingHead1);
    expect(await verdict(head, 'safety:device:write', campus.places.building1)).toBe('allowed');
    const officer = await test.person(campus.staff.schoolOfficer);
    for (const subject of [FOREIGN, campus.places.building2, campus.school])
      expect(await verdict(officer, 'affairs:leave:read', subject)).toBe('allowed');
  });

  it('says no for a foreign unit as for what does not exist', async () => {
    for (const subject of [FOREIGN, campus.classes.en2401, campus.colleges.cs, '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f'])
      expect(await verdict(counselor, DECIDE, subject)).toBe('out-of-scope');
    expect(await verdict(student, 'affairs:leave:read', FOREIGN)).toBe('out-of-scope');
    const app = await test.client('affairs:leave:read');
    expect(await verdict(app, 'affairs:leave:read', FOREIGN)).toBe('allowed');
    expect(await verdict(app, 'affairs:leave:read', '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f')).toBe('out-of-scope');
  });

  it('tells an app that was not granted a permission from a person whom no post gives it', async () => {
    expect(await verdict(student, DECIDE, OWN)).toBe('no-post');
    expect(await verdict(counselor, 'platform:audit:read')).toBe('no-post');
    expect(await verdict(await test.client('safety:pass:write'), DECIDE)).toBe('app-not-allowed');
  });

  it('wants a token, and an action that there is', async () => {
    await test.caller().get(`/directory/v1/me/can?action=${DECIDE}`).expect(401);
    await counselor.get('/directory/v1/me/can').expect(400);
    await counselor.get('/directory/v1/me/can?action=affairs:leave:eat').expect(400);
    await counselor.get(`/directory/v1/me/can?action=${DECIDE}&subject=1`).expect(400);
  });
});
