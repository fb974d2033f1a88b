// Runs examples/oa against the real server: the OA hands a document in, people take it through the flow to publication
// over REST, and the OA is told of each step in its order. Also what must not happen: a step that is not signed is not
// taken, and nothing goes to an address that the server was not allowed.
//
//   oa.mjs GONGKAI_PROGRAM SOURCE_FOLDER

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [gongkai, source] = process.argv.slice(2);
const oaFolder = join(source, 'examples/oa');
assert(existsSync(join(oaFolder, 'node_modules')), 'the npm packages of examples/oa are missing: run ./dev setup');
const folder = mkdtempSync(join(tmpdir(), 'gongkai-oa-'));

// A program whose lines can be waited for. What it said is shown where the test fails.
class Program {
  static all = [];

  constructor(name, command, args, env = {}) {
    this.name = name;
    this.said = [];
    this.waiting = [];
    this.child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        this.said.push(line);
        this.settle();
      });
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code) => {
        this.code = code;
        this.settle();
        resolve(code);
      });
    });
    Program.all.push(this);
  }

  settle() {
    this.waiting = this.waiting.filter(({ pattern, resolve, reject }) => {
      const line = this.said.map((one) => one.match(pattern)).find(Boolean);
      if (line) resolve(line);
      else if (this.code !== undefined) reject(new Error(`${this.name} ended (${this.code}) and never said ${pattern}`));
      else return true;
      return false;
    });
  }

  line(pattern) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ pattern, resolve, reject });
      this.settle();
    });
  }
}

class Gongkai {
  constructor(base) {
    this.base = base;
    this.tokens = {};
  }

  async ask(method, path, token, body) {
    const headers = { 'Content-Type': 'application/json' };
    if (token) headers.Authorization = `Bearer ${token}`;
    const response = await fetch(this.base + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    assert(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text.startsWith('{') ? JSON.parse(text) : text;
  }

  async as(login, passwords) {
    this.tokens[login] ??= (await this.ask('POST', '/api/v1/sessions', null, { login, password: passwords[login] })).token;
    return this.tokens[login];
  }
}

async function start() {
  const args = ['serve', '--sample', '--json', '--port', '0', '--data', join(folder, 'data')];
  const program = new Program('gongkai', gongkai, [...args, '--allow-target', '127.0.0.1']);
  const ready = JSON.parse((await program.line(/^\{"listening".*/))[0]);
  const passwords = Object.fromEntries(ready.accounts.map(({ login, password }) => [login, password]));
  const key = ready.accounts.find(({ login }) => login === 'city-oa').key;
  return { program, passwords, key, server: new Gongkai(ready.listening) };
}

// The OA, subscribed to the documents that it handed in itself; and a second subscription to the very same, by a name
// that the server was not allowed.
async function startOa({ server, passwords, key }) {
  const oa = new Program('oa', process.execPath, [join(oaFolder, 'oa.mjs'), '--server', server.base], {
    GONGKAI_KEY: key,
    GONGKAI_SECRET: '',
  });
  const [, url] = await oa.line(/^listening on (.*)/);
  const subscriber = { name: '市OA', url, source: 'city-oa' };
  const subscribe = async (one) => server.ask('POST', '/api/v1/subscribers', await server.as('sysadmin', passwords), one);
  const { secret } = await subscribe(subscriber);
  await subscribe({ ...subscriber, url: url.replace('127.0.0.1', 'localhost') });
  oa.child.stdin.end(`${secret}\n`);
  const [, id] = await oa.line(/handed in as document (\d+), revision 1/);
  await oa.line(/handed in again: nothing to change/);
  return { oa, url, id };
}

const STEPS = [
  ['lihua', 'submit'],
  ['wangfang', 'agree'],
  ['yangmei', 'agree'],
  ['zhoujie', 'issue'],
  ['lihua', 'confirm', { self_review_opinion: '经自查，无涉密内容。' }],
  ['wangfang', 'agree'],
  ['sunli', 'release', { secrecy_opinion: '可以公开。' }],
  ['huangwei', 'approve'],
  ['majun', 'complete'],
  ['lihua', 'pass', { first_proofreading: '无差错' }],
  ['wangfang', 'pass', { second_proofreading: '无差错' }],
  ['zhoujie', 'pass', { third_proofreading: '无差错' }],
  ['majun', 'publish'],
];

try {
  const { program, server, passwords, key } = await start();
  const { oa, url, id } = await startOa({ server, passwords, key });
  await oa.line(/^step 1: cn\.gongkai\.document\.opened/);
  await program.line(/"event":"subscriber_fails","subscriber":"2","why":"target refused: localhost, .*not an allowed target"/);

  // Anybody can send something there. Without the signature it is not taken.
  const forged = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/cloudevents+json',
      'webhook-id': 'msg_forged',
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': 'v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    },
    body: JSON.stringify({ specversion: '1.0', id: 'x', source: 'x', type: 'x.published', data: {} }),
  });
  assert.equal(forged.status, 401);

  for (const [login, action, fields] of STEPS)
    await server.ask('POST', `/api/v1/documents/${id}/actions/${action}`, await server.as(login, passwords), { fields: fields ?? {} });

  assert.equal(await oa.ended, 0);
  const told = oa.said.filter((line) => line.startsWith('step '));
  assert.deepEqual(
    told.map((line) => Number(line.match(/^step (\d+):/)[1])),
    [...Array(STEPS.length + 1)].map((_, index) => index + 1),
  );
  assert.match(told.at(-1), /cn\.gongkai\.document\.published \(publish\)/);

  // The outcome of the last one is committed a moment after the OA has answered it.
  const auditor = await server.as('auditor', passwords);
  let metrics;
  do metrics = await server.ask('GET', '/metrics', auditor);
  while (!metrics.includes(`\ngongkai_outbox_delivered_total ${told.length}\n`));
  assert.match(metrics, new RegExp(`^gongkai_outbox_pending ${told.length}$`, 'm'));
  program.child.kill('SIGTERM');
  assert.equal(await program.ended, 0);
  console.log(`the OA was told of ${told.length} steps, each once and in order, and only where it was allowed`);
} catch (error) {
  for (const { name, said } of Program.all) for (const line of said) console.error(`${name}| ${line}`);
  console.error(error);
  process.exitCode = 1;
} finally {
  for (const { child } of Program.all) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
