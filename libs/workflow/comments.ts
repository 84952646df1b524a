import { Column, Entity } from 'typeorm';
import { BaseEntity, raw, send, type Sql, sql, type Tx } from '#database';
import { type OfStudent, Sealed, type SealedText, StudentErased, type StudentKeys } from '#vault';

/** What was said with an action: its id is that of the entry of the history. */
export interface CaseComment extends OfStudent {
  text: SealedText;
}

/** The entity of the comments of a service's cases, sealed with the keys of the students whom the cases are about. */
export function commentsOfCases(schema: string): new () => CaseComment & BaseEntity {
  @Entity({ schema, name: 'workflow_comment' })
  class WorkflowComment extends BaseEntity implements CaseComment {
    @Column('uuid')
    studentId: string;

    @Sealed()
    text: SealedText;
  }
  return WorkflowComment;
}

/** An entry of the history with its comment as the database has it; null: nothing was said. */
export interface Entry {
  id: string;
  comment: Buffer | null;
}

type OpenedEntry<E> = Omit<E, 'comment' | 'studentId'> & { comment: string | null };

/** Seals and opens the comments of one service's cases, in the table of `workflowTablesComments(schema)`. */
export class Comments {
  private readonly table: Sql;

  constructor(
    private readonly schema: string,
    private readonly keys: StudentKeys | undefined,
  ) {
    this.table = raw(`"${schema}".workflow_comment`);
  }

  /** SQL: the sealed comment of an entry `a` of the history. */
  get ofEntry(): Sql {
    return sql`(SELECT c.text FROM ${this.table} c WHERE c.id = a.id)`;
  }

  /** Keeps what was said with an entry, which was sent before. Of a student who was erased nothing is kept: what is under way can end. */
  async keep(tx: Tx, { id, studentId, text }: CaseComment & { text: string }): Promise<void> {
    let sealed: Buffer | undefined;
    try {
      [sealed] = await this.vault.seal(tx, [{ studentId, place: this.placeOf(id), text }]);
    } catch (error) {
      if (error instanceof StudentErased) return;
      throw error;
    }
    void send(tx, sql`INSERT INTO ${this.table} (id, student_id, text) VALUES (${id}, ${studentId}, ${sealed})`);
  }

  /** Entries with what was said, in the order given; null: nothing, or the student was erased. At most one statement. */
  async open<E extends Entry & { studentId: string }>(tx: Tx, entries: readonly E[]): Promise<OpenedEntry<E>[]> {
    const said = entries.filter(({ comment }) => comment !== null);
    const texts =
      said.length === 0
        ? []
        : await this.vault.open(
            tx,
            said.map(({ id, studentId, comment: sealed }) => ({ studentId, place: this.placeOf(id), sealed })),
          );
    const byId = new Map(said.map(({ id }, i) => [id, texts[i]!]));
    return entries.map(
      ({ studentId: _, ...entry }) => ({ ...entry, comment: byId.get(entry.id) ?? null }) as OpenedEntry<E>,
    );
  }

  private placeOf(id: string): string {
    return `${this.schema}.workflow_comment ${id} text`;
  }

  private get vault(): StudentKeys {
    if (!this.keys) throw new Error(`Workflows of ${this.schema} has no keys: nothing can be said to its cases`);
    return this.keys;
  }
}
