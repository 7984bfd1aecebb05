/**
 * Filled by generated types: `declare module "leat" { interface Datasets { chess_data: { players_games: { uuid: string } } } }`.
 * Alone in its file: `index.ts` exports all of it, since an interface can be added to only where it comes by `export *`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is empty until types are generated
export interface Datasets {}
