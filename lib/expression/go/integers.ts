/** The quotient rounded down, which differs from JavaScript's for negative numbers. */
export function floorDivide(value: bigint, by: bigint): bigint {
  return value < 0n && value % by !== 0n ? value / by - 1n : value / by;
}
