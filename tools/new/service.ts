import { existsSync } from 'node:fs';
import { addImport, addTo, repeatEntries } from './edits.js';
import { fill, type Name, nameOf } from './names.js';
import { Changes, runWhenMain, template } from './project.js';

const USAGE =
  'npm run new:service <service> [<Chinese title> [<English title>]], as: npm run new:service sports-hall 体育场馆 "Sports halls"';
/** The service whose entries in the files of a deployment are repeated: one with nothing special. */
const MODEL = nameOf('party-building');
/** Schemas of the plumbing, and first parts of paths that no service answers. */
const TAKEN = ['campus', 'docs', 'events', 'health', 'http', 'metrics', 'openapi', 'operations', 'platform', 'public'];

/** A service without features, in every packing: it starts, and answers for its jobs, deliveries and policies. */
async function newService(serviceName = '', zh?: string, en?: string): Promise<string> {
  if (!serviceName) throw new Error(USAGE);
  const service = nameOf(serviceName);
  const { kebab, camel } = service;
  if (TAKEN.includes(kebab) || /^pg\b/.test(kebab) || existsSync(`apps/${kebab}`)) {
    throw new Error(`The name ${kebab} is taken`);
  }
  const changes = new Changes();
  const filled = async (path: string): Promise<string> => fill(await template(`service/${path}`), { service });
  changes.create(`apps/${kebab}/src/main.ts`, await filled('main.ts'));
  changes.create(`apps/${kebab}/src/${kebab}.module.ts`, await filled('module.ts'));
  changes.create(`libs/contracts/${kebab}/permissions.ts`, await filled('permissions.ts'));

  const title = [zh ?? service.words, en ?? service.sentence].map((text) => JSON.stringify(text));
  await changes.edit('libs/contracts/services.ts', (text) =>
    addTo(text, 'SERVICES', `'${kebab}': { zh: ${title[0]}, en: ${title[1]} }`),
  );
  await changes.edit('libs/contracts/permissions.ts', (text) =>
    addImport(
      addTo(addTo(text, 'PERMISSIONS', `...${camel}.PERMISSIONS`), 'GRANTS', camel),
      `* as ${camel}`,
      `./${kebab}/permissions.js`,
    ),
  );
  await changes.edit('apps/campus/src/services.ts', (text) =>
    addImport(addTo(text, 'services', camel), `{ ${camel} }`, `../../${kebab}/src/${kebab}.module.js`),
  );
  await changes.edit('nest-cli.json', (text) => withProject(text, kebab));
  for (const file of ['docker-compose.yml', 'deploy/nginx/nginx.conf.template']) {
    await changes.edit(file, (text) => repeatEntries(text, spellings(MODEL), spellings(service)));
  }
  await changes.edit('deploy/secrets/make.sh', (text) => text.replace(MODEL.kebab, `${MODEL.kebab} ${kebab}`));
  await changes.write();
  return `
Next:
${zh && en ? '' : `  - Give it its titles, Chinese and English, in libs/contracts/services.ts.\n`}  - npm run new:feature ${kebab} <feature>
  - npm run openapi && npm run events:doc, then npm run check
  - A row in the tables of services of README.md and README.zh-CN.md.
  - Where it runs already: deploy/secrets/make.sh and npm run migrate, before the new version starts.`;
}

const spellings = ({ kebab, snake }: Name): string[] => [kebab, snake, snake.toUpperCase()];

/** `nest build` knows it, right behind the model. */
function withProject(text: string, kebab: string): string {
  const cli = JSON.parse(text) as { projects: Record<string, object> };
  const model = JSON.stringify(cli.projects[MODEL.kebab]).replaceAll(MODEL.kebab, kebab);
  const projects = Object.entries(cli.projects).flatMap((entry) =>
    entry[0] === MODEL.kebab ? [entry, [kebab, JSON.parse(model) as object] as const] : [entry],
  );
  return JSON.stringify({ ...cli, projects: Object.fromEntries(projects) }, null, 2);
}

await runWhenMain(import.meta.url, newService);
