/** Analysts on Impala and Hive of the loopback. */
import { analystConformance } from '../../conformance/analyst.js';
import { clusterPlace } from '../../fakes/cluster-place.js';

analystConformance('a loopback Impala', () => clusterPlace('impala'), 'spot-1.0');
analystConformance('a loopback Hive', () => clusterPlace('hive'), 'documented');
