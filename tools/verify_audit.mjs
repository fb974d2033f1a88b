#!/usr/bin/env node
// The second verifier of the audit record. Written from docs/audit_format.md alone; shares no code with the server and
// needs nothing but Node 18 or newer.

import { createHash, createPublicKey, getHashes, verify } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

const HELP = `usage: verify_audit.mjs bundle FOLDER [--vkey KEY] [--checkpoint FILE]... [--json]
       verify_audit.mjs proof FILE... [--vkey KEY] [--attachment FILE]... [--json]

Verifies an exported audit record, or proofs of published documents, without the server.

  --vkey KEY         the verifier key that you trust: the key itself, or a file that holds it. Without it the key
                     that lies in the bundle or proof is believed, which shows only that it agrees with itself
  --checkpoint FILE  a checkpoint that you kept from earlier: the record must still extend it
  --attachment FILE  a file that the proved leaf should list
  --json             each result as one line of JSON

Exit status: 0 verified; 1 something is wrong, each finding is printed; 2 could not be verified (usage, no such file).
`;

class Unusable extends Error {}

// ---- bytes ------------------------------------------------------------------------------------------------------

const MOST_LINE = 16 * 1024 * 1024;
const MOST_NOTE = 1024 * 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const isHash = (text) => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);

function digest(algorithm, ...parts) {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}
const sha256 = (...parts) => digest('sha256', ...parts);

// The text, or null where the bytes are not UTF-8.
function decoded(bytes) {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

// The bytes, or null where the text is not the one base64 spelling of them.
function fromBase64(text) {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

// Lines of a file as buffers, without their newlines. `torn` is true where the last one has no newline; it is not
// given out.
class Lines {
  constructor(path) {
    this.path = path;
    this.torn = false;
  }
  *[Symbol.iterator]() {
    const file = openSync(this.path, 'r');
    try {
      let rest = Buffer.alloc(0);
      const chunk = Buffer.alloc(1 << 18);
      for (;;) {
        const count = readSync(file, chunk, 0, chunk.length, null);
        if (count === 0) break;
        const bytes = Buffer.concat([rest, chunk.subarray(0, count)]);
        let begin = 0;
        for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, begin)) {
          yield bytes.subarray(begin, end);
          begin = end + 1;
        }
        rest = bytes.subarray(begin);
        if (rest.length > MOST_LINE) throw new Unusable(`${this.path} has a line longer than 16 MiB`);
      }
      this.torn = rest.length > 0;
    } finally {
      closeSync(file);
    }
  }
}

// ---- canonical JSON (section 1) ---------------------------------------------------------------------------------

