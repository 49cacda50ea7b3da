/** How exactly rate limits hold. */
package org.vhostdp.bench.qos;
