/** Each driver against DPDK's for the same kind of device, window by window in turn. */
package org.vhostdp.bench.drivers;
