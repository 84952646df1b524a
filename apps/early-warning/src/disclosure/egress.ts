import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { map, type Observable } from 'rxjs';

/**
 * Why figures about several students may go out:
 * - `published`: they were made by `unitsToRelease`, and whoever asks is answered the same;
 * - `listed`: they count rows each of which the caller may read, so that they say nothing the caller could not count.
 */
export type Basis = 'published' | 'listed';

/** No school may set a lower number of persons (portrait.policy.ts). */
export const LOWEST_LEAST = 5;

/** Figures about several students, and how many; null: withheld, and then there is no figure. */
export interface GroupFigures {
  students: number | null;
  figures: readonly (number | null)[];
}

const checked = new WeakSet<object>();

/** The one way out for figures that were published. Throws where a row tells of fewer students than any school may. */
export function published<T extends object>(answer: T, rows: readonly GroupFigures[]): T {
  for (const { students, figures } of rows) {
    const tells = figures.some((figure) => figure !== null);
    if (students === null ? tells : students < LOWEST_LEAST) throw new Error('Figures about too few students');
  }
  checked.add(answer);
  return answer;
}

/** The one way out for figures about rows that the caller may list: to be counted under the very predicate of that list. */
export function listed<T extends object>(answer: T): T {
  checked.add(answer);
  return answer;
}

/** The same figures in another shape. Throws where they did not go through here. */
export function shapedFrom<T extends object>(figures: object, answer: T): T {
  if (!checked.has(figures)) throw new Error('Figures that did not go through disclosure/egress.ts');
  checked.add(answer);
  return answer;
}

/** A route that answers figures about several students. What did not go through `published` or `listed` is not answered. */
export function Aggregates(basis: Basis): MethodDecorator {
  return applyDecorators(ApiExtension('x-aggregate', basis), UseInterceptors(EgressInterceptor));
}

@Injectable()
class EgressInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map((answer: unknown) => {
        if (typeof answer === 'object' && answer !== null && checked.has(answer)) return answer;
        const route = `${context.getClass().name}.${context.getHandler().name}`;
        throw new Error(`${route} answers figures about students that did not go through disclosure/egress.ts`);
      }),
    );
  }
}
