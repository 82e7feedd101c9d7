// Smoothing as TensorBoard's charts do it.

/**
 * An exponential moving average that starts at zero and is corrected for that. A constant curve stays as it is, and a
 * value that is not finite is passed through and does not count.
 */
export function smooth(values, weight) {
  if (weight === 0 || values.every((value) => value === values[0])) return values;
  let last = 0;
  let bias = 1;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    last = last * weight + (1 - weight) * value;
    bias *= weight;
    return bias === 1 ? last : last / (1 - bias);
  });
}
