import { encodeBase64 } from '../expression/go/base64.ts';
import { spellOut, type Spelling } from './spelling.ts';

const MASK = '*****';

/** A secret so short is masked only as it stands: it could be any number or word. */
const SHORTEST_DERIVED = 4;
/** Of a secret of several lines each line that is as long is masked by itself. */
const SHORTEST_PART = 6;
/** What is left at the end of a text that says it was cut. */
const SHORTEST_LEFT = 4;
const MOST_LINES = 1_000;
/** Beyond it all of a text is masked: looking on would hold the process, and statuses have no room for it. */
const LONGEST_TEXT = 16_384;
/** Characters of a text times secrets and lines of them. */
const MOST_COMPARISONS = 50_000_000;
/** At the end of a text that was cut. */
const CUT = '…';
/** Around an excerpt, as Go's JSON libraries show where they could not read on. */
const [EXCERPT, EXCERPT_END] = ['...|', '|...'];
/** Characters of an excerpt; both that there are in a message are shorter. */
const LONGEST_EXCERPT = 128;
const MOST_EXCERPTS = 8;

/**
 * Puts asterisks over every secret in a text, the longest first, so that one within another leaves nothing behind.
 *
 * Each is found in whatever form texts may hold it: as it stands, escaped for JSON and Go's strings, encoded for URLs
 * (also in part, twice, and as forms have it), as HTML, in Latin-1, in base64 of both alphabets (alone or within more,
 * as basic authentication has it); each line of several by itself; and the beginning of one at the end of a text, which
 * may have been cut, as excerpts within a text are on both sides.
 *
 * @source runMeasurements in analysis/analysis.go of argoproj/argo-rollouts, which masks them as they stand
 */
export function redact(text: string, secretValues: readonly string[]): string {
  return secretValues.length === 0 ? text : hide(text, readSecrets(secretValues));
}

/** The same for what was measured, without the shortest: a secret `1` would take every number apart. */
export function redactMeasured(text: string, secretValues: readonly string[]): string {
  if (secretValues.length === 0) return text;
  return hide(
    text,
    readSecrets(secretValues).filter(({ value }) => isTelling(value)),
  );
}

/** They are read once for all texts of a step. */
const known = new WeakMap<readonly string[], readonly Secret[]>();

function readSecrets(secretValues: readonly string[]): readonly Secret[] {
  const secrets = known.get(secretValues) ?? partsOf(secretValues).map(readSecret);
  known.set(secretValues, secrets);
  return secrets;
}

/** The secrets and their lines, the longest first. */
function partsOf(secretValues: readonly string[]): readonly string[] {
  const lines = secretValues.flatMap((secret) => {
    const [first, ...others] = secret.split(/\r\n|\r|\n/, MOST_LINES);
    return first === undefined || others.length === 0 ? [] : [first, ...others].map((line) => line.trim());
  });
  const parts = [...secretValues, ...lines.filter((line) => line.length >= SHORTEST_PART)];
  // Whoever sends a secret may have left out the line break at its end.
  const trimmed = secretValues.map((secret) => secret.trim());
  return [...new Set([...parts, ...trimmed, ...trimmed.flatMap(inAddresses)])]
    .filter((secret) => secret !== '')
    .toSorted((left, right) => right.length - left.length);
}

/**
 * What becomes of a secret in an address, which holds no tabs and line breaks, and no backslashes in its path.
 * @source https://url.spec.whatwg.org/#concept-basic-url-parser
 */
function inAddresses(secret: string): readonly string[] {
  const kept = secret.replaceAll(/[\t\n\r]/g, '');
  return [kept, kept.replaceAll('\\', '/')].filter((form) => form.length >= SHORTEST_DERIVED);
}

/** Whether it is a secret in a value, too: `5`, `ok` and `8080` are what people want to read there. */
function isTelling(secret: string): boolean {
  return secret.length >= (/^[-+.\d]+$/.test(secret) ? SHORTEST_PART : SHORTEST_DERIVED);
}

