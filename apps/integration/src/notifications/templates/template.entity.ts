import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import { TemplatePublished, TemplateSecondPersonNeeded } from '../notifications.problems.js';
import type { Words } from '../shipped-templates.js';

/** The words of a kind of message: a draft, or a version that was published and does not change. */
@Entity({ schema: 'integration', name: 'message_template' })
export class MessageTemplate extends BaseEntity {
  @Column('text')
  kind: string;

  /** Of the kind, from 1; null: a draft. The highest is used. */
  @Column('int', { nullable: true })
  number: number | null = null;

  @Column('jsonb')
  zh: Words;

  @Column('jsonb')
  en: Words;

  /** Ids of the persons, or names of the apps, that wrote it. */
  @Column('text', { array: true })
  editedBy: string[];

  @Column('uuid', { nullable: true })
  publishedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  publishedAt: Date | null = null;

  /** Throws TemplatePublished (409). */
  edit(words: { zh: Words; en: Words }, by: string): void {
    this.requireDraft();
    Object.assign(this, words);
    if (!this.editedBy.includes(by)) this.editedBy = [...this.editedBy, by];
  }

  /** By somebody who did not write it. Throws TemplatePublished, TemplateSecondPersonNeeded (409). */
  publish(number: number, by: string, at: Date): void {
    this.requireDraft();
    if (this.editedBy.includes(by)) throw new TemplateSecondPersonNeeded();
    Object.assign(this, { number, publishedBy: by, publishedAt: at });
  }

  requireDraft(): void {
    if (this.number !== null) throw new TemplatePublished();
  }
}
