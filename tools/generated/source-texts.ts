import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';

/** What the source says of a class: its comment and those of its fields. */
export interface ClassText {
  comment: string;
  fields: Map<string, string>;
}

/** Where the settings are, and their names in the environment. */
const CONFIG = ['libs/config/config.ts', 'libs/config/sign-in.ts'];

/** Classes of events: those of libs/contracts and the `*.event.ts` of services and of what they all have, by the name of the class. */
export async function textsOfClasses(): Promise<Map<string, ClassText>> {
  const ownOf = async (folder: string) =>
    (await readdir(folder, { recursive: true }))
      .filter((file) => file.endsWith('.event.ts'))
      .map((file) => join(folder, file));
  const inContracts = (await readdir('libs/contracts', { recursive: true })).filter((file) =>
    file.endsWith('events.ts'),
  );
  const files = [
    ...inContracts.map((file) => join('libs/contracts', file)),
    ...(await ownOf('apps')),
    ...(await ownOf('libs/service')),
  ];
  const texts = new Map<string, ClassText>();
  for (const file of files) {
    for (const node of (await parse(file)).statements) {
      if (!ts.isClassDeclaration(node) || !node.name) continue;
      if (texts.has(node.name.text)) throw new Error(`Two classes of events are called ${node.name.text}`);
      const fields = node.members
        .filter(ts.isPropertyDeclaration)
        .map((field) => [nameOf(field), commentOf(field)] as const);
      texts.set(node.name.text, { comment: commentOf(node), fields: new Map(fields) });
    }
  }
  return texts;
}

/** `.env.example`: every setting of Config with its comment; those that have a default are commented out. */
export async function envExample(): Promise<string> {
  const parts: string[] = [];
  for (const file of CONFIG) {
    const source = await parse(file);
    const settings = settingNames(source);
    const fields = source.statements
      .filter(ts.isClassDeclaration)
      .flatMap(({ members }) => members.filter(ts.isPropertyDeclaration));
    if (fields.length === 0) throw new Error(`${file} has no settings`);
    for (const field of fields) parts.push(exampleOf(field, settings.get(nameOf(field))));
  }
  return `# Written by \`npm run events:doc\` from ${CONFIG.join(' and ')}.\n\n${parts.join('\n')}`;
}

function exampleOf(field: ts.PropertyDeclaration, name: string | undefined): string {
  if (!name) throw new Error(`no environment variable is read for ${nameOf(field)}`);
  const comment = commentOf(field)
    .split('\n')
    .filter(Boolean)
    .map((line) => `# ${line}\n`)
    .join('');
  const required = !field.initializer && !field.questionToken;
  return `${comment}${required ? '' : '# '}${name}=${EXAMPLES[name] ?? defaultOf(field)}\n`;
}

const EXAMPLES: Record<string, string> = {
  DATABASE_URL: 'postgres://yizhan:password@127.0.0.1:5432/yizhan',
  REDIS_URL: 'redis://127.0.0.1:6379',
};

/** Field → environment variable, as the file has it. */
function settingNames(source: ts.SourceFile): Map<string, string> {
  const names = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ts.isPropertyAccessExpression(node.initializer)) {
      names.set(node.name.getText(), node.initializer.name.text);
    }
    node.forEachChild(visit);
  };
  visit(source);
  return names;
}

/** A default as one would write it in the file: `[ 'api', 'worker' ]` is `api,worker`. */
function defaultOf({ initializer }: ts.PropertyDeclaration): string {
  if (!initializer) return '';
  if (ts.isArrayLiteralExpression(initializer)) {
    return initializer.elements.map((element) => (element as ts.StringLiteral).text).join(',');
  }
  return ts.isLiteralExpression(initializer) ? initializer.text : initializer.getText();
}

async function parse(file: string): Promise<ts.SourceFile> {
  return ts.createSourceFile(file, await readFile(file, 'utf8'), ts.ScriptTarget.ESNext, true);
}

function nameOf(field: ts.PropertyDeclaration): string {
  return field.name.getText();
}

function commentOf(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return ts.getTextOfJSDocComment(doc?.comment) ?? '';
}
