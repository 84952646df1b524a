import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import type { Bilingual } from '#contracts';
import { Database, queryOne, sql, type Tx } from '#database';
import { type FieldError, Invalid } from '#problems';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { AddressRefused, type TargetProblem } from '../outside/targets.js';
import { type Connector, type Pull, secretPlace } from './connector.entity.js';
import type { ConnectorDto } from './connectors.dto.js';
import {
  ConnectorHasNoSource,
  ConnectorRunUnderWay,
  ConnectorSourceRefused,
  ConnectorViewRefused,
} from './connectors.problems.js';
import { Connectors } from './connectors.service.js';
import { SourceTargets } from './oneroster.client.js';
import { proposeView } from './proposal.js';
import { PullSchedules } from './pull-schedules.js';
import type { PullDto, ViewPullDto } from './sources.dto.js';
import { Trial } from './trial.js';
import { ProposalDto, type TrialDto } from './trials.dto.js';
import { problemOf, ViewPulls } from './view-pulls.js';
import { ViewUnreachable } from './view/view-connection.js';

/** Rows of a view that a proposal and a trial read. */
const SAMPLED = 200;
const TRIED = 2_000;

const SECRET_NEEDED: Bilingual = {
  zh: '更换地址、账号或加密方式时须重新填写',
  en: 'is needed where the address, the account or the encryption is another one',
};
const ROSTERS_ONLY: Bilingual = {
  zh: 'OneRoster 只提供名册',
  en: 'has rosters alone, which this connector does not bring',
};
const WRONG: Record<TargetProblem, Bilingual> = {
  scheme: { zh: '应为不带 ? 和 # 的 http(s) 地址', en: 'must be an http(s) address without ? and #' },
  credentials: { zh: '不得含用户名或密码', en: 'must not carry a user name or password' },
  unknown: { zh: '域名无法解析', en: 'its name cannot be resolved' },
  address: {
    zh: '指向未放行的校内或保留地址，或未用 https 的 443 端口（CONNECTOR_TARGETS）',
    en: 'leads to an inner or reserved address that CONNECTOR_TARGETS does not allow, or not by https to port 443',
  },
};
const NO_HOST: Bilingual = {
  zh: '指向未放行的校内或保留地址（CONNECTOR_TARGETS），或在公网上未用 TLS',
  en: 'leads to an inner or reserved address that CONNECTOR_TARGETS does not allow, or to the internet without TLS',
};

const UNREACHABLE: Bilingual = { zh: '数据库现在连不上', en: 'the database cannot be reached now' };

