import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { INTERCEPTORS_METADATA } from '@nestjs/common/constants.js';
import { firstValueFrom, of } from 'rxjs';
import { Aggregates, listed, published, shapedFrom } from './egress.js';

class Portraits {
  @Aggregates('published')
  list(): void {}
}

/** What the route answers when its handler returns something. */
function answered(answer: unknown): Promise<unknown> {
  const handler = Object.getOwnPropertyDescriptor(Portraits.prototype, 'list')!.value as object;
  const [Interceptor] = Reflect.getMetadata(INTERCEPTORS_METADATA, handler) as [new () => NestInterceptor];
  const context = { getClass: () => Portraits, getHandler: () => handler } as unknown as ExecutionContext;
  const next: CallHandler = { handle: () => of(answer) };
  return firstValueFrom(new Interceptor().intercept(context, next) as ReturnType<CallHandler['handle']>);
}

describe('the way out for figures about several students', () => {
  it('lets nothing out that did not come through it', async () => {
    const answer = { data: [] };
    await expect(async () => answered(answer)).rejects.toThrow('Portraits.list answers figures');
    await expect(async () => answered('<svg/>')).rejects.toThrow('Portraits.list answers figures');
    expect(await answered(published(answer, []))).toBe(answer);
    expect(await answered(listed({ n: 1 }))).toEqual({ n: 1 });
    expect(await answered(shapedFrom(answer, { svg: '' }))).toEqual({ svg: '' });
    expect(() => shapedFrom({}, { svg: '' })).toThrow('did not go through');
  });

  it('takes no figure about fewer than five, and none without a number', () => {
    const row =
      (students: number | null, ...figures: (number | null)[]) =>
      () =>
        published({}, [{ students, figures }]);
    expect(row(5, 1.5, null)).not.toThrow();
    expect(row(null, null)).not.toThrow();
    expect(row(4, 1.5)).toThrow('too few students');
    expect(row(4, null)).toThrow('too few students');
    expect(row(null, null, 0)).toThrow('too few students');
  });
});
