/**
 * Wires that the kit makes by itself: the kernel's side of a TAP, a veth pair, two ports of the
 * driver joined by name. {@link org.vhostdp.tck.stock.StockHarness} puts a driver on one.
 *
 * <p>TAP and veth live in a network namespace that nothing but descriptors of this process hold: it
 * ends with the last wire, and with the process, however that ends.
 */
package org.vhostdp.tck.stock;
