import type { Permission } from './permissions.js';
import type { Bilingual, ServiceName } from './services.js';

export interface EventOptions {
  /** `<service>.<what-happened>.v<N>`; a change that is not additive is a new event with the next N. */
  name: `${ServiceName}.${string}.v${number}`;
  /** Services that must handle it; checked at boot against their handlers. */
  consumers: ServiceName[];
  /** Apps outside may be told of it by webhook: those that hold the permission. `integration` is a consumer of it then. */
  tells?: Bilingual & { permission: Permission };
  /** Set for long work (imports, nightly runs): handled in a transaction of its own, never batched with others. */
  long?: boolean;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- class-transformer calls constructors without arguments
export type EventClass<T extends object = object> = new (...args: any[]) => T;

const byName = new Map<string, { eventClass: EventClass; options: EventOptions }>();
const byClass = new Map<EventClass, EventOptions>();

/** Declares an event: a fact of one service that others may rely on. The payload is validated with class-validator on both sides. */
export function Event(declared: EventOptions) {
  const consumers: ServiceName[] = declared.tells ? [...declared.consumers, 'integration'] : declared.consumers;
  const options = { ...declared, consumers };
  return (eventClass: EventClass): void => {
    if (new Set(consumers).size < consumers.length) throw new Error(`Event ${options.name} names a consumer twice`);
    if (byName.has(options.name)) throw new Error(`Event ${options.name} is declared twice`);
    byName.set(options.name, { eventClass, options });
    byClass.set(eventClass, options);
  };
}

/** The options a class was declared with; throws when it carries no `@Event`. */
export function eventOptions(eventClass: EventClass): EventOptions {
  const options = byClass.get(eventClass);
  if (!options) throw new Error(`${eventClass.name} is not an event: declare it with @Event in libs/contracts`);
  return options;
}

export function eventClassOf(name: string): EventClass | undefined {
  return byName.get(name)?.eventClass;
}

export function allEvents(): { eventClass: EventClass; options: EventOptions }[] {
  return [...byName.values()];
}
