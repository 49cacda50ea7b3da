/**
 * What a vendor implements to have a driver tested: a {@link org.vhostdp.tck.harness.Harness} that
 * opens it and a {@link org.vhostdp.tck.harness.Wire} with a peer at the far end. Stock wires are
 * in {@link org.vhostdp.tck.stock}.
 */
package org.vhostdp.tck.harness;
