import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { fieldErrors, QUERY, UNKNOWN } from '#fields';
import { Invalid, pointerPart } from '#problems';
import { dirty } from './json-body.js';
import { isCleanText } from './text-hygiene.js';

const BUILT_IN = new Set<unknown>([Object, Array, String, Number, Boolean, Date, Buffer]);

/**
 * Checks every body, query and path parameter against its class of fields (#fields) and makes an instance of it.
 * Unknown properties are refused, nothing is converted but the texts of a query. Throws Invalid (400) with a pointer per error.
 */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype, data }: ArgumentMetadata): unknown {
    if (type === 'custom') return value;
    if (type !== 'body') refuseInvalidParts(value, type, data);
    if (!metatype || BUILT_IN.has(metatype)) return value;
    const given = value === undefined ? {} : value;
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw new Invalid({ errors: [{ pointer: '#', zh: '必须是对象', en: 'must be an object' }] });
    }
    const options = type === 'query' ? { groups: [QUERY] } : {};
    const instance = plainToInstance(metatype as new () => object, given, options);
    const errors = fieldErrors(instance, type);
    if (errors.length > 0) throw new Invalid({ errors });
    return instance;
  }
}

function refuseInvalidParts(value: unknown, type: 'query' | 'param', name: string | undefined): void {
  const parts = typeof value === 'object' && value !== null ? Object.entries(value) : [[name ?? '', value] as const];
  for (const [key, part] of parts) {
    const pointer = (type === 'query' ? '?' : ':') + pointerPart(key);
    // class-transformer would drop such a key without a word.
    if (key in Object.prototype) throw new Invalid({ errors: [{ pointer, ...UNKNOWN }] });
    if (type === 'query' && Array.isArray(part) && name !== undefined) {
      throw new Invalid({ errors: [{ pointer, zh: '只能出现一次', en: 'must be given once' }] });
    }
    for (const one of Array.isArray(part) ? (part as unknown[]) : [part]) {
      if (!isCleanText(key) || (typeof one === 'string' && !isCleanText(one))) throw dirty(pointer);
    }
  }
}
