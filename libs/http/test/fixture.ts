import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import {
  Body,
  type CanActivate,
  Controller,
  Delete,
  type ExecutionContext,
  Get,
  HttpCode,
  Injectable,
  Module,
  Patch,
  Post,
  Put,
  Query,
  Req,
  type Type,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiCreatedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import pg from 'pg';
import type { DestinationStream } from 'pino';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Column, Entity } from 'typeorm';
import { Actor, CurrentActor, Public, Require, RequireReason } from '#auth';
import { Config } from '#config';
import { BaseEntity, Database, DatabaseModule, insert, migrate, query, sql, update } from '#database';
import {
  anyOf,
  ApiPage,
  BodyLimit,
  configureHttp,
  createAdapter,
  Created,
  Deprecated,
  httpMigrations,
  HttpModule,
  IdParam,
  IfMatch,
  list as listPage,
  type Page,
  RequireIdempotencyKey,
  Summary,
  uploadedFile,
} from '#http';
import { defineProblem, NotFound } from '#problems';
import { secretKeyFile } from '#testing';
import { ChangedNote, NewNote, NoteDto, NotesQuery } from './notes.dto.js';

export const NoteLocked = defineProblem({
  code: 'safety/note-locked',
  status: 409,
  zh: '便签已被锁定，还有 {minutes} 分钟',
  en: 'The note is locked for another {minutes} minutes',
});

@Entity({ schema: 'fixture', name: 'note' })
export class Note extends BaseEntity {
  @Column('text')
  title: string;
  @Column('int')
  weight: number;
}

