/**
 * What a guest may leave to its device, done in software where the driver cannot: pure functions on
 * frames, for the services between the virtqueues and the SPI. Nothing here knows a ring, a guest
 * or a driver.
 *
 * <ul>
 *   <li>{@link org.vhostdp.dataplane.offload.InternetChecksum}: sums, whole or in parts.
 *   <li>{@link org.vhostdp.dataplane.offload.Segmentation}: one large frame into many.
 *   <li>{@link org.vhostdp.dataplane.offload.SoftTx}: the stage that gives a driver both.
 *   <li>{@link org.vhostdp.dataplane.offload.SoftRx}: the stage that undoes for a guest what it
 *       does not take, and gathers TCP segments for one that takes large frames.
 *   <li>{@link org.vhostdp.dataplane.offload.Toeplitz}: the hash of receive-side scaling.
 * </ul>
 *
 * <p>Made by a control thread, then used by one IO thread; no call allocates. Headers come from
 * guests: they are copied once, checked there, and a frame that is wrong is refused with a number,
 * never with an exception.
 */
package org.vhostdp.dataplane.offload;
