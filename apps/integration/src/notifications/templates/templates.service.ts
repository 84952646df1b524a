import { Injectable } from '@nestjs/common';
import { type Actor, audit, requireSchool } from '#auth';
import { Database, insert, query, queryOne, sql, StaleVersionError, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { ALL_KINDS } from '../kinds.js';
import { TemplateRefused } from '../notifications.problems.js';
import { ownPerson } from '../own-person.js';
import { SHIPPED, type Words } from '../shipped-templates.js';
import { check, RefusedWords, variablesOf } from './rendering.js';
import { MessageTemplate } from './template.entity.js';
import {
  KindTemplateDto,
  PreviewDto,
  TemplateDto,
  type TemplateFormDto,
  type TemplatesQuery,
} from './templates.dto.js';

const WRITE = 'integration:template:write';
const COLUMNS = sql`t.id, t.kind, t.number, t.zh, t.en, t.published_at AS "publishedAt", t.version`;

/** The words of messages: drafted by one person, published by another. Earlier versions stay. */
@Injectable()
export class Templates {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, page: TemplatesQuery): Promise<Page<TemplateDto>> {
    requireSchool(actor, WRITE);
    const { kind, draft } = page;
    return list(this.database.connection, page, {
      select: COLUMNS,
      from: sql`integration.message_template t`,
      where: [anyOf(sql`t.kind`, kind), draft === undefined ? undefined : sql`(t.number IS NULL) = ${draft}::boolean`],
      sorts: { createdAt: sql`t.created_at` },
      defaultSort: '-createdAt',
      id: sql`t.id`,
      to: TemplateDto.from,
    });
  }

  /** What each kind says now. */
  async kinds(actor: Actor): Promise<KindTemplateDto[]> {
    requireSchool(actor, WRITE);
    const published = await query<MessageTemplate>(
      this.database.connection,
      sql`SELECT DISTINCT ON (t.kind) ${COLUMNS} FROM integration.message_template t WHERE t.number IS NOT NULL ORDER BY t.kind, t.number DESC`,
    );
    return Object.keys(ALL_KINDS).map((kind) => {
      const { zh, en, number = 0 } = published.find((one) => one.kind === kind) ?? { ...SHIPPED[kind]!, number: 0 };
      return KindTemplateDto.of({ kind, zh, en, number, variables: variablesOf(kind) });
    });
  }

  async get(actor: Actor, id: string): Promise<TemplateDto> {
    requireSchool(actor, WRITE);
    return TemplateDto.from(await find(this.database.connection, id));
  }

  /** Throws TemplateRefused (422). */
  draft(actor: Actor, form: TemplateFormDto): Promise<TemplateDto> {
    requireSchool(actor, WRITE);
    previewOf(form);
    return this.database.transaction(actor, async (tx) => {
      const { kind, zh, en } = form;
      const template = Object.assign(new MessageTemplate(), { kind, zh, en, editedBy: [by(actor)] });
      await insert(tx, template);
      await this.note(tx, actor, 'draft', template.id);
      return TemplateDto.from(template);
    });
  }

  edit(actor: Actor, id: string, expected: number, form: TemplateFormDto): Promise<TemplateDto> {
    requireSchool(actor, WRITE);
    previewOf(form);
    return this.database.transaction(actor, async (tx) => {
      const template = await find(tx, id);
      const { kind, zh, en } = form;
      template.edit({ zh, en }, by(actor));
      template.kind = kind;
      await update(tx, template, expected);
      await this.note(tx, actor, 'edit', id);
      return TemplateDto.from(template);
    });
  }

  delete(actor: Actor, id: string, expected: number): Promise<void> {
    requireSchool(actor, WRITE);
    return this.database.transaction(actor, async (tx) => {
      (await find(tx, id)).requireDraft();
      const deleted = await query(
        tx,
        sql`DELETE FROM integration.message_template WHERE id = ${id} AND number IS NULL AND version = ${expected} RETURNING id`,
      );
      if (deleted.length === 0) throw new StaleVersionError();
      await this.note(tx, actor, 'delete', id);
    });
  }

  /** As it would be sent, on example data. Stores nothing. */
  preview(actor: Actor, form: TemplateFormDto): PreviewDto {
    requireSchool(actor, WRITE);
    return previewOf(form);
  }

  /** Used from the next message on. By a person who did not write it. */
  publish(actor: Actor, id: string, expected: number): Promise<TemplateDto> {
    requireSchool(actor, WRITE);
    const personId = ownPerson(actor);
    return this.database.transaction(actor, async (tx) => {
      const template = await find(tx, id);
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `integration.template ${template.kind}`,
      ]);
      const last = await queryOne<{ number: number }>(
        tx,
        sql`SELECT coalesce(max(number), 0) AS number FROM integration.message_template WHERE kind = ${template.kind}`,
      );
      template.publish(last!.number + 1, personId, this.clock.now());
      await update(tx, template, expected);
      await this.note(tx, actor, 'publish', id);
      return TemplateDto.from(template);
    });
  }

  private async note(tx: Tx, actor: Actor, what: string, id: string): Promise<void> {
    await audit(tx, actor, {
      action: `integration.message-template.${what}`,
      subject: { kind: 'message-template', id },
    });
  }
}

async function find(tx: Tx, id: string): Promise<MessageTemplate> {
  const template = await tx.findOneBy(MessageTemplate, { id });
  if (!template) throw new NotFound({ what: 'template' });
  return template;
}

function by({ personId, app }: Actor): string {
  return personId ?? app;
}

function previewOf({ kind, zh, en }: TemplateFormDto): PreviewDto {
  return PreviewDto.of({ zh: checked(kind, 'zh', zh), en: checked(kind, 'en', en) });
}

function checked(kind: string, language: 'zh' | 'en', words: Words): Words {
  try {
    return check(kind, words);
  } catch (error) {
    if (!(error instanceof RefusedWords)) throw error;
    const { part, zh, en } = error;
    throw new TemplateRefused({ errors: [{ pointer: `#/${language}/${part}`, zh, en }] });
  }
}