interface Secret {
  readonly value: string;
  /** What to look for in a text whose escapes are undone. */
  readonly needles: readonly Needle[];
}

interface Needle {
  readonly text: string;
  /** @source the prefix function of Knuth, Morris and Pratt: however both texts repeat themselves, one pass finds all */
  readonly fallback: Int32Array;
  /** With one character on either side, which may hold some bits of it. */
  readonly isBase64: boolean;
}

function readSecret(value: string): Secret {
  if (value.length < SHORTEST_DERIVED) return { value, needles: [] };
  const plain = spellOut(value).plain;
  const encoded = base64Forms(value).map((form) => aNeedle(spellOut(form).plain, true));
  return { value, needles: [...(plain.length < SHORTEST_DERIVED ? [] : [aNeedle(plain, false)]), ...encoded] };
}

function aNeedle(text: string, isEncoded: boolean): Needle {
  const fallback = new Int32Array(text.length);
  for (let at = 1, matched = 0; at < text.length; at += 1) {
    while (matched > 0 && text[at] !== text[matched]) matched = fallback[matched - 1] ?? 0;
    if (text[at] === text[matched]) matched += 1;
    fallback[at] = matched;
  }
  return { text, fallback, isBase64: isEncoded };
}

function hide(text: string, secrets: readonly Secret[]): string {
  if (secrets.length === 0) return text;
  const longest = Math.min(LONGEST_TEXT, Math.floor(MOST_COMPARISONS / secrets.length));
  const isLong = text.length > longest;
  const looked = isLong ? `${text.slice(0, longest)}${CUT}` : text;
  const spelling = spellOut(looked);
  const tails = tailsOf(looked, spelling);
  const excerpts = excerptsOf(looked, spelling);
  const spans = secrets.flatMap((secret) => [
    ...spansAsItStands(looked, secret.value),
    ...secret.needles.flatMap((needle) => [
      ...spansIn(looked, spelling, tails, needle),
      ...spansAtExcerpts(excerpts, spelling, needle),
    ]),
  ]);
  const covered = cover(looked, spans);
  return isLong ? covered.slice(0, -CUT.length).toWellFormed() + '*'.repeat(text.length - longest) : covered;
}

type Span = readonly [start: number, end: number];

function spansAsItStands(text: string, secret: string): Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf(secret); at !== -1; at = text.indexOf(secret, at + secret.length)) {
    spans.push([at, at + secret.length]);
  }
  return spans;
}

/** Where a text holds a needle, and where it ends with the beginning of one: it may have been cut there. */
function spansIn(text: string, { plain, starts, ends }: Spelling, tails: ReadonlySet<number>, needle: Needle): Span[] {
  const spans: Span[] = [];
  // Any word may be how a secret begins: where nothing says that the text was cut, it takes half of one.
  const least = text.endsWith(CUT) ? SHORTEST_LEFT : Math.max(SHORTEST_PART, needle.text.length / 2);
  const found = (end: number, length: number): void => {
    const around = needle.isBase64 ? 1 : 0;
    const first = Math.max(end - length - around, 0);
    const last = Math.min(end + around, plain.length) - 1;
    const isBefore = first < end - length && isBase64(text[starts[first] ?? 0]);
    const isBehind = last >= end && isBase64(text[starts[last] ?? 0]);
    spans.push([starts[isBefore ? first : end - length] ?? 0, ends[isBehind ? last : end - 1] ?? text.length]);
  };
  let matched = 0;
  for (let at = 0; at < plain.length; at += 1) {
    while (matched > 0 && plain[at] !== needle.text[matched]) matched = needle.fallback[matched - 1] ?? 0;
    if (plain[at] === needle.text[matched]) matched += 1;
    if (matched === needle.text.length) {
      found(at + 1, matched);
      matched = needle.fallback[matched - 1] ?? 0;
    } else if (matched >= least && tails.has(at + 1)) found(at + 1, matched);
  }
  return spans;
}

