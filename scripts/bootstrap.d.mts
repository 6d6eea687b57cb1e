/** The repository's folder. */
export const root: string;
export class Trouble extends Error {}
export function fail(error: unknown): never;
export function prepare(): Promise<{ node: string; env: NodeJS.ProcessEnv }>;
export function run(script: string): Promise<void>;
export function which(name: string): string | undefined;
export type Browser = { executablePath: string; branded: boolean };
export function findBrowser(): Promise<Browser>;
export function findFirefox(): Promise<{ executablePath: string } | { skipped: string }>;
export function ensurePackages(names: string[]): Promise<{ ok: true } | { ok: false; reason: string }>;
