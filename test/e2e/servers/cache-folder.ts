import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$ASSAY_CACHE`, else `$XDG_CACHE_HOME/assay`, else `~/.cache/assay`: what is built or installed once stays there. */
export function cacheFolder(): string {
  const { ASSAY_CACHE, XDG_CACHE_HOME } = process.env;
  return ASSAY_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'assay');
}
