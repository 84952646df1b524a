import { QueryFailedError } from 'typeorm';
import { Config } from '#config';
import { createLogger, NestLogger } from './logging.js';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  const config = Config.of({ databaseUrl: 'postgres://x@h/d', redisUrl: 'redis://h:1', logLevel: 'debug' });
  write(createLogger(config, { write: (line) => lines.push(line) }));
  return lines.join('');
}

describe('the log', () => {
  it('never shows the values of a statement', () => {
    const driver = Object.assign(new Error('invalid input "canary"'), {
      code: '22P02',
      detail: 'Key (phone)=(canary)',
    });
    const error = new QueryFailedError('SELECT canary', ['canary'], driver);
    const text = logged((logger) => logger.error({ err: error }, 'request failed'));
    expect(text).not.toContain('canary');
    expect(JSON.parse(text)).toMatchObject({
      level: 'error',
      msg: 'request failed',
      err: { type: 'QueryFailedError', sqlState: '22P02' },
    });
    expect(JSON.parse(text).err.stack).toContain('    at ');
  });

  it('never shows a request or an answer', () => {
    const text = logged((logger) =>
      logger.info({ req: { headers: { authorization: 'canary' } }, res: { body: 'canary' } }),
    );
    expect(text).not.toContain('canary');
  });

  it('keeps line breaks of a message inside its line, and takes the messages of Nest', () => {
    const text = logged((logger) => new NestLogger(logger).error('one\ntwo', 'Context'));
    expect(text.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(text)).toMatchObject({ msg: 'one\ntwo', context: 'Context' });
  });
});
