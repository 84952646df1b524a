import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Permission } from '#contracts';
import { Database, findInScope, insert, newId, queryOne, sql, type Tx, update } from '#database';
import { list, type Page } from '#http';
import { Invalid, NotFound } from '#problems';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { Sender } from './sender.service.js';
import { newSecret, publicKeys, rotated, type Secret } from './signing.js';
import { Targets, type TargetProblem } from '../outside/targets.js';
import { Webhook, WebhookMessage } from './webhook.entity.js';
import {
  IssuedWebhookDto,
  type RegisterWebhookDto,
  TEST_TYPE,
  TestedDto,
  TOLD,
  type WebhookChangeDto,
  WebhookDto,
  type WebhooksQuery,
} from './webhooks.dto.js';
import {
  WebhookDisabled,
  WebhookTargetRefused,
  WebhookTooMany,
  WebhookTooSoon,
  WebhookTypeRefused,
} from './webhooks.problems.js';
import { placeOf } from './webhooks.queries.js';

const MOST = 20;
const TEST_PAUSE_MS = 60_000;

const REFUSED: Record<TargetProblem, { zh: string; en: string }> = {
  scheme: { zh: '应为 https 地址', en: 'must be an https address' },
  credentials: { zh: '不得含用户名或密码', en: 'must not carry a user name or password' },
  unknown: { zh: '域名无法解析', en: 'its name cannot be resolved' },
  address: {
    zh: '指向校内或保留地址，或未用 443 端口',
    en: 'leads to an inner or reserved address, or not to port 443',
  },
};

/**
 * Webhooks of the app that asks; those of others do not exist for it. A secret is in the answer that makes it and nowhere else: those use
 * cases open their transaction for nobody, so that no answer is kept for a repeated Idempotency-Key.
 */