class NotesMigration1763750000001 implements MigrationInterface {
  name = 'NotesMigration1763750000001';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE fixture.note (
      id uuid PRIMARY KEY, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, version int NOT NULL,
      title text NOT NULL, weight int NOT NULL)`);
    await runner.query(`CREATE UNIQUE INDEX ON fixture.note (title) WHERE title LIKE 'unique%'`);
  }
  async down(): Promise<void> {}
}

@Injectable()
class Notes {
  constructor(private readonly database: Database) {}

  async list(request: NotesQuery): Promise<Page<NoteDto>> {
    return listPage<Note, NoteDto, 'title' | 'createdAt'>(this.database.connection, request, {
      select: sql`id, title, weight, version`,
      from: sql`fixture.note`,
      where: [
        request.updatedSince ? sql`updated_at >= ${request.updatedSince}` : undefined,
        anyOf(sql`title`, request.title),
      ],
      sorts: { title: sql`title`, createdAt: sql`created_at` },
      defaultSort: 'createdAt',
      id: sql`id`,
      to: NoteDto.from,
    });
  }

  async get(id: string): Promise<NoteDto> {
    const note = await this.database.connection.findOneBy(Note, { id });
    if (!note) throw new NotFound();
    return NoteDto.from(note);
  }

  create(actor: Actor, body: NewNote): Promise<NoteDto> {
    return this.database.transaction(actor, async (tx) => {
      const note = Object.assign(new Note(), { title: body.title, weight: body.weight });
      await insert(tx, note);
      if (body.title === 'locked') throw new NoteLocked({ params: { minutes: 5 } });
      if (body.title === 'slow') await query(tx, sql`SELECT pg_sleep(0.2)`);
      return NoteDto.from(note);
    });
  }

  change(actor: Actor, id: string, version: number, body: ChangedNote): Promise<NoteDto> {
    return this.database.transaction(actor, async (tx) => {
      const note = await tx.findOneBy(Note, { id });
      if (!note) throw new NotFound();
      note.title = body.title;
      await update(tx, note, version);
      return NoteDto.from(note);
    });
  }
}

@ApiTags('notes')
@Controller('safety/v1/notes')
class NotesController {
  constructor(
    private readonly notes: Notes,
    private readonly database: Database,
  ) {}

  @Get()
  @Require('safety:device:read')
  @ApiPage(NoteDto)
  @Summary('便签列表', 'List notes')
  list(@Query() request: NotesQuery): Promise<Page<NoteDto>> {
    return this.notes.list(request);
  }

  @Get('old')
  @Require('safety:device:read')
  @ApiPage(NoteDto)
  @Deprecated({ since: '2026-12-01', sunset: '2027-06-30', instead: 'GET /safety/v1/notes' })
  @Summary('旧便签列表', 'List notes as before')
  listOld(@Query() request: NotesQuery): Promise<Page<NoteDto>> {
    return this.notes.list(request);
  }

  @Post()
  @Created()
  @Require('safety:device:write')
  @ApiCreatedResponse({ type: NoteDto })
  @Summary('新建便签', 'Create a note')
  create(@CurrentActor() actor: Actor, @Body() body: NewNote): Promise<NoteDto> {
    return this.notes.create(actor, body);
  }

  @Post('echo')
  @Public()
  @HttpCode(200)
  @Summary('原样返回', 'Echo')
  echoNote(@Body() body: NewNote): NewNote {
    return body;
  }

  @Post('must-have-key')
  @RequireIdempotencyKey()
  @Require('safety:device:write')
  @Summary('必须带键', 'Key required')
  createWithKey(@CurrentActor() actor: Actor, @Body() body: NewNote): Promise<NoteDto> {
    return this.notes.create(actor, body);
  }

  @Post('other-answer')
  @Require('safety:device:write')
  @Summary('返回不一致', 'Answers something else')
  async createOtherwise(@CurrentActor() actor: Actor, @Body() body: NewNote): Promise<object> {
    return { ...(await this.notes.create(actor, body)), title: 'else' };
  }

  @Post('big')
  @Public()
  @BodyLimit(3 * 1_048_576)
  @HttpCode(200)
  @Summary('大请求体', 'Big body')
  takeBig(@Body() body: unknown): { bytes: number } {
    return { bytes: JSON.stringify(body).length };
  }

  @Post('file')
  @Public()
  @HttpCode(200)
  @Summary('上传', 'Upload')
  async takeFile(@Req() request: FastifyRequest): Promise<object> {
    const { filename, bytes, sha256 } = await uploadedFile(request);
    return { filename, bytes, sha256 };
  }

  @Get('broken/:how')
  @ApiParam({ name: 'how', schema: { type: 'string', enum: ['code'] } })
  @Public()
  @Summary('出错', 'Break')
  async breakIt(@Req() request: FastifyRequest): Promise<unknown> {
    const { how } = request.params as { how: string };
    if (how === 'code') throw new Error('canary-13800001111 in /src/secret.ts');
    const statements: Record<string, string> = {
      '22P02': `SELECT 'canary-13800001111'::int`,
      '23502': `INSERT INTO fixture.note (id) VALUES (gen_random_uuid())`,
      '42P01': `SELECT * FROM fixture.nowhere`,
      '57014': `SET LOCAL statement_timeout = 20; SELECT pg_sleep(2)`,
      '40001': `DO $$ BEGIN RAISE EXCEPTION 'canary' USING ERRCODE = '40001'; END $$`,
      '53300': `DO $$ BEGIN RAISE EXCEPTION 'canary' USING ERRCODE = '53300'; END $$`,
    };
    return this.database.transaction(null, (tx) => tx.query(statements[how]!));
  }

  @Get(':id')
  @Require('safety:device:read')
  @ApiOkResponse({ type: NoteDto })
  @Summary('便签', 'Get a note')
  get(@IdParam() id: string): Promise<NoteDto> {
    return this.notes.get(id);
  }

  @Get(':id/confidential')
  @Require('safety:device:read')
  @RequireReason()
  @ApiOkResponse({ type: NoteDto })
  @Summary('保密便签', 'Get a confidential note')
  getConfidential(@IdParam() id: string): Promise<NoteDto> {
    return this.notes.get(id);
  }

  @Put(':id')
  @Require('safety:device:write')
  @ApiOkResponse({ type: NoteDto })
  @Summary('修改便签', 'Change a note')
  replace(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ChangedNote,
  ): Promise<NoteDto> {
    return this.notes.change(actor, id, version, body);
  }

  @Patch(':id')
  @Require('safety:device:write')
  @ApiOkResponse({ type: NoteDto })
  @Summary('修改便签', 'Change a note')
  change(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ChangedNote,
  ): Promise<NoteDto> {
    return this.notes.change(actor, id, version, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Require('safety:device:write')
  @Summary('删除便签', 'Remove a note')
  async remove(@IdParam() id: string): Promise<void> {
    await this.notes.get(id);
  }
}

/** Controllers of one name in several services, as plumbing has them. */
function jobsControllerOf(service: string, permission: 'safety:pass:read' | 'staffing:ratio:read'): Type {
  @ApiTags('jobs')
  @Controller(`${service}/v1/jobs`)
  class JobsController {
    @Get(':id')
    @Require(permission)
    @Summary('任务', 'Get a job')
    get(@IdParam() id: string): { id: string } {
      return { id };
    }
  }
  return JobsController;
}

/** Who asks is told by test headers: what real tokens do is libs/auth's to test. */
@Injectable()
class HeaderGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest & { actor?: Actor }>();
    const app = request.headers['x-test-app'] ?? 'test-app';
    const person = request.headers['x-test-person'];
    request.actor =
      typeof person === 'string'
        ? Actor.person(String(app), { id: person, student: false, posts: [] }, [], request.id)
        : Actor.app(String(app), [], request.id);
    return true;
  }
}

export interface Fixture {
  app: NestFastifyApplication;
  url: string;
  config: Config;
  database: Database;
  close(): Promise<void>;
}

/** A small real application: Nest, Fastify, and a database of its own. */
export async function startFixture(overrides: Record<string, unknown> = {}, log?: DestinationStream): Promise<Fixture> {
  const server = process.env['YIZHAN_TEST_POSTGRES'];
  if (!server) throw new Error('YIZHAN_TEST_POSTGRES is not set');
  const name = `http_${randomUUID().replaceAll('-', '')}`;
  const databaseUrl = Object.assign(new URL(server), { pathname: `/${name}` }).toString();
  await admin(server, `CREATE DATABASE ${name}`);
  await migrate(databaseUrl, [
    { schema: 'platform', migrations: httpMigrations },
    { schema: 'fixture', migrations: [NotesMigration1763750000001] },
  ]);
  const config = Config.of({
    databaseUrl,
    redisUrl: 'redis://127.0.0.1:1',
    baseUrl: 'http://yizhan.test',
    logLevel: process.env['TEST_LOG_LEVEL'] ?? 'silent',
    rateLimitPerMinute: 1_000_000,
    bulkLimitPerMinute: 1_000_000,
    secretKeyFile: secretKeyFile(),
    ...overrides,
  });

  @Module({
    imports: [
      DatabaseModule.forRoot({ url: databaseUrl, entities: [Note], poolSize: 10, applicationName: 'http-test' }),
      HttpModule.forRoot(config),
    ],
    controllers: [
      NotesController,
      jobsControllerOf('safety', 'safety:pass:read'),
      jobsControllerOf('staffing', 'staffing:ratio:read'),
    ],
    providers: [Notes, { provide: APP_GUARD, useClass: HeaderGuard }],
  })
  class FixtureModule {}

  const app = await NestFactory.create<NestFastifyApplication>(FixtureModule, createAdapter(config, log), {
    bufferLogs: true,
    abortOnError: false,
  });
  await configureHttp(app, config);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    config,
    database: app.get(Database),
    close: async () => {
      await app.close();
      await admin(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function admin(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
