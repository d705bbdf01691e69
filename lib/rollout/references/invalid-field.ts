import { quote } from '../../expression/go/strconv.ts';

/**
 * What is said of a field whose value is wrong.
 * @source Invalid in k8s.io/apimachinery/pkg/util/validation/field
 */
export function invalidField(path: string, value: string, detail: string): string {
  return `${path}: Invalid value: ${quote(value)}: ${detail}`;
}