/** What connectors are pulled from. */
@Injectable()
export class ConnectorSources {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly vault: Vault,
    private readonly targets: SourceTargets,
    private readonly schedules: PullSchedules,
    private readonly connectors: Connectors,
    private readonly pulls: ViewPulls,
  ) {}

  /** Where it is pulled from. The secret is sealed and never answered; one that is not said stays. Throws what is wrong with an address. */
  async fromOneRoster(actor: Actor, id: string, expected: number, said: PullDto): Promise<ConnectorDto> {
    const errors = await this.addressErrors(said);
    if (errors.length > 0) throw new ConnectorSourceRefused({ errors });
    const { oneRoster, url, tokenUrl, clientId, at, jitterMinutes, secret } = said;
    return this.connectors.write(actor, id, expected, 'pull-from', async (connector, tx) => {
      if (connector.brings !== 'roster')
        throw new ConnectorSourceRefused({ errors: [{ pointer: '#/oneRoster', ...ROSTERS_ONLY }] });
      // A secret, and what it is exchanged for, goes to the addresses it was said for, and to no other.
      const { oneRoster: before } = connector;
      const same = before?.url === url && before.tokenUrl === tokenUrl && before.clientId === clientId;
      const pull = { oneRoster, url, tokenUrl, clientId, at, jitterMinutes };
      await this.set(tx, connector, pull, same, secret, '#/secret');
    });
  }

  /** Which view of a database it is pulled from. The password is sealed and never answered; one that is not said stays. */
  async fromView(actor: Actor, id: string, expected: number, said: ViewPullDto): Promise<ConnectorDto> {
    const { database, host, port, name, user, view, key, tls, ca, at, jitterMinutes, password } = said;
    await this.targets.databaseAddress(host, tls).catch((error: unknown) => {
      const wrong = error instanceof AddressRefused ? NO_HOST : WRONG.unknown;
      throw new ConnectorSourceRefused({ errors: [{ pointer: '#/host', ...wrong }] });
    });
    return this.connectors.write(actor, id, expected, 'pull-from', async (connector, tx) => {
      const pull = { database, host, port, name, user, view, key, tls, ca, at, jitterMinutes };
      const { view: before } = connector;
      const names = ['database', 'host', 'port', 'name', 'user', 'tls', 'ca'] as const;
      const same = before !== null && names.every((one) => before[one] === pull[one]);
      await this.set(tx, connector, pull, same, password, '#/password');
    });
  }

  /** It is pulled from nothing any more; what it has brought stays. */
  forget(actor: Actor, id: string, expected: number): Promise<ConnectorDto> {
    return this.connectors.write(actor, id, expected, 'pull-from-nothing', async (connector, tx) => {
      await this.assertNoRun(tx, id);
      connector.pull = connector.sealedSecret = null;
      await this.schedules.set(tx, connector);
    });
  }

  /** How its view may be meant, by the names of all of its columns and its first rows. Nothing of them is kept. */
  async proposeView(id: string): Promise<ProposalDto> {
    const connector = await this.database.read((tx) => this.connectors.find(tx, id));
    if (!connector.view) throw new ConnectorHasNoSource();
    const { names, rows } = await orViewRefused(() => this.pulls.sample(connector, SAMPLED));
    const { brings } = connector;
    return ProposalDto.of(await proposeView(names, rows, { brings, timeZone: this.clock.timeZone }));
  }

  /** Reads the first rows of its view by the draft. Nothing is kept of them but how many were wrong. */
  async tryView(actor: Actor, id: string): Promise<TrialDto> {
    const { connector, profile, reading } = await this.connectors.readingOf(id);
    if (!connector.view) throw new ConnectorHasNoSource();
    const trial = new Trial();
    await orViewRefused(() => this.pulls.read(connector, reading, trial.errors, (file) => trial.read(file), TRIED));
    return this.connectors.tried(actor, profile, trial);
  }

  private async set(
    tx: Tx,
    connector: Connector,
    pull: Pull,
    same: boolean,
    secret: string | undefined,
    pointer: string,
  ): Promise<void> {
    if (secret === undefined && !same) throw new Invalid({ errors: [{ pointer, ...SECRET_NEEDED }] });
    // A run that is under way knows which of the two it reads.
    if (connector.pull && 'view' in connector.pull !== 'view' in pull) await this.assertNoRun(tx, connector.id);
    connector.pull = pull;
    if (secret !== undefined) connector.sealedSecret = this.vault.seal(secretPlace(connector.id), secret);
    await this.schedules.set(tx, connector);
  }

  /** Throws ConnectorRunUnderWay. */
  private async assertNoRun(tx: Tx, id: string): Promise<void> {
    const open = await queryOne(
      tx,
      sql`SELECT FROM integration.connector_run WHERE connector_id = ${id} AND finished_at IS NULL`,
    );
    if (open) throw new ConnectorRunUnderWay();
  }

  private async addressErrors(said: Pick<PullDto, 'url' | 'tokenUrl'>): Promise<FieldError[]> {
    const errors: FieldError[] = [];
    for (const name of ['url', 'tokenUrl'] as const) {
      const parsed = URL.canParse(said[name]) ? new URL(said[name]) : undefined;
      const wrong = !parsed || parsed.hash || parsed.search ? 'scheme' : await this.targets.check(parsed);
      if (wrong) errors.push({ pointer: `#/${name}`, ...WRONG[wrong] });
    }
    return errors;
  }
}

async function orViewRefused<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const text = error instanceof ViewUnreachable ? UNREACHABLE : problemOf(error);
    throw new ConnectorViewRefused({ errors: [{ pointer: '#/view', ...text }] });
  }
}
