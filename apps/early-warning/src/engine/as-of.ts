import { Invalid } from '#problems';

/** Refuses an as-of day that is still to come: nothing can be judged as of it. */
export function refuseFuture(asOf: string | undefined, pointer: string, today: string): void {
  if (asOf !== undefined && asOf > today)
    throw new Invalid({ errors: [{ pointer, zh: '不能晚于今天', en: 'must not be after today' }] });
}
