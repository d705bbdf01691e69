/** Where a server listens. Without a host: all addresses of the machine. */
export interface HostPort {
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Reads `host:port`, `[::1]:port` or `:port`; undefined for anything else. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return undefined;
  const host = match[1] ?? match[2];
  return host ? { host, port } : { port };
}

/** The same in writing, an IPv6 address in brackets. */
export function formatHostPort({ host = '', port }: HostPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
