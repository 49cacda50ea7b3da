/** vhost-dp and DPDK's vhost as back-end, window by window in turn, under one client. */
package org.vhostdp.bench.peers;
