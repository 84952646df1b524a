/**
 * What the house forbids in code, as ESLint rules `house/<name>`. Each message says what to do instead.
 * JavaScript, because ESLint on Node 20 reads no TypeScript.
 */

const ban = (selector, message) => ({
  meta: { type: 'problem', schema: [] },
  create: (context) => ({ [selector]: (node) => context.report({ node, message }) }),
});

const FIXED =
  ':not(Literal, TemplateLiteral[expressions.length=0], ObjectExpression, ArrowFunctionExpression, NewExpression)';
const BUILDER = '/^(where|andWhere|orWhere|orderBy|addOrderBy|select|addSelect|groupBy|addGroupBy|having|andHaving)$/';
const EMPTY = ':matches(ObjectExpression[properties.length=0], ArrayExpression[elements.length=0])';
const DATABASE_NOW = '(now|clock_timestamp|statement_timestamp|transaction_timestamp)\\(\\)';
const FOREIGN_QUEUES = '/^(bullmq|@nestjs\\u002Fbullmq|ioredis)$/';

export const rules = {
  /** TypeORM runs what it is given here as SQL: a column expression from a request would be an injection. */
  'no-built-sql': ban(
    `CallExpression[callee.property.name=${BUILDER}]:not([callee.object.type='ThisExpression']) > ${FIXED}.arguments:first-child`,
    'Only literal text goes into a query builder. Map a sort or filter key to literal columns, and bind values (:name).',
  ),
  'no-pasted-sql': ban(
    "CallExpression[callee.property.name='query'] > :matches(TemplateLiteral[expressions.length>0], BinaryExpression).arguments:first-child",
    'SQL text is never pasted together. Use query(tx, sql`…`) of #database, which binds every value.',
  ),
  /** `save()` overwrites whichever row the object names, and looks at no version. */
  'no-save': ban(
    "CallExpression[callee.property.name='save'][arguments.length>0]",
    'save() overwrites foreign rows and loses updates. Use insert() and update() of #database.',
  ),
  /** Empty criteria still mean "the first row" or "all rows" in TypeORM 1.1. */
  'no-empty-where': ban(
    `:matches(CallExpression[callee.property.name=/^(find|count|exists)/] > ObjectExpression.arguments > Property[key.name='where'] > ${EMPTY}.value, ` +
      `CallExpression[callee.property.name=/^(find|findOne|findAndCount|count|exists).*By/] > ${EMPTY}.arguments)`,
    'Empty criteria match every row. Say which rows are meant, or use query(tx, sql`…`).',
  ),
  'no-synchronize': ban(
    "Property[key.name='synchronize'] > Literal.value[value=true]",
    'The schema changes through migrations alone. Write one in src/migrations.',
  ),
  'no-data-source': ban(
    "NewExpression[callee.name='DataSource']",
    'Only libs/database opens data sources. Take Database, or connect() of #database in tools.',
  ),
  'no-process-env': ban(
    ":matches(MemberExpression[object.name='process'][property.name='env'], ImportDeclaration[source.value=/^(node:)?process$/])",
    'Only libs/config reads the environment. Add the setting to Config and take Config.',
  ),
  'no-queue-client': ban(
    `ImportDeclaration[source.value=${FOREIGN_QUEUES}]`,
    'Only libs/events talks to Redis. Publish an event, or put @Every on a handler.',
  ),
  /** A span that passed is measured with performance.now(), which nobody sets. */
  'no-machine-time': ban(
    ":matches(:matches(NewExpression, CallExpression)[callee.name='Date'][arguments.length=0], MemberExpression[object.name='Date'][property.name='now'], " +
      "CallExpression[callee.object.name='DateTime'][callee.property.name=/^(now|local|utc)$/][arguments.length=0])",
    'The machine does not say what time it is on campus. Take CampusClock, or `now` as an argument; measure spans with performance.now().',
  ),
  /** `updated_at = now()` is bookkeeping; what is compared or reckoned with decides. */
  'no-database-time': ban(
    `TemplateElement[value.raw=/[-+<>]=?\\s*${DATABASE_NOW}|BETWEEN ${DATABASE_NOW}|${DATABASE_NOW}(::[a-z]+)?\\s*([-+<>]|AND|AT TIME)|current_(date|time)/i]`,
    'The database does not say what time it is on campus. Bind clock.now() or clock.today().',
  ),
  /** Of few persons a statistic tells of each of them. */
  'no-loose-statistics': ban(
    'TemplateElement[value.raw=/\\b(avg|percentile_(cont|disc)|stddev(_pop|_samp)?|var_(pop|samp)|regr_\\w+|corr)\\s*\\(/i]',
    'Statistics about students go out through apps/early-warning/src/disclosure alone. Publish them, or count what the caller may list, and name the folder in eslint.config.js.',
  ),
  'no-console': ban(
    "CallExpression[callee.object.name='console']",
    'Log through the Logger of @nestjs/common; tools write to process.stdout.',
  ),
  /** `// eslint-disable-next-line rule -- why` */
  'explain-disable': {
    meta: { type: 'problem', schema: [] },
    create: (context) => ({
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          if (!/^\s*eslint-disable/.test(comment.value)) continue;
          if (/^\s*eslint-disable\S*\s+(?!--)\S[^]*?\s--\s+\S/.test(comment.value)) continue;
          // Before the comment: it would silence a report about itself.
          const loc = { start: { line: comment.loc.start.line, column: -1 }, end: comment.loc.end };
          context.report({ loc, message: 'Name the rule and say why: eslint-disable-next-line rule -- why.' });
        }
      },
    }),
  },
};
