/**
 * Sends webhooks as fast as they are answered, over a few connections that stay open. By hand, on sockets: sender and
 * receiver share the machine, and Node's own clients cost more than either server that is measured.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export type Sent = { count: number; seconds: number /** Of each answer, in ms. */; took: number[] };

/**
 * A webhook of generation A about a call that nobody has heard of, as the sandbox's WorkLink writes it.
 * @param cms where that is to be had
 */
function webhook(cms: string): string {
  const data = {
    'resource-id': `load${randomBytes(30).toString('base64')}`,
    'resource-url': `${cms}/api/v3/graphql/object/${randomBytes(48).toString('base64url')}`,
    'resource-type': 'Call',
  };
  return JSON.stringify({ time: new Date().toISOString(), event: 'completed', type: 'resource', data });
}

/** One request after the other on one connection, until `more` says no. */
function drive(url: URL, cms: string, more: () => boolean, took: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(url.port), url.hostname);
    let began = 0;
    let got = '';
    const next = (): void => {
      if (!more()) {
        socket.end();
        resolve();
        return;
      }
      const body = webhook(cms);
      began = performance.now();
      socket.write(
        `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    };
    socket.setNoDelay(true).setEncoding('latin1').on('connect', next).on('error', reject);
    socket.on('data', (chunk) => {
      got += String(chunk);
      // Neither server sends a body, so an answer ends with its head, or with the empty chunk.
      if (!got.endsWith('\r\n\r\n') || (/\nTransfer-Encoding: chunked/i.test(got) && !got.endsWith('\n0\r\n\r\n')))
        return;
      if (!got.startsWith('HTTP/1.1 200')) reject(new Error(`Answered with ${got}`));
      got = '';
      took.push(performance.now() - began);
      next();
    });
  });
}

/** @param limit ends after so many seconds, or so many webhooks */
export async function send(
  address: string,
  limit: { seconds: number } | { count: number },
  connections: number,
  cms: string,
): Promise<Sent> {
  const url = new URL(address);
  const took: number[] = [];
  const start = performance.now();
  let begun = 0;
  const more =
    'seconds' in limit
      ? () => performance.now() - start < limit.seconds * 1000
      : () => {
          begun += 1;
          return begun <= limit.count;
        };
  await Promise.all(Array.from({ length: connections }, () => drive(url, cms, more, took)));
  return { count: took.length, seconds: (performance.now() - start) / 1000, took };
}
