// What features use in place of LineChart: it takes the same props, is loaded after the page, and comes up in turn. The
// frame around it has its size already, so nothing moves when it comes.
import { loadedInTurn } from '../InTurn';

export const Chart = loadedInTurn(async () => (await import('./LineChart')).LineChart);
