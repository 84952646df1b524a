import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { allEvents, eventOptions, type EventClass, type ServiceName } from '#contracts';
import type { Tx } from '#database';

/** An event as a handler gets it. */
export interface Received<T> {
  id: string;
  name: string;
  occurredAt: Date;
  aggregateId: string | null;
  aggregateVersion: number | null;
  trace: string | null;
  data: T;
}

/** One period of a schedule: the instant it stands for, and that instant's calendar date on campus. */
export interface Period {
  at: Date;
  date: string;
}

export interface ScheduleOptions {
  /** `<service>.<what>`, unique and stable: its last period is stored under it. */
  name: `${ServiceName}.${string}`;
  /** What a process that was away does about missed periods: run each of them (default), or only the newest. */
  catchUp?: 'all' | 'latest';
}

/** Crontab fields (minute hour day month weekday, optionally seconds first) in the campus time zone. Not on :00 or :30 where messages go out. */
export interface Schedule extends Required<ScheduleOptions> {
  cron: string;
  service: ServiceName;
  handle: (tx: Tx, period: Period) => Promise<void>;
}

const ON_EVENT = 'yizhan:on-event';
const ON_EVENTS = 'yizhan:on-events';
const PREPARE = 'yizhan:prepare';
const ON_DEAD = 'yizhan:on-dead';
const EVERY = 'yizhan:every';

/** Marks `method(tx, event)` as the handler of an event, or of each of several, run inside the delivery's transaction. */
export function OnEvent(...eventClasses: EventClass[]): MethodDecorator {
  return SetMetadata(ON_EVENT, eventClasses);
}

/**
 * Marks `method(tx, events)` as the handler of an event, or of several, that takes what is delivered together with as few statements as for
 * one: in the order of publication, and never two of one aggregate.
 */
export function OnEvents(...eventClasses: EventClass[]): MethodDecorator {
  return SetMetadata(ON_EVENTS, eventClasses);
}

/**
 * Marks `method(event)` as the slow part of a long event, run before its handler and outside of any transaction: it reads, works, and puts
 * into storage, but writes nothing that counts. What it returns is the handler's third argument, which must not change it. It is run again
 * whenever the event is tried again.
 */
export function Prepare(eventClass: EventClass): MethodDecorator {
  return SetMetadata(PREPARE, eventClass);
}

/**
 * Marks `method(tx, event)` as what follows when a delivery of the event to this service is dead, or was discarded by an operator: whoever
 * waits for its effect is told. It is a delivery of its own, with tries of its own; when the first one was replayed meanwhile it is not run.
 */
export function OnDead(eventClass: EventClass): MethodDecorator {
  return SetMetadata(ON_DEAD, eventClass);
}

/** Marks `method(tx, period)` as a schedule: run once per period, also for periods missed while no process ran. */
export function Every(cron: string, options: ScheduleOptions): MethodDecorator {
  return SetMetadata(EVERY, { cron, ...options });
}

/** What `@OnEvent`, `@OnEvents` or `@OnDead` marks. */
export interface EventHandler {
  eventClass: EventClass;
  handle: (tx: Tx, events: readonly Received<object>[], prepared?: unknown) => Promise<void>;
  /** Whether it takes more than one. */
  many: boolean;
}

/** What `@Prepare` marks. */
export interface Preparation {
  eventClass: EventClass;
  prepare: (event: Received<object>) => Promise<unknown>;
}

/** Which service a module class belongs to. */
export interface HostedService {
  name: ServiceName;
  module: object;
}

/** The handlers and schedules of the services this process hosts, found once at boot. */
@Injectable()
export class Handlers {
  private readonly byService = new Map<ServiceName, Map<string, EventHandler>>();
  private readonly deadByService = new Map<ServiceName, Map<string, EventHandler>>();
  private readonly preparedByService = new Map<ServiceName, Map<string, Preparation>>();
  readonly schedules: Schedule[] = [];