const SHORT = { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r' };

function quote(text) {
  if (text.includes('\0')) throw new SyntaxError('U+0000');
  // eslint-disable-next-line no-control-regex
  const escape = (c) => SHORT[c] ?? '\\u00' + c.charCodeAt(0).toString(16).padStart(2, '0');
  return '"' + text.replace(/["\\\u0001-\u001f]/g, escape) + '"';
}

function canonical(value, depth = 0) {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new SyntaxError('a number that is no integer in range');
    return String(value);
  }
  if (depth === 64) throw new SyntaxError('more than 64 levels');
  if (Array.isArray(value)) return '[' + value.map((element) => canonical(element, depth + 1)).join(',') + ']';
  const names = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return '{' + names.map((name) => quote(name) + ':' + canonical(value[name], depth + 1)).join(',') + '}';
}

// The value, or undefined where the bytes are not canonical: they are, if writing the value gives them back.
function parseCanonical(bytes) {
  const text = decoded(bytes);
  if (text === null) return undefined;
  try {
    const value = JSON.parse(text);
    return Buffer.from(canonical(value)).equals(bytes) ? value : undefined;
  } catch {
    return undefined;
  }
}

// JSON Pointers to every string in the value that equals the text.
function pointersTo(value, text, path = '', found = []) {
  if (value === text) found.push(path);
  if (value !== null && typeof value === 'object')
    for (const [name, inner] of Object.entries(value))
      pointersTo(inner, text, path + '/' + name.replaceAll('~', '~0').replaceAll('/', '~1'), found);
  return found;
}

// ---- the tree (section 2) ---------------------------------------------------------------------------------------

const ZERO = Buffer.from([0]);
const ONE = Buffer.from([1]);
const TWO = Buffer.from([2]);

class Tree {
  constructor(algorithm = 'sha256') {
    this.algorithm = algorithm;
    this.size = 0;
    this.peaks = []; // complete subtrees from left to right, as {leaves, hash}
  }
  append(bytes) {
    const leaf = digest(this.algorithm, ZERO, bytes);
    this.peaks.push({ leaves: 1, hash: leaf });
    for (let n = this.peaks.length; n > 1 && this.peaks[n - 1].leaves === this.peaks[n - 2].leaves; --n) {
      const right = this.peaks.pop();
      const left = this.peaks.pop();
      this.peaks.push({ leaves: left.leaves * 2, hash: digest(this.algorithm, ONE, left.hash, right.hash) });
    }
    this.size += 1;
    return leaf;
  }
  root() {
    if (this.size === 0) return digest(this.algorithm);
    return this.peaks
      .map((peak) => peak.hash)
      .reduceRight((right, left) => digest(this.algorithm, ONE, left, right));
  }
}

// The root that an inclusion proof leads to, by the recursive definition; null where its length is wrong.
function rootOfProof(leaf, index, size, path) {
  if (index >= size) return null;
  if (size === 1) return path.length === 0 ? leaf : null;
  if (path.length === 0) return null;
  let split = 1;
  while (split * 2 < size) split *= 2;
  const sibling = path[path.length - 1];
  const rest = path.slice(0, -1);
  if (index < split) {
    const left = rootOfProof(leaf, index, split, rest);
    return left && sha256(ONE, left, sibling);
  }
  const right = rootOfProof(leaf, index - split, size - split, rest);
  return right && sha256(ONE, sibling, right);
}

// ---- the leaf (section 3) ---------------------------------------------------------------------------------------

const isText = (value) => typeof value === 'string' && value !== '';
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isId = (value) => isCount(value) && value >= 1 && value <= 0xffffffff;
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isDocument = (value) =>
  typeof value === 'string' && /^(0|[1-9][0-9]{0,19})$/.test(value) && BigInt(value) < 1n << 64n;

function isTime(value) {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return false;
  const time = new Date(value);
  return time.getTime() >= 0 && time.toISOString() === value;
}

// Whether the object has exactly these members: {name: test}, or {name: [test]} where it may be left out.
function fits(object, shape) {
  if (!isObject(object)) return 'not an object';
  for (const name of Object.keys(object)) if (!Object.hasOwn(shape, name)) return `${name} is not known here`;
  for (const [name, rule] of Object.entries(shape)) {
    const test = Array.isArray(rule) ? rule[0] : rule;
    if (!Object.hasOwn(object, name)) {
      if (!Array.isArray(rule)) return `${name} is missing`;
    } else if (!test(object[name])) {
      return `${name} is not what it should be`;
    }
  }
  return null;
}

const isActor = (value) =>
  !fits(value, {
    id: (id) => id === 0 || isId(id),
    kind: (kind) => ['person', 'machine', 'scheduler'].includes(kind),
  });
const isGrant = (value) => !fits(value, { role: isText, department: [isText], on_behalf_of: [isId] });
const isFlow = (value) => !fits(value, { definition: isHash, name: isText });

const COMMON = {
  format: (value) => value === 1,
  kind: isText,
  time: isTime,
  actor: isActor,
  grants: (value) => Array.isArray(value) && value.every(isGrant),
  command: () => true,
  on_behalf_of: [isId],
  request: [isText],
  expected_revision: [isCount],
};
const ABOUT_A_DOCUMENT = { document: isDocument, revision: isCount, previous: [isHash], flow: isFlow, calendar: isHash };
const SHAPES = {
  step: {
    ...COMMON,
    ...ABOUT_A_DOCUMENT,
    events: Array.isArray,
    department: isText,
    content: isHash,
    attachments: (value) => Array.isArray(value) && value.every(isHash),
  },
  refusal: { ...COMMON, reason: isText, department: [isText] },
  admin: { ...COMMON, events: Array.isArray, department: [isText] },
};

// What is wrong with the leaf, or null.
function wrongLeaf(leaf) {
  if (!isObject(leaf)) return 'not canonical JSON, or not an object';
  if (!Object.hasOwn(SHAPES, leaf.kind)) return 'kind is not known';
  let shape = SHAPES[leaf.kind];
  if (leaf.kind === 'refusal' && 'document' in leaf) shape = { ...shape, ...ABOUT_A_DOCUMENT };
  const wrong = fits(leaf, shape);
  if (wrong) return wrong;
  if (!('document' in leaf)) return null;
  if (leaf.kind === 'step' && leaf.revision === 0) return 'a step with revision 0';
  const first = leaf.kind === 'step' ? 1 : 0;
  return 'previous' in leaf === leaf.revision > first ? null : 'previous does not fit the revision';
}

// ---- checkpoints (section 4) ------------------------------------------------------------------------------------

class Doubt extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
const malformed = (message) => new Doubt('checkpoint_malformed', message);

const isKeyName = (name) => name !== '' && !/[\p{White_Space}\u0000-\u0020\u007f+]/u.test(name);

function parseKey(text) {
  const [, name, id, base64] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text.trim()) ?? [];
  const bytes = base64 === undefined ? null : fromBase64(base64);
  if (!bytes || bytes.length !== 33 || bytes[0] !== 1 || !isKeyName(name)) return null;
  if (sha256(name, '\n', bytes).subarray(0, 4).toString('hex') !== id) return null;
  // The fixed head of an Ed25519 key in SPKI form (RFC 8410).
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]);
  return { name, id, key: createPublicKey({ key: spki, format: 'der', type: 'spki' }) };
}

