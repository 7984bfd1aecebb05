/** The results as Markdown: a table of both sides, the ratios, and the steps where the sides tell them. */
export function report(results, machine) {
  return [
    "# leat beside dlt: the last run of `npm run bench`",
    "",
    `${machine.cores} cores, Node ${machine.node}, ${machine.versions}; load average at the end ${machine.load.toFixed(1)}.`,
    "Whole processes (of W4 the three steps of the merge), in turns; the least of dlt's sides is 1.0x. CPU is user and system time with all threads and children, memory the peak of the largest process.",
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
    "| | | runs | wall s, least | wall s, median | CPU s, least | CPU s, median | memory MB | faster than dlt, least wall | CPU |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...phases.flatMap((phase, index) =>
      rows(
        phase,
        Object.entries(measured).map(([name, of]) => [name, of[index]]),
      ),
    ),
    ...steps(phases, measured),
  ];
}

/** Of the sides of dlt the one with the least wall time is what the others are compared with. */
function rows(phase, sides) {
  const figures = sides.map(([name, runs]) => ({ name, runs, ...summary(runs) }));
  const best = (key) => Math.min(...figures.filter(({ name }) => name.startsWith("dlt")).map((side) => side[key]));
  return figures.map((side, index) => {
    const { leastWall, medianWall, leastCpu, medianCpu, memory } = side;
    const absolute = [leastWall, medianWall, leastCpu, medianCpu, memory].map(written);
    const relative = ["leastWall", "leastCpu"].map((key) => `${(best(key) / side[key]).toFixed(1)}x`);
    return `| ${[index === 0 ? phase : "", side.name, side.runs.length, ...absolute, ...relative].join(" | ")} |`;
  });
}

function summary(runs) {
  const of = (name) => runs.map((run) => run[name]);
  const [wall, cpu, memory] = [of("wallSeconds"), of("cpuSeconds"), of("peakMegabytes")];
  return {
    leastWall: Math.min(...wall),
    medianWall: median(wall),
    leastCpu: Math.min(...cpu),
    medianCpu: median(cpu),
    memory: median(memory),
  };
}

function written(value) {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

/** Of the fastest run of each side that tells them, phase by phase, with the share of each. */
function steps(phases, measured) {
  return phases.flatMap((phase, index) => {
    const lines = Object.entries(measured).flatMap(([name, of]) => {
      const fastest = of[index].reduce((best, run) => (run.wallSeconds < best.wallSeconds ? run : best));
      return fastest.steps === undefined ? [] : [`- ${name}: ${shares(fastest)}`];
    });
    return lines.length === 0 ? [] : ["", `Steps of the fastest ${phase}, and their share of it:`, "", ...lines];
  });
}

function shares({ steps: seconds, wallSeconds }) {
  const rest = wallSeconds - Object.values(seconds).reduce((sum, value) => sum + value, 0);
  return Object.entries({ ...seconds, "all else": rest })
    .filter(([, value]) => value > 0.005)
    .map(([step, value]) => `${step} ${value.toFixed(2)} s (${Math.round((100 * value) / wallSeconds)} %)`)
    .join(", ");
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
