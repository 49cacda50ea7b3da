/** Throughput, memory and start-up of many ports and many queue pairs. */
package org.vhostdp.bench.scale;
