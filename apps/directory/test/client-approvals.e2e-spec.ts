import { decodeJwt } from 'jose';
import { sql } from '#database';
import { campus, type Client, fireTimers, TestApp } from '#testing';
import type { ClientApprovalDto } from '../src/client-approvals/client-approvals.dto.js';
import type { ClientDto, IssuedClientDto } from '../src/clients/clients.dto.js';
import { directory } from '../src/directory.module.js';

const APPROVALS = '/directory/v1/client-approvals';
const CLIENTS = '/directory/v1/clients';
const [PASSES, UNITS] = ['safety:pass:read', 'directory:unit:read'];
const PURPOSE = '门禁看板';

describe('sensitive permissions of apps', () => {
  let test: TestApp;
  let admin: Client;
  let officer: Client;
  let number = 0;
  beforeAll(async () => {
    test = await TestApp.create([directory]);
    test.clock.set('2026-11-20T10:00:00+08:00');
    admin = await test.client('directory:client:read', 'directory:client:write');
    officer = await test.person(campus.staff.schoolOfficer);
  });
  afterAll(() => test?.close());

  const body = (more: object = {}) => ({
    name: '看板',
    grants: ['client_credentials'],
    permissions: [UNITS, PASSES],
    ...more,
  });
  async function register(
    more: object = {},
  ): Promise<{ client: ClientDto; secret: string; approval: ClientApprovalDto }> {
    const clientId = `board-${++number}`;
    const made = (await admin.post(CLIENTS, body({ clientId, ...more })).expect(201)).body as IssuedClientDto;
    return { client: made.client, secret: made.secret!, approval: await approvalOf(made.client.id) };
  }
  const approvalOf = async (id: string, by = admin) =>
    (await by.get(`${APPROVALS}?clientId=${id}`).expect(200)).body.data[0] as ClientApprovalDto;
  const act = (by: Client, { id, version }: ClientApprovalDto, action: string, input?: object) =>
    by.post(`${APPROVALS}/${id}/${action}`, input).set('If-Match', `"${version}"`);
  const approve = (approval: ClientApprovalDto, endsOn = '2027-01-31') =>
    act(officer, approval, 'approve', { purpose: PURPOSE, endsOn });
  /** What a token carries that asks for both. */
  async function scopeOf({ client, secret }: { client: ClientDto; secret: string }): Promise<string> {
    const answer = await fetch(`${test.url}/directory/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client.clientId}:${secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: `${UNITS} ${PASSES}` }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    return String(decodeJwt(token)['scope']);
  }

  it('wait: until somebody approves, what for and until when, tokens carry only the rest', async () => {
    const app = await register();
    expect(app.client).toMatchObject({ permissions: [UNITS, PASSES], waitingPermissions: [PASSES] });
    expect(app.approval).toMatchObject({
      status: 'waiting',
      permission: PASSES,
      class: 3,
      zh: '查看通行记录',
      actions: [],
    });
    expect(await scopeOf(app)).toBe(UNITS);

    const seen = await approvalOf(app.client.id, officer);
    expect(seen.actions).toEqual(['approve', 'refuse']);
    const approved = (await approve(seen).expect(200)).body as ClientApprovalDto;
    expect(approved).toMatchObject({
      status: 'approved',
      purpose: PURPOSE,
      endsOn: '2027-01-31',
      approvedBy: campus.staff.schoolOfficer,
      actions: ['approve', 'withdraw'],
    });
    expect((await scopeOf(app)).split(' ').sort()).toEqual([UNITS, PASSES]);
    const shown = (await admin.get(`${CLIENTS}/${app.client.id}`).expect(200)).body as ClientDto;
    expect(shown.waitingPermissions).toEqual([]);
    const audited = await test.query(
      sql`SELECT person_id FROM platform.audit WHERE action = 'directory.client-approval.approved'`,
    );
    expect(audited).toEqual([{ person_id: campus.staff.schoolOfficer }]);
  });

  it('are never approved by who asked, by an app, or by who answers for a part of the school; the database says so too', async () => {
    const { client, approval } = await register();
    const app = await test.client('directory:client:approve');
    expect(
      (await act(app, approval, 'approve', { purpose: PURPOSE, endsOn: '2027-01-31' }).expect(403)).body.code,
    ).toBe('directory/person-needed');
    const college = await test.person(campus.staff.collegeOfficerCs);
    await act(college, approval, 'approve', { purpose: PURPOSE, endsOn: '2027-01-31' }).expect(403);
    await college.get(APPROVALS).expect(403);
    await (await test.person(campus.students[0]!)).get(APPROVALS).expect(403);
    await act(admin, approval, 'approve', { purpose: PURPOSE, endsOn: '2027-01-31' }).expect(403);

    await test.query(
      sql`UPDATE directory.client_approval SET requested_by = ${campus.staff.schoolOfficer} WHERE id = ${approval.id}`,
    );
    expect((await approve(approval).expect(403)).body.code).toBe('directory/own-client-approval');
    await expect(
      test.query(sql`UPDATE directory.client_approval SET status = 'approved', approved_by = requested_by, approved_at = now(),
        purpose = 'x', ends_on = '2027-01-01' WHERE id = ${approval.id}`),
    ).rejects.toThrow('client_approval_second_person');
    expect((await approvalOf(client.id)).status).toBe('waiting');
  });

  it('end at a day within the policy, and not before somebody has seen the version that is decided on', async () => {
    const { approval } = await register();
    for (const endsOn of ['2026-11-20', '2027-11-22']) {
      const refused = (await approve(approval, endsOn).expect(400)).body;
      expect([refused.code, refused.errors?.[0]?.pointer ?? refused.pointer]).toEqual([
        'directory/client-approval-too-long',
        '#/endsOn',
      ]);
    }
    await act(officer, approval, 'approve', { purpose: '', endsOn: '2027-01-01' }).expect(400);
    await act(officer, { ...approval, version: 9 }, 'approve', { purpose: PURPOSE, endsOn: '2027-01-01' }).expect(412);
    await act(officer, approval, 'withdraw').expect(409);
  });

  it('can be withdrawn: tokens that had them are refused within seconds, and asking again begins anew', async () => {
    const app = await register();
    const approved = (await approve(app.approval).expect(200)).body as ClientApprovalDto;
    await act(admin, approved, 'withdraw').expect(200);
    expect(await scopeOf(app).catch(() => 'refused')).toBe('refused');
    const revoked = await test.query(
      sql`SELECT 1 FROM directory.published_revocation_v1 WHERE client_id = ${app.client.clientId}`,
    );
    expect(revoked).toHaveLength(1);
    const shown = (await admin.get(`${CLIENTS}/${app.client.id}`)).body as ClientDto;
    expect(shown.permissions).toEqual([UNITS]);
    const change = () => admin.put(`${CLIENTS}/${app.client.id}`, { name: '看板', permissions: [UNITS, PASSES] });
    const again = (await change().set('If-Match', `"${shown.version}"`).expect(200)).body as ClientDto;
    expect(again.waitingPermissions).toEqual([PASSES]);
    // What waits is dropped with the next change that does not ask for it.
    const without = { name: '看板', permissions: [UNITS] };
    await admin.put(`${CLIENTS}/${app.client.id}`, without).set('If-Match', `"${again.version}"`).expect(200);
    expect((await approvalOf(app.client.id)).status).toBe('dropped');
  });

  it('can be refused', async () => {
    const { client, approval } = await register();
    expect((await act(officer, approval, 'refuse').expect(200)).body).toMatchObject({ status: 'refused', actions: [] });
    expect((await approve(approval).expect(409)).body.code).toBe('directory/client-approval-closed');
    const shown = (await admin.get(`${CLIENTS}/${client.id}`)).body as ClientDto;
    expect([shown.permissions, shown.waitingPermissions]).toEqual([[UNITS], []]);
  });

  it('are reminded of thirty days before their end, moved, and gone when the day is over', async () => {
    const app = await register();
    const first = (await approve(app.approval, '2027-01-31').expect(200)).body as ClientApprovalDto;
    const told = async () =>
      (
        await test.query(
          sql`SELECT 1 FROM events.event WHERE name = 'directory.client-approval-ending.v1' AND payload ->> 'approvalId' = ${first.id}`,
        )
      ).length;
    const at = async (instant: string) => {
      test.clock.set(instant);
      await fireTimers(test);
    };
    await at('2027-01-01T09:00:00+08:00');
    expect(await told()).toBe(0);
    await at('2027-01-01T09:08:00+08:00');
    expect(await told()).toBe(1);
    const moved = (await approve(first, '2027-02-10').expect(200)).body as ClientApprovalDto;
    await at('2027-02-01T00:01:00+08:00');
    expect((await approvalOf(app.client.id)).status).toBe('approved');

    // The issuer looks at the day itself: no token is made that outlives it, whether a worker runs or not.
    test.clock.set('2027-02-11T00:00:01+08:00');
    expect(await scopeOf(app)).toBe(UNITS);
    await at('2027-02-11T00:00:01+08:00');
    expect((await approvalOf(app.client.id)).status).toBe('expired');
    expect((await admin.get(`${CLIENTS}/${app.client.id}`)).body.permissions).toEqual([UNITS]);
    expect(
      await test.query(sql`SELECT 1 FROM directory.published_revocation_v1 WHERE client_id = ${app.client.clientId}`),
    ).toHaveLength(1);
    await act(officer, moved, 'approve', { purpose: PURPOSE, endsOn: '2027-03-01' }).expect(409);
  });
});