// {origin, size, root} of a checkpoint that the key signed; throws Doubt otherwise.
function openCheckpoint(bytes, origin, key) {
  const note = bytes.length > MOST_NOTE ? null : decoded(bytes);
  // eslint-disable-next-line no-control-regex
  if (note === null || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw malformed('not the text of a signed note');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || split + 2 === note.length) throw malformed('no signature');
  const text = note.slice(0, split + 1);
  const signatures = note.slice(split + 2, -1).split('\n');
  if (signatures.length > 64) throw malformed('more than 64 signatures');
  let signed = false;
  for (const line of signatures) {
    const [, name, base64] = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
    const raw = base64 === undefined ? null : fromBase64(base64);
    if (!raw || raw.length < 5 || !isKeyName(name)) throw malformed('a signature line that is none');
    if (name !== key.name || raw.subarray(0, 4).toString('hex') !== key.id) continue;
    if (raw.length !== 68 || !verify(null, Buffer.from(text), key.key, raw.subarray(4)))
      throw new Doubt('checkpoint_signature', `the signature by ${name} is wrong`);
    signed = true;
  }
  if (!signed) throw new Doubt('checkpoint_signature', 'not signed by the key');
  const [first, size, root, ...extensions] = text.slice(0, -1).split('\n');
  const hash = root === undefined ? null : fromBase64(root);
  if (!first || !/^(0|[1-9][0-9]*)$/.test(size ?? '') || BigInt(size) >= 1n << 63n || hash?.length !== 32)
    throw malformed('not a checkpoint');
  if (extensions.includes('')) throw malformed('an empty extension line');
  if (first !== origin) throw new Doubt('checkpoint_signature', `of ${first}, not of ${origin}`);
  return { origin: first, size: Number(size), root: hash };
}

// ---- the bundle (section 6) -------------------------------------------------------------------------------------