/** Where excerpts begin and end in a text, and in what it means. */
interface Excerpts {
  readonly begins: readonly Place[];
  readonly ends: readonly Place[];
}

interface Place {
  readonly source: number;
  readonly plain: number;
}

function excerptsOf(text: string, { starts }: Spelling): Excerpts {
  const places = (mark: string, beside: number): readonly Place[] => {
    const found: Place[] = [];
    for (let at = text.indexOf(mark); at !== -1 && found.length < MOST_EXCERPTS; at = text.indexOf(mark, at + 1)) {
      const plain = starts.indexOf(at + beside);
      if (plain !== -1) found.push({ source: at + beside, plain });
    }
    return found;
  };
  return { begins: places(EXCERPT, EXCERPT.length), ends: places(EXCERPT_END, 0) };
}

/** Parts of a needle that excerpts begin or end with. */
function spansAtExcerpts({ begins, ends }: Excerpts, spelling: Spelling, { text: needle }: Needle): Span[] {
  if (begins.length + ends.length === 0) return [];
  const { plain } = spelling;
  const longest = Math.min(needle.length - 1, LONGEST_EXCERPT);
  const lengths = Array.from({ length: Math.max(longest - SHORTEST_LEFT + 1, 0) }, (_, index) => longest - index);
  const first = begins.flatMap((place): Span[] => {
    const length = lengths.find((each) => plain.startsWith(needle.slice(-each), place.plain));
    return length === undefined ? [] : [[place.source, spelling.ends[place.plain + length - 1] ?? place.source]];
  });
  const last = ends.flatMap((place): Span[] => {
    const length = lengths.find((each) => plain.slice(0, place.plain).endsWith(needle.slice(0, each)));
    return length === undefined ? [] : [[spelling.starts[place.plain - length] ?? 0, place.source]];
  });
  return [...first, ...last];
}

/** The places where a text may be said to end: before the mark of a cut, and before half an escape. */
function tailsOf(text: string, { plain, ends }: Spelling): ReadonlySet<number> {
  const mark = text.endsWith(CUT) ? text.length - 1 : text.length;
  const half = /(?:%(?:25){0,3}[0-9a-f]?|(?:\\|%(?:25){0,3}5c)+(?:u[0-9a-f]{0,3}|x[0-9a-f]?)?|&[#\w]{0,7})$/i.exec(
    text.slice(Math.max(mark - 24, 0), mark),
  );
  const places = new Set([mark, mark - (half?.[0].length ?? 0)]);
  const tails = new Set<number>();
  for (let at = Math.max(plain.length - 96, 0); at < plain.length; at += 1) {
    if (places.has(ends[at] ?? -1)) tails.add(at + 1);
  }
  return tails;
}

function cover(text: string, spans: Span[]): string {
  let covered = '';
  let done = 0;
  for (const [start, end] of spans.toSorted((left, right) => left[0] - right[0] || right[1] - left[1])) {
    if (start >= done) covered += text.slice(done, start) + MASK;
    done = Math.max(done, end);
  }
  return covered + text.slice(done);
}

function isBase64(character: string | undefined): boolean {
  return character !== undefined && /[\w+/=-]/.test(character);
}

/** What is the same in base64 whatever stands before and behind, for each of the three places where it may begin. */
function base64Forms(secret: string): readonly string[] {
  const text = secret.toWellFormed();
  const { length } = new TextEncoder().encode(text);
  const standard = [0, 1, 2].map((before) => {
    const [first, end] = [Math.ceil((8 * before) / 6), Math.floor((8 * (before + length)) / 6)];
    return encodeBase64('\0'.repeat(before) + text).slice(first, end);
  });
  return [...new Set(standard.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]))];
}
