/** Tables of Impala and Hive on loopback servers. */
import { engineTablesConformance } from '../conformance/engine-tables.js';
import { clusterPlace } from '../fakes/cluster-place.js';

// Each layout once: the servers differ in nothing that a layout could change.
engineTablesConformance('a loopback Impala', () => clusterPlace('impala'), ['spot-1.0']);
engineTablesConformance('a loopback Hive', () => clusterPlace('hive'), ['documented']);
