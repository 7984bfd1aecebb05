/** The results as Markdown: a table of both sides, the ratios, and the steps where the sides tell them. */
export function report(results, machine) {
  return [
    "# leat beside dlt: the last run of `npm run bench`",
    "",
    `${machine.cores} cores, Node ${machine.node}, ${machine.versions}; load average at the end ${machine.load.toFixed(1)}.`,
    "Whole processes (of W4 the three steps), in turns. CPU is user and system time with all threads and children, memory the peak of the largest process.",
    "On a machine that does other work too, compare the least wall time and the CPU time.",
    ...results.flatMap(section),
    "",
  ].join("\n");
}

function section({ title, phases, measured }) {
  return [
    "",
    `## ${title}`,
    "",
    "| | | runs | wall s, least | wall s, median | CPU s, least | CPU s, median | memory MB |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...phases.flatMap((phase, index) => rows(phase, measured.leat[index], measured.dlt[index])),
    ...steps(phases, measured),
  ];
}

function rows(phase, leat, dlt) {
  const figures = [summary(leat), summary(dlt)];
  const [ours, theirs] = figures;
  return [
    `| ${phase} | leat | ${leat.length} | ${ours.map(written).join(" | ")} |`,
    `| | dlt | ${dlt.length} | ${theirs.map(written).join(" | ")} |`,
    `| | dlt / leat | | ${theirs.map((value, index) => `${(value / ours[index]).toFixed(1)}`).join(" | ")} |`,
  ];
}

function summary(runs) {
  const of = (name) => runs.map((run) => run[name]);
  const [wall, cpu, memory] = [of("wallSeconds"), of("cpuSeconds"), of("peakMegabytes")];
  return [Math.min(...wall), median(wall), Math.min(...cpu), median(cpu), median(memory)];
}

function written(value) {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

/** Of the fastest run of each side, phase by phase. */
function steps(phases, { leat, dlt }) {
  const fastest = (runs) => runs.reduce((best, run) => (run.wallSeconds < best.wallSeconds ? run : best)).steps;
  const line = (tool, seconds) =>
    `${tool}: ${Object.entries(seconds)
      .map(([step, value]) => `${step} ${value.toFixed(2)} s`)
      .join(", ")}`;
  return phases.flatMap((phase, index) => {
    if (leat[index][0].steps === undefined) return [];
    return ["", `Steps of the fastest ${phase}. ${line("leat", fastest(leat[index]))}; ${line("dlt", fastest(dlt[index]))}.`];
  });
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
