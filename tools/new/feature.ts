import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addImport, addTo, has } from './edits.js';
import { assertPlain, fill, nameOf, singularAndPlural } from './names.js';
import { Changes, runWhenMain, template } from './project.js';

const USAGE =
  'npm run new:feature <service> <feature> [<what one is called in Chinese>], as: npm run new:feature safety hazards 隐患';
const PARTS = ['entity', 'problems', 'dto', 'service', 'controller', 'feature'];
/** Roles of the small campus's staff who may read and write, over their own units. */
const ROLES = ['counselor', 'student_affairs_officer'];
/** Routes that every service has, and folders that are no features. */
const TAKEN = ['jobs', 'deliveries', 'policies', 'files', 'audits', 'migrations'];

/** A feature about students, from the table to the test: whoever answers for a student registers, sees and closes. */
async function newFeature(serviceName = '', featureName = '', zh?: string): Promise<string> {
  if (!serviceName || !featureName) throw new Error(USAGE);
  assertPlain(zh ?? '');
  const service = nameOf(serviceName);
  const { one, many } = singularAndPlural(featureName);
  const source = `apps/${service.kebab}/src`;
  const module = `${source}/${service.kebab}.module.ts`;
  if (!existsSync(module))
    throw new Error(`There is no service ${service.kebab}: npm run new:service ${service.kebab}`);
  const folder = `${source}/${many.kebab}`;
  if (TAKEN.includes(many.kebab) || existsSync(folder)) throw new Error(`${service.kebab} has ${many.kebab} already`);
  await refuseTakenClasses([one.pascal, many.pascal, `${one.pascal}Dto`, `${many.pascal}Query`]);

  const changes = new Changes();
  const filled = async (path: string): Promise<string> =>
    fill(await template(`feature/${path}`), { service, one, many, zh: zh ?? one.words });
  for (const part of PARTS) {
    const [file, name] = part === 'entity' ? ['sample-row', one] : ['sample-rows', many];
    changes.create(`${folder}/${name.kebab}.${part}.ts`, await filled(`${file}.${part}.ts`));
  }
  changes.create(`apps/${service.kebab}/test/${many.kebab}.e2e-spec.ts`, await filled('e2e-spec.ts'));

  const at = await nextMigration(source);
  const migration = `${many.pascal}${at}`;
  const text = await filled('migration.ts');
  changes.create(`${source}/migrations/${at}-${many.kebab}.ts`, text.replace(`${many.pascal}0`, migration));
  await changes.edit(module, (before) => {
    const features = addTo(before, 'features', many.camel);
    const listed = addImport(features, `{ ${many.camel} }`, `./${many.kebab}/${many.kebab}.feature.js`);
    return addImport(addTo(listed, 'migrations', migration), `{ ${migration} }`, `./migrations/${at}-${many.kebab}.js`);
  });

  const [read, write] = ['read', 'write'].map((action) => `'${service.kebab}:${one.kebab}:${action}'`);
  const [inChinese, inEnglish] = [zh ?? one.words, many.words];
  await changes.edit(`libs/contracts/${service.kebab}/permissions.ts`, (before) => {
    const declared = [
      `${read}: { zh: '查看${inChinese}', en: 'See ${inEnglish}' }`,
      `${write}: { zh: '登记与关闭${inChinese}', en: 'Register and close ${inEnglish}' }`,
    ].reduce((rest, permission) => addTo(rest, 'PERMISSIONS', permission), before);
    return ROLES.reduce(
      (rest, role) =>
        has(rest, role)
          ? addTo(addTo(rest, role, read!), role, write!)
          : addTo(rest, 'GRANTS', `${role}: [${read}, ${write}]`),
      declared,
    );
  });
  const tag = many.kebab.includes('-') ? `'${many.kebab}'` : many.kebab;
  await changes.edit('libs/contracts/tags.ts', (before) => {
    const inUse = new RegExp(`^  ${tag}: `, 'm').test(before);
    return inUse
      ? before
      : addTo(before, 'TAGS', `${tag}: { zh: '${inChinese}', en: '${many.sentence}' }`, { sorted: true });
  });
  await changes.write();
  return `
Next:
  1. Make it yours: the columns (entity, migration, dto), the problems, what a use case does, who may (libs/contracts/${service.kebab}/permissions.ts).
${zh ? '' : `     The Chinese texts call it "${one.words}": give it its Chinese name.\n`}  2. npm run openapi && npm run events:doc
  3. npm run check
  4. npm run jest -- apps/${service.kebab}/test/${many.kebab}.e2e-spec.ts`;
}

/** Later than every migration of the service, and now unless its clock is ahead: 13 digits, milliseconds since 1970. */
async function nextMigration(source: string): Promise<number> {
  const files = existsSync(`${source}/migrations`) ? await readdir(`${source}/migrations`) : [];
  return Math.max(Date.now(), ...files.map((file) => Number.parseInt(file, 10) + 1).filter(Number.isFinite));
}

/** Two classes of one name are one schema in the API's documents. */
async function refuseTakenClasses(names: string[]): Promise<void> {
  const pattern = new RegExp(`^(?:export )?class (${names.join('|')})\\b`, 'm');
  for (const file of await readdir('apps', { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const taken = pattern.exec(await readFile(join('apps', file), 'utf8'))?.[1];
    if (taken) throw new Error(`apps/${file} has a class ${taken} already: take a more exact name`);
  }
}

await runWhenMain(import.meta.url, newFeature);
