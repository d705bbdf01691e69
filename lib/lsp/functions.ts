/** What an editor says of a function of conditions. */
export interface FunctionHelp {
  readonly signature: string;
  readonly says: string;
}

/**
 * Every function of a condition: signature, and what it gives. A predicate is written in braces or bare, with `#` for
 * the element: `filter(result, {# > 0.5})`, `any(result, # > 0.5)`.
 */
export const FUNCTIONS: ReadonlyMap<string, FunctionHelp> = new Map(
  `
isNaN(float64) bool — Whether the number is NaN, as a rate over nothing is.
isInf(float64) bool — Whether the number is infinite, either way.
asInt(any) int64 — A number without the digits after its point, or the whole number that a text says.
asFloat(any) float64 — The number in a number or a text.
isNil(any) bool — Whether the provider gave nothing. It looks at the result, whatever its argument is.
default(any, any) any — The result, or the second argument where the provider gave nothing. The first argument counts for nothing.
all(list, predicate) bool — Whether the predicate holds for every element; true for an empty list.
none(list, predicate) bool — Whether the predicate holds for no element.
any(list, predicate) bool — Whether the predicate holds for at least one element.
one(list, predicate) bool — Whether the predicate holds for exactly one element.
filter(list, predicate) list — The elements for which the predicate holds.
map(list, predicate) list — What the predicate gives for each element.
find(list, predicate) any — The first element for which the predicate holds; nil if there is none.
findIndex(list, predicate) int — The index of the first element for which the predicate holds; -1 if there is none.
findLast(list, predicate) any — The last element for which the predicate holds; nil if there is none.
findLastIndex(list, predicate) int — The index of the last element for which the predicate holds; -1 if there is none.
count(list, [predicate]) int — How many elements the predicate holds for; without one, how many elements are true.
sum(list, [predicate]) number — The sum of the elements, or of what the predicate gives for each.
groupBy(list, predicate) map — The elements in lists, by what the predicate gives for each.
sortBy(list, predicate, ["asc" | "desc"]) list — The elements in the order of what the predicate gives for each.
reduce(list, predicate, [initial]) any — One value of all elements: the predicate sees #acc and #, and gives the next #acc.
len(list | map | string) int — The number of elements, or of characters.
type(any) string — The name of the value's type: nil, bool, int, float, string, array, map or func.
abs(number) number — The number without its sign.
ceil(number) float64 — The next whole number above.
floor(number) float64 — The next whole number below.
round(number) float64 — The nearest whole number; halves go away from zero.
int(number | string) int — The whole number in a number or a text.
float(number | string) float64 — The number in a number or a text.
string(any) string — The value as text.
trim(string, [characters]) string — The text without blanks, or without those characters, at both ends.
trimPrefix(string, [prefix]) string — The text without that beginning, a blank by default, if it has it.
trimSuffix(string, [suffix]) string — The text without that end, a blank by default, if it has it.
upper(string) string — The text in capitals.
lower(string) string — The text in small letters.
split(string, separator, [limit]) list — The parts of the text between the separators.
splitAfter(string, separator, [limit]) list — The parts of the text, each with the separator that ends it.
replace(string, old, new, [limit]) string — The text with one part in the place of another.
repeat(string, count) string — The text that many times over.
join(list, [separator]) string — The texts of a list as one.
indexOf(string, part) int — Where the part first begins, in bytes; -1 if it is not there.
lastIndexOf(string, part) int — Where the part last begins, in bytes; -1 if it is not there.
hasPrefix(string, prefix) bool — Whether the text begins so.
hasSuffix(string, suffix) bool — Whether the text ends so.
max(number | list, …) number — The largest of the numbers.
min(number | list, …) number — The smallest of the numbers.
mean(number | list, …) float64 — The arithmetic mean of the numbers.
median(number | list, …) float64 — The median of the numbers.
toJSON(any) string — The value as JSON.
fromJSON(string) any — The value in a JSON text.
toBase64(string) string — The text in Base64.
fromBase64(string) string — The text in a Base64 text.
now([timezone]) time — The time of the measurement.
duration(string) duration — The duration that a text such as "1h30m" means.
date(string, [layout], [timezone]) time — The time that a text means.
timezone(string) timezone — The time zone of that name, such as "Europe/Rome".
first(list) any — The first element; nil of an empty list.
last(list) any — The last element; nil of an empty list.
get(list | map, key) any — The element at an index or under a key; nil if there is none.
take(list, count) list — That many elements from the beginning.
keys(map) list — The keys of a map.
values(map) list — The values of a map.
toPairs(map) list — The entries of a map, as lists of key and value.
fromPairs(list) map — A map of a list of pairs.
reverse(list) list — The elements from last to first.
uniq(list) list — The elements, equal ones once.
concat(list, …) list — The elements of several lists as one list.
flatten(list) list — The elements of lists in a list, however deep, as one list.
sort(list, ["asc" | "desc"]) list — The elements in order.
bitand(int, int) int — Bits that both numbers have.
bitor(int, int) int — Bits that either number has.
bitxor(int, int) int — Bits that one number has and the other has not.
bitnand(int, int) int — Bits of the first number that the second one has not.
bitshl(int, count) int — The bits moved to the left.
bitshr(int, count) int — The bits moved to the right; the sign stays.
bitushr(int, count) int — The bits moved to the right, the sign too.
bitnot(int) int — All bits turned over.
`
    .trim()
    .split('\n')
    .map((line): [string, FunctionHelp] => {
      const [signature = '', says = ''] = line.split(' — ');
      return [signature.slice(0, signature.indexOf('(')), { signature, says }];
    }),
);

/** Words of the language beside its functions, and what they are for. */
export const WORDS: ReadonlyMap<string, string> = new Map([
  ['result', 'What the provider gave for this measurement.'],
  ['true', 'The bool.'],
  ['false', 'The bool.'],
  ['nil', 'No value.'],
  ['and', 'Both hold; the same as `&&`.'],
  ['or', 'One of them holds; the same as `||`.'],
  ['not', 'The opposite; the same as `!`.'],
  ['in', 'Whether a list holds a value, or a map a key: `"ok" in result`.'],
  ['contains', 'Whether a text has another one in it.'],
  ['matches', 'Whether a text matches a regular expression (RE2).'],
  ['startsWith', 'Whether a text begins so.'],
  ['endsWith', 'Whether a text ends so.'],
  ['let', 'Gives a value a name: `let rate = result[0]; rate > 0.9`.'],
]);
