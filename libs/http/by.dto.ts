import { SERVICE_NAMES } from '#contracts';
import { OneOf, Text, Uuid } from './fields.js';
import { uuid } from './rules.js';

const KINDS = {
  person: { zh: '人员（通过应用）', en: 'a person, through an app' },
  app: { zh: '应用自身', en: 'an app by itself' },
  system: { zh: '本系统', en: 'Yizhan itself' },
} as const;

/** Who did something: one shape wherever an answer says so. */
export class ByDto {
  @OneOf(KINDS, { zh: '人员、应用或本系统', en: 'A person, an app, or the system', example: 'person' })
  kind: keyof typeof KINDS;

  @Uuid({ zh: '人员', en: 'The person', nullable: true, example: '00000000-0000-7000-8000-004000000001' })
  personId: string | null;

  @Text({
    zh: '姓名；列表不附姓名时为 null',
    en: 'Name; null where a list leaves names out',
    nullable: true,
    example: '王老师',
  })
  name: string | null;

  @Text({ zh: '应用', en: 'Client id of the app', nullable: true, example: 'portal' })
  app: string | null;

  /** From what a row keeps of who did it: a person's id, a client id, or a name of the system. `app`: through which a person did it. */
  static from(stored: string, { name = null, app = null }: { name?: string | null; app?: string | null } = {}): ByDto {
    const by = new ByDto();
    if (uuid(stored) === undefined) return Object.assign(by, { kind: 'person', personId: stored, name, app });
    const system = SYSTEM.has(stored) || stored.startsWith('system:');
    return Object.assign(by, {
      kind: system ? 'system' : 'app',
      personId: null,
      name: null,
      app: system ? null : stored,
    });
  }
}

/** Names that rows keep for the system itself. */
const SYSTEM: ReadonlySet<string> = new Set(['engine', 'yizhan', ...SERVICE_NAMES]);
