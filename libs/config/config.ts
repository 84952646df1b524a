import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { plainToInstance } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, validateSync } from 'class-validator';
import { ANY_HOST, flag, list, number } from './from-text.js';
import { signInFrom, SignInSettings } from './sign-in.js';

/** Everything a process can be told from outside. The only reader of `process.env` (see `.env.example`). */
export class Config extends SignInSettings {
  /** PostgreSQL of the school, `postgres://user:password@host:port/database`. */
  @IsUrl({ ...ANY_HOST, protocols: ['postgres', 'postgresql'] })
  databaseUrl: string;

  /** File with the password that DATABASE_URL leaves out. */
  @IsOptional()
  @IsString()
  databasePasswordFile?: string;

  /** Redis (or Valkey) with `maxmemory-policy noeviction`. */
  @IsUrl({ ...ANY_HOST, protocols: ['redis', 'rediss'] })
  redisUrl: string;

  /** First part of every key in Redis, so that several deployments can share one server. */
  @IsString()
  redisPrefix = 'yizhan';

  @IsString()
  host = '127.0.0.1';

  @number
  @IsInt()
  @Min(0)
  @Max(65535)
  port = 3000;

  /** Public address of the API; also the OAuth2 issuer's origin. Default: `http://<host>:<port>`. */
  @IsOptional()
  @IsUrl({ ...ANY_HOST, protocols: ['http', 'https'] })
  baseUrl?: string;

  /** `api` answers HTTP; `worker` relays events, runs handlers and schedules. */
  @list
  @IsIn(['api', 'worker'], { each: true })
  roles: ('api' | 'worker')[] = ['api', 'worker'];

  /** Campus time zone: calendar dates, curfews and schedules are in it. Instants are stored in UTC. */
  @IsString()
  timeZone = 'Asia/Shanghai';

  /** Connections of this process. Budget: all processes together stay below PostgreSQL's max_connections. */
  @number
  @IsInt()
  @Min(2)
  @Max(200)
  poolSize = 10;

  /** Seconds that a request waits for a connection to PostgreSQL before it is answered 503. */
  @number
  @IsInt()
  @Min(1)
  @Max(60)
  databaseWaitSeconds = 3;

  /** The embedded demo: a login page with personas and demo secrets exist only here. */
  @flag
  @IsBoolean()
  demo = false;

  /** A school to try apps on, with a database that `npm run sandbox` made: its clock can be moved, and all of it be put back. */
  @flag
  @IsBoolean()
  sandbox = false;

  /** Client of the work page at `/`, which is off without one (the demo has its own): public, with the grants `authorization_code` and `refresh_token`, `<BASE_URL>/` as its redirect URI, and the permissions that docs/deploying.md names. */
  @IsOptional()
  @IsString()
  workPageClient?: string;

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
  logLevel = 'info';

  /** Where access tokens' public keys are; default `<baseUrl>/directory/oauth/jwks`. */
  @IsOptional()
  @IsUrl({ ...ANY_HOST, protocols: ['http', 'https'] })
  jwksUrl?: string;

  /** Address ranges of the reverse proxies whose X-Forwarded-* headers are believed. Default: none. */
  @IsOptional()
  @list
  @IsString({ each: true })
  trustedProxies?: string[];

  /** File with 32-byte base64 keys, one a line and the newest first, that hash client secrets and seal signing keys, the keys of students, the cursors of lists and the answers kept for an Idempotency-Key. The same for all processes. `npm run keys` replaces the key. */
  @IsOptional()
  @IsString()
  secretKeyFile?: string;

  /** Folder for the contents of files that people hand in, sealed; the same for all processes of a service. Not used with S3_ENDPOINT. */
  @IsString()
  filesDir = '.local/files';

  /** S3-compatible storage for them instead: its address with the bucket, e.g. `https://s3.example.edu.cn/yizhan-files`. */
  @IsOptional()
  @IsUrl({ ...ANY_HOST, protocols: ['http', 'https'] })
  s3Endpoint?: string;

  @IsString()
  s3Region = 'auto';

  @IsOptional()
  @IsString()
  s3AccessKeyId?: string;

  /** File with the secret of S3_ACCESS_KEY_ID. */
  @IsOptional()
  @IsString()
  s3SecretAccessKeyFile?: string;

  /** Address ranges of the campus, e.g. `10.2.0.0/16`, whose receivers webhooks may be sent to, by http too. Default: none, only the internet by https. */
  @IsOptional()
  @list
  @Matches(/^[0-9a-f.:]+\/\d{1,3}$/i, { each: true, message: 'must be address ranges, such as 10.2.0.0/16' })
  webhookTargets?: string[];

  /** Address ranges of the campus whose systems and databases connectors may pull from, by http and without TLS too. Default: none, only the internet by https or TLS. */
  @IsOptional()
  @list
  @Matches(/^[0-9a-f.:]+\/\d{1,3}$/i, { each: true, message: 'must be address ranges, such as 10.2.0.0/16' })
  connectorTargets?: string[];

  /** The app by which connectors hand over what they bring: its client id. It needs directory:import:write for rosters, early-warning:observation:write for observations, and no other. */
  @IsOptional()
  @IsString()
  connectorClientId?: string;

  /** File with the secret of CONNECTOR_CLIENT_ID. */
  @IsOptional()
  @IsString()
  connectorClientSecretFile?: string;

  /** Port on which gate devices deliver their records to the process that hosts safety: plain HTTP, for the network of the devices alone. Default: none, nothing listens. */
  @IsOptional()
  @number
  @IsInt()
  @Min(0)
  @Max(65535)
  devicePort?: number;

