import { Controller, Get, Module } from '@nestjs/common';
import { ACR, type Actor, audit, CurrentActor, Require, RequireReason, SecondFactorPolicy } from '#auth';
import type { ServiceName } from '#contracts';
import { Database } from '#database';
import { Summary } from '#http';
import { Policies } from '#policy';
import type { Service } from '#service';
import { campus, TestApp } from '#testing';

/** Not one of the house's services, so that it owes no handlers. */
const FIXTURE = 'factors' as ServiceName;
const PATH = '/factors/v1/files';

@Controller('factors/v1/files')
@Require('safety:pass:read')
class FilesController {
  constructor(private readonly database: Database) {}

  @Get('one')
  @RequireReason()
  @Summary('一份', 'One')
  one(@CurrentActor() actor: Actor): Promise<object> {
    return this.database.transaction(null, async (tx) => {
      await audit(tx, actor, { action: 'fixture.factor.read', subject: { kind: 'file', id: 'one' } });
      return {};
    });
  }

  @Get('open')
  @Summary('无须事由', 'Needs no reason')
  open(): object {
    return {};
  }
}

@Module({ controllers: [FilesController] })
class FilesModule {}

const service: Service = { name: FIXTURE, module: FilesModule, entities: [], migrations: [] };

describe('class 4 data, where the school asks for a second factor', () => {
  const READER = campus.staff.buildingHead1;
  const ago = (minutes: number) => Math.floor(Date.now() / 1_000) - minutes * 60;
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.create([service]);
  });
  afterAll(() => test?.close());

  const read = async (signIn?: { acr?: string; auth_time?: number }, path = 'one', language = 'en') =>
    (await test.person(READER, signIn))
      .get(`${PATH}/${path}`)
      .set({ 'Access-Reason': 'why', 'Accept-Language': language });
  const ask = (class4: boolean) =>
    test.database.transaction(null, (tx) =>
      new Policies().put(tx, SecondFactorPolicy, {
        ...{ effectiveFrom: '2026-01-01', source: '信息安全办法', by: 'test' },
        value: { class4, maxAgeMinutes: 30 },
      }),
    );

  it('asks for none until the school does', async () => {
    expect((await read()).status).toBe(200);
  });

  it('says what to ask the issuer for, in both languages, until the person has signed in so', async () => {
    await ask(true);
    const refused = [
      undefined,
      { acr: ACR.oneFactor, auth_time: ago(1) },
      { acr: ACR.twoFactors },
      { acr: ACR.twoFactors, auth_time: ago(31) },
    ];
    for (const signIn of refused) {
      const { status, body, headers } = await read(signIn);
      expect([signIn, status]).toEqual([signIn, 401]);
      expect(body).toMatchObject({
        code: 'http/second-factor-required',
        detail: expect.stringContaining('30 minutes') as never,
      });
      expect(headers['www-authenticate']).toBe(
        `Bearer realm="yizhan", error="insufficient_user_authentication", error_description="A recent sign-in with two factors is needed", acr_values="${ACR.twoFactors}", max_age="1800"`,
      );
    }
    expect((await read({}, 'one', 'zh-CN')).body.detail).toContain('双因素');
    expect((await read({ acr: ACR.twoFactors, auth_time: ago(29) })).status).toBe(200);
    expect((await read({}, 'open')).status).toBe(200);
  });

  it('asks who may read first, and nothing of an app by itself', async () => {
    await test.caller().get(`${PATH}/one`).expect(401).expect('WWW-Authenticate', 'Bearer realm="yizhan"');
    await (await test.person(campus.students[0] as string)).get(`${PATH}/one`).expect(403);
    await (await test.client('safety:pass:read')).get(`${PATH}/one`).set('Access-Reason', 'why').expect(200);
  });

  it('asks for none once the school has taken it back', async () => {
    await ask(false);
    expect((await read()).status).toBe(200);
  });
});