class Report {
  constructor() {
    this.findings = [];
    this.finding_count = 0;
  }
  found(code, leaf, message) {
    this.finding_count += 1;
    if (this.findings.length < 1000) this.findings.push({ code, leaf, message });
  }
}

class Bundle {
  constructor(folder, options) {
    this.folder = folder;
    this.options = options;
    this.report = new Report();
    this.claims = [];
    this.chains = new Map();
    this.wanted = { definition: new Map(), calendar: new Map() };
  }

  path(...names) {
    return join(this.folder, ...names);
  }
  found(code, leaf, message) {
    this.report.found(code, leaf, message);
  }
  required(name) {
    if (existsSync(this.path(name))) return readFileSync(this.path(name));
    this.found('file_missing', null, `${name} is not there`);
    return null;
  }

  verify() {
    if (!existsSync(this.folder) || !statSync(this.folder).isDirectory())
      throw new Unusable(`${this.folder} is not a folder`);
    const format = this.required('FORMAT');
    if (format && format.toString('latin1') !== 'gongkai-audit-bundle 1\n')
      this.found('format_unknown', null, 'FORMAT is not that of a bundle that this program reads');
    this.key = this.options.key ?? this.ownKey();
    this.readCheckpoints();
    this.readLeaves();
    this.judgeCheckpoints();
    this.judgeSm3();
    this.judgeFiles('definition');
    this.judgeFiles('calendar');
    const own = this.own?.good ? { origin: this.own.origin, size: this.own.size, root: this.own.root.toString('hex') } : null;
    return {
      leaves: this.tree.size,
      documents: this.chains.size,
      checkpoint: own,
      key_from_bundle: !this.options.key,
      ...this.report,
    };
  }

  ownKey() {
    const text = this.required('vkey');
    const key = text && parseKey(text.toString());
    if (text && !key) this.found('key_malformed', null, 'vkey is not a verifier key');
    return key;
  }

  believed(bytes, where, suffix = '') {
    if (!this.key) return null;
    try {
      return { where, good: false, ...openCheckpoint(bytes, this.key.name + suffix, this.key) };
    } catch (error) {
      if (!(error instanceof Doubt)) throw error;
      this.found(error.code, null, `${where}: ${error.message}`);
      return null;
    }
  }
  claim(bytes, where) {
    const claim = this.believed(bytes, where);
    if (claim) this.claims.push(claim);
    return claim;
  }

  readCheckpoints() {
    const note = this.required('checkpoint');
    if (note) this.own = this.claim(note, 'checkpoint');
    for (const path of this.options.checkpoints) this.claim(readFileSync(path), path);
    if (!existsSync(this.path('checkpoints.jsonl'))) return;
    const history = new Lines(this.path('checkpoints.jsonl'));
    let number = 0;
    let before = 0;
    for (const line of history) {
      const where = `checkpoints.jsonl line ${++number}`;
      const value = parseCanonical(line);
      if (!isObject(value) || fits(value, { note: (text) => typeof text === 'string' })) {
        this.found('checkpoint_malformed', null, `${where} is not of the form {"note":"..."}`);
        continue;
      }
      const claim = this.claim(Buffer.from(value.note), where);
      if (!claim) continue;
      if (claim.size < before) this.found('checkpoint_order', null, `${where} covers fewer leaves than the line before`);
      before = claim.size;
    }
    if (history.torn) this.found('checkpoint_malformed', null, 'checkpoints.jsonl: the last line has no newline');
  }

