/**
 * The dataplane: virtio once, drivers behind it.
 *
 * <p>A frame's way through the packages: {@code frontend.vhostuser} (messages set up a device),
 * {@code port} (the device's control state), {@code io} (threads that run queue pairs), {@code
 * ring} and {@code memory} (chains of the guest), {@code net} (header, receive, transmit), then the
 * SPI and a driver that {@code driver} has loaded. {@code config} says what there is.
 */
package org.vhostdp.dataplane;