  /** The services this process hosts. */
  get hosted(): ServiceName[] {
    return [...this.byService.keys()];
  }

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** Collects `@OnEvent`, `@OnDead` and `@Every`; throws when they are not exactly what the hosted services owe. */
  discover(hosted: HostedService[]): void {
    for (const { name } of hosted) {
      this.byService.set(name, new Map());
      this.deadByService.set(name, new Map());
      this.preparedByService.set(name, new Map());
    }
    for (const wrapper of this.discovery.getProviders()) {
      const instance = wrapper.instance as Record<string, (...args: unknown[]) => Promise<void>> | undefined;
      const service = hosted.find((candidate) => candidate.module === wrapper.host?.metatype)?.name;
      if (!instance || typeof instance !== 'object' || !service) continue;
      for (const method of this.scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object)) {
        this.collect(service, instance, method);
      }
    }
    this.check();
  }

  /** Throws where there is none. */
  of(service: ServiceName, eventName: string): EventHandler {
    const handler = this.byService.get(service)?.get(eventName);
    if (!handler) throw new Error(`no handler for ${eventName}`);
    return handler;
  }

  /** The same object for all events that one handler takes together. */
  takerOf(service: ServiceName, eventName: string): object | undefined {
    const handler = this.byService.get(service)?.get(eventName);
    return handler?.many ? handler.handle : undefined;
  }

  /** What is done before the event is handled. */
  preparationOf(service: ServiceName, eventName: string): Preparation | undefined {
    return this.preparedByService.get(service)?.get(eventName);
  }

  /** What follows when a delivery of the event to the service comes to nothing. */
  deadHandlerOf(service: ServiceName, eventName: string): EventHandler | undefined {
    return this.deadByService.get(service)?.get(eventName);
  }

  private collect(
    service: ServiceName,
    instance: Record<string, (...args: unknown[]) => Promise<void>>,
    method: string,
  ): void {
    const fn = instance[method];
    if (typeof fn !== 'function') return;
    const handle: EventHandler['handle'] = async (tx, events, prepared) => {
      for (const event of events) await fn.call(instance, tx, event, prepared);
    };
    const handleAll: EventHandler['handle'] = (...args) => fn.call(instance, ...args);
    const handlers = this.byService.get(service)!;
    for (const eventClass of this.reflector.get<EventClass[] | undefined>(ON_EVENT, fn) ?? [])
      add(handlers, service, '@OnEvent', { eventClass, handle, many: false });
    for (const eventClass of this.reflector.get<EventClass[] | undefined>(ON_EVENTS, fn) ?? [])
      add(handlers, service, '@OnEvents', { eventClass, handle: handleAll, many: true });
    const preparedClass = this.reflector.get<EventClass | undefined>(PREPARE, fn);
    if (preparedClass) {
      const prepare: Preparation['prepare'] = (event) => fn.call(instance, event);
      add(this.preparedByService.get(service)!, service, '@Prepare', { eventClass: preparedClass, prepare });
    }
    const deadClass = this.reflector.get<EventClass | undefined>(ON_DEAD, fn);
    if (deadClass)
      add(this.deadByService.get(service)!, service, '@OnDead', { eventClass: deadClass, handle, many: false });
    const every = this.reflector.get<{ cron: string } & ScheduleOptions>(EVERY, fn);
    if (every) {
      if (this.schedules.some((other) => other.name === every.name))
        throw new Error(`Schedule ${every.name} is declared twice`);
      this.schedules.push({ catchUp: 'all', ...every, service, handle: (tx, period) => fn.call(instance, tx, period) });
    }
  }

  private check(): void {
    const wrong: string[] = [];
    for (const service of this.hosted) {
      const handlers = this.byService.get(service) as Map<string, unknown>;
      const owed = allEvents().filter(({ options }) => options.consumers.includes(service));
      for (const { options, eventClass } of owed) {
        if (!handlers.has(options.name))
          wrong.push(
            `- ${service} does not handle ${options.name}: add @OnEvent(${eventClass.name}) to one of its handlers, or take '${service}' off the event's consumers`,
          );
      }
      for (const name of handlers.keys()) {
        if (!owed.some(({ options }) => options.name === name))
          wrong.push(
            `- ${service} handles ${name}, which does not name it: add '${service}' to the event's consumers in libs/contracts`,
          );
      }
      for (const [name, { eventClass }] of this.preparedByService.get(service)!) {
        if (!handlers.has(name) || !eventOptions(eventClass).long)
          wrong.push(
            `- ${service} has @Prepare(${eventClass.name}), but does not handle ${name}, or it is not long: add @OnEvent(${eventClass.name}) and \`long: true\``,
          );
      }
      for (const [name, { eventClass }] of this.deadByService.get(service)!) {
        if (!handlers.has(name))
          wrong.push(
            `- ${service} has @OnDead(${eventClass.name}), but does not handle ${name}: add @OnEvent(${eventClass.name}), or delete it`,
          );
      }
    }
    if (wrong.length > 0)
      throw new Error(`Events and handlers do not agree, so nothing is started:\n${wrong.join('\n')}`);
  }
}

function add<T extends { eventClass: EventClass }>(
  handlers: Map<string, T>,
  service: string,
  decorator: string,
  handler: T,
): void {
  const { name } = eventOptions(handler.eventClass);
  if (handlers.has(name))
    throw new Error(`${service} handles ${name} twice: keep one ${decorator}(${handler.eventClass.name})`);
  handlers.set(name, handler);
}
