import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import type { ItemContent } from './item-content.js';
import { ItemHasNoDraft, ItemNotOffered, ItemNotRetired, ItemSecondPersonNeeded } from './item.problems.js';

/** An item of the service catalogue: which version is in force, and the draft of the next one. Its versions are in `item_version`. */
@Entity({ schema: 'affairs', name: 'item' })
export class Item extends BaseEntity {
  /** Never changes: applications, links and files name it. */
  @Column('text')
  code: string;

  /** The version in force; null: never published. */
  @Column('int', { nullable: true })
  number: number | null = null;

  @Column('jsonb', { nullable: true })
  draft: ItemContent | null = null;

  /** Who wrote the draft, in order of their first edit: ids of persons, or apps. */
  @Column('text', { array: true })
  draftedBy: string[] = [];

  @Column('timestamptz', { nullable: true })
  retiredAt: Date | null = null;

  @Column('text', { nullable: true })
  retiredBy: string | null = null;

  write(draft: ItemContent, by: string): void {
    this.draft = draft;
    if (!this.draftedBy.includes(by)) this.draftedBy = [...this.draftedBy, by];
  }

  discardDraft(): void {
    this.requireDraft();
    Object.assign(this, { draft: null, draftedBy: [] });
  }

  requireDraft(): ItemContent {
    if (!this.draft) throw new ItemHasNoDraft();
    return this.draft;
  }

  /** `by`: a person's id. */
  publish(by: string): void {
    this.requireDraft();
    if (this.draftedBy.includes(by)) throw new ItemSecondPersonNeeded();
    Object.assign(this, { number: (this.number ?? 0) + 1, draft: null, draftedBy: [] });
  }

  /** From now on there are no new applications; those under way go on. */
  retire(by: string, now: Date): void {
    if (this.number === null || this.retiredAt) throw new ItemNotOffered();
    Object.assign(this, { retiredAt: now, retiredBy: by });
  }

  restore(): void {
    if (!this.retiredAt) throw new ItemNotRetired();
    Object.assign(this, { retiredAt: null, retiredBy: null });
  }
}
