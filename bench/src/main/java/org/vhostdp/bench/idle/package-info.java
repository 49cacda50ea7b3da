/** What attached ports cost on which nothing happens. */
package org.vhostdp.bench.idle;
