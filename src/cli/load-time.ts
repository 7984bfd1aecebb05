/** When a package was made: a load id is that time. */
export function loadTime(loadId: string): string {
  return `${new Date(Number(loadId) * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
