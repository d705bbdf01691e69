import type { Finding, SourceText } from '../lint/finding.ts';
import type { LintContext } from '../lint/lint-text.ts';
import type { LintSettings } from '../lint/settings.ts';
import type { Timers } from '../model/timers.ts';
import type { EditedText } from './edited-text.ts';
import type { Workspace } from './workspace.ts';

/** What looking through texts needs, and whom it tells. */
export interface LookThroughPorts {
  readonly timers: Timers;
  /** @throws anything: a bug in it costs the findings of one text */
  readonly lint: (source: SourceText, context: LintContext) => readonly Finding[];
  readonly settingsOf: (uri: string) => LintSettings;
  readonly publish: (text: EditedText, findings: readonly Finding[]) => void;
  readonly onError: (error: unknown) => void;
}

/** How long nobody must have typed before texts are looked through. */
export const QUIET_MS = 200;

/** Looks through the open texts after changes: what changed first, then the others, for they may refer to it. */
export class LookThrough {
  readonly #workspace: Workspace;
  readonly #ports: LookThroughPorts;
  readonly #found = new WeakMap<EditedText, readonly Finding[]>();
  /** URIs, the next one first. */
  #waiting: string[] = [];
  #stopTimer: (() => void) | undefined;
  /** What looking through took since the last change, what is only read once left out: so long is the next wait at least. */
  #spentMs = 0;
  #isChanged = false;
  readonly #seen = new Set<string>();

  constructor(workspace: Workspace, ports: LookThroughPorts) {
    this.#workspace = workspace;
    this.#ports = ports;
  }

  /** Something changed: the texts named, or what stands beside the open ones. */
  soon(changed: readonly string[] = [], delayMs: number = QUIET_MS): void {
    const others = this.#workspace.openTexts.map(({ uri }) => uri).filter((uri) => !changed.includes(uri));
    this.#waiting = [...new Set([...changed, ...this.#waiting, ...others])];
    this.#isChanged = true;
    this.#wake(Math.max(delayMs, this.#spentMs));
  }

  /** What was found in the text when it was last looked through; it is now if it was not yet. */
  findingsOf(text: EditedText): readonly Finding[] {
    return this.#found.get(text) ?? this.#look(text);
  }

  /** Nothing more is looked through. */
  stop(): void {
    this.#stopTimer?.();
    this.#waiting = [];
  }

  #wake(delayMs: number): void {
    this.#stopTimer?.();
    this.#stopTimer = this.#ports.timers.after(delayMs, () => this.#next());
  }

  /** One text a turn, so that requests get their answers in between. */
  #next(): void {
    if (this.#isChanged) this.#spentMs = 0;
    this.#isChanged = false;
    const uri = this.#waiting.shift();
    const text = uri === undefined ? undefined : this.#workspace.openText(uri);
    try {
      if (text !== undefined) this.#ports.publish(text, this.#look(text));
    } catch (error) {
      this.#ports.onError(error);
    }
    if (this.#waiting.length > 0) this.#wake(0);
  }

  #look(text: EditedText): readonly Finding[] {
    const { timers, lint, settingsOf } = this.#ports;
    const startedMs = timers.nowMs();
    const others = this.#workspace.texts.filter((other) => other !== text && !other.isTooLong);
    const context = { others: others.map(({ lintSource }) => lintSource), settings: settingsOf(text.uri) };
    const findings = text.isOurs
      ? lint(text.lintSource, context).filter(({ file }) => file === text.lintSource.path)
      : [];
    if (this.#seen.has(text.uri)) this.#spentMs += timers.nowMs() - startedMs;
    this.#seen.add(text.uri);
    this.#found.set(text, findings);
    return findings;
  }
}
