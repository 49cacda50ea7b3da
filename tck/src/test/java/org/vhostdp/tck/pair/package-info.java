/** The reference driver as the kit's own tests use it. */
package org.vhostdp.tck.pair;
