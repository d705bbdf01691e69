/** The kinds of Go's reflect package that a condition can meet. */
export type GoKind =
  | 'bool'
  | 'int'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float64'
  | 'string'
  | 'slice'
  | 'array'
  | 'map'
  | 'struct'
  | 'ptr'
  | 'func'
  | 'interface';

/** A field of a struct type, exported or not. */
export interface GoField {
  readonly name: string;
  readonly type: GoType;
  readonly exported: boolean;
}

/**
 * A Go type as reflect.Type describes it. Types are interned: two types are identical when they are the same object.
 *
 * `text` is what `%T` prints (`[]interface {}`, `time.Duration`); `pkgPath` and `name` are set for defined types only,
 * predeclared ones such as `int` have a name and no path.
 */
export interface GoType {
  readonly kind: GoKind;
  readonly text: string;
  readonly name: string;
  readonly pkgPath: string;
  /** Of slices, arrays, maps and pointers. */
  readonly elem?: GoType;
  /** Of maps. */
  readonly key?: GoType;
  /** Of arrays. */
  readonly length?: number;
  /** Of structs, in order of declaration. */
  readonly fields?: readonly GoField[];
  /** Of functions. The last parameter of a variadic function is a slice. */
  readonly params?: readonly GoType[];
  readonly results?: readonly GoType[];
  readonly variadic?: boolean;
}

const interned = new Map<string, GoType>();

function intern(type: GoType): GoType {
  const known = interned.get(type.text);
  if (known !== undefined) return known;
  interned.set(type.text, type);
  return type;
}

function predeclared(kind: GoKind, text: string = kind): GoType {
  return intern({ kind, text, name: text, pkgPath: '' });
}

/** A type that a package declares, `define('int', 'time', 'Month')`; `of` carries the rest of its shape. */
export function define(kind: GoKind, pkgPath: string, name: string, of: Partial<GoType> = {}): GoType {
  const text = `${pkgPath.slice(pkgPath.lastIndexOf('/') + 1)}.${name}`;
  return intern({ ...of, kind, text, name, pkgPath });
}

export function sliceOf(elem: GoType): GoType {
  return intern({ kind: 'slice', text: `[]${elem.text}`, name: '', pkgPath: '', elem });
}

export function arrayOf(length: number, elem: GoType): GoType {
  return intern({ kind: 'array', text: `[${length}]${elem.text}`, name: '', pkgPath: '', elem, length });
}

export function mapOf(key: GoType, elem: GoType): GoType {
  return intern({ kind: 'map', text: `map[${key.text}]${elem.text}`, name: '', pkgPath: '', key, elem });
}

export function pointerTo(elem: GoType): GoType {
  return intern({ kind: 'ptr', text: `*${elem.text}`, name: '', pkgPath: '', elem });
}

export function funcOf(params: readonly GoType[], results: readonly GoType[], variadic = false): GoType {
  const shown = params.map(({ text }, at) =>
    variadic && at === params.length - 1 ? `...${text.slice('[]'.length)}` : text,
  );
  const returned = results.map(({ text }) => text).join(', ');
  const tail = results.length === 0 ? '' : results.length === 1 ? ` ${returned}` : ` (${returned})`;
  return intern({
    kind: 'func',
    text: `func(${shown.join(', ')})${tail}`,
    name: '',
    pkgPath: '',
    params,
    results,
    variadic,
  });
}

export const BOOL = predeclared('bool');
export const INT = predeclared('int');
export const INT8 = predeclared('int8');
export const INT16 = predeclared('int16');
export const INT32 = predeclared('int32');
export const INT64 = predeclared('int64');
export const UINT = predeclared('uint');
export const UINT8 = predeclared('uint8');
export const UINT16 = predeclared('uint16');
export const UINT32 = predeclared('uint32');
export const UINT64 = predeclared('uint64');
export const FLOAT64 = predeclared('float64');
export const STRING = predeclared('string');
export const ERROR = predeclared('interface', 'error');
/** `any`, printed as Go's reflect prints it. */
export const ANY = intern({ kind: 'interface', text: 'interface {}', name: '', pkgPath: '' });
/** `struct {}`, the element of the sets that the optimizer makes of `x in ["a", "b"]`. */
export const EMPTY_STRUCT = intern({ kind: 'struct', text: 'struct {}', name: '', pkgPath: '', fields: [] });

export const ANY_SLICE = sliceOf(ANY);
export const BYTE_SLICE = sliceOf(UINT8);
export const FLOAT64_SLICE = sliceOf(FLOAT64);
export const INT_SLICE = sliceOf(INT);
export const STRING_SLICE = sliceOf(STRING);
export const STRING_MAP = mapOf(STRING, ANY);
export const ANY_MAP = mapOf(ANY, ANY);
export const GROUPS = mapOf(ANY, ANY_SLICE);
/** What toPairs yields, one a key. */
export const PAIR = arrayOf(2, ANY);

export const DURATION = define('int64', 'time', 'Duration');
export const MONTH = define('int', 'time', 'Month');
export const WEEKDAY = define('int', 'time', 'Weekday');

function hidden(name: string, type: GoType): GoField {
  return { name, type, exported: false };
}

/** The fields of these two are unexported, so only their names can be noticed, by a failing access. */
export const LOCATION = define('struct', 'time', 'Location', {
  fields: ['name', 'zone', 'tx', 'extend', 'cacheStart', 'cacheEnd', 'cacheZone'].map((name) => hidden(name, ANY)),
});
export const LOCATION_POINTER = pointerTo(LOCATION);
export const TIME = define('struct', 'time', 'Time', {
  fields: [hidden('wall', UINT64), hidden('ext', INT64), hidden('loc', LOCATION_POINTER)],
});
