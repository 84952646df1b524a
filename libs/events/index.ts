import type { MigrationClass } from '#database';
import { EventLog1763740000000 } from './migrations/1763740000000-event-log.js';
import { Redelivered1763740010000 } from './migrations/1763740010000-redelivered.js';
import { Timers1763760000000 } from './migrations/1763760000000-timers.js';

export { nestedClass } from './payload.js';
export { Events, type Aggregate } from './publishing.js';
export {
  Every,
  Handlers,
  OnDead,
  OnEvent,
  OnEvents,
  Prepare,
  type HostedService,
  type Period,
  type Received,
  type ScheduleOptions,
} from './handlers.js';
export { EventsModule } from './events.module.js';
export { latestPeriod, periodsBetween, Schedules } from './schedules.js';
export { Timers, type Timer, type TimerKey } from './timers.js';
export { Relay } from './relay.js';
export { queueToken } from './queues.js';
export { pingRedis } from './redis-check.js';
export { SharedCounts } from './shared-counts.js';
export { Together } from './together.js';
export { Consumer, MAX_ATTEMPTS, Unwanted } from './consumer.js';
export { DeadDeliveries } from './dead.js';
export {
  deleteHandledEvents,
  deliveryById,
  discardDelivery,
  openDeliveries,
  replayDelivery,
  type DeliveryInfo,
  type DeliveryState,
} from './deliveries.js';

/** Schema `events`. */
export const eventsMigrations: MigrationClass[] = [
  EventLog1763740000000,
  Redelivered1763740010000,
  Timers1763760000000,
];
