/** Bodies are read by hand, so that none is longer in memory than it may be. */
import type { IncomingMessage } from 'node:http';

/** @returns null for a body that is longer than it may be, of which the rest is not read */
export async function readBody(request: IncomingMessage, longest: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > longest) return null;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (): void => {
      request.off('data', take).off('end', whole).off('error', reject).off('close', gone);
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > longest) {
        end();
        request.pause();
        resolve(null);
      } else chunks.push(chunk);
    };
    const whole = (): void => {
      end();
      resolve(Buffer.concat(chunks));
    };
    const gone = (): void => reject(new Error('The sender went away.'));
    // Nothing comes of it any more, not even that it went.
    if (request.destroyed && !request.complete) return gone();
    request.on('data', take).on('end', whole).on('error', reject).on('close', gone);
  });
}
