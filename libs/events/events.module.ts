import { BullModule, BullRegistrar, getQueueToken, Processor, WorkerHost } from '@nestjs/bullmq';
import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule, ModuleRef } from '@nestjs/core';
import type { Job, Queue, Worker } from 'bullmq';
import { Config } from '#config';
import type { ServiceName } from '#contracts';
import { Consumer } from './consumer.js';
import { DeadDeliveries } from './dead.js';
import { Handlers, type HostedService } from './handlers.js';
import { Events } from './publishing.js';
import { type DeliveryJob, queueNames, queuePrefix, queuesModule, redisConnection } from './queues.js';
import { assertRedisKeepsKeys } from './redis-check.js';
import { Relay } from './relay.js';
import { SharedCounts } from './shared-counts.js';
import { Schedules } from './schedules.js';
import { Timers } from './timers.js';

const CLOSE_WITHIN_MS = 25_000;
/** Jobs that a worker holds: most of them wait, to be handled together. */
const CONCURRENCY = 32;

/** The worker of one service: @nestjs/bullmq makes it from the decorated class. */
function processorOf(service: ServiceName, config: Config): Type<WorkerHost> {
  @Processor(
    { name: service },
    {
      prefix: queuePrefix(config, service),
      connection: redisConnection(config, true),
      concurrency: CONCURRENCY,
      maxStalledCount: 10,
    },
  )
  class ServiceConsumer extends WorkerHost<Worker<DeliveryJob>> {
    constructor(
      private readonly consumer: Consumer,
      private readonly relay: Relay,
    ) {
      super();
    }

    async process({ data, attemptsStarted }: Job<Partial<DeliveryJob>>): Promise<void> {
      const { ids, long = false } = data;
      // Redis was emptied between the job's id and its content: the relay looks for what got lost.
      if (!ids) return;
      try {
        await this.consumer.handle(service, { ids, long }, attemptsStarted > 1);
      } catch (error) {
        this.relay.retry(ids);
        throw error;
      }
    }
  }
  Object.defineProperty(ServiceConsumer, 'name', { value: `${service}-consumer` });
  return ServiceConsumer;
}

export const HOSTED_SERVICES = 'yizhan:hosted-services';
const QUEUES = 'yizhan:queues';

/** Boot: handlers checked, Redis checked, then the workers start. Shutdown: the workers finish what they hold. */
@Injectable()
class Workers implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger('Workers');

  constructor(
    private readonly config: Config,
    private readonly modules: ModuleRef,
    private readonly registrar: BullRegistrar,
    @Inject(QUEUES) private readonly queues: Queue[],
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await assertRedisKeepsKeys(this.config);
    if (!this.config.roles.includes('worker')) return;
    this.registrar.register();
    for (const worker of this.workers()) worker.on('error', () => undefined);
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (!this.config.roles.includes('worker')) return;
    const open = new Set(this.workers());
    const closed = Promise.all([...open].map((worker) => worker.close().then(() => open.delete(worker))));
    const cap = new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref());
    await Promise.race([closed, cap]);
    // Nest closes them once more, and would wait for them without end. Another process takes what they hold.
    for (const worker of open) {
      this.logger.warn(`${worker.name}: what is being handled does not end, and is left to another process`);
      worker.closing = Promise.resolve();
    }
  }

  /**
   * BullMQ 6.7.0: a queue that is closed while Redis is away fails to close, and tries to connect for ever. It is told to stop; its answer is
   * not waited for, since none comes between two tries.
   */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.queues.map((queue) => queue.close().catch(() => void queue.disconnect().catch(() => {}))));
  }

  private workers(): Worker[] {
    const processors = this.modules.get<Type<WorkerHost>[]>(PROCESSORS, { strict: false });
    return processors.flatMap((type) => {
      try {
        return [this.modules.get(type, { strict: false }).worker];
      } catch {
        return [];
      }
    });
  }
}

const PROCESSORS = 'yizhan:processors';

/** The event core for the services a process hosts. */
@Global()
@Module({})
export class EventsModule {
  static forRoot(config: Config, hosted: HostedService[]): DynamicModule {
    const processors = config.roles.includes('worker') ? hosted.map(({ name }) => processorOf(name, config)) : [];
    const names = queueNames(hosted.map(({ name }) => name));
    return {
      module: EventsModule,
      imports: [
        DiscoveryModule,
        BullModule.forRoot({ connection: redisConnection(config, false), extraOptions: { manualRegistration: true } }),
        queuesModule(config, names),
      ],
      providers: [
        { provide: HOSTED_SERVICES, useValue: hosted },
        { provide: PROCESSORS, useValue: processors },
        Relay,
        Events,
        Handlers,
        Schedules,
        Timers,
        DeadDeliveries,
        SharedCounts,
        Consumer,
        ...processors,
        {
          // Without a listener each failed connection would be printed; the relay says what cannot be handed over.
          provide: QUEUES,
          inject: names.map((name) => getQueueToken(name)),
          useFactory: (...queues: Queue[]) => queues.map((queue) => queue.on('error', () => undefined)),
        },
        Workers,
      ],
      exports: [Events, Relay, Schedules, Timers, Handlers, Consumer, DeadDeliveries, SharedCounts, HOSTED_SERVICES],
    };
  }
}
