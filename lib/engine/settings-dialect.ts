/** What the statements of a run are written with, as the settings tell it; nothing is opened for that. */
import { clusterDialect, type ClusterDialect } from './cluster-dialect.js';
import { duckdbDialect, type Dialect } from './dialects.js';
import { isCluster, type ClusterSettings, type EngineSettings } from './engine-settings.js';

export const clusterDialectOf = ({ type, database, rawDatabase }: ClusterSettings): ClusterDialect =>
  clusterDialect({ name: type, database, rawDatabase });

export const dialectOf = (engine: EngineSettings): Dialect =>
  isCluster(engine) ? clusterDialectOf(engine) : duckdbDialect;
