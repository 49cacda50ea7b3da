/** The kit in a vendor's own build: {@link org.vhostdp.tck.junit.ConformanceKit}. */
package org.vhostdp.tck.junit;
