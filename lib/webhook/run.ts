import { setTimeout as sleep } from 'node:timers/promises';
import { openBus } from '../sinks/open-bus.ts';
import { readServiceAccount } from '../clusters/access/service-account.ts';
import { webhookObjects } from './objects.ts';
import type { Bus } from '../model/bus.ts';
import { AssayError } from '../model/errors.ts';
import type { Log } from '../model/ports.ts';
import type { AdmissionAnswer } from './admission.ts';
import { type EventBuffer, eventBuffer } from './buffer.ts';
import type { CertificateFiles } from './certificate.ts';
import { keepCertificate } from './keep-certificate.ts';
import { type WebhookMeter, webhookMeter } from './meter.ts';
import { review } from './review.ts';
import { type AdmissionServer, openAdmissionServer } from './server.ts';
import type { Environment } from '../model/settings.ts';
import { readSettings, type WebhookSettings } from './settings.ts';
import { jsonLog } from '../log/json-log.ts';
import { type Route, textAnswer } from '../web/routes.ts';
import { openServer } from '../web/server.ts';
import { openPlainHttp } from '../http/plain-http.ts';
import { errorFields } from '../log/error-fields.ts';

export interface WebhookOptions {
  readonly settings: WebhookSettings;
  /** For the credentials of the service account. */
  readonly environment: Environment;
  readonly log: Log;
  readonly now: () => Date;
}

export interface RunningWebhook {
  /** Resolves when reviews are answered. */
  readonly ready: Promise<void>;
  /** Of the pages. */
  readonly pagesUrl: string;
  /** Says that it is not ready, answers on for a while, and then publishes what is left. */
  stop(): Promise<void>;
}

/** Without an address nothing is told on; there are still the warnings. */
const NOWHERE: Bus = { publish: async () => {} };

/** What is left of the 30 s that a pod is given to end. */
const DRAIN_MS = 15_000;
const LOG_FAILURES_MS = 10_000;
/** Anybody who can connect could fill the log. */
const LOG_PROBLEMS_MS = 1000;

/** The webhook: a changed object becomes an event. Pages are there at once, reviews as soon as there is a certificate. */
export async function startWebhook({ settings, environment, log, now }: WebhookOptions): Promise<RunningWebhook> {
  const meter = webhookMeter();
  const busHttp = openPlainHttp();
  const { busAddress, bufferedEvents: limit } = settings;
  const hasBus = busAddress !== undefined;
  const bus = hasBus ? await openBus(busAddress, { token: settings.busToken, http: busHttp.send, log }) : NOWHERE;
  const buffer = eventBuffer({ bus, limit, meter, onFailure: logSometimes(log, now) });
  const answer = answerer(settings, { buffer, meter, log, now });
  const account = readServiceAccount(settings.serviceAccountFolder, environment);
  const apiHttp = openPlainHttp({ ca: account.ca });

  const { promise: ready, resolve } = Promise.withResolvers<void>();
  let server: AdmissionServer | undefined;
  const use = async (certificate: CertificateFiles): Promise<void> => {
    if (server) {
      server.useCertificate(certificate);
      return;
    }
    const { listen: address, clientCa } = settings;
    server = await openAdmissionServer({ address, certificate, clientCa, answer, log });
    log.info('serving', { cluster: settings.cluster, port: server.port, pages: pages.url, hasBus });
    resolve();
  };

  let isStopping = false;
  const routes = webhookPages({
    metrics: () => meter.render(buffer.size()),
    isReady: () => server !== undefined && !isStopping,
  });
  const pages = await openServer({ address: settings.pages, routes, log });
  const { namespace, tlsSecret: secretName, configuration: configurationName, tlsHosts: hosts } = settings;
  const store = webhookObjects({ account, http: apiHttp.send, namespace, secretName, configurationName });
  const certificate = keepCertificate({ store, hosts, use, lookMs: settings.certificateLookSeconds * 1000, log, now });

  return {
    ready,
    pagesUrl: pages.url,
    async stop() {
      isStopping = true;
      certificate.stop();
      await sleep(server ? settings.shutdownDelayMs : 0);
      await server?.close();
      const left = await buffer.drain(DRAIN_MS);
      log.info('stopped', { eventsLeftBehind: left });
      await pages.close();
      apiHttp.close();
      busHttp.close();
    },
  };
}

/** Runs until SIGTERM or SIGINT; ends at once, with exit code 78, where a setting is wrong. */
export async function runWebhook(environment: Environment): Promise<void> {
  const log = jsonLog((line) => process.stdout.write(line), clock);
  const told = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve).once('SIGINT', resolve);
  });
  try {
    const webhook = await startWebhook({ settings: readSettings(environment), environment, log, now: clock });
    await told;
    await webhook.stop();
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    log.error('cannot start', errorFields(error));
    process.exitCode = 78;
  }
}

function clock(): Date {
  return new Date();
}

interface WebhookPages {
  readonly metrics: () => string;
  readonly isReady: () => boolean;
}

function webhookPages({ metrics, isReady }: WebhookPages): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/metrics',
      answer: () => ({ status: 200, contentType: METRICS_TYPE, body: metrics() }),
    },
    { method: 'GET', path: '/healthz', answer: () => textAnswer(200, 'ok\n') },
    {
      method: 'GET',
      path: '/readyz',
      answer: () => (isReady() ? textAnswer(200, 'ok\n') : textAnswer(503, 'not serving\n')),
    },
  ];
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

interface AnswererPorts {
  readonly buffer: EventBuffer;
  readonly meter: WebhookMeter;
  readonly log: Log;
  readonly now: () => Date;
}

function answerer(
  { cluster, denyInvalid }: WebhookSettings,
  { buffer, meter, log, now }: AnswererPorts,
): (body: string) => AdmissionAnswer {
  const mayLog = onceIn(LOG_PROBLEMS_MS, now);
  return (body) => {
    const startedMs = performance.now();
    const { answer, event, problem } = review(body, { cluster, denyInvalid });
    if (event) buffer.put(event.key, event.event);
    if (problem !== undefined) {
      meter.notUnderstood();
      if (mayLog()) log.warn('review not understood', { error: problem });
    }
    const { allowed, warnings = [] } = answer.response;
    meter.reviewed({ seconds: (performance.now() - startedMs) / 1000, allowed, warnings: warnings.length });
    return answer;
  };
}

/** A bus that is away fails often: the counter has each, the log one in ten seconds. */
function logSometimes(log: Log, now: () => Date): (error: unknown, retryInMs: number) => void {
  const mayLog = onceIn(LOG_FAILURES_MS, now);
  return (error, retryInMs) => {
    if (!mayLog()) return;
    log.warn('events not published', { ...errorFields(error), retryInMs });
  };
}

/** True once in so many milliseconds. */
function onceIn(ms: number, now: () => Date): () => boolean {
  let lastMs = -Infinity;
  return () => {
    const nowMs = now().getTime();
    if (nowMs - lastMs < ms) return false;
    lastMs = nowMs;
    return true;
  };
}
