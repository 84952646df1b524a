import { createHash } from 'node:crypto';
import { applyDecorators, Header, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiParam, ApiProduces, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MayNotFind } from '#http';
import { SECRET } from './calendar-feeds.service.js';

const CALENDAR_TYPE = 'text/calendar';

/** A route at which calendar programs read. They have no token: the address is the secret. */
export function ReadsCalendar(product: string, description: string): MethodDecorator {
  const example = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//yizhan//${product}//ZH\r\nEND:VCALENDAR`;
  return applyDecorators(
    MayNotFind(),
    Header('cache-control', 'private, no-cache'),
    ApiParam({
      name: 'address',
      description: '地址的最后一段，不可猜测 / The last part of the address, which cannot be guessed',
      schema: { type: 'string', pattern: SECRET.source, maxLength: 32 },
      example: '3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAA',
    }),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: '已有的 ETag；未变化时返回 304 / ETag the program has; 304 when it still holds',
      schema: { type: 'string', maxLength: 1_000, pattern: '^[ -~]*$' },
      example: '"3q2-7wAAAAAAAAAAAAAAAA"',
    }),
    ApiProduces(CALENDAR_TYPE),
    ApiOkResponse({
      description,
      content: {
        [CALENDAR_TYPE]: { schema: { type: 'string', format: 'ical', maxLength: 2_097_152 }, example },
      },
    }),
    ApiResponse({ status: 304, description: '未变化 / Not modified' }),
  );
}

/** The calendar, or 304 when the program has this text already (RFC 9110). */
export function calendarAnswer(text: string, request: FastifyRequest, reply: FastifyReply): StreamableFile | undefined {
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  reply.header('ETag', tag);
  const known = request.headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, ''));
  if (known?.includes(tag)) {
    reply.status(304);
    return undefined;
  }
  return new StreamableFile(Buffer.from(text), { type: `${CALENDAR_TYPE}; charset=utf-8` });
}
