import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { QueryFailedError } from 'typeorm';
import type { Config } from '#config';
import { sqlState } from '#database';

/**
 * The process's log: JSON lines on stdout. What may be written is a list of what is allowed: a request never shows its
 * headers, query values or body, an error never shows the values of a statement.
 */
export function createLogger(config: Config, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: errorForLog, req: () => undefined, res: () => undefined },
  };
  return destination ? pino(options, destination) : pino(options);
}

export interface LoggedError {
  type: string;
  message?: string;
  sqlState?: string;
  stack?: string;
}

/** What of an error may be logged: the messages of PostgreSQL quote values, so only its SQLSTATE is kept. */
export function errorForLog(error: unknown): LoggedError {
  if (!(error instanceof Error)) return isLogged(error) ? error : { type: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  const state = sqlState(error);
  const quotesValues = error instanceof QueryFailedError || state !== undefined || error instanceof SyntaxError;
  return {
    type: error.name,
    ...(!quotesValues && { message: error.message }),
    ...(state && { sqlState: state }),
    stack: frames.join('\n'),
  };
}

// Serializers run on what the filter has already made safe.
function isLogged(value: unknown): value is LoggedError {
  return typeof value === 'object' && value !== null && typeof (value as LoggedError).type === 'string';
}

/** Nest's own messages, through the same log. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    // Nest reports each module and route at start; one line says as much.
    this.write('debug', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  private write(level: 'debug' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const fields = { ...(typeof context === 'string' && !context.includes('\n') && { context }) };
    if (message instanceof Error) this.logger[level]({ ...fields, err: errorForLog(message) });
    else this.logger[level](fields, String(message));
  }
}
