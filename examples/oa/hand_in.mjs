// Handing a document in. It is named by the system that it comes from and its number there, so that it may be handed
// in as often as one likes: opened the first time, edited when it differs, left alone when it does not.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

async function call(server, key, method, path, type, body) {
  const response = await fetch(new URL(path, server), {
    method,
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': type },
    body,
  });
  const answer = await response.json();
  // "No" says why: `code` is permanent and for programs, the rest is for people.
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.code}: ${answer.detail_zh ?? answer.detail ?? answer.title}`);
  return answer;
}

// `document`: see document.json. The files of its attachments lie in `folder`.
export async function handIn(server, key, document, folder) {
  const attachments = [];
  for (const { file, name } of document.attachments ?? []) {
    const bytes = await readFile(join(folder, file));
    const stored = await call(server, key, 'POST', '/api/v1/attachments', 'application/octet-stream', bytes);
    attachments.push({ sha256: stored.sha256, name });
  }
  const { source, source_id: sourceId, flow, department, fields } = document;
  const path = `/api/v1/sources/${encodeURIComponent(source)}/documents/${encodeURIComponent(sourceId)}`;
  return call(server, key, 'PUT', path, 'application/json', JSON.stringify({ flow, department, fields, attachments }));
}
