/** Something that runs and can be stopped. */
export interface Stoppable {
  stop(): Promise<void>;
}

export interface Stopping {
  /** Registers what is about to run and hands it on; a start that fails leaves nothing to stop. */
  add<T extends Stoppable>(starting: Promise<T>): Promise<T>;
  /** Stops everything, the last added first. */
  stop(): Promise<void>;
  /** Whether stopping has begun: errors of work it cut short are then no news. */
  readonly begun: boolean;
}

/**
 * At the first Ctrl-C, SIGTERM or closed terminal stops what was added (so add PostgreSQL, then Redis, then the
 * application) and ends the process: 0, or 1 when a stop failed. What is still starting is waited for, then stopped.
 * A second signal ends the process at once; servers left running by that are found again by the next start.
 */
export function stopOnSignal(): Stopping {
  const started: Promise<Stoppable>[] = [];
  let begun = false;
  const stop = async () => {
    begun = true;
    const failures: unknown[] = [];
    for (let last = started.pop(); last; last = started.pop()) {
      const running = await last.catch(() => undefined);
      await running?.stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be stopped.');
  };
  const onSignal = () => {
    if (begun) process.exit(1);
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return {
    add: (starting) => {
      started.push(starting);
      return starting;
    },
    stop,
    get begun() {
      return begun;
    },
  };
}
