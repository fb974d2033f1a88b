#!/usr/bin/env node
// A small OA: hands a 公文 in to Gongkai, and is told of every step that it then takes there.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { handIn } from './hand_in.mjs';
import { receiveSteps } from './receive_steps.mjs';

const HELP = `usage: oa.mjs [--server URL] [--document FILE] [--until WORD] [--port PORT] [--timeout SECONDS]

Listens for steps, hands a document in (twice: that is safe), prints each step of it, and ends when the step that it
waits for has come.

  --server URL       Gongkai; default http://127.0.0.1:8080
  --document FILE    what is handed in; default document.json beside this program
  --until WORD       the last word of the type of the step to wait for; default "published"
  --port PORT        of 127.0.0.1, to listen on; default: the system chooses
  --timeout SECONDS  give up after so long; default 600

GONGKAI_KEY is the machine key of this OA (gkm_...), GONGKAI_SECRET the signing secret of its subscription (whsec_...);
what is not in the environment is asked for.

Exit status: 0 the step has come and all steps came in order; 1 not so; 2 usage.
`;

const here = dirname(fileURLToPath(import.meta.url));

function options() {
  try {
    const { values } = parseArgs({
      options: {
        server: { type: 'string', default: 'http://127.0.0.1:8080' },
        document: { type: 'string', default: join(here, 'document.json') },
        until: { type: 'string', default: 'published' },
        port: { type: 'string', default: '0' },
        timeout: { type: 'string', default: '600' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    return values;
  } catch (error) {
    console.error(`oa.mjs: ${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}

async function fromEnvironmentOrAsk(name, question) {
  if (process.env[name]) return process.env[name];
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(question);
  terminal.close();
  return answer.trim();
}

const wanted = options();
const document = JSON.parse(await readFile(wanted.document, 'utf8'));

// Steps of our document, as they come. A document's steps are told in their order and none is left out, unless an
// operator of Gongkai has a dead letter for us.
let lastRevision = 0;
let finish;
const finished = new Promise((resolve) => (finish = resolve));

function onStep(event) {
  const step = event.data;
  if (step.source !== document.source || step.source_id !== document.source_id) return;
  const where = step.states.map((state) => state.title).join('、');
  const action = step.action ? ` (${step.action})` : '';
  console.log(`step ${step.revision}: ${event.type}${action}, now ${where}`);
  if (step.revision !== lastRevision + 1) {
    console.error(`oa.mjs: step ${step.revision} came after step ${lastRevision}`);
    finish(1);
  }
  lastRevision = step.revision;
  if (event.type.endsWith(`.${wanted.until}`)) finish(0);
}

const steps = await receiveSteps({ port: Number(wanted.port), onStep });
console.log(`listening on ${steps.url}`);
const key = await fromEnvironmentOrAsk('GONGKAI_KEY', 'machine key of this OA: ');
// Whoever administers Gongkai adds the address above as a subscriber, and is shown the secret once.
steps.trust(await fromEnvironmentOrAsk('GONGKAI_SECRET', 'signing secret of its subscription: '));

const first = await handIn(wanted.server, key, document, dirname(wanted.document));
console.log(`handed in as document ${first.id}, revision ${first.revision}`);
const again = await handIn(wanted.server, key, document, dirname(wanted.document));
console.log(`handed in again: ${again.changed ? 'it was changed' : 'nothing to change'}`);

const timer = setTimeout(() => {
  console.error(`oa.mjs: no step "${wanted.until}" within ${wanted.timeout} s`);
  finish(1);
}, Number(wanted.timeout) * 1000);
process.exitCode = await finished;
clearTimeout(timer);
await steps.close();
