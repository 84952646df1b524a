import { Controller, Get, Module, Param } from '@nestjs/common';
import {
  type Actor,
  audit,
  auditList,
  CurrentActor,
  queryAudited,
  queryOneAudited,
  Require,
  RequireReason,
} from '#auth';
import type { ServiceName } from '#contracts';
import { Database, sql } from '#database';
import { Summary } from '#http';
import { NotFound } from '#problems';
import type { Service } from '#service';
import { campus, type Client, TestApp } from '#testing';

/** Not one of the house's services, so that it owes no handlers. */
const FIXTURE = 'reasons' as ServiceName;
const PATH = '/reasons/v1/files';
const REASON = '危机干预：家长来电，需核对 100% 的记录';

@Controller('reasons/v1/files')
@Require('safety:pass:read')
class FilesController {
  constructor(private readonly database: Database) {}

  @Get('one')
  @RequireReason()
  @Summary('一份', 'One')
  one(@CurrentActor() actor: Actor): Promise<object> {
    return this.database.transaction(null, async (tx) => {
      await audit(tx, actor, { action: 'fixture.file.read', subject: { kind: 'file', id: 'one' } });
      return {};
    });
  }

  @Get('all')
  @RequireReason()
  @Summary('全部', 'All')
  all(@CurrentActor() actor: Actor): Promise<object> {
    return this.database.transaction(null, async (tx) => {
      await auditList(tx, actor, { action: 'fixture.files.list', rows: 3, filter: { kind: 'x' } });
      return {};
    });
  }

  @Get('forgotten')
  @RequireReason()
  @Summary('忘记审计', 'Without an audit entry')
  forgotten(): object {
    return { secret: true };
  }

  @Get('rows/:rows')
  @RequireReason()
  @Summary('一页', 'A page')
  async rows(@CurrentActor() actor: Actor, @Param('rows') rows: string): Promise<object> {
    const list = { action: 'fixture.rows.list', filter: { kind: 'y', cursor: 'c' } };
    const statement = sql`SELECT n FROM generate_series(1, ${Number(rows)}::int) n ORDER BY n DESC`;
    const found = await queryAudited<{ n: number }>(this.database.connection, actor, list, 2, statement);
    return { found: found.map(({ n }) => n) };
  }

  @Get('row/:id')
  @RequireReason()
  @Summary('一行', 'A row')
  async row(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<object> {
    const entry = { action: 'fixture.row.read', subject: { kind: 'row', id } };
    const statement = sql`SELECT n FROM generate_series(1, 3) n WHERE n = ${id}::int`;
    const found = await queryOneAudited<{ n: number }>(this.database.connection, actor, entry, statement);
    if (!found) throw new NotFound({ what: 'person' });
    return found;
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

describe('a route that asks for a reason', () => {
  let test: TestApp;
  let reader: Client;
  beforeAll(async () => {
    test = await TestApp.create([service]);
    reader = await test.client('safety:pass:read');
  });
  afterAll(() => test?.close());

  const get = (path: string, reason?: string) => {
    const request = reader.get(`${PATH}/${path}`).set('Accept-Language', 'en');
    return reason === undefined ? request : request.set('Access-Reason', reason);
  };
  const entries = (action: string) =>
    test.query<{ reason: string }>(sql`SELECT reason FROM platform.audit WHERE action = ${action}`);

  it('says what to send when there is none, in both languages, and reads nothing', async () => {
    for (const reason of [undefined, '']) {
      const { body } = await get('one', reason).expect(428);
      expect(body).toMatchObject({
        code: 'http/access-reason-required',
        errors: [{ pointer: 'Access-Reason', detail: expect.stringContaining('Access-Reason') as never }],
      });
    }
    const zh = await get('one').set('Accept-Language', 'zh-CN').expect(428);
    expect(zh.body.detail).toContain('事由');
    expect(await entries('fixture.file.read')).toEqual([]);
    await get('open').expect(200);
  });

  it.each([
    ['too short', 'x'],
    ['nothing but spaces round it', '  x  '],
    ['half a code', '%'],
    ['no code', '%zz'],
    ['no UTF-8', '%E5%8D'],
    ['of two lines', 'a%0Ab'],
    ['NUL', '%00ab'],
    ['too long', encodeURIComponent('长'.repeat(501))],
  ])('refuses a reason: %s', async (_, reason) => {
    expect((await get('one', reason).expect(400)).body.errors[0].pointer).toBe('Access-Reason');
  });

  it('keeps the reason in the audit, of one and of a list', async () => {
    await get('one', encodeURIComponent(REASON)).expect(200);
    expect(await entries('fixture.file.read')).toEqual([{ reason: REASON }]);
    await get('all', 'plain words').expect(200);
    expect(await entries('fixture.files.list')).toEqual([{ reason: 'plain words: {"kind":"x"}' }]);
  });

  it('has the entry of a row, and of a page, by the statement that reads them, with the rows that are shown', async () => {
    expect((await get('rows/3', 'why').expect(200)).body).toEqual({ found: [3, 2, 1] });
    expect((await get('rows/1', 'why').expect(200)).body).toEqual({ found: [1] });
    expect((await get('rows/0', 'why').expect(200)).body).toEqual({ found: [] });
    const lists = sql`SELECT subject_kind, subject_id, reason FROM platform.audit WHERE action = 'fixture.rows.list' ORDER BY occurred_at`;
    const reason = 'why: {"kind":"y"}';
    expect(await test.query(lists)).toEqual(
      ['2', '1', '0'].map((rows) => ({ subject_kind: 'list', subject_id: rows, reason })),
    );
    expect((await get('row/2', 'why').expect(200)).body).toEqual({ n: 2 });
    await get('row/7', 'why').expect(404);
    const rows = sql`SELECT subject_id FROM platform.audit WHERE action = 'fixture.row.read'`;
    expect(await test.query(rows)).toEqual([{ subject_id: '2' }]);
  });

  it('reads no row and no page where the entry cannot be written', async () => {
    await test.query(
      sql`ALTER FUNCTION platform.append_audit(text, uuid, text, text, text, text, text) RENAME TO away`,
    );
    try {
      for (const path of ['row/2', 'rows/1', 'rows/0'])
        expect((await get(path, 'why').expect(500)).body.found).toBe(undefined);
    } finally {
      await test.query(
        sql`ALTER FUNCTION platform.away(text, uuid, text, text, text, text, text) RENAME TO append_audit`,
      );
    }
  });

  it('answers nothing where the audit has no entry', async () => {
    const { body } = await get('forgotten', 'why not').expect(500);
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('asks who may read before it asks why', async () => {
    await test.caller().get(`${PATH}/one`).expect(401);
    await (await test.client('safety:device:read')).get(`${PATH}/one`).expect(403);
    await (await test.person(campus.students[0] as string)).get(`${PATH}/one`).expect(403);
  });
});
