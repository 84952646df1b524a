import { Injectable, type StreamableFile } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { SCIM_SOURCE } from '#contracts';
import { copyFile } from 'node:fs/promises';
import { Database, findInScope, insert, newId, onConflict, queryOne, sql, type Tx, update } from '#database';
import { checkTableFile, Refused, RowErrors } from '#exchange';
import { type Language, list, type Page, type UploadedFile } from '#http';
import { NotFound } from '#problems';
import { errorSheetFile, type ErrorSheetQuery } from '#service';
import { CampusClock } from '#time';
import { type By, Connector, ConnectorProfile } from './connector.entity.js';
import {
  ConnectorChangeDto,
  ConnectorDto,
  type ConnectorsQuery,
  type MakeConnectorDto,
  ProfileDto,
  type ProfilesQuery,
} from './connectors.dto.js';
import { type MappingDto, mappingOf } from './mapping.dto.js';
import { ProposalDto, TrialDto } from './trials.dto.js';
import {
  ConnectorFileRefused,
  ConnectorHasNoDraft,
  ConnectorHasNoProfile,
  ConnectorMappingRefused,
  ConnectorSecondPersonNeeded,
  ConnectorSourceReserved,
  ConnectorSourceTaken,
} from './connectors.problems.js';
import { columnsOf, MappedFile, type Reading } from './map-file.js';
import { errorsOf, type Mapping } from './mapping.js';
import { PullSchedules } from './pull-schedules.js';
import { propose } from './proposal.js';
import type { Brings } from './sheets.js';
import { Trial } from './trial.js';