  readLeaves() {
    this.tree = new Tree();
    if (existsSync(this.path('sm3', 'checkpoint'))) {
      if (getHashes().includes('sm3')) this.sm3 = new Tree('sm3');
      else this.found('checkpoint_malformed', null, 'sm3/checkpoint: this Node has no SM3');
      this.sm3Claim = this.believed(readFileSync(this.path('sm3', 'checkpoint')), 'sm3/checkpoint', '/sm3');
    }
    const bySize = new Map();
    for (const claim of this.claims) bySize.set(claim.size, [...(bySize.get(claim.size) ?? []), claim]);
    const compare = () => {
      const claims = bySize.get(this.tree.size);
      if (!claims) return;
      const root = this.tree.root();
      for (const claim of claims) claim.good = claim.root.equals(root);
    };
    const openings = this.openings();
    let opening = openings.next();
    let latest = '';
    compare();
    const leaves = existsSync(this.path('leaves.jsonl')) ? new Lines(this.path('leaves.jsonl')) : [];
    if (Array.isArray(leaves)) this.found('file_missing', null, 'leaves.jsonl is not there');
    for (const bytes of leaves) {
      const index = this.tree.size;
      const hash = this.tree.append(bytes).toString('hex');
      this.sm3?.append(bytes);
      const leaf = parseCanonical(bytes);
      const wrong = wrongLeaf(leaf);
      if (wrong) {
        this.found('leaf_malformed', index, wrong);
      } else {
        // Times of this one spelling sort like their text.
        if (leaf.time < latest) this.found('time_backwards', index, 'its time is before that of a leaf before it');
        else latest = leaf.time;
        this.link(leaf, index, hash);
      }
      for (; !opening.done && opening.value.leaf === index; opening = openings.next())
        if (pointersTo(leaf, opening.value.commitment).length === 0)
          this.found('opening_unknown', index, 'an opening of a commitment that the leaf does not have');
      compare();
    }
    if (leaves.torn) this.found('leaf_torn', this.tree.size, 'the last line of leaves.jsonl has no newline');
    for (; !opening.done; opening = openings.next())
      this.found('opening_unknown', opening.value.leaf, 'an opening of a leaf that is not there');
  }

  link(leaf, index, hash) {
    if (!('document' in leaf)) return;
    if (!this.wanted.definition.has(leaf.flow.definition)) this.wanted.definition.set(leaf.flow.definition, index);
    if (!this.wanted.calendar.has(leaf.calendar)) this.wanted.calendar.set(leaf.calendar, index);
    const chain = this.chains.get(leaf.document) ?? { revision: 0, hash: undefined };
    const linked = leaf.previous === chain.hash;
    const document = `document ${leaf.document}`;
    if (leaf.kind === 'refusal') {
      if (leaf.revision !== chain.revision || !linked)
        this.found('chain_refusal', index, `${document}: an attempt that is not linked to the document's last step`);
      return;
    }
    if (leaf.revision !== chain.revision + 1)
      this.found('chain_revision', index, `${document}: revision ${leaf.revision} follows on revision ${chain.revision}`);
    if (!linked) this.found('chain_previous', index, `${document}: not linked to the document's last step`);
    this.chains.set(leaf.document, { revision: leaf.revision, hash });
  }

  // The lines that are openings with the right text, in order.
  *openings() {
    if (!existsSync(this.path('openings.jsonl'))) return;
    const lines = new Lines(this.path('openings.jsonl'));
    let number = 0;
    let before = 0;
    for (const line of lines) {
      const where = `openings.jsonl line ${++number}`;
      const value = parseCanonical(line);
      if (!isObject(value) || fits(value, { ...OPENING, leaf: isCount })) {
        this.found('opening_malformed', null, `${where} is not an opening`);
      } else if (value.leaf < before) {
        this.found('opening_order', null, `${where} is of a smaller leaf than the line before`);
      } else {
        before = value.leaf;
        if (opens(value)) yield value;
        else this.found('opening_mismatch', value.leaf, `${where}: salt and text do not give the commitment`);
      }
    }
    if (lines.torn) this.found('opening_malformed', null, 'openings.jsonl: the last line has no newline');
  }

