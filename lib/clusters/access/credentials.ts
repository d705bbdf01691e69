/** How to reach an API server and be let in. Holds secrets: never to be logged. */
export interface Access {
  /** `https://host:port`, perhaps with a path, without a slash at its end. */
  readonly server: string;
  /** PEM. */
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
  /** Names in lower case, such as `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  /** An HTTP proxy in front of the server. */
  readonly proxyUrl?: string;
}

/** One way of getting in; each kind of cluster has its own. */
export interface Credentials {
  /** Called before every request, so it answers from memory while that is good. */
  access(): Access | Promise<Access>;
  /** Forgets `refused`, which the server answered with 401, and what it was made from. */
  renew(refused: Access): Promise<Access>;
  /** The server knows whose these are, and lets them do too little: somebody else may be meant by now. */
  doubt?(denied: Access): void;
}

/** Rights that are missing stay so, mostly. */
const DOUBTED_MS = 5 * 60_000;

/**
 * Credentials that are made anew by `load` every `maxAgeMs`, and whenever the server refuses them. Callers at one time
 * share one load. Where it fails, those of before are used on: they may well be good, and the server tells if not. Those
 * that are doubted are made anew for the next request, once they are five minutes old.
 *
 * @param load  told whether to pass by all caches of its own
 */
export function rotatingCredentials(
  load: (isRefused: boolean) => Promise<Access>,
  { maxAgeMs, nowMs }: { readonly maxAgeMs: number; readonly nowMs: () => number },
): Credentials {
  let current: Access | undefined;
  let loadedAtMs = 0;
  let loading: Promise<Access> | undefined;

  const loadOnce = async (isRefused: boolean): Promise<Access> => {
    loading ??= load(isRefused).finally(() => (loading = undefined));
    current = await loading;
    loadedAtMs = nowMs();
    return current;
  };
  const refresh = async (before: Access): Promise<Access> => {
    try {
      return await loadOnce(false);
    } catch {
      loadedAtMs = nowMs();
      return before;
    }
  };

  return {
    access() {
      if (!current) return loadOnce(false);
      return nowMs() - loadedAtMs < maxAgeMs ? current : refresh(current);
    },
    // Another request may have been refused, and have renewed, before.
    renew: async (refused) => (current && current !== refused ? current : loadOnce(true)),
    doubt(denied) {
      if (current === denied && nowMs() - loadedAtMs >= DOUBTED_MS) loadedAtMs = nowMs() - maxAgeMs;
    },
  };
}