  /** Address on which it listens for devices. */
  @IsString()
  deviceHost = '127.0.0.1';

  /** Address ranges of the devices, e.g. `10.8.0.0/16`: only from there are records taken, and only there are devices asked for missing ones. */
  @list
  @Matches(/^[0-9a-f.:]+\/\d{1,3}$/i, { each: true, message: 'must be address ranges, such as 10.8.0.0/16' })
  deviceNetworks: string[] = ['127.0.0.0/8', '::1/128'];

  /** Requests in a minute, of an app by itself, of a person through an app, or of an unknown address; more are answered 429. An app may be given a limit of its own. */
  @number
  @IsInt()
  @Min(1)
  rateLimitPerMinute = 1200;

  /** The same for bulk routes, which take files or large batches: they are counted apart. */
  @number
  @IsInt()
  @Min(1)
  bulkLimitPerMinute = 300;

  /** Requests under way at a time, at most: fewer while answers are late. More are answered 503 with Retry-After at once. 0 = all are taken. */
  @number
  @IsInt()
  @Min(0)
  @Max(100_000)
  maxRequests = 160;

  /** Megabytes of day vectors that early-warning keeps in memory; more are read anew when they are asked for. */
  @number
  @IsInt()
  @Min(16)
  @Max(3072)
  vectorMemoryMb = 768;

  /** Threads on which early-warning judges rules, beside the one that answers requests. */
  @number
  @IsInt()
  @Min(1)
  @Max(64)
  engineThreads = Math.min(4, availableParallelism());

  /** A delivery that was dispatched but not handled for so many seconds is dispatched again. */
  @number
  @IsInt()
  @Min(1)
  redeliverAfterSeconds = 5;

  /** Days that handled events and ended jobs are kept. */
  @number
  @IsInt()
  @Min(1)
  keepEventsDays = 30;

  get origin(): string {
    return this.baseUrl ?? `http://${this.host}:${this.port}`;
  }

  /** OAuth2 issuer identifier (RFC 8414). */
  get issuer(): string {
    return `${this.origin}/directory/oauth`;
  }

  static fromEnv(env: NodeJS.ProcessEnv = process.env): Config {
    return Config.of({
      databaseUrl: env.DATABASE_URL,
      databasePasswordFile: env.DATABASE_PASSWORD_FILE,
      redisUrl: env.REDIS_URL,
      redisPrefix: env.REDIS_PREFIX,
      host: env.HOST,
      port: env.PORT,
      baseUrl: env.BASE_URL,
      roles: env.ROLES,
      timeZone: env.TIME_ZONE,
      poolSize: env.POOL_SIZE,
      databaseWaitSeconds: env.DATABASE_WAIT_SECONDS,
      demo: env.YIZHAN_DEMO,
      sandbox: env.YIZHAN_SANDBOX,
      workPageClient: env.WORK_PAGE_CLIENT,
      logLevel: env.LOG_LEVEL,
      jwksUrl: env.JWKS_URL,
      trustedProxies: env.TRUSTED_PROXIES,
      secretKeyFile: env.SECRET_KEY_FILE,
      filesDir: env.FILES_DIR,
      s3Endpoint: env.S3_ENDPOINT,
      s3Region: env.S3_REGION,
      webhookTargets: env.WEBHOOK_TARGETS,
      devicePort: env.DEVICE_PORT,
      deviceHost: env.DEVICE_HOST,
      deviceNetworks: env.DEVICE_NETWORKS,
      s3AccessKeyId: env.S3_ACCESS_KEY_ID,
      s3SecretAccessKeyFile: env.S3_SECRET_ACCESS_KEY_FILE,
      ...signInFrom(env),
      connectorTargets: env.CONNECTOR_TARGETS,
      connectorClientId: env.CONNECTOR_CLIENT_ID,
      connectorClientSecretFile: env.CONNECTOR_CLIENT_SECRET_FILE,
      rateLimitPerMinute: env.RATE_LIMIT_PER_MINUTE,
      bulkLimitPerMinute: env.BULK_LIMIT_PER_MINUTE,
      maxRequests: env.MAX_REQUESTS,
      vectorMemoryMb: env.VECTOR_MEMORY_MB,
      engineThreads: env.ENGINE_THREADS,
      redeliverAfterSeconds: env.REDELIVER_AFTER_SECONDS,
      keepEventsDays: env.KEEP_EVENTS_DAYS,
    });
  }

  /** Validates; throws an Error that names every wrong setting and what it should be. */
  static of(values: Record<string, unknown>): Config {
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''));
    const config = plainToInstance(Config, given);
    const errors = validateSync(config, { forbidUnknownValues: true });
    if (errors.length > 0) {
      const lines = errors.map((e) => `- ${settingName(e.property)}: ${Object.values(e.constraints ?? {}).join('; ')}`);
      throw new Error(`The configuration is not usable (see .env.example):\n${lines.join('\n')}`);
    }
    if (config.databasePasswordFile) config.databaseUrl = withPassword(config.databaseUrl, config.databasePasswordFile);
    return config;
  }
}

/** The URL of a database with the password that is in `file`, so that it need not be in an environment anybody can list. */
export function withPassword(databaseUrl: string, file: string): string {
  const url = new URL(databaseUrl);
  url.password = encodeURIComponent(readFileSync(file, 'utf8').trim());
  return url.toString();
}

function settingName(property: string): string {
  if (property === 'demo' || property === 'sandbox') return `YIZHAN_${property.toUpperCase()}`;
  return property.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase();
}