/** Connectors, and how the files of each are read. */
@Injectable()
export class Connectors {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly schedules: PullSchedules,
  ) {}

  /** How a file of the school's own may be meant. Nothing is kept of it. */
  async propose(file: UploadedFile, brings: Brings): Promise<ProposalDto> {
    await checkTableFile(file.path);
    return ProposalDto.of(await orFileRefused(() => propose(file.path, brings, this.clock.timeZone)));
  }

  list(request: ConnectorsQuery): Promise<Page<ConnectorDto>> {
    const { paused } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`c.id, c.name, c.source, c.brings, c.paused_at AS "pausedAt", c.pull, c.created_at AS "createdAt", c.version`,
        from: sql`integration.connector c`,
        where: [paused === undefined ? undefined : sql`(c.paused_at IS NOT NULL) = ${paused}`],
        sorts: { name: sql`c.name` },
        defaultSort: 'name',
        id: sql`c.id`,
        to: ConnectorDto.from,
      }),
    );
  }

  async get(id: string): Promise<ConnectorDto> {
    return ConnectorDto.from(await this.database.read((tx) => this.find(tx, id)));
  }

  async make(actor: Actor, { name, source, brings }: MakeConnectorDto): Promise<ConnectorDto> {
    if (source === SCIM_SOURCE && brings === 'roster')
      throw new ConnectorSourceReserved({ pointer: '#/source', params: { source } });
    return this.database.transaction(actor, async (tx) => {
      const connector = Object.assign(new Connector(), { name, source, brings });
      const taken = { connector_source_key: () => new ConnectorSourceTaken({ pointer: '#/source' }) };
      await onConflict(insert(tx, connector), taken);
      await this.tell(tx, actor, connector, 'make');
      return ConnectorDto.from(connector);
    });
  }

  change(actor: Actor, id: string, expected: number, { name }: ConnectorChangeDto): Promise<ConnectorDto> {
    return this.write(actor, id, expected, 'change', (connector) => void (connector.name = name));
  }

  /** It takes no files until it is resumed. */
  pause(actor: Actor, id: string, expected: number): Promise<ConnectorDto> {
    return this.write(actor, id, expected, 'pause', (connector, tx) => {
      connector.pause(this.clock.now());
      return this.schedules.set(tx, connector);
    });
  }

  resume(actor: Actor, id: string, expected: number): Promise<ConnectorDto> {
    return this.write(actor, id, expected, 'resume', (connector, tx) => {
      connector.resume();
      return this.schedules.set(tx, connector);
    });
  }

  async profiles(id: string, request: ProfilesQuery): Promise<Page<ProfileDto>> {
    return this.database.read(async (tx) => {
      await this.find(tx, id);
      return list(tx, request, {
        select: sql`p.id, p.number, p.mapping, p.drafted_by AS "draftedBy", p.tried_at AS "triedAt", p.tried_rows AS "triedRows",
          p.tried_problems AS "triedProblems", p.published_at AS "publishedAt", p.published_by AS "publishedBy", p.version`,
        from: sql`integration.connector_profile p`,
        where: [sql`p.connector_id = ${id}`],
        sorts: { number: sql`p.number` },
        defaultSort: '-number',
        id: sql`p.id`,
        to: ProfileDto.from,
      });
    });
  }

  /** Writes the draft; after a published one it is the next version. */
  draft(actor: Actor, id: string, expected: number, said: MappingDto): Promise<ProfileDto> {
    const mapping = mappingOf(said);
    return this.database.transaction(actor, async (tx) => {
      const connector = await this.find(tx, id, true);
      const errors = errorsOf(mapping, connector.brings);
      if (errors.length > 0) throw new ConnectorMappingRefused({ errors });
      await update(tx, connector, expected);
      const found = await this.draftOf(tx, id);
      const by = byOf(actor);
      if (found) {
        found.redraft(mapping, by);
        await update(tx, found);
      }
      const draft = found ?? (await this.nextDraft(tx, id, mapping, by));
      await this.tell(tx, actor, connector, 'draft');
      return ProfileDto.from(draft);
    });
  }

  /** Reads a file by the draft, or by what is published where there is none. Nothing is kept of it but how many rows were wrong. */
  async try(actor: Actor, id: string, file: UploadedFile): Promise<TrialDto> {
    await checkTableFile(file.path);
    const { profile, reading } = await this.readingOf(id);
    const trial = new Trial();
    await orTooMany(trial.errors, async () => trial.read(await MappedFile.open(file.path, reading, trial.errors)));
    return this.tried(actor, profile, trial);
  }

  /** Notes what came of a trial. */
  tried(actor: Actor, profile: ConnectorProfile, { file, rows, errors }: Trial): Promise<TrialDto> {
    return this.database.transaction(actor, async (tx) => {
      const draft = await this.draftOf(tx, profile.connectorId);
      // Whoever changed it meanwhile has not tried it.
      if (draft && draft.id === profile.id && draft.version === profile.version) {
        draft.try(file?.rowsRead ?? 0, errors.list.length, this.clock.now());
        await update(tx, draft);
      }
      return TrialDto.of(profile, file, rows, errors.list);
    });
  }

  publish(actor: Actor, id: string, expected: number): Promise<ProfileDto> {
    return this.database.transaction(actor, async (tx) => {
      const connector = await this.find(tx, id, true);
      const draft = await this.draftOf(tx, id);
      if (!draft) throw new ConnectorHasNoDraft();
      draft.publish(byOf(actor), this.clock.now());
      await update(tx, connector, expected);
      const second = { connector_profile_second_person: () => new ConnectorSecondPersonNeeded() };
      await onConflict(update(tx, draft), second);
      await this.tell(tx, actor, connector, 'publish');
      return ProfileDto.from(draft);
    });
  }

  /** The sender's own table with what is wrong with each row, as `mapping` reads it. Nothing is kept of it. */
  async errorSheet(
    id: string,
    file: UploadedFile,
    { rows }: ErrorSheetQuery,
    language: Language,
  ): Promise<StreamableFile> {
    await checkTableFile(file.path);
    const { reading } = await this.readingOf(id);
    const { mapping } = reading;
    const errors = new RowErrors();
    await orTooMany(errors, async () => {
      const read = await MappedFile.open(file.path, reading, errors);
      for await (const part of read.rows()) void part;
    });
    const columns = columnsOf(mapping);
    const options = { columns, language, rows, ...(mapping.sheet !== undefined && { sheet: mapping.sheet }) };
    return errorSheetFile((path) => copyFile(file.path, path), errors.list, options);
  }

  /** Throws NotFound. */
  async find(tx: Tx, id: string, lock = false): Promise<Connector> {
    const options = { alias: 'c', where: sql`TRUE`, ...(lock && { lock: 'update' as const }) };
    const connector = await findInScope(tx, Connector, id, options);
    if (!connector) throw new NotFound({ what: 'connector' });
    return connector;
  }

  /** The newest that is published. Throws ConnectorHasNoProfile. */
  async publishedOf(tx: Tx, id: string): Promise<ConnectorProfile> {
    const row = await queryOne<{ id: string }>(
      tx,
      sql`SELECT id FROM integration.connector_profile WHERE connector_id = ${id} AND published_at IS NOT NULL
           ORDER BY number DESC LIMIT 1`,
    );
    if (!row) throw new ConnectorHasNoProfile();
    return tx.findOneByOrFail(ConnectorProfile, { id: row.id });
  }

  /** How rows are read now: by the draft, or by what is published where there is none. */
  readingOf(id: string): Promise<{ connector: Connector; profile: ConnectorProfile; reading: Reading }> {
    return this.database.read(async (tx) => {
      const connector = await this.find(tx, id);
      const { brings } = connector;
      const profile = (await this.draftOf(tx, id)) ?? (await this.publishedOf(tx, id));
      return { connector, profile, reading: { mapping: profile.mapping, brings, timeZone: this.clock.timeZone } };
    });
  }

  private async draftOf(tx: Tx, id: string): Promise<ConnectorProfile | undefined> {
    const row = await queryOne<{ id: string }>(
      tx,
      sql`SELECT id FROM integration.connector_profile WHERE connector_id = ${id} AND published_at IS NULL`,
    );
    return row && tx.findOneByOrFail(ConnectorProfile, { id: row.id });
  }

  private async nextDraft(tx: Tx, connectorId: string, mapping: Mapping, by: By): Promise<ConnectorProfile> {
    const last = await queryOne<{ number: number }>(
      tx,
      sql`SELECT coalesce(max(number), 0) AS number FROM integration.connector_profile WHERE connector_id = ${connectorId}`,
    );
    const values = { id: newId(), connectorId, number: last!.number + 1, mapping, draftedBy: [by] };
    return insert(tx, Object.assign(new ConnectorProfile(), values));
  }

  /** Changes a connector, and notes who did. */
  write(
    actor: Actor,
    id: string,
    expected: number,
    action: string,
    fn: (connector: Connector, tx: Tx) => void | Promise<void>,
  ): Promise<ConnectorDto> {
    return this.database.transaction(actor, async (tx) => {
      const connector = await this.find(tx, id, true);
      await fn(connector, tx);
      await update(tx, connector, expected);
      await this.tell(tx, actor, connector, action);
      return ConnectorDto.from(connector);
    });
  }

  private tell(tx: Tx, actor: Actor, { id }: Connector, action: string): Promise<void> {
    return audit(tx, actor, { action: `integration.connector.${action}`, subject: { kind: 'connector', id } });
  }
}

/** Who it is that a second person must differ from. */
export function byOf(actor: Actor): By {
  return actor.personId ?? actor.app;
}

/** A file that cannot be read at all is the request's fault. */
async function orFileRefused<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const errors = error.errors
      .slice(0, 100)
      .map(({ zh, en, line }) => ({ pointer: '#/file', zh, en, ...(line && { line }) }));
    throw new ConnectorFileRefused({ errors });
  }
}

/** Reads as far as errors allow: those there are too many of, or of the file as a whole, are in `errors` too. */
export async function orTooMany(errors: RowErrors, read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.errors !== errors.list) errors.list.push(...error.errors);
  }
}
