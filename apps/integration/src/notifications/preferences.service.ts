import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, newId, query, sql, type Tx } from '#database';
import { Invalid } from '#problems';
import { ownPerson } from './own-person.js';
import { NotificationPreference } from './preference.entity.js';
import { type PreferenceChangeDto, PreferenceDto } from './preferences.dto.js';

/** How whoever asks wants to be told. */
@Injectable()
export class Preferences {
  constructor(private readonly database: Database) {}

  own(actor: Actor): Promise<PreferenceDto> {
    return this.find(this.database.connection, actor.personId);
  }

  /** The latest word counts. */
  put(actor: Actor, { language, quiet, kinds }: PreferenceChangeDto): Promise<PreferenceDto> {
    const personId = ownPerson(actor);
    const named = new Set<string>();
    for (const [i, { kind }] of kinds.entries()) {
      const twice = { pointer: `#/kinds/${i}/kind`, zh: '重复', en: 'is there twice' };
      if (named.has(kind)) throw new Invalid({ errors: [twice] });
      named.add(kind);
    }
    const chosen = Object.fromEntries(kinds.map(({ kind, channels }) => [kind, channels]));
    return this.database.transaction(actor, async (tx) => {
      await query(
        tx,
        sql`INSERT INTO integration.notification_preference AS p (id, person_id, language, quiet_from, quiet_to, kinds)
            VALUES (${newId()}, ${personId}, ${language}, ${quiet?.from ?? null}, ${quiet?.to ?? null}, ${JSON.stringify(chosen)}::jsonb)
            ON CONFLICT (person_id) DO UPDATE
               SET language = excluded.language, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, kinds = excluded.kinds,
                   updated_at = now(), version = p.version + 1`,
      );
      return this.find(tx, personId);
    });
  }

  /** Told as the school says again. */
  async forget(actor: Actor): Promise<void> {
    await this.database.transaction(actor, (tx) =>
      query(tx, sql`DELETE FROM integration.notification_preference WHERE person_id = ${ownPerson(actor)}`),
    );
  }

  /** An app alone has said nothing. */
  private async find(tx: Tx, personId: string | undefined): Promise<PreferenceDto> {
    const found = personId === undefined ? null : await tx.findOneBy(NotificationPreference, { personId });
    return found ? PreferenceDto.from(found) : PreferenceDto.from(new NotificationPreference(), 0);
  }
}