  judgeCheckpoints() {
    const leaves = this.tree.size;
    const good = this.claims.filter((claim) => claim.good).map((claim) => claim.size);
    const largest = good.reduce((a, b) => Math.max(a, b), -1);
    for (const { where, size, good: isGood } of this.claims) {
      if (isGood) continue;
      if (size > leaves) {
        this.found('checkpoint_size', leaves, `${where} covers ${size} leaves, but there are ${leaves}`);
        continue;
      }
      const first = good.reduce((a, b) => (b < size ? Math.max(a, b) : a), 0);
      const code = largest >= size ? 'checkpoint_fork' : 'checkpoint_root';
      this.found(code, first, `${where} covers ${size} leaves with another root than theirs`);
    }
    if (this.own) this.judgeUnsigned(this.own);
  }
  judgeSm3() {
    const claim = this.sm3Claim;
    if (!claim || !this.sm3) return;
    if (claim.size > this.sm3.size) this.found('checkpoint_size', this.sm3.size, `${claim.where} covers ${claim.size} leaves`);
    else if (claim.size === this.sm3.size && !claim.root.equals(this.sm3.root()))
      this.found('checkpoint_root', 0, `${claim.where} has another root than the leaves`);
    this.judgeUnsigned(claim);
  }
  judgeUnsigned({ where, size }) {
    if (size < this.tree.size) this.found('leaves_unsigned', size, `${where} covers ${size} of ${this.tree.size} leaves`);
  }

  judgeFiles(kind) {
    const folder = kind + 's';
    const there = new Set();
    for (const name of existsSync(this.path(folder)) ? readdirSync(this.path(folder)) : []) {
      const hash = sha256(readFileSync(this.path(folder, name))).toString('hex');
      if (name.split('.')[0] === hash) there.add(hash);
      else this.found(`${kind}_digest`, null, `${folder}/${name} does not have the hash that it is named by`);
    }
    for (const [hash, leaf] of this.wanted[kind])
      if (!there.has(hash)) this.found(`${kind}_missing`, leaf, `the ${kind} ${hash} is not there`);
  }
}

// ---- the proof (section 5) --------------------------------------------------------------------------------------

const OPENING = {
  commitment: isHash,
  salt: (value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value),
  text: (value) => typeof value === 'string',
};
const opens = ({ commitment, salt, text }) =>
  sha256(TWO, Buffer.from(salt, 'hex'), text).toString('hex') === commitment;

const isString = (value) => typeof value === 'string';
const PROOF = {
  format: (value) => value === 'gongkai-proof 1',
  leaf: isString,
  index: isCount,
  size: isCount,
  path: (value) => Array.isArray(value) && value.every(isHash),
  checkpoint: isString,
  vkey: isString,
  content: [isString],
  openings: (value) => Array.isArray(value) && value.every((opening) => !fits(opening, OPENING)),
};

function verifyProof(file, options) {
  const report = new Report();
  const result = { index: null, leaf: null, checkpoint: null, key_from_proof: !options.key, opened: [] };
  const done = () => ({ ...result, ...report });
  let bytes = readFileSync(file);
  if (bytes.at(-1) === 10) bytes = bytes.subarray(0, -1);
  const proof = parseCanonical(bytes);
  const wrongProof = proof === undefined ? 'not canonical JSON' : fits(proof, PROOF);
  if (wrongProof) {
    report.found('proof_malformed', null, wrongProof);
    return done();
  }
  const { index, size } = proof;
  result.index = index;
  const leafBytes = Buffer.from(proof.leaf);
  const leaf = parseCanonical(leafBytes);
  const wrong = wrongLeaf(leaf);
  if (wrong) report.found('leaf_malformed', index, wrong);
  else result.leaf = leaf;

  const key = options.key ?? parseKey(proof.vkey);
  if (!key) report.found('key_malformed', null, 'vkey is not a verifier key');
  try {
    if (key) {
      const checkpoint = openCheckpoint(Buffer.from(proof.checkpoint), key.name, key);
      result.checkpoint = { ...checkpoint, root: checkpoint.root.toString('hex') };
      const path = proof.path.map((hash) => Buffer.from(hash, 'hex'));
      const root = size === checkpoint.size ? rootOfProof(sha256(ZERO, leafBytes), index, size, path) : null;
      if (!root || !root.equals(checkpoint.root))
        report.found('proof_inclusion', index, "the path does not lead to the checkpoint's root");
    }
  } catch (error) {
    if (!(error instanceof Doubt)) throw error;
    report.found(error.code, null, error.message);
  }

  if (!wrong && proof.content !== undefined && leaf.content !== sha256(proof.content).toString('hex'))
    report.found('content_mismatch', index, 'the content description does not have the hash that the leaf says');
  const content = proof.content === undefined ? undefined : parseCanonical(Buffer.from(proof.content));
  for (const [i, opening] of proof.openings.entries()) {
    if (!opens(opening)) {
      report.found('opening_mismatch', index, `opening ${i + 1}: salt and text do not give the commitment`);
      continue;
    }
    const places = [
      ...pointersTo(leaf, opening.commitment).map((place) => 'leaf' + place),
      ...pointersTo(content, opening.commitment).map((place) => 'content' + place),
    ];
    if (places.length === 0) report.found('opening_unknown', index, `opening ${i + 1} is of a commitment that stands nowhere`);
    else result.opened.push({ places, text: opening.text });
  }
  for (const path of options.attachments)
    if (!wrong && !leaf.attachments?.includes(sha256(readFileSync(path)).toString('hex')))
      report.found('attachment_unknown', index, `the leaf does not list ${path}`);
  return done();
}

