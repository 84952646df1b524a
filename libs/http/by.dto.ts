import { validate as isUuid } from 'uuid';
import { OneOf, Text } from '#fields';

const KINDS = {
  person: { zh: '人员（经由某应用）', en: 'A person, through some app' },
  app: { zh: '应用自行', en: 'An app by itself' },
  system: { zh: '系统', en: 'Yizhan itself' },
} as const;

/** Who did something, in every answer that says so. */
export class ByDto {
  @OneOf(KINDS, { zh: '种类', en: 'Kind', example: 'person' })
  kind: keyof typeof KINDS;

  @Text({
    zh: '人员标识、应用标识（client_id），或服务',
    en: "The person's id, the app's client_id, or the service",
    example: '00000000-0000-7000-8000-004000000001',
  })
  id: string;

  /** What is stored as a person's id (may be null) beside the app. */
  static of(personId: string | null, app: string): ByDto {
    return ByDto.from(personId ?? app);
  }

  /** What is stored as one of them: a person's id, a client id (which never looks like one), or `system:<service>`. */
  static from(stored: string): ByDto {
    const [, service] = /^system:(.+)$/.exec(stored) ?? [];
    const kind = isUuid(stored) ? 'person' : service ? 'system' : 'app';
    return Object.assign(new ByDto(), { kind, id: service ?? stored });
  }
}
