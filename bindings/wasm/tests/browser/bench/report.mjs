// How measurements are printed.

export function median(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}

/** Prints both medians with their ranges. Gives how many times as fast the first is. */
export function compare(ours, [name, theirs]) {
  console.log(line('poolpass', ours));
  console.log(line(name, theirs));
  return (median(theirs) / median(ours)).toFixed(1);
}

function line(name, times) {
  const range = `${digits(Math.min(...times))} to ${digits(Math.max(...times))}`;
  return `  ${name.padEnd(33)} ${digits(median(times)).padStart(8)} ms   (${range})`;
}

/** Three digits or more. */
function digits(millis) {
  return millis.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.max(millis, 0.1)))));
}