// ---- the command line -------------------------------------------------------------------------------------------

function parseArguments(words) {
  const options = { key: null, checkpoints: [], attachments: [], json: false };
  const rest = [];
  while (words.length > 0) {
    const word = words.shift();
    const operand = () => {
      if (words.length === 0) throw new Unusable(`${word} needs a value`);
      return words.shift();
    };
    if (word === '--json') options.json = true;
    else if (word === '--vkey') {
      const text = operand();
      options.key = parseKey(existsSync(text) ? readFileSync(text, 'utf8') : text);
      if (!options.key) throw new Unusable('--vkey is not a verifier key, nor a file that holds one');
    } else if (word === '--checkpoint') options.checkpoints.push(operand());
    else if (word === '--attachment') options.attachments.push(operand());
    else if (word.startsWith('-')) throw new Unusable(`${word} is not known; --help lists what is`);
    else rest.push(word);
  }
  const [what, ...paths] = rest;
  const usable = what === 'bundle' ? paths.length === 1 : what === 'proof' && paths.length > 0;
  if (!usable) throw new Unusable(HELP);
  return { what, paths, options };
}

function print(what, result, verified) {
  for (const { code, leaf, message } of result.findings)
    console.log(`${code}${leaf === null ? '' : ` at leaf ${leaf}`}: ${message}`);
  if (result.finding_count > result.findings.length)
    console.log(`... and ${result.finding_count - result.findings.length} more`);
  for (const { places, text } of result.opened ?? []) console.log(`${places.join(', ')}: ${JSON.stringify(text)}`);
  if (result.key_from_bundle || result.key_from_proof)
    console.log(`note: no --vkey was given; the key that lies in the ${what} was believed`);
  const over = what === 'bundle' ? `${result.leaves} leaves, ${result.documents} documents` : `leaf ${result.index}`;
  console.log(verified ? `verified: ${over}` : `NOT verified: ${result.finding_count} findings`);
}

function main(words) {
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    const { what, paths, options } = parseArguments(words);
    let status = 0;
    for (const path of paths) {
      const result = what === 'bundle' ? new Bundle(path, options).verify() : verifyProof(path, options);
      const verified = result.finding_count === 0;
      if (!verified) status = 1;
      if (options.json) console.log(JSON.stringify({ verified, ...result }));
      else print(what, result, verified);
    }
    return status;
  } catch (error) {
    if (!(error instanceof Unusable) && typeof error.code !== 'string') throw error;
    console.error(`verify_audit: ${error.message}`);
    return 2;
  }
}

process.exitCode = main(process.argv.slice(2));
