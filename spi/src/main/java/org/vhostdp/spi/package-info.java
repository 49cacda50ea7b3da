/**
 * The boundary between the dataplane and a networking driver.
 *
 * <h2>Who stands where</h2>
 *
 * <p>On one side stands the <em>host</em>: the dataplane. It owns the machine's side of the NIC,
 * its rings and its memory, and it runs the IO threads. On the other side stands a <em>driver</em>:
 * it knows one way to move Ethernet frames (a TAP device, a packet socket, a NIC) and nothing else.
 * Between them pass frames in bursts, with neutral offload metadata. A driver never sees the memory
 * of whoever sends or receives the frames, except regions lent to it explicitly ({@link
 * org.vhostdp.spi.ForeignMemory}).
 *
 * <h2>Key types</h2>
 *
 * <ul>
 *   <li>{@link org.vhostdp.spi.Driver}: found by {@link java.util.ServiceLoader}; describes itself,
 *       probes the machine, opens ports.
 *   <li>{@link org.vhostdp.spi.Port}: one open device: capabilities, settings, queues, events.
 *   <li>{@link org.vhostdp.spi.TxQueue} and {@link org.vhostdp.spi.RxQueue}: bursts, one IO thread
 *       each.
 *   <li>{@link org.vhostdp.spi.Burst}: a struct of arrays that names frames as (region, offset,
 *       length) with metadata ({@link org.vhostdp.spi.Offload}); allocated once.
 *   <li>{@link org.vhostdp.spi.Region}: bounded memory that frames live in.
 *   <li>{@link org.vhostdp.spi.Wakeup}: how an idle IO thread sleeps without losing work.
 *   <li>{@link org.vhostdp.spi.Capabilities} and {@link org.vhostdp.spi.PortSettings}: what a port
 *       can do, and what it is asked to do.
 *   <li>Facets ({@link org.vhostdp.spi.Steering}, {@link org.vhostdp.spi.Shaping}, {@link
 *       org.vhostdp.spi.ForeignMemory}): optional abilities, asked for by type.
 * </ul>
 *
 * <h2>Life cycle</h2>
 *
 * <ol>
 *   <li>The host reads {@link org.vhostdp.spi.Driver#info()} and {@link
 *       org.vhostdp.spi.Driver#schema()}, and asks {@link org.vhostdp.spi.Driver#probe()}.
 *   <li>{@link org.vhostdp.spi.Driver#open} gives a port; {@link
 *       org.vhostdp.spi.Port#capabilities()} is stable from here on.
 *   <li>{@link org.vhostdp.spi.Port#configure} then {@link org.vhostdp.spi.Port#start}: queues
 *       exist, frames flow, IO threads call bursts.
 *   <li>{@link org.vhostdp.spi.Port#stop}: the host has ended its burst calls and given back every
 *       frame; the wire is silent when it returns. Start may follow again.
 *   <li>{@link org.vhostdp.spi.Port#close}: everything the driver took is released.
 * </ol>
 *
 * <h2>Rules</h2>
 *
 * <p>Each rule has a number ({@code LIFE-1}, {@code TX-3}) and stands in the Javadoc of the type it
 * binds. The conformance kit tests every one by its number.
 *
 * <h2>Growth</h2>
 *
 * <p>The SPI is 1.x since six drivers pass the kit. Within a major version a driver that was built
 * for an earlier one loads, runs and passes: new methods are default methods, new flags are new
 * bits, and unknown bits are refused; a rule keeps its number and its words, and a new one is about
 * an ability that a driver declares. Enumerations may gain values: never switch over one without a
 * default. A driver names the range of versions that it runs on: {@code [1.0,2.0)}, or {@code
 * [1.2,2.0)} if it needs what came with 1.2.
 */
package org.vhostdp.spi;