@Injectable()
export class Webhooks {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly vault: Vault,
    private readonly targets: Targets,
    private readonly sender: Sender,
  ) {}

  list(actor: Actor, request: WebhooksQuery): Promise<Page<WebhookDto>> {
    const { disabled } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`w.id, w.url, w.types, w.description, w.format, w.disabled_at AS "disabledAt", w.disabled_for AS "disabledFor",
          w.public_keys AS "publicKeys", w.created_at AS "createdAt", w.version`,
        from: sql`integration.webhook w`,
        where: [
          sql`w.client_id = ${actor.app}`,
          disabled === undefined ? undefined : sql`(w.disabled_at IS NOT NULL) = ${disabled}`,
        ],
        sorts: { createdAt: sql`w.created_at` },
        defaultSort: 'createdAt',
        id: sql`w.id`,
        to: WebhookDto.from,
      }),
    );
  }

  async get(actor: Actor, id: string): Promise<WebhookDto> {
    return WebhookDto.from(await this.database.read((tx) => this.own(tx, actor, id, false)));
  }

  /** At most 20 of an app. Throws what is wrong with the address or the types. */
  async register(actor: Actor, said: RegisterWebhookDto): Promise<IssuedWebhookDto> {
    await this.check(actor, said);
    const fresh = newSecret();
    return this.database.transaction(null, async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`integration.webhooks ${actor.app}`]);
      const row = await queryOne<{ n: number }>(
        tx,
        sql`SELECT count(*)::int AS n FROM integration.webhook WHERE client_id = ${actor.app}`,
      );
      if (row!.n >= MOST) throw new WebhookTooMany();
      const { url, types, description, format = 'standard' } = said;
      const webhook = Object.assign(new Webhook(), {
        id: newId(),
        clientId: actor.app,
        url,
        types,
        description,
        format,
      });
      this.seal(webhook, [fresh]);
      await insert(tx, webhook);
      await this.tell(tx, actor, webhook, 'register');
      return IssuedWebhookDto.of(webhook, fresh.secret);
    });
  }

  async change(actor: Actor, id: string, expected: number, said: WebhookChangeDto): Promise<WebhookDto> {
    await this.check(actor, said);
    return this.write(actor, id, expected, 'change', (webhook) => {
      const { url, types, description } = said;
      Object.assign(webhook, { url, types, description });
    });
  }

  /** What waits for it is sent once it is enabled again. */
  disable(actor: Actor, id: string, expected: number): Promise<WebhookDto> {
    return this.write(actor, id, expected, 'disable', (webhook) => webhook.disable(this.clock.now()));
  }

  enable(actor: Actor, id: string, expected: number): Promise<WebhookDto> {
    return this.write(actor, id, expected, 'enable', (webhook) => webhook.enable());
  }

  /** The old secret signs beside the new one for a day. */
  rotate(actor: Actor, id: string, expected: number): Promise<IssuedWebhookDto> {
    const fresh = newSecret();
    return this.database.transaction(null, async (tx) => {
      const webhook = await this.own(tx, actor, id, true);
      this.seal(webhook, rotated(this.secretsOf(webhook), fresh, this.clock.now()));
      await update(tx, webhook, expected);
      await this.tell(tx, actor, webhook, 'rotate');
      return IssuedWebhookDto.of(webhook, fresh.secret);
    });
  }

  /** Ends it, with what it was told. */
  async remove(actor: Actor, id: string, expected: number): Promise<void> {
    await this.database.transaction(actor, async (tx) => {
      const webhook = await this.own(tx, actor, id, true);
      await update(tx, webhook, expected);
      await tx.delete(Webhook, { id });
      await this.tell(tx, actor, webhook, 'remove');
    });
  }

  /** Sends a message that tells of nothing. Once a minute. */
  async test(actor: Actor, id: string): Promise<TestedDto> {
    const now = this.clock.now();
    return this.database.transaction(actor, async (tx) => {
      const webhook = await this.own(tx, actor, id, true);
      if (webhook.disabledAt) throw new WebhookDisabled();
      if (webhook.testedAt && now.getTime() - webhook.testedAt.getTime() < TEST_PAUSE_MS) throw new WebhookTooSoon();
      webhook.testedAt = now;
      await update(tx, webhook);
      const message = Object.assign(new WebhookMessage(), { id: newId(), webhookId: id, eventId: null, data: {} });
      await tx.insert(WebhookMessage, Object.assign(message, { type: TEST_TYPE, occurredAt: now, dueAt: now }));
      this.sender.wakeAfter(tx);
      return TestedDto.of(message.id);
    });
  }

  /** A webhook of the app. Throws NotFound. */
  async own(tx: Tx, actor: Actor, id: string, lock: boolean): Promise<Webhook> {
    const where = sql`w.client_id = ${actor.app}`;
    const webhook = await findInScope(tx, Webhook, id, { alias: 'w', where, ...(lock && { lock: 'update' as const }) });
    if (!webhook) throw new NotFound({ what: 'webhook' });
    return webhook;
  }

  private write(
    actor: Actor,
    id: string,
    expected: number,
    action: string,
    fn: (webhook: Webhook) => void,
  ): Promise<WebhookDto> {
    return this.database.transaction(actor, async (tx) => {
      const webhook = await this.own(tx, actor, id, true);
      fn(webhook);
      await update(tx, webhook, expected);
      await this.tell(tx, actor, webhook, action);
      this.sender.wakeAfter(tx);
      return WebhookDto.from(webhook);
    });
  }

  private async check(actor: Actor, { url, types }: WebhookChangeDto): Promise<void> {
    const lacking = types.findIndex((type) => !actor.granted.has(TOLD.get(type)!.permission as Permission));
    if (lacking >= 0) throw new WebhookTypeRefused({ pointer: `#/types/${lacking}` });
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (!parsed || parsed.hash)
      throw new Invalid({ errors: [{ pointer: '#/url', zh: '应为不带 # 的网址', en: 'must be a URL without a #' }] });
    const problem = await this.targets.check(parsed);
    if (problem) throw new WebhookTargetRefused({ errors: [{ pointer: '#/url', ...REFUSED[problem] }] });
  }

  private seal(webhook: Webhook, secrets: Secret[]): void {
    webhook.publicKeys = publicKeys(secrets);
    webhook.sealedSecrets = this.vault.seal(placeOf(webhook.id), JSON.stringify(secrets));
  }

  private secretsOf({ id, sealedSecrets }: Webhook): Secret[] {
    return JSON.parse(this.vault.open(placeOf(id), sealedSecrets)) as Secret[];
  }

  private tell(tx: Tx, actor: Actor, { id }: Webhook, action: string): Promise<void> {
    return audit(tx, actor, { action: `integration.webhook.${action}`, subject: { kind: 'webhook', id } });
  }
}
