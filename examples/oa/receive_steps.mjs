// The receiving end: an HTTP server that takes the steps which Gongkai tells.
//
// What every receiver must do, and what is easily forgotten:
//  - verify the signature over the bytes as they came, before looking at them;
//  - expect the same message more than once (its webhook-id is the same then) and do nothing the second time;
//  - answer 2xx only when the message is safe: whatever is not taken comes again, for three days.

import { createServer } from 'node:http';
import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';

const MOST_BYTES = 1024 * 1024;

async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

// onStep(event): a CloudEvent; what it throws makes Gongkai send the message again.
export async function receiveSteps({ port, onStep }) {
  let webhook;
  // A real OA keeps these beside its own data, and writes both in one transaction.
  const taken = new Set();

  async function take(request) {
    if (request.method !== 'POST') return 405;
    if (!webhook) return 503; // we do not know yet whom to trust
    const body = await bodyOf(request);
    try {
      webhook.verify(body, request.headers);
    } catch {
      return 401;
    }
    const id = request.headers['webhook-id'];
    if (taken.has(id)) return 204;
    await onStep(HTTP.toEvent({ headers: request.headers, body }));
    taken.add(id);
    return 204;
  }

  const server = createServer(async (request, response) => {
    let status = 500;
    try {
      status = await take(request);
    } catch (error) {
      console.error(`oa.mjs: ${error.message}`);
    }
    response.writeHead(status, { Connection: 'close' }).end();
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  return {
    url: `http://127.0.0.1:${server.address().port}/steps`,
    trust(secret) {
      webhook = new Webhook(secret);
    },
    close() {
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
