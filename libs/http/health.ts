import { Controller, Get, Injectable, type OnModuleDestroy, Res } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '#auth';
import { Database, query, sql } from '#database';

const TIMEOUT_MS = 2_500;

/** Rejects, or answers a few figures, whether the process can do its work. Never personal data: health is public. */
export type ReadinessCheck = () => Promise<Record<string, string | number | boolean> | void>;

/** Whether this process should get requests. Libs add their own checks; once it is told to stop, it says no for good. */
@Injectable()
export class Readiness implements OnModuleDestroy {
  private readonly checks = new Map<string, ReadinessCheck>();
  /** Checks that may fail: the process works on, with less. */
  private readonly helpful = new Map<string, ReadinessCheck>();
  /** Set for good once the process is told to stop. */
  draining = false;

  constructor(
    private readonly executor: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    database: Database,
  ) {
    this.add('database', async () => {
      await query(database.connection, sql`SELECT 1`);
    });
  }

  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** A check whose failure is named as degraded; the process is ready all the same. */
  addHelpful(name: string, check: ReadinessCheck): void {
    this.helpful.set(name, check);
  }

  drain(): void {
    this.draining = true;
  }

  onModuleDestroy(): void {
    this.drain();
  }

  private async degraded(): Promise<Record<string, { status: 'degraded' }>> {
    const failed: Record<string, { status: 'degraded' }> = {};
    await Promise.all(
      [...this.helpful].map(async ([name, check]) => {
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<never>((_, reject) => (timer = setTimeout(reject, TIMEOUT_MS)));
        await Promise.race([check(), late]).catch(() => (failed[name] = { status: 'degraded' }));
        clearTimeout(timer);
      }),
    );
    return failed;
  }

  /** Never throws: `ok` says it. A check that failed is named, its reason stays in the log. */
  async check(): Promise<{ ok: boolean; status: string; checks: Record<string, object> }> {
    if (this.draining) return { ok: false, status: 'draining', checks: {} };
    const indicators = [...this.checks].map(
      ([name, check]) =>
        () =>
          this.indicator
            .check(name)
            .attempt(async () => (await check()) ?? {})
            .withTimeout(TIMEOUT_MS),
    );
    try {
      const { status, details } = await this.executor.check(indicators as never);
      const degraded = await this.degraded();
      const checks: Record<string, object> = { ...(details as Record<string, object>), ...degraded };
      return { ok: true, status: Object.keys(degraded).length > 0 ? 'degraded' : status, checks };
    } catch (error) {
      const response = (error as { getResponse?: () => unknown }).getResponse?.() as {
        details?: Record<string, object>;
      };
      const checks = Object.entries(response?.details ?? {}).map(([name, value]) => {
        const { status } = value as { status?: string };
        return [name, { status: status ?? 'down' }] as const;
      });
      return { ok: false, status: 'error', checks: Object.fromEntries(checks) };
    }
  }
}

@ApiExcludeController()
@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process runs. */
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** The process can work; 503 with the names of the checks that fail. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: string; checks: object }> {
    const { ok, status, checks } = await this.readiness.check();
    reply.status(ok ? 200 : 503);
    return { status, checks };
  }
}
